/** Options of an SCNN: what they mean, their defaults, and which of them make no network. */

import { checkBetween, checkBoolean, checkInteger, checkOneOf, checkOptions, isList } from "../checks.js";
import { show } from "../show.js";
import type { StepMode } from "../module/module.js";
import { copyNeuronSpec, type NeuronSpec } from "../neurons/table.js";
import { checkPair, type Pair } from "../windows.js";
import type { Shape } from "../shapes.js";
import { checkModelShapes } from "./model-shapes.js";

export interface SCNNOptions {
  /** Channels last, without batch and time: [H, W, C] (dims 2) or [S, C] (dims 1). */
  inputShape: Shape;
  /** [classes] */
  outputShape: Shape;
  /** Channels of each conv stage. */
  filters: readonly number[];
  /** One per stage, a number or [height, width]. */
  kernelSizes: readonly Pair[];
  paddings: readonly Pair[];
  strides: readonly Pair[];
  /** Max pooling after each stage; 0: none. */
  poolSizes: readonly Pair[];
  /** One for all, or one per entry of filters and of fcUnits (default 0). */
  dropouts?: number | readonly number[];
  /** Neurons of each hidden fully connected layer. */
  fcUnits: readonly number[];
  /** Depthwise and pointwise convolutions instead of full ones, per stage (default false). */
  separables?: readonly boolean[];
  /** Default false; convolutions then have no bias. */
  batchNorm?: boolean;
  /** Average pooling of the input (default 1: none). */
  prepool?: Pair;
  /** Average pooling before flatten (default 1: none). */
  postpool?: Pair;
  /** true: a 1x1 convolution to the classes with a neuron, summed over space, instead of flatten and fc. */
  gsp?: boolean;
  /** T (default 4). */
  timesteps?: number;
  neuron: NeuronSpec;
  /** Default 's'. */
  stepMode?: StepMode;
  /** 1: signals [S, C]. 2: images [H, W, C]. Default: as inputShape says. */
  dims?: 1 | 2;
}

const optionNames = [
  "inputShape", "outputShape", "filters", "kernelSizes", "paddings", "strides", "poolSizes", "dropouts", "fcUnits",
  "separables", "batchNorm", "prepool", "postpool", "gsp", "timesteps", "neuron", "stepMode", "dims",
] as const; // prettier-ignore

/** Options with every default filled in. */
export type ResolvedSCNNOptions = Required<Omit<SCNNOptions, "dropouts">> & { dropouts: readonly number[] };

/** @throws TypeError, RangeError */
export function resolveSCNNOptions(options: SCNNOptions): ResolvedSCNNOptions {
  checkOptions("SCNN", options ?? null, optionNames);
  const { inputShape, outputShape } = options;
  checkModelShapes("SCNN", inputShape, outputShape);
  const filters = checkList("filters", options.filters);
  const stages = filters.length;
  filters.forEach((filter, i) => checkInteger(`SCNN: filters[${i}]`, filter, 1));
  const fcUnits = checkList("fcUnits", options.fcUnits);
  fcUnits.forEach((unit, i) => checkInteger(`SCNN: fcUnits[${i}]`, unit, 1));
  const separables = checkList("separables", options.separables ?? filters.map(() => false));
  checkLength("separables", separables.length, stages, "one per entry of filters");
  separables.forEach((separable, i) => checkBoolean(`SCNN: separables[${i}]`, separable));
  const dims = options.dims ?? (inputShape.length === 3 ? 2 : 1);
  if (dims !== 1 && dims !== 2) throw new RangeError(`SCNN: dims is ${show(dims)}; expected 1 or 2.`);
  checkLength("inputShape", inputShape.length, dims + 1, dims === 2 ? "[H, W, C]" : "[S, C]");
  const windows = (name: "kernelSizes" | "paddings" | "strides" | "poolSizes", low: number) => {
    const list = checkList(name, options[name]);
    checkLength(name, list.length, stages, "one per entry of filters");
    return list.map((pair, i) => checkWindow(`${name}[${i}]`, pair, low, dims));
  };
  return {
    // Copies: what the caller changes later is not this network.
    inputShape: [...inputShape],
    outputShape: [...outputShape],
    filters,
    kernelSizes: windows("kernelSizes", 1),
    paddings: windows("paddings", 0),
    strides: windows("strides", 1),
    poolSizes: windows("poolSizes", 0),
    dropouts: resolveDropouts(options.dropouts ?? 0, stages + fcUnits.length),
    fcUnits,
    separables,
    batchNorm: checkBoolean("SCNN: batchNorm", options.batchNorm ?? false),
    prepool: checkWindow("prepool", options.prepool ?? 1, 1, dims),
    postpool: checkWindow("postpool", options.postpool ?? 1, 1, dims),
    gsp: checkBoolean("SCNN: gsp", options.gsp ?? false),
    timesteps: options.timesteps ?? 4,
    neuron: copyNeuronSpec(options.neuron),
    stepMode: checkOneOf("SCNN: stepMode", options.stepMode ?? "s", ["s", "m"]),
    dims,
  };
}

function resolveDropouts(dropouts: number | readonly number[], count: number): readonly number[] {
  const list =
    typeof dropouts === "number" ? new Array<number>(count).fill(dropouts) : checkList("dropouts", dropouts);
  checkLength("dropouts", list.length, count, "one per entry of filters and fcUnits, or one number for all");
  list.forEach((p, i) => checkBetween(`SCNN: dropouts[${i}]`, p, 0, 1));
  return list;
}

/** A number, or with two dimensions [height, width]; of a pair, 0 (no pooling) stands for both or none. */
function checkWindow(name: string, pair: Pair, low: number, dims: 1 | 2): Pair {
  if (dims === 1 && typeof pair !== "number") {
    throw new TypeError(`SCNN: ${name} is ${show(pair)}; expected a number: dims is 1.`);
  }
  const [height, width] = checkPair(`SCNN: ${name}`, pair, low);
  if (name.startsWith("poolSizes") && (height === 0) !== (width === 0)) {
    throw new RangeError(
      `SCNN: ${name} is [${height}, ${width}]; expected two sizes of at least 1, or 0 for none.`,
    );
  }
  return pair;
}

function checkList<T>(name: string, value: readonly T[]): readonly T[] {
  if (!isList(value)) throw new TypeError(`SCNN: ${name} is ${show(value)}; expected an array.`);
  // Without holes, which loops pass over.
  return Array.from(value);
}

function checkLength(name: string, length: number, expected: number, meaning: string): void {
  if (length !== expected)
    throw new RangeError(`SCNN: ${name} has ${length} entries; expected ${expected}: ${meaning}.`);
}
