/** A graph of NIR that computes what a model does in evaluation, and what is lost on the way. */

import { fuseBatchNorm } from "../../deployment/fuse-batch-norm.js";
import { messageOf } from "../../errors.js";
import { INPUT, type LayerGraph, type LayerNode } from "../../graph/layer-graph.js";
import { planLayers, type AnyLayerSpec } from "../../graph/layer-spec.js";
import type { PlainOptions } from "../../layers/table.js";
import { networkGraph } from "../../models/network-graph.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import type { StateDict } from "../../module/state-dict.js";
import { describePreprocessing } from "../../preprocessing/describe.js";
import { sameShape, type Shape } from "../../shapes.js";
import type { FidelityNote } from "../fidelity-report.js";
import { flatten } from "./flat-graph.js";
import { channelsFirst, NirBuilder, type NirValue } from "./nir-builder.js";
import { noMetadata, type NirGraph } from "./nir-graph.js";
import { orderOf } from "./order.js";
import type { NirProfile } from "./profiles.js";
import { layerRows } from "./write-layers.js";
import { inSteps, isWritableNeuron, writeNeuron } from "./write-neurons.js";

export interface WrittenGraph {
  /** null: the notes say what stands in the way. */
  readonly graph: NirGraph | null;
  readonly notes: readonly FidelityNote[];
}

export function graphFrom(model: SpikingModel, profile: NirProfile): WrittenGraph {
  const folded = withoutNormalisations(model);
  if (typeof folded === "string") {
    return { graph: null, notes: [{ layer: null, what: "layers that are not known", why: folded, verdict: "unsupported" }] };
  }
  const graph = networkGraph(folded);
  const builder = new NirBuilder(profile, stepOf(graph));
  const before = networkGraph(model).nodes.filter(({ kind }) => kind.startsWith("BatchNorm"));
  for (const { name } of before.filter((norm) => !graph.nodes.some((node) => node.name === norm.name))) {
    builder.note(name, "exact", "normalisation folded", "into the weights of the layer before it, as fuseBatchNorm does");
  }
  const writing = new Writing(builder, folded.stateDict());
  const first = channelsFirst(folded.inputShape);
  const input = builder.add(INPUT, "Input", { shape: first }, null);
  const shape = folded.inputShape;
  const start: NirValue = { sources: [input], factor: 1, height: null, shape, channels: 1, pads: null };
  const layers = graph.nodes.slice(1).map((node) => layerOf(node));
  const output = writing.layers(layers, new Map([[INPUT, start]]), graph.output.name, "");
  if (output === null) return { graph: null, notes: builder.notes };
  writing.end(output, graph.output.name, folded.outputShape);
  noteModel(builder, model);
  const metadata = new Map<string, string | number>([
    ["atif_spec", "1"],
    ["timesteps", folded.timesteps],
    ["dt", builder.dt],
  ]);
  const written = builder.graph(metadata);
  writing.checkFeedback(written);
  const isWritten = !builder.notes.some(({ verdict }) => verdict === "unsupported");
  return { graph: isWritten ? written : null, notes: builder.notes };
}

/** @returns a sentence where it has layers that are not known by kind */
function withoutNormalisations(model: SpikingModel): SpikingModel | string {
  try {
    return fuseBatchNorm(model);
  } catch (thrown) {
    if (!(thrown instanceof TypeError) && !(thrown instanceof RangeError)) throw thrown;
    return messageOf(thrown).replace(/\.$/, "");
  }
}

/** That of the layers that have one, where all have the same and none counts in time steps; else 1. */
function stepOf({ nodes }: LayerGraph): number {
  const steps = new Set<unknown>();
  const look = (kind: string, options: PlainOptions): void => {
    if (inSteps.has(kind)) steps.add(1);
    // An IF alone does not tell a step: it has no time constant.
    if (typeof options.dt === "number" && kind !== "CurrentIF" && kind !== "Integrator") steps.add(options.dt);
    if (kind !== "Recurrent") return;
    for (const layer of options.layers as readonly AnyLayerSpec[]) look(layer.kind, layer.options ?? {});
  };
  for (const { kind, options } of nodes.slice(1)) look(kind, options);
  const [only] = steps;
  return steps.size === 1 && typeof only === "number" ? only : 1;
}

