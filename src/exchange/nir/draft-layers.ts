/** Layers of a graph of NIR, one node after the other, with the shapes between them; circles are still open. */

import { FormatError } from "../../errors.js";
import { INPUT } from "../../graph/layer-graph.js";
import type { StateEntry } from "../../module/state-dict.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../../shapes.js";
import { becomeLayers, type BecomeLayer, type NodeContext } from "./become-layers.js";
import { readersOf, type FlatGraph, type FlatNode } from "./flat-graph.js";
import { LayerNames } from "./layer-names.js";
import type { AnyNirNode, NirFields, NirType } from "./nir-graph.js";
import { nirNodeRow } from "./nodes.js";
import type { Order } from "./order.js";
import type { Reading } from "./recognise.js";

export interface LayerDraft {
  readonly name: string;
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Names of layers, or "input". */
  readonly inputs: readonly string[];
  readonly state: Readonly<Record<string, StateEntry>>;
}

export interface NodeDraft {
  readonly layers: readonly LayerDraft[];
  /** Name of the layer whose output is that of the node, or of one before it, or "input". */
  readonly value: string;
  /** Indices of nodes whose last value is added to what the first layer reads. */
  readonly fedBack: readonly number[];
  /** Of its output, channels first. */
  readonly shape: Shape;
}

export interface DraftedGraph {
  /** By the index of a node. */
  readonly drafts: readonly NodeDraft[];
  readonly names: LayerNames;
}

/** @throws FormatError where nodes do not fit one another */
export function draftLayers(graph: FlatGraph, order: Order, reading: Reading): DraftedGraph {
  const drafting = new Drafting(graph, order, reading);
  for (const { members } of order.components) for (const i of members) drafting.add(i);
  drafting.checkFeedback();
  return { drafts: drafting.drafts, names: drafting.names };
}

class Drafting {
  readonly drafts: NodeDraft[] = [];
  readonly names = new LayerNames();
  readonly #graph: FlatGraph;
  readonly #order: Order;
  readonly #reading: Reading;
  readonly #readers: readonly (readonly number[])[];

  constructor(graph: FlatGraph, order: Order, reading: Reading) {
    this.#graph = graph;
    this.#order = order;
    this.#reading = reading;
    this.#readers = readersOf(graph.nodes);
  }

