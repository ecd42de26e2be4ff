/** A network as data: its layers, what each reads, and the shapes between them. Everything that walks a network reads this. */

import type { KnownLayer, PlainOptions } from "../layers/table.js";
import type { Module } from "../module/module.js";
import type { Shape } from "../shapes.js";

export interface LayerNode {
  /** Of its module in the state dict: "layers.conv1". Of the network's input: "input". */
  readonly name: string;
  /** "Conv2d", "ATIF"; "Input"; of a class that no table knows, the class; of an operation without a layer, its name. */
  readonly kind: string;
  /** The constructor's arguments by name, as the layer is now; empty where the kind is not known. */
  readonly options: PlainOptions;
  readonly inputs: readonly LayerNode[];
  /** Of its output, for one sample in one time step, channels last. */
  readonly shape: Shape;
  /** null for the network's input, and for an operation that is no layer, such as x.add(y). */
  readonly module: Module | null;
}

export interface LayerGraph {
  /** In an order in which they can be computed; the input is the first. */
  readonly nodes: readonly LayerNode[];
  readonly input: LayerNode;
  readonly output: LayerNode;
}

/** A layer with a network inside, as it is now; names are those inside. Its inputs are nodes without a module. */
export interface HoldsNetwork {
  readonly inside: readonly LayerNode[];
}

/** A node before its layer is made. */
export interface PlannedLayer {
  readonly name: string;
  readonly row: KnownLayer;
  readonly options: PlainOptions;
  /** Places in the plan: 0 is the network's input, i the i-th layer that is computed. */
  readonly inputs: readonly number[];
  readonly shape: Shape;
}

/** What a network's input is called. */
export const INPUT = "input";

/** The graph of a plan whose layers were made. Options are read from the layers when they are asked for. */
export function graphOf(
  inputShape: Shape,
  plan: readonly PlannedLayer[],
  layers: readonly Module[],
): LayerGraph {
  const input: LayerNode = {
    name: INPUT,
    kind: "Input",
    options: {},
    inputs: [],
    shape: inputShape,
    module: null,
  };
  const nodes = [input];
  plan.forEach(({ name, row, inputs, shape }, i) => {
    const module = layers[i];
    nodes.push({
      name,
      kind: row.kind,
      get options() {
        return row.optionsOf(module);
      },
      inputs: inputs.map((place) => nodes[place]),
      shape,
      module,
    });
  });
  return { nodes, input, output: nodes[nodes.length - 1] };
}

/**
 * The list of layers from which the graph is made again, as they are now.
 *
 * @param places of the nodes, in the order of the list
 * @throws TypeError for a layer with a setting that no option has
 */
export function specsOf({ nodes }: LayerGraph, places: readonly number[]): StoredLayer[] {
  return places.map((place, i) => {
    const { name, kind, options, inputs } = nodes[place];
    const read = inputs.map((node) => node.name);
    const before = i === 0 ? INPUT : nodes[places[i - 1]].name;
    const isNext = read.length === 1 && read[0] === before;
    return { name, kind, options, ...(isNext ? {} : { inputs: read }) };
  });
}

/** A LayerSpec with all its options. */
export interface StoredLayer {
  readonly name: string;
  readonly kind: string;
  readonly options: PlainOptions;
  readonly inputs?: readonly string[];
}

/** The name of a node as identifiers have it: "layers.0.0.neuronr" is layers_0_0_neuronr. */
export function identifierOf(name: string): string {
  const snake = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^0-9a-z_]+/g, "_");
  return /^\d/.test(snake) ? `_${snake}` : snake;
}
