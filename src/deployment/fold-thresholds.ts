/**
 * A neuron whose spikes are as high as its threshold gives theta z. The layers that read it are linear in their input:
 *
 *   W (theta z) = (W theta) z
 *
 * so the neuron can give z, which is 0 or 1, and the next weights are added without multiplying. Between the two may stand
 * what lets a factor through: pooling, flattening, sums of branches that all have the same one.
 */

import type { BaseNode } from "../neurons/base-node.js";
import type { BinaryTwin } from "../neurons/neuron-row.js";
import { neuronKinds, neuronRow } from "../neurons/table.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { draftOf, modelOf, type Draft, type DraftLayer } from "./draft.js";

export interface FoldedThresholds {
  /** A new one. */
  readonly model: SpikingModel;
  /** Neurons that give z now, and the layers whose weights were multiplied by theta. */
  readonly folded: readonly { readonly name: string; readonly into: readonly string[] }[];
  /** Neurons that still give theta z, and why. */
  readonly kept: readonly { readonly name: string; readonly reason: string }[];
}

/** Neurons that can be folded together only: their spikes meet in a sum. */
interface Bundle {
  readonly theta: number;
  readonly neurons: string[];
  readonly into: string[];
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
  for (const { theta, neurons: names, into, reason } of bundles) {
    if (reason !== null) {
      for (const name of names) kept.push({ name, reason });
      continue;
    }
    for (const name of names) {
      makeBinary(draft, name);
      folded.push({ name, into });
    }
    for (const name of into) multiply(draft, name, theta);
  }
  return { model: modelOf(draft), folded, kept };
}

/** Follows the factor of each neuron to the weights that take it up, or to what does not let it through. */
function bundlesOf(
  { computed }: Draft,
  neurons: ReadonlyMap<string, BaseNode>,
  kept: { name: string; reason: string }[],
): Set<Bundle> {
  const bundles = new Set<Bundle>();
  /** By the name of a layer: whose factor its output has. */
  const factors = new Map<string, Bundle>();
  for (const layer of computed) {
    const given = layer.inputs.map((name) => factors.get(name));
    const { scaling } = layer.row;
    for (const bundle of new Set(given)) {
      if (bundle === undefined) continue;
      if (scaling === "weight") bundle.into.push(layer.name);
      if (scaling === "stays") bundle.reason ??= whyStays(layer, neurons.has(layer.name));
    }
    const passed = scaling === "passes" ? passedOn(layer, given, bundles, factors) : null;
    const own = bundleOf(layer, neurons.get(layer.name), kept);
    if (own !== null) bundles.add(own);
    const factor = own ?? passed;
    if (factor !== null) factors.set(layer.name, factor);
  }
  const output = factors.get(computed[computed.length - 1].name);
  if (output !== undefined)
    output.reason ??= "it reaches the network's output, whose numbers would be others";
  return bundles;
}

/** Of a neuron whose spikes are as high as theta; null, and said why, where there is nothing to put in its place. */
function bundleOf(
  { name, kind }: DraftLayer,
  neuron: BaseNode | undefined,
  kept: { name: string; reason: string }[],
): Bundle | null {
  if (neuron?.traits.spikeHeight !== "theta") return null;
  const { theta } = neuron;
  if (binaryOf(kind) !== null && theta > 0) return { theta, neurons: [name], into: [], reason: null };
  const reason = kind.startsWith("Quantized")
    ? "it is quantized already: fold the network that it was made of, and quantize that"
    : theta > 0
      ? `no kind is known that fires as ${kind} does with spikes of height 1`
      : `its threshold is ${theta}, and a factor that is not positive does not pass a maximum`;
  kept.push({ name, reason });
  return null;
}

/** The one factor that all inputs have, and so the output; null where they have not. */
function passedOn(
  layer: DraftLayer,
  given: readonly (Bundle | undefined)[],
  bundles: Set<Bundle>,
  factors: Map<string, Bundle>,
): Bundle | null {
  const [first] = given;
  if (first !== undefined && given.every((bundle) => bundle?.theta === first.theta)) {
    for (const bundle of given)
      if (bundle !== undefined && bundle !== first) join(first, bundle, bundles, factors);
    return first;
  }
  const heights = layer.inputs.map((name, i) => {
    const bundle = given[i];
    return bundle === undefined
      ? `${name} as it is`
      : `spikes of ${bundle.theta} (${bundle.neurons.join(", ")})`;
  });
  for (const bundle of given)
    if (bundle !== undefined)
      bundle.reason ??= `${layer.name} ${layer.kind === "Concat" ? "joins" : "adds"} ${heights.join(" and ")}: no one factor`;
  return null;
}

function join(one: Bundle, other: Bundle, bundles: Set<Bundle>, factors: Map<string, Bundle>): void {
  one.neurons.push(...other.neurons);
  one.into.push(...other.into);
  one.reason ??= other.reason;
  bundles.delete(other);
  for (const [name, bundle] of factors) if (bundle === other) factors.set(name, one);
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
function multiply({ state }: Draft, name: string, theta: number): void {
  const weight = state.get(`${name}.weight`);
  if (weight === undefined) return;
  const data = weight.data.map((value) => value * theta);
  const wrong = data.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) {
    throw new RangeError(
      `foldThresholds: with the threshold ${theta} in it, ${name} would hold ${wrong}; expected numbers that float32 can hold. ` +
        `Train with weight decay, or with smaller thresholds.`,
    );
  }
  state.set(`${name}.weight`, { shape: weight.shape, data });
}