  add(i: number): void {
    const { nodes, input } = this.#graph;
    if (i === input) {
      this.drafts[i] = { layers: [], value: INPUT, fedBack: [], shape: inputShapeOf(this.#graph) };
      return;
    }
    const { name, node, inputs } = nodes[i];
    const where = `node "${name}"`;
    const forward = inputs.filter((from) => !this.#order.goesBack(from, i));
    const fedBack = inputs.filter((from) => this.#order.goesBack(from, i));
    const shape = this.#sharedShape(forward, where);
    const layers: LayerDraft[] = [];
    let value = this.drafts[forward[0]].value;
    if (forward.length > 1) {
      const reads = forward.map((from) => this.drafts[from].value);
      value = this.names.take(node === null ? name : `${name}_sum`);
      layers.push({ name: value, kind: "Add", options: {}, inputs: reads, state: {} });
    }
    const { output, become } = this.#become(i, shape, where);
    become.forEach(({ suffix, kind, options, state }) => {
      const own = this.names.take(`${name}${suffix}`);
      layers.push({ name: own, kind, options, inputs: [value], state });
      value = own;
    });
    if (layers.length === 0 && fedBack.length > 0) {
      // What is fed back is added to what a layer reads: here is none.
      const own = this.names.take(name);
      layers.push({
        name: own,
        kind: "Scale",
        options: {},
        inputs: [value],
        state: { scale: { shape: [], data: Float32Array.of(1) } },
      });
      value = own;
    }
    this.drafts[i] = { layers, value, fedBack, shape: output };
  }

  /** @throws FormatError unless what is fed back has the shape of what is read */
  checkFeedback(): void {
    this.drafts.forEach(({ fedBack }, i) => {
      const { name, inputs } = this.#graph.nodes[i];
      const first = inputs.find((from) => !this.#order.goesBack(from, i)) ?? 0;
      for (const from of fedBack) this.#checkSame(first, from, `node "${name}"`);
    });
  }

  #sharedShape(inputs: readonly number[], where: string): Shape {
    for (const from of inputs) this.#checkSame(inputs[0], from, where);
    return this.drafts[inputs[0]].shape;
  }

  #checkSame(one: number, other: number, where: string): void {
    const [a, b] = [one, other].map((i) => this.drafts[i].shape);
    if (sameShape(a, b)) return;
    const names = [one, other].map((i) => this.#graph.nodes[i].name);
    throw new FormatError(
      `${where} adds ${formatShape(a)} of "${names[0]}" and ${formatShape(b)} of "${names[1]}"; expected one shape.`,
    );
  }

  #become(i: number, input: Shape, where: string): { output: Shape; become: readonly BecomeLayer[] } {
    const { node, name, metadata } = this.#graph.nodes[i];
    if (node === null) return { output: input, become: [] };
    if (node.type === "Known") {
      if (sameShape(node.shape, input)) return { output: input, become: [{ suffix: "", ...node }] };
      throw new FormatError(
        `${where}: its numbers have the shape ${formatShape(node.shape)}, and ${formatShape(input)} comes in; expected the same.`,
      );
    }
    const output = shapeAfter(node, input, where);
    const flattenedChannels = this.#flattenedChannels(i);
    const feedsLinearOnly = this.#feedsLinearOnly(i);
    const context = {
      where,
      name,
      metadata,
      input,
      output,
      reading: this.#reading,
      feedsLinearOnly,
      flattenedChannels,
    };
    return { output, become: layersOf(node, context) };
  }

  /** Whether all that read a node are Linear or Affine, and read nothing else. */
  #feedsLinearOnly(i: number): boolean {
    const { nodes } = this.#graph;
    const readers = this.#readers[i];
    return (
      readers.length > 0 &&
      readers.every((reader) => isLinear(nodes[reader]) && nodes[reader].inputs.length === 1)
    );
  }

  /** Of a Linear behind a Flatten that feeds nothing else. */
  #flattenedChannels(i: number): number {
    const { nodes } = this.#graph;
    const [from] = nodes[i].inputs;
    if (!isLinear(nodes[i]) || nodes[from].node?.type !== "Flatten" || !this.#feedsLinearOnly(from)) return 1;
    const draft = this.drafts[from];
    if (!draft.layers.some(({ kind }) => kind === "Flatten")) return 1;
    return this.drafts[nodes[from].inputs[0]].shape[0];
  }
}

function isLinear({ node }: FlatNode): boolean {
  return node?.type === "Linear" || node?.type === "Affine";
}

function shapeAfter<K extends NirType>(
  { type, fields }: { type: K; fields: NirFields[K] },
  input: Shape,
  where: string,
): Shape {
  return nirNodeRow(type).outputShape(fields, input, where);
}

function layersOf(node: AnyNirNode, context: NodeContext): readonly BecomeLayer[] {
  const become = becomeLayers[node.type] as (fields: unknown, context: NodeContext) => readonly BecomeLayer[];
  return become(node.fields, context);
}

/** What the input says, or those that read it. @throws FormatError where none of them does */
function inputShapeOf(graph: FlatGraph): Shape {
  const { nodes, input } = graph;
  const own = nodes[input].node;
  if (own?.type === "Input" && own.fields.shape !== null) return own.fields.shape;
  for (const reader of readersOf(nodes)[input]) {
    const shape = shapeBefore(nodes[reader]);
    if (shape !== null) return shape;
  }
  throw new FormatError(
    `node "${nodes[input].name}" has no shape, and none of those that read it tells it; expected shape.`,
  );
}

function shapeBefore({ node }: FlatNode): Shape | null {
  if (node === null) return null;
  switch (node.type) {
    case "Linear":
    case "Affine":
      return node.fields.weight.shape.slice(1);
    case "Conv1d":
    case "Conv2d": {
      const { weight, groups, input_shape: map } = node.fields;
      return map === null ? null : [weight.shape[1] * groups, ...map];
    }
    case "Known":
      return node.shape;
    case "IF":
    case "LIF":
    case "CubaLIF":
      return node.fields.v_threshold.shape;
    case "LI":
    case "CubaLI":
    case "I":
      return node.fields.r.shape;
    case "Scale":
      return node.fields.scale.shape;
    case "Threshold":
      return node.fields.threshold.shape;
    case "Flatten":
      return node.fields.input_type;
    case "Input":
    case "Output":
    case "AvgPool2d":
    case "SumPool2d":
    case "Delay":
      return null;
  }
}

/** Of the last node, what the file says of it. @throws FormatError where that is something else */
export function checkOutputShape(graph: FlatGraph, shape: Shape): "same" | "reshaped" {
  const { name, node } = graph.nodes[graph.output];
  const told = node?.type === "Output" ? node.fields.shape : null;
  if (told === null || sameShape(told, shape)) return "same";
  if (sizeOf(told) === sizeOf(shape)) return "reshaped";
  throw new FormatError(
    `node "${name}" has the shape ${formatShape(told)}, and ${formatShape(shape)} comes in; expected the same.`,
  );
}
