/** The layers of a network as a table shows them: shapes, parameters, thresholds, levels. */

import type { HoldsNetwork, LayerNode } from "../graph/layer-graph.js";
import { thetaSpread, type HasThetaSpread } from "../measuring/theta-spread.js";
import { networkGraph } from "../models/network-graph.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Module } from "../module/module.js";
import { BaseNode } from "../neurons/base-node.js";
import { sizeOf, type Shape } from "../shapes.js";

export interface NetworkLayer {
  /** As in the state dict, without "layers." where all begin with it: "conv1". */
  readonly name: string;
  /** "Conv2d", "ATIF" */
  readonly kind: string;
  /** One time step of one sample, channels last. */
  readonly outputShape: Shape;
  /** Learned numbers. */
  readonly parameters: number;
  /** Of a spiking layer. */
  readonly neuron?: NeuronFacts;
}

export interface NeuronFacts extends Readonly<HasThetaSpread> {
  /** The threshold, or the mean of several. */
  readonly theta: number;
  /** Whether theta is learned. */
  readonly learned: boolean;
  /** Neurons of the layer, for one sample. */
  readonly neurons: number;
  /** Distinct means of the output over the time steps: T + 1. */
  readonly levels: number;
  /** Distance of two levels: theta/T where spikes have the height theta (ATIF), 1/T where they have the height 1. */
  readonly levelStep: number;
}

/**
 * The layers in the order in which they are computed; those inside another one follow it, under dotted names. Of a class with a forward() of its own, the state of the neurons is
 * forgotten.
 *
 * @throws TypeError unless it is a model; StateError as networkGraph
 */
export function networkLayers(model: SpikingModel): NetworkLayer[] {
  const nodes = networkGraph(model).nodes.slice(1).flatMap(withInside);
  const isGrouped = nodes.every(({ name, module }) => module === null || name.startsWith(GROUP));
  return nodes.map(({ name, kind, shape, module }): NetworkLayer => {
    const parameters = holdsNetwork(module) ? 0 : countOf(module);
    const own = isGrouped && name.startsWith(GROUP) ? name.slice(GROUP.length) : name;
    const facts = { name: own, kind, outputShape: shape, parameters };
    return module instanceof BaseNode ? { ...facts, neuron: neuronFacts(module, shape, model) } : facts;
  });
}

/** A node, and those of a network inside its layer. */
function withInside(node: LayerNode): LayerNode[] {
  if (!holdsNetwork(node.module)) return [node];
  const inside = node.module.inside.filter(({ module }) => module !== null).flatMap(withInside);
  return [
    node,
    ...inside.map(({ kind, shape, module, name, inputs }) => {
      return { name: `${node.name}.${name}`, kind, shape, module, inputs, options: {} };
    }),
  ];
}

function holdsNetwork(module: Module | null): module is Module & HoldsNetwork {
  return module !== null && "inside" in module && Array.isArray(module.inside);
}

/** Learned numbers; of a layer with a network inside, those of its layers are counted there. */
function countOf(module: Module | null): number {
  return module?.parameters().reduce((sum, { size }) => sum + size, 0) ?? 0;
}

/** Where all layers are in it, it tells nothing. */
const GROUP = "layers.";

function neuronFacts(neuron: BaseNode, outputShape: Shape, { timesteps }: SpikingModel): NeuronFacts {
  const { theta } = neuron;
  return {
    theta,
    ...thetaSpread(neuron),
    learned: neuron.traits.threshold === "learned",
    neurons: sizeOf(outputShape),
    levels: timesteps + 1,
    levelStep: neuron.spikeHeight / timesteps,
  };
}
