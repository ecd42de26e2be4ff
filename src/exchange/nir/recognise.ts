/**
 * Nodes that are a neuron of this library: an IF or LIF whose metadata say what it was, an IF and a Scale behind it, and a
 * soft reset that is spelled out,
 *
 *   input ─► I ─► Threshold ─► Scale(theta) ─►        u = v + x,  z = [u > threshold],  y = theta z
 *            ▲        │
 *            └─ Scale(-theta)                          the step after: v = u - theta z
 */

import { sameShape, type Shape } from "../../shapes.js";
import type { FidelityNote } from "../fidelity-report.js";
import type { FlatGraph, FlatNode, KnownNeuron } from "./flat-graph.js";
import { readersOf } from "./flat-graph.js";
import { below } from "./float32.js";
import { uniform, type NirFields, type NirMetadata, type NirNode } from "./nir-graph.js";
import type { TimeBase } from "./time-base.js";

export interface Resets {
  readonly reset: "hard" | "subtract" | "metadata";
  readonly startAtReset: boolean | undefined;
}

export interface Reading extends Resets {
  readonly time: TimeBase;
  readonly notes: FidelityNote[];
}

/** The same graph with neurons in the place of such nodes. */
export function recognise(graph: FlatGraph, reading: Reading): FlatGraph {
  const nodes = [...graph.nodes];
  const gone = new Map<number, number>();
  const readers = readersOf(nodes);
  const found = { nodes, readers, gone, reading };
  nodes.forEach((_, i) => {
    if (!gone.has(i)) spelledOut(found, i);
  });
  nodes.forEach((_, i) => {
    if (!gone.has(i)) labelled(found, i);
  });
  return without(graph, nodes, gone);
}

interface Search {
  readonly nodes: FlatNode[];
  readonly readers: readonly (readonly number[])[];
  /** What stands in the place of a node. */
  readonly gone: Map<number, number>;
  readonly reading: Reading;
}

/** Whose threshold is node i. */
function spelledOut(search: Search, i: number): void {
  const { nodes, readers, gone, reading } = search;
  const fires = nodes[i];
  const [from, second] = fires.inputs;
  if (fires.node?.type !== "Threshold" || from === undefined || second !== undefined) return;
  const membrane = nodes[from];
  const { shape } = fires.node.fields.threshold;
  const back = readers[i].filter(
    (j) => readers[j].length === 1 && readers[j][0] === from && scaleOf(nodes[j]) !== null,
  );
  if (back.length !== 1 || readers[from].length !== 1 || nodes[back[0]].inputs.length !== 1) return;
  if (!sameShape(shapeOf(membrane), shape) || !sameShape(shapeOf(nodes[back[0]]), shape)) return;
  const outputs = readers[i].filter((j) => j !== back[0]);
  const factor = scaleOf(nodes[back[0]]);
  const threshold = uniform(fires.node.fields.threshold);
  if (threshold === null || factor === null || outputs.length === 0) return;
  const soft = { membrane, threshold, factor, metadata: fires.metadata, shape };
  const theta = membrane.node?.type === "I" ? integrated(soft, reading.time) : null;
  const known = membrane.node?.type === "LI" ? leaking(soft, reading) : null;
  if (theta === null && known === null) return;
  // All that read the spikes read them through one Scale of the same theta, or none does.
  const only = outputs.length === 1 ? outputs[0] : -1;
  const isScaled = only >= 0 && theta !== null && isScaleBy(nodes[only], theta, shape);
  const members = [from, i, back[0], ...(isScaled ? [only] : [])];
  const name = nameOfAll(members.map((j) => nodes[j].name)) ?? fires.name;
  const neuron = known ?? softNeuron(isScaled ? "ATIF" : kindOf(fires.metadata, "IFSRL"), theta ?? 1, shape);
  if (theta !== null && threshold === theta && fires.metadata.get("atif_compare") !== ">=") {
    reading.notes.push(tieNote(name));
  }
  for (const j of [i, back[0], ...(isScaled ? [only] : [])]) gone.set(j, from);
  const inputs = membrane.inputs.filter((j) => j !== back[0]);
  nodes[from] = { name, node: neuron, metadata: fires.metadata, inputs };
}

/** Of what stands around a spelled out reset. */
function shapeOf({ node }: FlatNode): Shape {
  if (node?.type === "I" || node?.type === "LI") return node.fields.r.shape;
  return node?.type === "Scale" ? node.fields.scale.shape : [];
}

