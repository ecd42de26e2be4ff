/** Runs a model layer by layer over all time steps, and shows what each spiking layer took in and gave. */

import { noGrad } from "../autograd/grad-mode.js";
import { checkInteger } from "../checks.js";
import { show } from "../show.js";
import { ShapeError, StateError } from "../errors.js";
import { Sequential } from "../layers/sequential.js";
import { checkModel } from "../models/check-model.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Module } from "../module/module.js";
import { BaseNode } from "../neurons/base-node.js";
import { at, repeat, stack } from "../ops/slice.js";
import { formatShape, sameShape } from "../shapes.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import { withMode } from "../module/mode.js";

/** One spiking layer at work. The tensors live until the visit ends. */
export interface LayerVisit {
  /** In the state dict: "layers.neuron1". */
  readonly name: string;
  readonly neuron: BaseNode;
  /** What the neurons took in, [T, N, ...]. */
  readonly input: Tensor;
  /** What they gave, [T, N, ...]. */
  readonly output: Tensor;
  /** v after every step, [T, N, ...]; null unless asked for. */
  readonly potential: Tensor | null;
}

export interface WalkOptions {
  /** How many time steps: those of the model if it is left out. */
  readonly timesteps?: number;
  readonly potentials?: boolean;
  readonly visit: (layer: LayerVisit) => void;
}

/**
 * Shows x to the model as run() does, in evaluation mode, from rest. The state of the neurons is forgotten, and modes
 * are given back.
 *
 * @param x [N, ...inputShape]
 * @param read what to take from the outputs of all steps [T, N, classes], before they are freed
 * @throws TypeError, ShapeError, RangeError for an input that the model does not take; StateError for a layer that hides its neurons
 */
export function walkLayers<R>(
  where: string,
  model: SpikingModel,
  x: Tensor,
  options: WalkOptions,
  read: (outputs: Tensor) => R,
): R {
  checkModel(where, model);
  if (!Tensor.isTensor(x) || x.rank < 1 || !sameShape(x.shape.slice(1), model.inputShape)) {
    throw new ShapeError(
      `${where}: x is ${Tensor.isTensor(x) ? formatShape(x.shape) : show(x)}; ` +
        `expected [N, ${model.inputShape.join(", ")}]. One sample is a batch of one.`,
    );
  }
  const wrong = x.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new RangeError(
      `${where}: x holds ${x.data[wrong]} at element ${wrong} of ${formatShape(x.shape)}; expected finite numbers. Repair or leave out that sample.`,
    );
  }
  const T = checkInteger(`${where}: timesteps`, options.timesteps ?? model.timesteps, 1);
  const names = new Map(model.spikingLayers().map(([name, neuron]) => [neuron, name]));
  try {
    return withMode(model, false, () =>
      scope(() =>
        noGrad(() => {
          model.reset();
          let y = repeat(x, T);
          for (const layer of leaves(model.layers)) {
            const input = y;
            if (!(layer instanceof BaseNode)) {
              checkOpen(where, layer);
              y = allSteps(layer, input);
              continue;
            }
            const { output, potential } = neuronSteps(layer, input, options.potentials === true);
            y = output;
            options.visit({ name: names.get(layer) ?? "", neuron: layer, input, output, potential });
          }
          return read(y);
        }),
      ),
    );
  } finally {
    scope(() => model.reset());
  }
}

/** In order, without the containers. */
function leaves(layers: Sequential): Module[] {
  return layers.children().flatMap(([, layer]) => (layer instanceof Sequential ? leaves(layer) : [layer]));
}

function checkOpen(where: string, layer: Module): void {
  const hidden = layer.namedModules().find(([, module]) => module instanceof BaseNode);
  if (hidden === undefined) return;
  throw new StateError(
    `${where}: the layer ${layer.constructor.name} has a neuron inside (${hidden[0]}) that cannot be seen from outside; ` +
      `expected neurons in the model's Sequential. Put its parts there.`,
  );
}

/** A layer without state, or whose state does not matter here. */
function allSteps(layer: Module, xs: Tensor): Tensor {
  if (layer.stepMode === "m") return layer.forward(xs);
  return stack(Array.from({ length: xs.shape[0] }, (_, t) => layer.forward(at(xs, t))));
}

function neuronSteps(
  neuron: BaseNode,
  xs: Tensor,
  potentials: boolean,
): { output: Tensor; potential: Tensor | null } {
  if (neuron.stepMode === "s") {
    const vs: Tensor[] = [];
    const ys = Array.from({ length: xs.shape[0] }, (_, t) => {
      const y = neuron.forward(at(xs, t));
      if (potentials) vs.push(neuron.v);
      return y;
    });
    return { output: stack(ys), potential: potentials ? stack(vs) : null };
  }
  const stored = neuron.storeVSeq;
  try {
    neuron.storeVSeq = potentials;
    const output = neuron.forward(xs);
    return { output, potential: potentials ? neuron.vSeq : null };
  } finally {
    neuron.storeVSeq = stored;
  }
}
