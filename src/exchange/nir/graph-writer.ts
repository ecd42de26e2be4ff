/** Walks the layers of a model, with what flows between them, and writes each as nodes of NIR. */

import { INPUT } from "../../graph/layer-graph.js";
import { planLayers, type AnyLayerSpec } from "../../graph/layer-spec.js";
import type { PlainOptions } from "../../layers/table.js";
import type { StateDict } from "../../module/state-dict.js";
import { sameShape, type Shape } from "../../shapes.js";
import { quantizedAdvice } from "../outline.js";
import { flatten } from "./flat-graph.js";
import type { NirBuilder, NirValue } from "./nir-builder.js";
import { noMetadata, type NirGraph } from "./nir-graph.js";
import { orderOf } from "./order.js";
import { layerRows } from "./write-layers.js";
import { isWritableNeuron, writeNeuron } from "./write-neurons.js";

export interface LayerToRead {
  readonly name: string;
  readonly kind: string;
  readonly options: PlainOptions;
  /** Names of layers, or "input". */
  readonly inputs: readonly string[];
  /** Of its output, channels last. */
  readonly shape: Shape;
}

interface Feedback {
  readonly from: string;
  readonly to: string;
  readonly join?: "add" | "concat";
}

interface RecurrentLayer {
  readonly inputs: readonly Shape[];
  readonly layers: readonly AnyLayerSpec[];
  readonly feedback: readonly Feedback[];
  readonly output?: string;
}

/** What flows, by the name of a layer or "input". */
type Values = Map<string, NirValue>;

export class GraphWriter {
  readonly #builder: NirBuilder;
  readonly #state: StateDict;

  constructor(builder: NirBuilder, state: StateDict) {
    this.#builder = builder;
    this.#state = state;
  }

  /**
   * Adds the value of a layer, unless one that it reads is missing, or it cannot be written, which a note says.
   *
   * @param path what stands before its name, of a layer inside another: "rec."
   * @param back by place of an input, sources that carry the step before
   */
  write(layer: LayerToRead, values: Values, path = "", back: readonly string[] = []): void {
    const inputs = layer.inputs.flatMap((name) => values.get(name) ?? []);
    const name = path + layer.name;
    if (!isWritten(layer.kind)) {
      const why = quantizedAdvice(layer.kind) ?? "NIR has no node for it";
      this.#refuse(name, layer.kind, why);
      return;
    }
    if (inputs.length < layer.inputs.length) return;
    if (back.length > 0) {
      const whole = this.#builder.applied(`${name}_input`, inputs[0]);
      inputs[0] = { ...whole, sources: [...whole.sources, ...back], height: null };
    }
    const value = this.#valueOf({ ...layer, name }, inputs);
    if (value !== null) values.set(layer.name, value);
  }