function tieNote(name: string): FidelityNote {
  return {
    layer: name,
    what: "fires at its threshold, too",
    why: "the neuron here fires at and above its threshold, the file's above it: only a potential that is equal to it differs",
    verdict: "approximate",
  };
}

interface Soft {
  readonly membrane: FlatNode;
  readonly threshold: number;
  /** Of the Scale that leads back. */
  readonly factor: number;
  readonly metadata: NirMetadata;
  readonly shape: Shape;
}

/** theta, of an I. */
function integrated({ membrane, threshold, factor }: Soft, time: TimeBase): number | null {
  const { r } = (membrane.node as NirNode<"I">).fields;
  const theta = -factor;
  const isSame = threshold === theta || threshold === below(theta);
  return theta > 0 && isSame && uniform(time.gain(r)) === 1 ? theta : null;
}

/** Of a LI, where the metadata name the neuron and the numbers fit it. */
function leaking(
  { membrane, threshold, factor, metadata, shape }: Soft,
  reading: Reading,
): KnownNeuron | null {
  if (reading.time.dt === null || metadata.get("atif_reset") !== "subtract") return null;
  const { tau, r, v_leak: leak } = (membrane.node as NirNode<"LI">).fields;
  const steps = (uniform(tau) ?? NaN) / reading.time.dt;
  const [gain, theta] = [uniform(r) ?? NaN, Number(metadata.get("atif_threshold"))];
  const fits = close(factor, (-theta * (steps - 1)) / gain) && uniform(leak) === 0;
  if (!fits || !matches(theta, threshold)) return null;
  return leakyNeuron(metadata, { steps, gain, vReset: null, theta, shape });
}

