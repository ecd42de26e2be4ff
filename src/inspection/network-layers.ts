/** The layers of a network as a table shows them: shapes, parameters, thresholds, levels. */

import { noGrad } from "../autograd/grad-mode.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Module } from "../module/module.js";
import { BaseNode } from "../neurons/base-node.js";
import { sizeOf, type Shape } from "../shapes.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";

export interface NetworkLayer {
  /** As in the state dict, without "layers.": "conv1". */
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

export interface NeuronFacts {
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

/** Shows the network one sample of zeros, layer by layer. The state of the neurons is forgotten. */
export function networkLayers(model: SpikingModel): NetworkLayer[] {
  const isMultiStep = model.stepMode === "m";
  const leading = isMultiStep ? [model.timesteps, 1] : [1];
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  model.eval();
  model.reset();
  try {
    return scope(() =>
      noGrad(() => {
        let x = Tensor.full([...leading, ...model.inputShape], 0, model.parameters()[0]?.backend);
        return model.layers.children().map(([name, layer]): NetworkLayer => {
          x = layer.forward(x);
          const outputShape = x.shape.slice(leading.length);
          const parameters = layer.parameters().reduce((sum, { size }) => sum + size, 0);
          const facts = { name, kind: kindOfLayer(layer), outputShape, parameters };
          return layer instanceof BaseNode
            ? { ...facts, neuron: neuronFacts(layer, outputShape, model) }
            : facts;
        });
      }),
    );
  } finally {
    model.reset();
    for (const [module, training] of modes) module.training = training;
  }
}

/** The step mode is the network's, and not part of the kind. */
function kindOfLayer(layer: Module): string {
  return layer instanceof BaseNode ? layer.traits.kind : layer.constructor.name;
}

function neuronFacts(neuron: BaseNode, outputShape: Shape, { timesteps }: SpikingModel): NeuronFacts {
  const { theta } = neuron;
  return {
    theta,
    learned: neuron.traits.threshold === "learned",
    neurons: sizeOf(outputShape),
    levels: timesteps + 1,
    levelStep: neuron.spikeHeight / timesteps,
  };
}