function noteModel(builder: NirBuilder, model: SpikingModel): void {
  const { timesteps, preprocessing } = model;
  const why = `${timesteps} time steps and the mean of what they give: NIR says what one step gives`;
  builder.note(null, "exact", "time steps and decoding are not part of NIR", why);
  const learned = "surrogates, and which numbers are learned: NIR holds what a network computes";
  builder.note(null, "exact", "nothing for training", learned);
  if (preprocessing.length === 0) return;
  const prepared = `samples come prepared (${describePreprocessing(preprocessing)}), as run() takes them`;
  builder.note(null, "exact", "preprocessing is not part of NIR", prepared);
}

interface Layer {
  readonly name: string;
  readonly kind: string;
  readonly options: PlainOptions;
  readonly inputs: readonly string[];
  /** Channels last. */
  readonly shape: Shape;
}

function layerOf({ name, kind, options, inputs, shape }: LayerNode): Layer {
  return { name, kind, options, shape, inputs: inputs.map((node) => node.name) };
}

interface Feedback {
  readonly from: string;
  readonly to: string;
}

class Writing {
  readonly #builder: NirBuilder;
  readonly #state: StateDict;
  readonly #feedback: Feedback[] = [];

  constructor(builder: NirBuilder, state: StateDict) {
    this.#builder = builder;
    this.#state = state;
  }

  /**
   * @param values by name, of what is known; those of the layers join them
   * @param path of the layer with feedback that they are in: "rec."
   * @returns the value of the output; null where one of them cannot be written
   */
  layers(layers: readonly Layer[], values: Map<string, NirValue>, output: string, path: string): NirValue | null {
    for (const layer of layers) {
      const inputs = layer.inputs.flatMap((name) => values.get(name) ?? []);
      if (inputs.length < layer.inputs.length) continue;
      const value = this.#layer({ ...layer, name: path + layer.name }, inputs);
      if (value !== null) values.set(layer.name, value);
    }
    return values.get(output) ?? null;
  }

  #layer(layer: Layer, inputs: readonly NirValue[]): NirValue | null {
    const { name, kind, options, shape } = layer;
    const state = this.#state;
    if (kind === "Add" || kind === "add") return this.#sum(layer, inputs);
    if (kind === "Recurrent") return this.#recurrent(layer, inputs);
    const [input] = inputs;
    if (input.pads !== null && kind !== "Conv1d" && kind !== "Conv2d") {
      return this.#refuse(name, kind, "zeros stand before it; expected a convolution");
    }
    if (isWritableNeuron(kind)) {
      return writeNeuron(this.#builder, { name, kind, options, state, input: this.#builder.applied(name, input) });
    }
    const row = Object.hasOwn(layerRows, kind) ? layerRows[kind] : undefined;
    if (row === undefined) return this.#refuse(name, kind, "NIR has no node for it");
    const value = row(this.#builder, { name, options, state, input, shape });
    return typeof value === "string" ? this.#refuse(name, kind, value) : value;
  }

  #refuse(name: string, what: string, why: string): null {
    this.#builder.note(name, "unsupported", what, why);
    return null;
  }

  /** Several edges into whatever reads it. */
  #sum({ name, kind, shape }: Layer, inputs: readonly NirValue[]): NirValue | null {
    const [first] = inputs;
    if (inputs.some(({ channels }) => channels !== first.channels)) {
      return this.#refuse(name, kind, "it adds flattened maps whose features lie in different orders");
    }
    if (inputs.some(({ pads }) => pads !== null)) return this.#refuse(name, kind, "it adds maps with zeros around them");
    const isOne = inputs.every(({ factor }) => factor === first.factor);
    const terms = isOne ? inputs : inputs.map((value, i) => this.#builder.applied(`${name}_${i + 1}`, value));
    return { ...terms[0], sources: terms.flatMap(({ sources }) => sources), height: null, shape };
  }

