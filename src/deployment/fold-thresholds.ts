/**
 * A neuron whose spikes are as high as its threshold gives theta z. The layers that read it are linear in their input:
 *
 *   W (theta z) = (W theta) z
 *
 * so the neuron can give z, which is 0 or 1, and the next weights are added without multiplying. Between the two may stand
 * what lets a factor through: pooling, flattening, sums of branches that all have the same one. A threshold per channel is a
 * factor per channel (channel-factors.ts). The weights before such a neuron take up its thresholds, too, where nothing else
 * reads them: it then has one threshold, which is 1.
 */

import type { BaseNode } from "../neurons/base-node.js";
import type { BinaryTwin } from "../neurons/neuron-row.js";
import { neuronKinds, neuronRow } from "../neurons/table.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { StateEntry } from "../module/state-dict.js";
import type { Shape } from "../shapes.js";
import { carried, dividedRows, multipliedColumns, takesUp, type Factors } from "./channel-factors.js";
import { draftOf, modelOf, readersOf, type Draft, type DraftLayer } from "./draft.js";

export interface FoldedThresholds {
  /** A new one. */
  readonly model: SpikingModel;
  /** Neurons that give z now, and the layers whose weights were multiplied by theta. */
  readonly folded: readonly { readonly name: string; readonly into: readonly string[] }[];
  /** Neurons that still give theta z, and why. */
  readonly kept: readonly { readonly name: string; readonly reason: string }[];
}

/** What the output of a layer is multiplied by. */
interface Factor {
  readonly bundle: Bundle;
  readonly values: Factors;
}

/** Neurons that can be folded together only: their spikes meet in a sum. */
interface Bundle {
  readonly neurons: string[];
  /** What the weights of these layers are multiplied by. */
  readonly into: Map<string, Factors>;
  /** Why it cannot be done. */
  reason: string | null;
}

/**
 * A new model in which every spiking layer gives 0 or 1 where that can be done; a neuron of the kind ATIF is one of the kind
 * IFSRL then. The classes are the same; the numbers are, but for rounding, so that a spike may differ where a potential lies
 * within rounding of its threshold. Neurons whose spikes are 1 already are in neither list.
 *
 * @throws TypeError unless it is a model of layers that are known by kind; RangeError where a folded weight is no float32
 */
export function foldThresholds(model: SpikingModel): FoldedThresholds {
  const draft = draftOf("foldThresholds", model);
  const neurons = new Map(model.spikingLayers());
  const kept: { name: string; reason: string }[] = [];
  const bundles = bundlesOf(draft, neurons, kept);
  const folded: { name: string; into: readonly string[] }[] = [];
  for (const { neurons: names, into, reason } of bundles) {
    if (reason !== null) {
      for (const name of names) kept.push({ name, reason });
      continue;
    }
    for (const name of names) {
      makeBinary(draft, name);
      folded.push({ name, into: [...into.keys()] });
    }
    for (const [name, factors] of into) multiply(draft, name, factors);
  }
  const isBinary = new Set(folded.map(({ name }) => name));
  for (const [name, { traits }] of neurons)
    if (isBinary.has(name) || traits.spikeHeight === "one") uniteThresholds(draft, name);
  return { model: modelOf(draft), folded, kept };
}

/** Follows the factor of each neuron to the weights that take it up, or to what does not let it through. */
function bundlesOf(
  { computed }: Draft,
  neurons: ReadonlyMap<string, BaseNode>,
  kept: { name: string; reason: string }[],
): Set<Bundle> {
  const bundles = new Set<Bundle>();
  /** By the name of a layer: what its output is multiplied by. */
  const factors = new Map<string, Factor>();
  const shapes = new Map(computed.map(({ name, shape }) => [name, shape]));
  for (const layer of computed) {
    const given = layer.inputs.map((name) => factors.get(name));
    const { scaling } = layer.row;
    for (const factor of given) {
      if (factor === undefined) continue;
      const { bundle, values } = factor;
      if (scaling === "weight") {
        if (takesUp(layer, values)) bundle.into.set(layer.name, values);
        else bundle.reason ??= notByChannel(layer);
      }
      if (scaling === "stays") bundle.reason ??= whyStays(layer, neurons.has(layer.name));
    }
    const from = shapes.get(layer.inputs[0]) ?? [];
    const passed = scaling === "passes" ? passedOn(layer, given, from, bundles, factors) : null;
    const own = factorOf(layer, neurons.get(layer.name), kept);
    if (own !== null) bundles.add(own.bundle);
    const factor = own ?? passed;
    if (factor !== null) factors.set(layer.name, factor);
  }
  const output = factors.get(computed[computed.length - 1].name);
  if (output !== undefined)
    output.bundle.reason ??= "it reaches the network's output, whose numbers would be others";
  return bundles;
}

/** Of a neuron whose spikes are as high as theta; null, and said why, where there is nothing to put in its place. */
function factorOf(
  { name, kind }: DraftLayer,
  neuron: BaseNode | undefined,
  kept: { name: string; reason: string }[],
): Factor | null {
  if (neuron?.traits.spikeHeight !== "theta") return null;
  const values = thresholdsOf(neuron);
  const low = values.find((theta) => !(theta > 0));
  if (binaryOf(kind) !== null && low === undefined)
    return { bundle: { neurons: [name], into: new Map(), reason: null }, values };
  const reason = kind.startsWith("Quantized")
    ? "it is quantized already: fold the network that it was made of, and quantize that"
    : low === undefined
      ? `no kind is known that fires as ${kind} does with spikes of height 1`
      : `its threshold is ${low}, and a factor that is not positive does not pass a maximum`;
  kept.push({ name, reason });
  return null;
}

