/** Options of an SCNN: what they mean, their defaults, and which of them make no network. */

import type { StepMode } from "../module/module.js";
import type { NeuronSpec } from "../neurons/table.js";
import type { Place } from "../schema/place.js";
import { optional, readOptions, required, withDefault, type Schema } from "../schema/schema.js";
import { flag, listOf, oneOrList, real } from "../schema/value-types.js";
import type { Shape } from "../shapes.js";
import type { Pair } from "../windows.js";
import { neuronFields, shapeFields, timestepCount, width } from "./model-fields.js";
import { anyWindow, checkLength, checkSignal, dims, dimsOf, kernel, poolWindow } from "./window-options.js";

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

/** Options with every default filled in. */
export type ResolvedSCNNOptions = Required<Omit<SCNNOptions, "dropouts">> & { dropouts: readonly number[] };

/** As they are read: what is left out here depends on others. */
type ReadSCNNOptions = Required<Omit<SCNNOptions, "separables" | "dims">> &
  Pick<SCNNOptions, "separables" | "dims">;

const chance = real({ from: 0, below: 1 });

export const scnnSchema: Schema<ReadSCNNOptions> = {
  fields: {
    ...shapeFields,
    filters: required(listOf(width), "Channels of each convolution stage."),
    kernelSizes: required(listOf(kernel), "Of each stage: a number, or [height, width]."),
    paddings: required(listOf(anyWindow), "Zeros around the map, before each convolution."),
    strides: required(listOf(kernel), "Of each convolution."),
    poolSizes: required(listOf(poolWindow), "Max pooling after each stage; 0: none."),
    dropouts: withDefault(
      oneOrList(chance, listOf(chance)),
      0,
      "Share of neurons left out in training: one for all, or one per stage and hidden linear layer, in order.",
    ),
    fcUnits: required(listOf(width), "Neurons of each hidden linear layer."),
    separables: optional(
      listOf(flag),
      "Per stage, whether it is a depthwise and a pointwise convolution instead of a full one; false if left out.",
    ),
    batchNorm: withDefault(
      flag,
      false,
      "Whether batch normalization follows every convolution, which then has no bias.",
    ),
    prepool: withDefault(kernel, 1, "Average pooling of the input; 1: none."),
    postpool: withDefault(kernel, 1, "Average pooling before flatten; 1: none."),
    gsp: withDefault(
      flag,
      false,
      "Global sum pooling: a 1x1 convolution to the classes with a neuron, summed over space, instead of flatten and linear layers.",
    ),
    timesteps: withDefault(timestepCount, 4, "Time steps T that an input is shown for."),
    ...neuronFields,
    dims: optional(dims, "1: signals [length, channels]; 2: images [height, width, channels]."),
  },
  check: checkStages,
};

/** One entry per stage in every list; the reference would drop the stages beyond the shortest list. */
function checkStages(options: ReadSCNNOptions, place: Place): void {
  const { filters, kernelSizes, paddings, strides, poolSizes, prepool, postpool, separables } = options;
  const perStage = { kernelSizes, paddings, strides, poolSizes };
  for (const [name, list] of Object.entries({ ...perStage, separables })) {
    if (list !== undefined)
      checkLength(place, name, list, filters.length, `one per entry of ${place.name("filters")}`);
  }
  checkDropouts(options, place);
  const axes = options.dims ?? dimsOf(options.inputShape);
  // A file may leave it out.
  if ((options.inputShape as Shape | undefined) !== undefined)
    checkLength(place, "inputShape", options.inputShape, axes + 1, axes === 2 ? "[H, W, C]" : "[S, C]");
  if (axes === 2) return;
  for (const [name, list] of Object.entries(perStage))
    list.forEach((entry, i) => checkSignal(entry, place.at(name).at(i), place));
  checkSignal(prepool, place.at("prepool"), place);
  checkSignal(postpool, place.at("postpool"), place);
}

/** With global sum pooling there are no linear layers, and entries for them may be left out. */
function checkDropouts({ dropouts, filters, fcUnits, gsp }: ReadSCNNOptions, place: Place): void {
  if (gsp && fcUnits.length > 0)
    place.at("fcUnits").warn(`is ignored: with ${place.name("gsp")} there are no linear layers.`);
  if (typeof dropouts === "number" || (gsp && dropouts.length === filters.length)) return;
  const [stages, layers] = [place.name("filters"), place.name("fcUnits")];
  const meaning = `one per entry of ${stages} and ${layers}, or one number for all`;
  checkLength(place, "dropouts", dropouts, filters.length + fcUnits.length, meaning);
}

/** Copies, so that what the caller changes later is not this network. @throws TypeError, RangeError */
export function resolveSCNNOptions(options: SCNNOptions): ResolvedSCNNOptions {
  const { separables, dims: asked, ...read } = readOptions("SCNN", options, scnnSchema);
  const { inputShape, filters, fcUnits, dropouts } = read;
  // Those that depend on others always last, so that a file that is loaded is written again to the same bytes.
  return {
    ...read,
    dropouts:
      typeof dropouts === "number"
        ? new Array<number>(filters.length + fcUnits.length).fill(dropouts)
        : dropouts,
    separables: separables ?? filters.map(() => false),
    dims: asked ?? dimsOf(inputShape),
  };
}