  #valueOf(layer: LayerToRead, inputs: readonly NirValue[]): NirValue | null {
    const { name, kind, options, shape } = layer;
    const state = this.#state;
    // What the tape shows of x.add(y) has a small letter.
    if (kind === "Add" || kind === "add") return this.#sum(layer, inputs);
    if (kind === "Recurrent") return this.#recurrent(layer, inputs);
    const [input] = inputs;
    if (input.pads !== null && kind !== "Conv1d" && kind !== "Conv2d") {
      return this.#refuse(name, kind, "zeros stand before it; expected a convolution");
    }
    if (isWritableNeuron(kind)) {
      return writeNeuron(this.#builder, {
        name,
        kind,
        options,
        state,
        input: this.#builder.applied(name, input),
      });
    }
    const value = layerRows[kind](this.#builder, { name, options, state, input, shape });
    return typeof value === "string" ? this.#refuse(name, kind, value) : value;
  }

  #refuse(name: string, what: string, why: string): null {
    this.#builder.note(name, "unsupported", what, why);
    return null;
  }

  /** Several edges into whatever reads it. */
  #sum({ name, kind, shape }: LayerToRead, inputs: readonly NirValue[]): NirValue | null {
    const [first] = inputs;
    if (inputs.some(({ channels }) => channels !== first.channels)) {
      return this.#refuse(name, kind, "it adds flattened maps whose features lie in different orders");
    }
    if (inputs.some(({ pads }) => pads !== null)) {
      return this.#refuse(name, kind, "it adds maps with zeros around them");
    }
    const isOne = inputs.every(({ factor }) => factor === first.factor);
    const terms = isOne ? inputs : inputs.map((value, i) => this.#builder.applied(`${name}_${i + 1}`, value));
    return { ...terms[0], sources: terms.flatMap(({ sources }) => sources), height: null, shape };
  }

  /** Its layers, and edges that lead back; a reader finds out by itself which of them those are. */
  #recurrent({ name, options }: LayerToRead, inputs: readonly NirValue[]): NirValue | null {
    const { layers: specs, inputs: shapes, feedback, output } = options as unknown as RecurrentLayer;
    if (feedback.some(({ join }) => join === "concat")) {
      return this.#refuse(
        name,
        "Recurrent",
        "what it feeds back is joined with its input, and edges of NIR add up",
      );
    }
    const builder = this.#builder;
    const read = [...feedback.map(({ from }) => from), ...(output === undefined ? [] : [output])];
    const { layers: plan } = planLayers(name, shapes[0], specs, { inputs: shapes.slice(1), read });
    const nameAt = (place: number): string => {
      if (place > 0) return plan[place - 1].name;
      return place === 0 ? INPUT : `${INPUT}${1 - place}`;
    };
    const values: Values = new Map(inputs.map((value, i) => [nameAt(-i), value]));
    const awaited = feedback.map((edge) => ({
      ...edge,
      place: builder.await(`${name}.${edge.from}>${edge.to}`),
    }));
    for (const { name: own, row, options: given, inputs: places, shape } of plan) {
      const back = awaited.flatMap(({ to, place }) => (to === own ? [place] : []));
      const layer = { name: own, kind: row.kind, options: given, shape, inputs: places.map(nameAt) };
      this.write(layer, values, `${name}.`, back);
    }
    for (const { from, place } of awaited) {
      const value = values.get(from);
      if (value === undefined) return null;
      builder.settle(place, builder.applied(`${name}.${from}_back`, value).sources);
    }
    return values.get(output ?? plan[plan.length - 1].name) ?? null;
  }

  end(value: NirValue, name: string, outputShape: Shape): void {
    const builder = this.#builder;
    const whole = builder.applied(name, value);
    if (whole.channels !== 1) {
      const why = "its features lie in another order than those of a file; expected a Linear behind it";
      builder.note(name, "unsupported", "the output is a flattened map", why);
    }
    if (!sameShape(outputShape, value.shape) || value.pads !== null) {
      builder.note(name, "unsupported", "the output is a map", "expected a list of numbers");
    }
    builder.add("output", "Output", { shape: outputShape }, whole, noMetadata);
  }

  /** Notes where a reader would take other edges for those that carry the step before. */
  checkFeedback(graph: NirGraph): void {
    const expected = this.#builder.fedBack;
    if (expected.length === 0) return;
    const flat = flatten(graph, []);
    const order = orderOf(flat);
    const found = flat.nodes.flatMap(({ name, inputs }, to) =>
      inputs.filter((from) => order.goesBack(from, to)).map((from) => [flat.nodes[from].name, name] as const),
    );
    for (const [from, to] of expected) {
      if (found.some(([start, end]) => isPartOf(start, from) && isPartOf(end, to))) continue;
      const why = `a reader of NIR would take another edge of the circle than that from ${from} for the one of the step before`;
      this.#builder.note(to, "unsupported", "feedback", why);
    }
  }
}

/** Whether there is a rule for a kind; what the tape shows of x.add(y) has a small letter. */
function isWritten(kind: string): boolean {
  return (
    ["Add", "add", "Recurrent"].includes(kind) || isWritableNeuron(kind) || Object.hasOwn(layerRows, kind)
  );
}

/** Whether a node is one, or stands in the graph of that name. */
function isPartOf(node: string, name: string): boolean {
  return node === name || node.startsWith(`${name}.`);
}
