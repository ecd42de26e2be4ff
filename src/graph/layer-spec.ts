/** A layer of a network, as plain data, and the plan of a network that is made of such. */

import { checkOptions } from "../checks.js";
import { ShapeError } from "../errors.js";
import {
  layerOf,
  type KnownLayer,
  type LayerArguments,
  type LayerKind,
  type PlainOptions,
} from "../layers/table.js";
import { didYouMean } from "../nearest.js";
import type { NeuronParams } from "../neurons/table.js";
import { formatShape, sameShape, type Shape } from "../shapes.js";
import { show } from "../show.js";
import { INPUT, type PlannedLayer } from "./layer-graph.js";

type OptionsOf<K extends LayerKind> = K extends keyof LayerArguments
  ? LayerArguments[K]
  : K extends keyof NeuronParams
    ? NeuronParams[K]
    : never;

interface SpecOf<K extends string, O> {
  /** Names the layer, and its arrays in the state dict: "conv1" gives "conv1.weight". Dots make groups. */
  readonly name: string;
  readonly kind: K;
  /** The constructor's arguments by name; may be left out where all have defaults. */
  readonly options?: O;
  /** Names of the layers that it reads, or "input". Default: the one before. */
  readonly inputs?: readonly string[];
}

/** { name: "conv1", kind: "Conv2d", options: { inChannels: 1, outChannels: 8, kernelSize: 3 } } */
export type LayerSpec = { [K in LayerKind]: SpecOf<K, OptionsOf<K>> }[LayerKind];

/** The same with kinds that others have defined. */
export type AnyLayerSpec = SpecOf<string, PlainOptions>;

/** More would not end in reasonable time. */
const MAX_LAYERS = 4096;
const MAX_NAME = 200;

/** Of a network inside a layer: what it has besides one input and one output. */
export interface MoreEnds {
  /** Shapes of "input2", "input3" …, names that no layer may have; their places are -1, -2 … */
  readonly inputs?: readonly Shape[];
  /** Names of layers that something outside the list reads; every other one is read by a layer. */
  readonly read?: readonly string[];
}

/**
 * Checks a list of layers and puts them in the order in which they can be computed: depth first from the output, which is
 * the one that no other reads, so that a branch is computed whole before the next one. Nothing is made.
 *
 * @param where what messages begin with
 * @throws TypeError, RangeError for what is no list of layers; ShapeError where one does not fit the one before
 */
export function planLayers(
  where: string,
  inputShape: Shape,
  specs: readonly (LayerSpec | AnyLayerSpec)[],
  { inputs: more = [], read = [] }: MoreEnds = {},
): Plan {
  const sources = [inputShape, ...more];
  const entries = checkSpecs(where, specs);
  const indices = new Map(entries.map(({ name }, i) => [name, i]));
  // -1, -2 … are the inputs.
  more.forEach((_, i) => indices.set(`${INPUT}${i + 2}`, -2 - i));
  const inputs = entries.map((entry, i) => inputsOf(where, entry, i, entries, indices));
  const order = orderOf(
    where,
    entries,
    inputs,
    read.flatMap((name) => indices.get(name) ?? []),
  );
  const plan: PlannedLayer[] = [];
  const places = new Array<number>(entries.length).fill(0);
  for (const i of order) {
    const { name, row } = entries[i];
    const place = `${where}: ${name}`;
    const from = inputs[i].map((index) => (index < 0 ? index + 1 : places[index]));
    const shapes = from.map((at) => (at <= 0 ? sources[-at] : plan[at - 1].shape));
    const options = row.fitted?.(entries[i].options, shapes, place) ?? entries[i].options;
    const shape = row.outputShape(options, shapes, place);
    plan.push({ name, row, options, inputs: from, shape: checkShape(place, shape) });
    places[i] = plan.length;
  }
  return { layers: plan, places };
}

export interface Plan {
  /** In the order in which they are computed. */
  readonly layers: readonly PlannedLayer[];
  /** For each entry of the list, its place: 1 is the first layer that is computed. */
  readonly places: readonly number[];
}

interface Entry {
  readonly name: string;
  readonly row: KnownLayer;
  readonly options: PlainOptions;
  readonly inputs: readonly string[] | undefined;
}

function checkSpecs(where: string, specs: unknown): Entry[] {
  if (!Array.isArray(specs) || specs.length === 0) {
    throw new TypeError(
      `${where}: layers is ${show(specs)}; expected a list with at least one layer, ` +
        `such as [{ name: "fc", kind: "Linear", options: { inFeatures: 64, outFeatures: 10 } }].`,
    );
  }
  if (specs.length > MAX_LAYERS)
    throw new RangeError(`${where}: ${specs.length} layers; expected at most ${MAX_LAYERS}.`);
  const names = new Set<string>();
  return Array.from(specs, (spec: unknown, i) => {
    const place = `${where}: layers[${i}]`;
    checkOptions(place, spec ?? null, ["name", "kind", "options", "inputs"]);
    const { name, kind, options, inputs } = spec as Record<string, unknown>;
    checkName(place, name, names);
    const row = layerOf(place, kind);
    if (
      inputs !== undefined &&
      !(Array.isArray(inputs) && inputs.every((each) => typeof each === "string"))
    ) {
      throw new TypeError(
        `${place}: inputs is ${show(inputs)}; expected a list of names of layers, or "${INPUT}". Leave it out for the layer before.`,
      );
    }
    return {
      name,
      row,
      options: row.resolve(`${where}: ${name}`, options),
      inputs: inputs,
    };
  });
}