/** Of a threshold in the metadata, whether it is that of the file, which may be the float32 below. */
function matches(theta: number, threshold: number): boolean {
  const rounded = Math.fround(theta);
  return rounded > 0 && (threshold === rounded || threshold === below(rounded));
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-5 * Math.max(Math.abs(a), Math.abs(b));

/** An IF or LIF. */
function labelled(search: Search, i: number): void {
  const { nodes, readers, gone, reading } = search;
  const { name, node, metadata, inputs } = nodes[i];
  if (node?.type !== "IF" && node?.type !== "LIF") return;
  const isSoft = (reading.reset === "metadata" ? metadata.get("atif_reset") : reading.reset) === "subtract";
  const theta = uniform(node.fields.v_threshold);
  if (theta === null) return;
  const isTold = reading.reset === "metadata" && metadata.get("atif_compare") === ">=";
  const isOurs = isTold && matches(Number(metadata.get("atif_threshold")), theta);
  const { shape } = node.fields.v_threshold;
  const isPlain = node.type === "IF" && uniform(reading.time.gain(node.fields.r)) === 1;
  const [only, another] = readers[i];
  if (isPlain && isSoft && another === undefined && isScaleBy(nodes[only], theta, shape)) {
    nodes[i] = { name, node: softNeuron("ATIF", theta, shape), metadata, inputs };
    gone.set(only, i);
    if (!isOurs) reading.notes.push(tieNote(name));
    return;
  }
  if (!isOurs) return;
  const rest = isSoft ? null : restOf(node.fields.v_reset, startsAtReset(reading, metadata));
  if (rest === undefined || (node.type === "IF" && !isPlain)) return;
  const known =
    node.type === "LIF"
      ? hintedLif(node, metadata, rest, reading)
      : rest === null
        ? softNeuron(kindOf(metadata, "IFSRL"), Number(metadata.get("atif_threshold")), shape)
        : hardNeuron(node, metadata, rest);
  if (known !== null) nodes[i] = { name, node: known, metadata, inputs };
}

/** Whether potentials begin at v_reset. */
export function startsAtReset({ startAtReset, reset }: Resets, metadata: NirMetadata): boolean {
  return startAtReset ?? (reset === "metadata" && metadata.get("atif_start") === "reset");
}

/** v_reset, where it is one number at which a potential begins, too; undefined where it is not. */
function restOf(vReset: NirFields["IF"]["v_reset"], starts: boolean): number | undefined {
  const rest = vReset === null ? 0 : (uniform(vReset) ?? undefined);
  return rest === 0 || starts ? rest : undefined;
}

function hardNeuron({ fields }: NirNode<"IF">, hints: NirMetadata, vReset: number): KnownNeuron | null {
  const vThreshold = Math.fround(Number(hints.get("atif_threshold")));
  if (hints.get("atif_kind") !== "IFNode" || !(Math.fround(vReset) < vThreshold)) return null;
  const { shape } = fields.v_threshold;
  return { type: "Known", kind: "IFNode", options: { vThreshold, vReset }, state: {}, shape };
}

function hintedLif(
  node: NirNode<"LIF">,
  hints: NirMetadata,
  vReset: number | null,
  { time }: Reading,
): KnownNeuron | null {
  const { tau, r, v_leak: leak, v_threshold: threshold } = node.fields;
  const rest = Math.fround(vReset ?? 0);
  if (time.dt === null || Math.fround(uniform(leak) ?? NaN) !== rest) return null;
  const [steps, gain] = [(uniform(tau) ?? NaN) / time.dt, uniform(r) ?? NaN];
  const theta = Number(hints.get("atif_threshold"));
  return leakyNeuron(hints, { steps, gain, vReset, theta, shape: threshold.shape });
}

interface Leaky {
  /** The time constant in time steps. */
  readonly steps: number;
  /** r */
  readonly gain: number;
  readonly vReset: number | null;
  readonly theta: number;
  readonly shape: Shape;
}

/** A LIFNode or ParametricLIFNode, where what the file computes is what the metadata say. */
function leakyNeuron(hints: NirMetadata, { steps, gain, vReset, theta, shape }: Leaky): KnownNeuron | null {
  const [kind, decays] = [hints.get("atif_kind"), hints.get("atif_decay_input") === 1];
  const isFiring = vReset === null || Math.fround(vReset) < Math.fround(theta);
  if (!close(gain, decays ? 1 : steps) || !isFiring) return null;
  const options = { vThreshold: Math.fround(theta), vReset, decayInput: decays };
  const tau = Number(hints.get("atif_tau"));
  if (!(tau > 1) || !close(tau, steps)) return null;
  if (kind === "LIFNode") return { type: "Known", kind, options: { ...options, tau }, state: {}, shape };
  const w = Number(hints.get("atif_w"));
  if (kind !== "ParametricLIFNode" || !close(1 + Math.exp(-w), steps)) return null;
  const state = { w: { shape: [], data: Float32Array.of(w) } };
  return { type: "Known", kind, options: { ...options, initTau: tau }, state, shape };
}

/** With a soft reset and no leak. */
function softNeuron(kind: string, theta: number, shape: Shape): KnownNeuron {
  const threshold = { shape: [1], data: Float32Array.of(theta) };
  const made = { type: "Known", kind, shape } as const;
  if (kind === "ATIF") return { ...made, options: {}, state: { v_threshold: threshold } };
  if (kind === "IFSRL") return { ...made, options: {}, state: { vp_th: threshold } };
  return { ...made, kind: "IFNode", options: { vThreshold: Math.fround(theta), vReset: null }, state: {} };
}

/** Of a neuron with spikes of height 1. */
function kindOf(metadata: NirMetadata, otherwise: string): string {
  return metadata.get("atif_kind") === "IFNode" ? "IFNode" : otherwise;
}

function scaleOf({ node }: FlatNode): number | null {
  return node?.type === "Scale" ? uniform(node.fields.scale) : null;
}

/** Whether a node multiplies all elements of one neuron's output by one positive number. */
function isScaleBy({ node, inputs }: FlatNode, theta: number, shape: Shape): boolean {
  if (node?.type !== "Scale" || inputs.length !== 1 || !(theta > 0)) return false;
  return uniform(node.fields.scale) === theta && sameShape(node.fields.scale.shape, shape);
}

/** "neuron1" of neuron1.v, neuron1.z and so on; null where they begin with nothing in common. */
function nameOfAll(names: readonly string[]): string | null {
  const [first, ...others] = names;
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length++;
  const common = first.slice(0, length).replace(/[^A-Za-z0-9]+$/, "");
  return common === "" ? null : common;
}

function without(graph: FlatGraph, nodes: readonly FlatNode[], gone: ReadonlyMap<number, number>): FlatGraph {
  const kept = nodes.flatMap((_, i) => (gone.has(i) ? [] : [i]));
  const places = new Map(kept.map((i, place) => [i, place]));
  const placeOf = (i: number): number => places.get(gone.get(i) ?? i) as number;
  return {
    nodes: kept.map((i) => ({ ...nodes[i], inputs: nodes[i].inputs.map(placeOf) })),
    input: placeOf(graph.input),
    output: placeOf(graph.output),
  };
}
