/** A graph of NIR that is being written: nodes, edges, and what flows along them. */

import { sizeOf, type Shape } from "../../shapes.js";
import type { FidelityNote } from "../fidelity-report.js";
import {
  filled,
  noMetadata,
  type AnyNirNode,
  type NirArray,
  type NirFields,
  type NirGraph,
  type NirMetadata,
  type NirType,
} from "./nir-graph.js";
import type { NirProfile } from "./profiles.js";

/** What a layer here gives, as nodes of NIR give it. */
export interface NirValue {
  /** Nodes whose outputs add up to it. */
  readonly sources: readonly string[];
  /** What they have to be multiplied by: a threshold that is folded into the weights that follow. */
  readonly factor: number;
  /** Of spikes: what the nodes give where it fires, 0 where it does not; null: other numbers. */
  readonly height: number | null;
  /** Of one sample, channels last. */
  readonly shape: Shape;
  /** Of features that lie as a map of so many channels did, channels last; 1: in the order of NIR. */
  readonly channels: number;
  /** Zeros around it that the convolution behind it has to add. */
  readonly pads: readonly (readonly [before: number, after: number])[] | null;
}

export class NirBuilder {
  readonly profile: NirProfile;
  /** Length of a time step, in the unit of the time constants that are written. */
  readonly dt: number;
  readonly notes: FidelityNote[] = [];
  readonly #nodes = new Map<string, AnyNirNode | NirGraph>();
  readonly #edges: (readonly [string, string])[] = [];
  /** By a name that stands for a value not known yet. */
  readonly #awaited = new Map<string, readonly string[]>();

  constructor(profile: NirProfile, dt: number) {
    this.profile = profile;
    this.dt = dt;
  }

  note(layer: string | null, verdict: FidelityNote["verdict"], what: string, why: string): void {
    this.notes.push({ layer, what, why, verdict });
  }

  /** @returns the name, or one like it that is free */
  add<K extends NirType>(
    name: string,
    type: K,
    fields: NirFields[K],
    input: NirValue | null,
    metadata: NirMetadata = noMetadata,
  ): string {
    return this.#add(name, { type, fields, metadata } as unknown as AnyNirNode, input);
  }

  addGraph(name: string, graph: NirGraph, input: NirValue): string {
    return this.#add(name, graph, input);
  }

  #add(name: string, node: AnyNirNode | NirGraph, input: NirValue | null): string {
    let own = name;
    for (let n = 2; this.#nodes.has(own); n++) own = `${name}_${n}`;
    this.#nodes.set(own, node);
    if (input !== null) this.connect(input.sources, own, input.shape);
    return own;
  }

  /** A source that occurs several times goes through a node of its own: an edge counts once. */
  connect(sources: readonly string[], to: string, shape: Shape): void {
    for (const source of new Set(sources)) {
      const times = sources.filter((each) => each === source).length;
      if (times === 1) this.#edges.push([source, to]);
      else {
        const scale = filled(channelsFirst(shape), times);
        const multiplied = this.#add(`${to}_times${times}`, { type: "Scale", fields: { scale }, metadata: noMetadata }, null);
        this.#edges.push([source, multiplied], [multiplied, to]);
      }
    }
  }

  /** A source in the place of one that will be known later. */
  await(name: string): string {
    const place = `\0${name}`;
    this.#awaited.set(place, []);
    return place;
  }

  settle(place: string, sources: readonly string[]): void {
    this.#awaited.set(place, sources);
  }

  graph(metadata: NirMetadata): NirGraph {
    const edges = this.#edges.flatMap(([from, to]): (readonly [string, string])[] =>
      (this.#awaited.get(from) ?? [from]).map((source) => [source, to] as const),
    );
    return { type: "NIRGraph", nodes: this.#nodes, edges, metadata };
  }

  /** The value itself, without a factor that is still to be multiplied. */
  applied(name: string, value: NirValue): NirValue {
    const { factor } = value;
    if (factor === 1) return value;
    const source = this.scaled(`${name}_scaled`, value, factor);
    const height = value.height === null ? null : value.height * factor;
    return { ...value, sources: [source], factor: 1, height };
  }

  /** Multiplies all elements by a number, with what other tools know best. */
  scaled(name: string, value: NirValue, factor: number): string {
    const first = channelsFirst(value.shape);
    if (this.profile !== "portable") return this.add(name, "Scale", { scale: filled(first, factor) }, value);
    return this.diagonal(name, value, new Float64Array(first[0]).fill(factor), new Float64Array(first[0]));
  }

  /** Multiplies each channel by a number and adds one: weights that are 0 between channels. */
  diagonal(name: string, value: NirValue, factors: Float64Array, bias: Float64Array): string {
    const [channels, ...map] = channelsFirst(value.shape);
    const values = new Float64Array(channels * channels);
    for (let c = 0; c < channels; c++) values[c * channels + c] = factors[c];
    const weight = { shape: [channels, channels, ...map.map(() => 1)], values };
    const own = { shape: [channels], values: bias };
    if (map.length === 0) return this.add(name, "Affine", { weight, bias: own }, value);
    const one = map.map(() => 1);
    const fields = { weight, bias: own, input_shape: map, stride: one, dilation: one, padding: map.map(() => 0), groups: 1 };
    return this.add(name, map.length === 1 ? "Conv1d" : "Conv2d", fields, value);
  }
}

/** [H, W, C] is [C, H, W] in a file. */
export function channelsFirst(shape: Shape): Shape {
  return [...shape.slice(-1), ...shape.slice(0, -1)];
}

/** An array of a state dict, for each element of a sample: one number for all, or one for each channel, is repeated. */
export function expanded(
  { shape, data }: { readonly shape: Shape; readonly data: ArrayLike<number> },
  sample: Shape,
): NirArray {
  const first = channelsFirst(sample);
  const values = new Float64Array(sizeOf(first));
  // Channels come first in an array, too, unless it has one axis, that of the channels.
  const own = [...shape, ...first.slice(shape.length).map(() => 1)];
  for (let i = 0; i < values.length; i++) {
    let [rest, at, stride] = [i, 0, 1];
    for (let axis = first.length - 1; axis >= 0; axis--) {
      const position = rest % first[axis];
      rest = Math.floor(rest / first[axis]);
      at += own[axis] === 1 ? 0 : position * stride;
      stride *= own[axis];
    }
    values[i] = data[at];
  }
  return { shape: first, values };
}