/** @throws TypeError, RangeError unless it is a new name, and no group of layers has it */
function checkName(place: string, name: unknown, names: Set<string>): asserts name is string {
  const isName =
    typeof name === "string" && name.length <= MAX_NAME && /^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$/.test(name);
  if (!isName || name.split(".").includes("__proto__")) {
    throw new TypeError(
      `${place}: name is ${show(name)}; expected letters, digits and _, with dots between groups, such as "conv1" or "layers.conv1".`,
    );
  }
  if (name === INPUT)
    throw new RangeError(`${place}: name is "${INPUT}", which is the network's input; expected another.`);
  const group = name.split(".").map((_, i, parts) => parts.slice(0, i).join("."));
  const clash = names.has(name) ? name : group.find((prefix) => names.has(prefix));
  const inside = [...names].find((other) => other.startsWith(`${name}.`));
  if (clash !== undefined || inside !== undefined) {
    throw new RangeError(
      `${place}: name is "${name}", and there is a layer "${clash ?? inside}" already; expected each name once, and no layer inside another.`,
    );
  }
  names.add(name);
}

/** Indices of what a layer reads; -1 is the network's input. */
function inputsOf(
  where: string,
  { name, row, inputs }: Entry,
  i: number,
  entries: readonly Entry[],
  indices: ReadonlyMap<string, number>,
): number[] {
  const named = inputs ?? [i === 0 ? INPUT : entries[i - 1].name];
  const least = row.inputs === "several" ? 2 : 1;
  const fits = row.inputs === 1 ? named.length === 1 : named.length >= least;
  if (!fits) {
    throw new RangeError(
      `${where}: ${name} has ${named.length} inputs; expected ${least === 2 ? "two or more" : "one"}: it is of the kind ${row.kind}.`,
    );
  }
  return named.map((input) => {
    if (input === INPUT) return -1;
    const index = indices.get(input);
    if (index !== undefined) return index;
    throw new RangeError(
      `${where}: ${name} reads ${show(input)}, and there is no such layer; expected "${INPUT}" or the name of one.` +
        didYouMean(input, [INPUT, ...indices.keys()]),
    );
  });
}

/**
 * Depth first from the output, or from what is read outside the list.
 *
 * @throws RangeError for a circle, and unless exactly one layer is read by no other, or none where some are read outside
 */
function orderOf(
  where: string,
  entries: readonly Entry[],
  inputs: readonly (readonly number[])[],
  outside: readonly number[],
): number[] {
  const isRead = new Array<boolean>(entries.length).fill(false);
  for (const index of [...inputs.flat(), ...outside]) if (index >= 0) isRead[index] = true;
  const outputs = entries.flatMap((_, i) => (isRead[i] ? [] : [i]));
  if (outputs.length > (outside.length > 0 ? 0 : 1)) {
    throw new RangeError(
      `${where}: nothing reads ${outputs.map((i) => entries[i].name).join(" and ")}; ` +
        `expected one output. Join them with an Add, or leave out what leads nowhere.`,
    );
  }
  const order: number[] = [];
  const state = new Array<"open" | "done" | undefined>(entries.length);
  // Without an output, every layer reads another: any leads into a circle.
  for (const index of outside.length > 0 ? outside : [outputs[0] ?? 0]) {
    const pending = state[index] === undefined ? [{ index, next: 0 }] : [];
    state[index] ??= "open";
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      const read = inputs[top.index];
      if (top.next === read.length) {
        state[top.index] = "done";
        order.push(top.index);
        pending.pop();
        continue;
      }
      const next = read[top.next++];
      if (next < 0 || state[next] === "done") continue;
      if (state[next] === "open") throw circle(where, entries[top.index].name, entries[next].name);
      state[next] = "open";
      pending.push({ index: next, next: 0 });
    }
  }
  // What the output does not need and yet is read is read in a circle.
  const apart = entries.findIndex((_, i) => state[i] === undefined);
  if (apart >= 0) {
    const read = inputs[apart].find((index) => index >= 0) ?? apart;
    throw circle(where, entries[apart].name, entries[read].name);
  }
  return order;
}

function circle(where: string, reader: string, read: string): RangeError {
  return new RangeError(
    `${where}: ${reader} reads ${read}, which reads it in turn; expected a network without circles.`,
  );
}

/** Also of a row that somebody else wrote. */
function checkShape(where: string, shape: unknown): Shape {
  const fits =
    Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && (length as number) >= 0);
  if (fits) return shape as Shape;
  throw new TypeError(
    `${where}: outputShape of its row gave ${show(shape)}; expected a list of whole numbers.`,
  );
}

/** @throws ShapeError unless the plan ends in the shape that the model gives */
export function checkOutput(where: string, { layers }: Plan, outputShape: Shape): void {
  const { name, shape } = layers[layers.length - 1];
  if (sameShape(shape, outputShape)) return;
  throw new ShapeError(
    `${where}: ${name}, the output, gives ${formatShape(shape)}; expected outputShape, ${formatShape(outputShape)}.`,
  );
}
