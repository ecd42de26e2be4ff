/**
 * Truncated backpropagation through time: gradients go back k time steps and no further, and only so many steps are in memory at
 * once, however long samples are. The loss is that of the mean output of all steps, so everything is shown twice: first without a
 * graph, for the loss and what it says of the mean output; then k steps at a time, each part's gradient taken before the next.
 */

import { noGrad } from "../autograd/grad-mode.js";
import type { Batch } from "../datasets/batch.js";
import { inputOf, showBatch } from "../measuring/batch-input.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { at, repeat } from "../ops/slice.js";
import { scope } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";

/** The mean output [N, classes] of a batch, of which a loss can be taken, and what to do with its gradient. */
export interface ShownBatch {
  readonly outputs: Tensor;
  /** Once the loss went back to `outputs`: takes its gradient on to the parameters. */
  goOn(): void;
}

/**
 * @param between undoes what showing the batch once has changed, so that it can be shown again alike
 * @param detachEvery k; null: all steps at once
 */
export function showForLearning(
  model: SpikingModel,
  batch: Batch,
  detachEvery: number | null,
  between: () => void,
): ShownBatch {
  const { timesteps: T } = model;
  if (detachEvery === null || detachEvery >= T)
    return { outputs: showBatch(model, batch), goOn: () => undefined };
  const outputs = noGrad(() => showBatch(model, batch)).detach();
  outputs.requiresGrad = true;
  return {
    outputs,
    goOn() {
      const { grad } = outputs;
      if (grad === null) return;
      between();
      model.reset();
      const input = inputOf(model, batch);
      // Spikes are counted once.
      const neurons = model.neurons();
      const counts = neurons.map(({ spikeCount }) => spikeCount);
      for (const neuron of neurons) neuron.spikeCount = null;
      for (let start = 0; start < T; start += detachEvery) {
        const steps = Math.min(detachEvery, T - start);
        scope(() => {
          const part = sumOver(model, input, batch.time === true ? start : null, steps);
          part.div(T).backward(grad);
        });
        model.detach();
      }
      neurons.forEach((neuron, i) => (neuron.spikeCount = counts[i]));
    },
  };
}

/** The sum of the outputs of some steps; the state goes on from where it is. @param start null: a still input */
function sumOver(model: SpikingModel, input: Tensor, start: number | null, steps: number): Tensor {
  if (model.stepMode === "m") {
    const { shape } = input;
    const part =
      start === null
        ? repeat(input, steps)
        : input.alias([steps, ...shape.slice(1)], start * (input.size / shape[0]));
    return model.forward(part).sum(0);
  }
  const step = (t: number): Tensor => model.forward(start === null ? input : at(input, start + t));
  let total = step(0);
  for (let t = 1; t < steps; t++) total = total.add(step(t));
  return total;
}
