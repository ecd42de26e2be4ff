/** Neurons as nodes of NIR: what each kind here is, in the terms of its equations there. */

import type { StateDict } from "../../module/state-dict.js";
import type { PlainOptions } from "../../layers/table.js";
import { below } from "./float32.js";
import { channelsFirst, expanded, type NirBuilder, type NirValue } from "./nir-builder.js";
import {
  filled,
  noMetadata,
  type AnyNirNode,
  type NirArray,
  type NirGraph,
  type NirMetadata,
} from "./nir-graph.js";

export interface NeuronToWrite {
  readonly name: string;
  readonly kind: string;
  readonly options: PlainOptions;
  readonly state: StateDict;
  /** What it reads, without a factor. */
  readonly input: NirValue;
}

/** A neuron in the terms of NIR: arrays of the shape of a sample, channels first. */
interface Equations {
  readonly kind: string;
  readonly r: NirArray;
  /** In the unit of the builder's dt; null: it does not leak. */
  readonly leak: { readonly tau: NirArray; readonly vLeak: NirArray } | null;
  readonly synapse: { readonly tau: NirArray; readonly weight: NirArray } | null;
  readonly threshold: NirArray;
  readonly reset: { readonly to: NirArray } | "subtract";
  readonly startsAtReset: boolean;
  readonly compare: ">" | ">=";
  /** theta, where spikes are as high as it, of all or of each channel; else they are 1. */
  readonly height: number | NirArray | null;
  /** What the metadata say besides. */
  readonly told: readonly (readonly [string, string | number])[];
}

type Row = (neuron: NeuronToWrite, dt: number) => Equations | string;

const single = (state: StateDict, name: string): number => state[name].data[0];

/** Of the kinds with a learned threshold. */
function adaptive(array: string, isScaled: boolean): Row {
  return ({ name, kind, state, input }, dt) => {
    const entry = state[`${name}.${array}`];
    const [theta] = entry.data;
    const wrong = entry.data.find((each) => !(each > 0));
    if (wrong !== undefined)
      return `its threshold is ${wrong}; NIR has no factor of a spike that is not above 0 here`;
    if (entry.data.length > 1) {
      const threshold = expanded(entry, input.shape);
      const own = { ...plain(kind, input, dt, theta), threshold, height: isScaled ? threshold : null };
      return { ...own, reset: "subtract", told: [] };
    }
    return { ...plain(kind, input, dt, theta), reset: "subtract", height: isScaled ? theta : null, told: [] };
  };
}

/** Without a leak, a step adds what comes in. */
function plain(
  kind: string,
  { shape }: NirValue,
  dt: number,
  theta: number,
): Omit<Equations, "reset" | "height" | "told"> {
  const first = channelsFirst(shape);
  return {
    kind,
    r: filled(first, 1 / dt),
    leak: null,
    synapse: null,
    threshold: filled(first, Math.fround(theta)),
    startsAtReset: false,
    compare: ">=",
  };
}

/** IFNode and those that leak. @param tau in time steps */
function fixed(
  { kind, options, input }: NeuronToWrite,
  dt: number,
  tau: number | null,
  told: Equations["told"],
): Equations {
  const { vThreshold, vReset, decayInput } = options as {
    readonly vThreshold: number;
    readonly vReset: number | null;
    readonly decayInput?: boolean;
  };
  const first = channelsFirst(input.shape);
  const rest = filled(first, Math.fround(vReset ?? 0));
  const base = plain(kind, input, dt, vThreshold);
  const firing = {
    reset: vReset === null ? ("subtract" as const) : { to: rest },
    startsAtReset: vReset !== null,
    height: null,
  };
  if (tau === null) return { ...base, ...firing, told };
  const leak = { tau: filled(first, tau * dt), vLeak: rest };
  const r = filled(first, decayInput === true ? 1 : tau);
  const all = [...told, ["atif_tau", tau], ["atif_decay_input", decayInput === true ? 1 : 0]] as const;
  return { ...base, ...firing, r, leak, told: all };
}

interface EulerOptions {
  readonly dt: number;
  readonly reset: "hard" | "subtract";
  readonly startAtReset: boolean;
  readonly compare: ">" | ">=";
  readonly multiSpike?: boolean;
  readonly minV?: number;
  readonly order?: "current-first" | "potential-first";
}