  #recurrent({ name, options }: Layer, inputs: readonly NirValue[]): NirValue | null {
    const { layers: specs, inputs: shapes, feedback, output } = options as unknown as {
      readonly layers: readonly AnyLayerSpec[];
      readonly inputs: readonly Shape[];
      readonly feedback: readonly Feedback[];
      readonly output?: string;
    };
    const builder = this.#builder;
    const read = [...feedback.map(({ from }) => from), ...(output === undefined ? [] : [output])];
    const { layers: plan } = planLayers(name, shapes[0], specs, { inputs: shapes.slice(1), read });
    const nameAt = (place: number): string => (place > 0 ? plan[place - 1].name : place === 0 ? INPUT : `${INPUT}${1 - place}`);
    const inside = plan.map(({ name: own, row, options: given, inputs: places, shape }): Layer => {
      return { name: own, kind: row.kind, options: given, shape, inputs: places.map(nameAt) };
    });
    const values = new Map(inputs.map((value, i) => [nameAt(-i), value]));
    const places = new Map(feedback.map((edge) => [edge, builder.await(`${name}.${edge.from}>${edge.to}`)]));
    const fed = inside.map((layer): Layer => {
      const edges = feedback.filter(({ to }) => to === layer.name);
      if (edges.length === 0) return layer;
      // What comes back joins the first input, without a factor.
      return { ...layer, inputs: [`>${layer.name}`, ...layer.inputs.slice(1)] };
    });
    const withFeedback = fed.flatMap((layer, i): Layer[] => {
      const original = inside[i];
      return layer === original ? [layer] : [{ ...original, name: `>${layer.name}`, kind: "Feedback", inputs: original.inputs.slice(0, 1) }, layer];
    });
    for (const layer of withFeedback) {
      const reads = layer.inputs.flatMap((from) => values.get(from) ?? []);
      if (reads.length < layer.inputs.length) continue;
      if (layer.kind === "Feedback") {
        const to = layer.name.slice(1);
        const whole = builder.applied(`${name}.${to}_input`, reads[0]);
        const back = [...places].flatMap(([edge, place]) => (edge.to === to ? [place] : []));
        values.set(layer.name, { ...whole, sources: [...whole.sources, ...back], height: null });
        continue;
      }
      const value = this.#layer({ ...layer, name: `${name}.${layer.name}` }, reads);
      if (value !== null) values.set(layer.name, value);
    }
    for (const [{ from, to }, place] of places) {
      const value = values.get(from);
      if (value === undefined) return null;
      const whole = builder.applied(`${name}.${from}_back`, value);
      builder.settle(place, whole.sources);
      for (const source of whole.sources) this.#feedback.push({ from: source, to: `${name}.${to}` });
    }
    const last = output ?? plan[plan.length - 1].name;
    return values.get(last) ?? null;
  }

  end(value: NirValue, name: string, outputShape: Shape): void {
    const builder = this.#builder;
    const whole = builder.applied(name, value);
    if (whole.channels !== 1) {
      const why = "the output is a flattened map whose features lie in another order than those of a file; expected a Linear behind it";
      builder.note(name, "unsupported", "Flatten", why);
    }
    if (!sameShape(outputShape, value.shape)) {
      builder.note(name, "unsupported", "output", "it is a map; expected a list of numbers");
    }
    builder.add("output", "Output", { shape: outputShape }, whole, noMetadata);
  }

  /** A reader finds out by itself which edges carry the step before. */
  checkFeedback(graph: NirGraph): void {
    if (this.#feedback.length === 0) return;
    const flat = flatten(graph, []);
    const order = orderOf(flat);
    const found = new Set<string>();
    flat.nodes.forEach(({ name, inputs }, to) => {
      for (const from of inputs) if (order.goesBack(from, to)) found.add(`${flat.nodes[from].name} ${name}`);
    });
    const missing = this.#feedback.filter(({ from, to }) => ![...found].some((edge) => isEdge(edge, from, to)));
    for (const { from, to } of missing) {
      const why = `a reader of NIR would take another edge of the circle for the one from ${from}, which carries the step before`;
      this.#builder.note(to, "unsupported", "feedback", why);
    }
  }
}

/** Whether an edge between nodes leads from one layer, or a part of it, to another. */
function isEdge(edge: string, from: string, to: string): boolean {
  const [start, end] = edge.split(" ");
  return (start === from || start.startsWith(`${from}.`)) && (end === to || end.startsWith(`${to}.`) || end.startsWith(`${to}_`));
}