/** One for the layer, or one a channel. */
function thresholdsOf({ learnedThreshold, theta }: BaseNode): Factors {
  return learnedThreshold !== null && learnedThreshold.size > 1
    ? learnedThreshold.data.slice()
    : Float32Array.of(theta);
}

const isSame = (a: Factors, b: Factors): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i]);

/** The one factor that all inputs have, and so the output; null where they have not. @param from the shape of the first */
function passedOn(
  layer: DraftLayer,
  given: readonly (Factor | undefined)[],
  from: Shape,
  bundles: Set<Bundle>,
  factors: Map<string, Factor>,
): Factor | null {
  const [first] = given;
  if (first !== undefined && given.every((each) => each !== undefined && isSame(each.values, first.values))) {
    for (const each of given)
      if (each !== undefined && each.bundle !== first.bundle)
        join(first.bundle, each.bundle, bundles, factors);
    const values = carried(layer, first.values, from);
    if (values !== null) return { bundle: first.bundle, values };
    first.bundle.reason ??= notByChannel(layer);
    return null;
  }
  const heights = layer.inputs.map((name, i) => {
    const factor = given[i];
    if (factor === undefined) return `${name} as it is`;
    const { bundle, values } = factor;
    const height = values.length === 1 ? String(values[0]) : "a height per channel";
    return `spikes of ${height} (${bundle.neurons.join(", ")})`;
  });
  for (const factor of given)
    if (factor !== undefined)
      factor.bundle.reason ??= `${layer.name} ${layer.kind === "Concat" ? "joins" : "adds"} ${heights.join(" and ")}: no one factor`;
  return null;
}

function join(one: Bundle, other: Bundle, bundles: Set<Bundle>, factors: Map<string, Factor>): void {
  one.neurons.push(...other.neurons);
  for (const [name, values] of other.into) one.into.set(name, values);
  one.reason ??= other.reason;
  bundles.delete(other);
  for (const [name, { bundle, values }] of factors)
    if (bundle === other) factors.set(name, { bundle: one, values });
}

function notByChannel({ name, kind }: DraftLayer): string {
  return `${name}, a ${kind}, reads it, of which it is not known how it takes a factor per channel`;
}

function whyStays({ name, kind }: DraftLayer, isNeuron: boolean): string {
  return isNeuron
    ? `${name}, a neuron, reads it with no weights between them`
    : `${name}, a ${kind}, reads it, which has no weights that take up a factor`;
}

function binaryOf(kind: string): BinaryTwin | null {
  const isKnown = (neuronKinds as readonly string[]).includes(kind);
  return isKnown ? (neuronRow(kind).binary ?? null) : null;
}

/** Puts the kind with spikes of height 1 in the place of a neuron. */
function makeBinary({ layers, state, settings }: Draft, name: string): void {
  const layer = layers.find((each) => each.name === name);
  const binary = layer === undefined ? null : binaryOf(layer.kind);
  if (layer === undefined || binary === null) return;
  layer.kind = binary.kind;
  for (const [here, there] of Object.entries(binary.arrays)) {
    rename(state, `${name}.${here}`, `${name}.${there}`);
    rename(settings, `${name}.${here}`, `${name}.${there}`);
  }
}

function rename<V>(map: Map<string, V>, from: string, to: string): void {
  const value = map.get(from);
  if (value === undefined) return;
  map.delete(from);
  map.set(to, value);
}

/** W theta in the place of W. */
function multiply(draft: Draft, name: string, factors: Factors): void {
  const layer = draft.layers.find((each) => each.name === name);
  const weight = draft.state.get(`${name}.weight`);
  if (layer === undefined || weight === undefined) return;
  draft.state.set(`${name}.weight`, checked(name, multipliedColumns(layer, weight, factors), factors));
}

/**
 * One threshold of 1 in the place of those of the channels, which the weights before it take up. Where something else reads
 * these, or it is not known how they make channels, the neuron stays as it is.
 */
function uniteThresholds(draft: Draft, name: string): void {
  const { layers, state } = draft;
  const layer = layers.find((each) => each.name === name);
  const before = layers.find((each) => each.name === layer?.inputs[0]);
  if (layer?.options.thresholdShape !== "channel" || before === undefined) return;
  const [array, thresholds] = [...state].find(([each]) => each.startsWith(`${name}.`)) ?? [];
  if (array === undefined || thresholds === undefined || readersOf(draft, before.name).length > 1) return;
  const { data: thetas } = thresholds;
  if (thetas.some((theta) => !(theta > 0))) return;
  const own = ["weight", "bias"].flatMap((part): [string, StateEntry | null][] => {
    const entry = state.get(`${before.name}.${part}`);
    return entry === undefined ? [] : [[`${before.name}.${part}`, dividedRows(before, entry, thetas)]];
  });
  const known = own.flatMap(([key, entry]): [string, StateEntry][] => (entry === null ? [] : [[key, entry]]));
  if (known.length === 0 || known.length < own.length) return;
  for (const [key, entry] of known) state.set(key, checked(before.name, entry, thetas));
  const { thresholdShape: _, channels: __, ...options } = layer.options;
  layer.options = options;
  state.set(array, { shape: [1], data: Float32Array.of(1) });
}

/** @throws RangeError for what float32 cannot hold */
function checked(name: string, entry: StateEntry, factors: Factors): StateEntry {
  const wrong = entry.data.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return entry;
  const named = factors.length === 1 ? `the threshold ${factors[0]}` : "the thresholds of its channels";
  throw new RangeError(
    `foldThresholds: with ${named} in it, ${name} would hold ${wrong}; expected numbers that float32 can hold. ` +
      `Train with weight decay, or with smaller thresholds.`,
  );
}