/** The neurons of NIR themselves. @param isLeaky whether they have a membrane that leaks */
function euler(isLeaky: boolean, isCuba: boolean): Row {
  return ({ name, kind, options, state, input }, dt) => {
    const {
      dt: own,
      reset,
      startAtReset,
      compare,
      multiSpike,
      minV,
      order,
    } = options as unknown as EulerOptions;
    if (multiSpike === true) return "it may fire several times in one step, which no node of NIR does";
    if (minV !== undefined) return "its potential has a lower bound, which no node of NIR has";
    const array = (of: string): NirArray => expanded(state[`${name}.${of}`], input.shape);
    if (reset === "subtract" && startAtReset && array("v_reset").values.some((value) => value !== 0)) {
      return "its potential begins at v_reset and is not reset to it, which no node of NIR does";
    }
    const inUnit = (of: string): NirArray => mapped(array(of), (tau) => (tau / own) * dt);
    const tau = isCuba ? "tau_mem" : "tau";
    const weight = isCuba ? array("w_in") : null;
    // An input that jumps on the current is one of tau_syn / dt times the weight that leaks in.
    const jumps = order === "potential-first" ? mapped(array("tau_syn"), (each) => each / own) : null;
    const synapse =
      weight === null
        ? null
        : {
            tau: inUnit("tau_syn"),
            weight: jumps === null ? weight : mapped(weight, (w, i) => w * jumps.values[i]),
          };
    return {
      kind,
      r: isLeaky ? array("r") : mapped(array("r"), (r) => (r * own) / dt),
      leak: isLeaky ? { tau: inUnit(tau), vLeak: array("v_leak") } : null,
      synapse,
      threshold: array("v_threshold"),
      reset: reset === "subtract" ? "subtract" : { to: array("v_reset") },
      startsAtReset: startAtReset,
      compare,
      height: null,
      told: [],
    };
  };
}

export function mapped({ shape, values }: NirArray, change: (value: number, i: number) => number): NirArray {
  return { shape, values: values.map(change) };
}

const rows: Readonly<Record<string, Row>> = {
  ATIF: adaptive("v_threshold", true),
  IFSRL: adaptive("vp_th", false),
  IFNode: (neuron, dt) => fixed(neuron, dt, null, []),
  LIFNode: (neuron, dt) => fixed(neuron, dt, neuron.options.tau as number, []),
  ParametricLIFNode: (neuron, dt) => {
    const w = single(neuron.state, `${neuron.name}.w`);
    return fixed(neuron, dt, 1 + Math.exp(-w), [["atif_w", w]]);
  },
  CurrentIF: euler(false, false),
  CurrentLIF: euler(true, false),
  CubaLIF: euler(true, true),
  SnnTorchLeaky: () => "it resets one time step after a spike, which no node of NIR does",
};

/** Whether a kind is a neuron that has a row here. */
export function isWritableNeuron(kind: string): boolean {
  return Object.hasOwn(rows, kind);
}

/** Kinds whose time constants are in time steps. */
export const inSteps: ReadonlySet<string> = new Set(["LIFNode", "ParametricLIFNode"]);

/** Its output; null, and said why, where it cannot be written. */
export function writeNeuron(builder: NirBuilder, neuron: NeuronToWrite): NirValue | null {
  const equations = rows[neuron.kind](neuron, builder.dt);
  if (typeof equations === "string") {
    builder.note(neuron.name, "unsupported", neuron.kind, equations);
    return null;
  }
  const isSpelledOut =
    builder.profile === "exact" &&
    equations.reset === "subtract" &&
    equations.synapse === null &&
    equations.r.values.every((r) => r !== 0);
  return isSpelledOut ? spelledOut(builder, neuron, equations) : asOneNode(builder, neuron, equations);
}

/** Whether all elements are one number. */
const isOne = ({ values }: NirArray): boolean => values.every((value) => value === values[0]);

function asOneNode(builder: NirBuilder, { name, input }: NeuronToWrite, equations: Equations): NirValue {
  const { profile } = builder;
  const { reset, threshold, compare, r, leak, synapse, height } = equations;
  const isSoft = reset === "subtract";
  const first = channelsFirst(input.shape);
  const vReset = isSoft ? filled(first, 0) : reset.to;
  // Of a hard reset the threshold is compared alone: the float32 below it makes > of >=.
  const isBelow = profile === "exact" && compare === ">=" && !isSoft;
  const v_threshold = isBelow ? mapped(threshold, below) : threshold;
  const firing = { v_threshold, v_reset: vReset };
  const metadata = metadataOf(equations, profile === "portable");
  const node =
    leak === null
      ? builder.add(name, "IF", { r, ...firing }, input, metadata)
      : synapse === null
        ? builder.add(name, "LIF", { r, tau: leak.tau, v_leak: leak.vLeak, ...firing }, input, metadata)
        : builder.add(
            name,
            "CubaLIF",
            {
              r,
              tau_mem: leak.tau,
              v_leak: leak.vLeak,
              tau_syn: synapse.tau,
              w_in: synapse.weight,
              ...firing,
            },
            input,
            metadata,
          );
  noteFiring(builder, name, equations, isBelow, leak === null ? "IF" : synapse === null ? "LIF" : "CubaLIF");
  const spikes: NirValue = { ...input, sources: [node], factor: 1, height: 1, pads: null };
  if (height === null) return spikes;
  if (typeof height !== "number") return scaledByChannel(builder, `${name}_scale`, spikes, height);
  if (profile === "portable") return { ...spikes, factor: height };
  const scaled = builder.add(`${name}_scale`, "Scale", { scale: filled(first, height) }, spikes);
  return { ...spikes, sources: [scaled], height };
}

