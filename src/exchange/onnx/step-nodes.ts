/** All layers of a network for one time step, as nodes of ONNX; layers that see the same at every step are written once. */

import type { Outline, OutlineLayer, OwnLayerKind } from "../outline.js";
import { layerNodes } from "./layer-nodes.js";
import { neuronNodes, type NeuronPlace } from "./neuron-nodes.js";
import type { Attributes, OnnxGraph } from "./onnx-graph.js";

/** Of neurons, by their place in the outline: what their potentials are called. */
export type Potentials = ReadonlyMap<number, string>;

export interface StepSettings {
  readonly t: number;
  /** Whether the input is the same as that of the step before. */
  readonly isStill: boolean;
  /** What potentials after the step are called; null: anything, and the names of values tell the time step. */
  readonly names: Potentials | null;
}

export class StepNodes {
  readonly #graph: OnnxGraph;
  readonly #outline: Outline;
  /** Outputs of layers that are the same at every step. */
  readonly #still = new Map<number, string>();
  /** sigmoid(w), by its array. */
  readonly #rates = new Map<string, string>();

  constructor(graph: OnnxGraph, outline: Outline) {
    this.#graph = graph;
    this.#outline = outline;
  }

  /** What potentials begin with: one number for all. */
  rest(): Potentials {
    return new Map(
      this.#outline.layers.flatMap(({ equations }, place) =>
        equations === null ? [] : [[place, this.#graph.constant([], [equations.reset ?? 0])] as const],
      ),
    );
  }

  /** @param x what the network's input is called */
  write(
    x: string,
    before: Potentials,
    { t, isStill, names }: StepSettings,
  ): { readonly y: string; readonly potentials: Potentials } {
    const values = [x];
    const potentials = new Map<number, string>();
    this.#outline.layers.forEach((layer, place) => {
      const known = isStill && layer.isStill ? this.#still.get(place) : undefined;
      if (known !== undefined) {
        values.push(known);
        return;
      }
      const inputs = layer.inputs.map((from) => values[from]);
      const isTold = names === null && !(isStill && layer.isStill);
      const at = this.#placeOf(layer, isTold ? `${layer.name}/t${t}` : layer.name);
      const { equations } = layer;
      if (equations === null) {
        const order = this.#outline.orders[place];
        const [inputShape] = layer.inputShapes;
        const layerPlace = { ...at, inputShape, order };
        const y = layerNodes(layer.kind as OwnLayerKind, layer.options, inputs, layerPlace);
        this.#still.set(place, y);
        values.push(y);
        return;
      }
      const v = before.get(place) ?? this.#graph.constant([], [equations.reset ?? 0]);
      const neuronPlace: NeuronPlace = {
        ...at,
        threshold: this.#threshold(layer),
        rate: this.#rate(layer),
        potential: names?.get(place) ?? null,
      };
      const next = neuronNodes(equations, { x: inputs[0], v }, neuronPlace);
      potentials.set(place, next.v);
      values.push(next.y);
    });
    return { y: values[values.length - 1], potentials };
  }

  #placeOf({ path }: OutlineLayer, name: string): Pick<NeuronPlace, "graph" | "node" | "array"> {
    const graph = this.#graph;
    return {
      graph,
      node: (op: string, inputs: readonly string[], attributes?: Attributes) =>
        graph.node(op, inputs, `${name}/${op}`, attributes),
      array: (array) => this.#array(`${path}.${array}`),
    };
  }

  #array(name: string): string {
    const { shape, data } = this.#outline.state[name];
    return this.#graph.array(name, shape, data);
  }

  /** Learned, or a number of the neuron under a name like that of one. */
  #threshold({ path, equations, shape: sample }: OutlineLayer): string {
    const { name, value, isLearned } = equations?.threshold ?? { name: "", value: 0, isLearned: false };
    const whole = `${path}.${name}`;
    if (!isLearned) return this.#graph.array(whole, [1], Float32Array.of(value));
    const { shape, data } = this.#outline.state[whole];
    // Of channels, which are the first axis of a sample here.
    const axes = data.length === 1 ? shape : [data.length, ...sample.slice(1).map(() => 1)];
    return this.#graph.array(whole, axes, data);
  }

  #rate({ path, equations }: OutlineLayer): string | null {
    const leak = equations?.leak ?? null;
    if (leak === null || !("rate" in leak)) return null;
    const array = `${path}.${leak.rate}`;
    const rate = this.#rates.get(array) ?? this.#graph.node("Sigmoid", [this.#array(array)], `${path}.k`);
    this.#rates.set(array, rate);
    return rate;
  }
}