/** Spikes of each channel as high as it fires. */
function scaledByChannel(builder: NirBuilder, name: string, spikes: NirValue, height: NirArray): NirValue {
  const [channels, ...map] = height.shape;
  const size = map.reduce((a, b) => a * b, 1);
  const each = Float64Array.from({ length: channels }, (_, c) => height.values[c * size]);
  const scaled =
    builder.profile === "portable"
      ? builder.diagonal(name, spikes, each, new Float64Array(channels))
      : builder.add(name, "Scale", { scale: height }, spikes);
  return { ...spikes, sources: [scaled], height: null };
}

function noteFiring(
  builder: NirBuilder,
  name: string,
  { reset, compare, startsAtReset }: Equations,
  isBelow: boolean,
  type: string,
): void {
  if (reset === "subtract") {
    const why =
      `${type} of NIR sets the potential to v_reset after a spike and knows no subtraction; ` +
      "what reads the notes in the file (atif_reset), as atif does, subtracts";
    builder.note(name, "approximate", "soft reset written as hard reset", why);
  }
  if (compare === ">=" && !isBelow) {
    const why = "NIR fires above the threshold, and not at it: only a potential that is equal to it differs";
    builder.note(name, "approximate", ">= written as >", why);
  }
  if (startsAtReset && reset !== "subtract" && reset.to.values.some((value) => value !== 0)) {
    const why =
      "NIR does not say where a potential begins; tools begin at 0, or at v_reset as here (atif_start)";
    builder.note(name, "approximate", "where the potential begins", why);
  }
}

function metadataOf(
  { kind, reset, threshold, compare, startsAtReset, height, told }: Equations,
  isFolded: boolean,
): NirMetadata {
  const [theta] = threshold.values;
  return new Map<string, string | number>([
    ["atif_kind", kind],
    ["atif_reset", reset === "subtract" ? "subtract" : "hard"],
    ["atif_compare", compare],
    ...(isOne(threshold) ? ([["atif_threshold", theta]] as const) : []),
    ["atif_output_scale", isFolded || typeof height !== "number" ? 1 : height],
    ["atif_folded", isFolded && typeof height === "number" ? 1 : 0],
    ...(startsAtReset ? ([["atif_start", "reset"]] as const) : []),
    ...told,
  ]);
}

/** I or LI, Threshold, and a Scale that leads back: what a soft reset is, one step later. */
function spelledOut(builder: NirBuilder, { name, input }: NeuronToWrite, equations: Equations): NirValue {
  const { r, leak, threshold, compare, height } = equations;
  const first = channelsFirst(input.shape);
  const fires = compare === ">=" ? mapped(threshold, below) : threshold;
  // A leak takes its part of the threshold, too, and r multiplies it.
  const back = mapped(threshold, (theta, i) => {
    const kept = leak === null ? builder.dt : leak.tau.values[i] / builder.dt - 1;
    return leak === null ? -theta / (r.values[i] * kept) : (-theta * kept) / r.values[i];
  });
  const metadata = metadataOf({ ...equations, threshold }, false);
  const nodes = new Map<string, AnyNirNode>([
    ["input", { type: "Input", fields: { shape: first }, metadata: noMetadata }],
    [
      "v",
      leak === null
        ? { type: "I", fields: { r }, metadata: noMetadata }
        : { type: "LI", fields: { r, tau: leak.tau, v_leak: leak.vLeak }, metadata: noMetadata },
    ],
    ["z", { type: "Threshold", fields: { threshold: fires }, metadata }],
    ["back", { type: "Scale", fields: { scale: back }, metadata: noMetadata }],
    ["output", { type: "Output", fields: { shape: first }, metadata: noMetadata }],
  ]);
  const edges: [string, string][] = [
    ["input", "v"],
    ["v", "z"],
    ["z", "back"],
    ["back", "v"],
  ];
  if (height === null) edges.push(["z", "output"]);
  else {
    const scale = typeof height === "number" ? filled(first, height) : height;
    nodes.set("out", { type: "Scale", fields: { scale }, metadata: noMetadata });
    edges.push(["z", "out"], ["out", "output"]);
  }
  const graph: NirGraph = { type: "NIRGraph", nodes, edges, metadata: noMetadata };
  const source = builder.addGraph(name, graph, input);
  builder.note(
    name,
    "exact",
    "soft reset spelled out",
    "I or LI, Threshold and Scale, with an edge that carries the step before",
  );
  const given = typeof height === "object" && height !== null ? null : (height ?? 1);
  return { ...input, sources: [source], factor: 1, height: given, pads: null };
}
