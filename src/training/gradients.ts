/**
 * A training step in two parts. gradientsOf() shows a batch and adds what it says to the gradients of the parameters;
 * applyGradients() lets the optimizer take them. Several passes before one step are accumulation; what is done to the
 * gradients in between is clipping, or their exchange with other processes.
 *
 *   optimizer.zeroGrad();
 *   const passes = batches.map((batch) => gradientsOf(model, batch, crossEntropy, { weight: 1 / batches.length }));
 *   applyGradients(model, optimizer, passes);
 */

import { noGrad } from "../autograd/grad-mode.js";
import { checkFinite, checkInteger } from "../checks.js";
import type { Batch } from "../datasets/batch.js";
import type { Loss } from "../losses/table.js";
import { checkModel } from "../models/check-model.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { withMode } from "../module/mode.js";
import type { Module } from "../module/module.js";
import { countingSpikes, type SpikeCount } from "../neurons/spike-count.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { defaultGenerator } from "../random/generator.js";
import { scope } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import { DivergenceError } from "./divergence-error.js";
import { withLayerOutputs, type LayerChoice } from "./layer-outputs.js";
import { showForLearning } from "./truncated-pass.js";

/** What one batch has said, and what showing it has changed. */
export interface Pass {
  /** Mean over the samples, without the weight. */
  readonly loss: number;
  readonly samples: number;
  /** The classes that the model found before it learned from the batch. */
  readonly predicted: Int32Array;
  /** One per spiking layer; empty unless asked for. */
  readonly counts: readonly SpikeCount[];
  /** Gives all buffers of the model (running statistics) the values that they had before. */
  restore(): void;
}

export interface PassOptions {
  /** What the loss is multiplied by before it goes back: the share of the batch in the step (default 1). */
  readonly weight?: number;
  /** Costs a pass over the outputs of every spiking layer (default false). */
  readonly countSpikes?: boolean;
  /**
   * Truncated backpropagation: gradients go back this many time steps at most, and no more steps than that are in memory at once;
   * the batch is shown twice for it. null, which is the default: through all steps.
   */
  readonly detachEvery?: number | null;
  /** Spiking layers whose outputs the loss is given as its third argument; true: all (default: none). */
  readonly layers?: LayerChoice;
  /** Takes the weighted loss back, or has it taken back and watches (default: `backward()` of it). */
  readonly goBack?: (loss: Tensor) => void;
}

/**
 * Shows a batch in training mode and adds its gradients to those of the parameters.
 *
 * @param loss of mean outputs [N, classes] and labels, and of the outputs of layers where there are options.layers
 * @throws RangeError for a layer that is not there, or detachEvery with a loss that reads layers; DivergenceError if the
 *   loss or a buffer is not finite. Whatever is thrown, buffers are as they were and the
 *   model has no gradients: those of passes before are gone, too
 */
export function gradientsOf(model: SpikingModel, batch: Batch, loss: Loss, options: PassOptions = {}): Pass {
  checkModel("gradientsOf", model);
  const { weight = 1, countSpikes = false, detachEvery = null, layers = [], goBack } = options;
  if (detachEvery !== null) checkInteger("gradientsOf: detachEvery", detachEvery, 1);
  checkFinite("gradientsOf: weight", weight);
  const steps = detachEvery !== null && detachEvery < model.timesteps ? detachEvery : null;
  if (steps !== null && (layers === true || layers.length > 0)) checkNotTruncated(steps);
  const buffers = new SavedBuffers(model);
  const restore = (): void => buffers.restore();
  const work = (): Pick<Pass, "loss" | "predicted"> =>
    withMode(model, true, () =>
      scope(() => showAndLearn(model, batch, loss, { weight, buffers, detachEvery, layers, goBack })),
    );
  try {
    const { result, counts } = countSpikes
      ? countingSpikes(model.neurons(), work)
      : { result: work(), counts: [] };
    return { ...result, counts, samples: batch.labels.length, restore };
  } catch (error) {
    restore();
    model.zeroGrad();
    throw error;
  } finally {
    // in a scope, so that its memory is free at once
    scope(() => model.reset());
  }
}

/**
 * One step of the optimizer along the gradients of the passes.
 *
 * @param passes all whose gradients are in the model
 * @param between what is done to the gradients once it is known that they are finite, such as clipping
 * @throws DivergenceError if a gradient is not finite: nothing was done then, and the buffers are as before the passes;
 *   `lost` if a parameter is not finite after the step
 */
export function applyGradients(
  model: SpikingModel,
  optimizer: Optimizer,
  passes: readonly Pass[],
  between?: () => void,
): void {
  checkModel("applyGradients", model);
  try {
    // in a scope, so that its memory is free at once
    scope(() => step(model, optimizer, between));
  } catch (error) {
    for (const pass of [...passes].reverse()) pass.restore();
    optimizer.zeroGrad();
    throw error;
  }
}

function step(model: SpikingModel, optimizer: Optimizer, between?: () => void): void {
  const parameters = model.namedParameters();
  for (const [name, { grad }] of parameters) {
    if (grad !== null && !isFinite(sumOf(grad)))
      throw new DivergenceError(`the gradient of ${name} is not finite`);
  }
  between?.();
  optimizer.step();
  for (const [name, parameter] of parameters) {
    if (!isFinite(sumOf(parameter)))
      throw new DivergenceError(`the step took ${name} out of the range of float32`, { lost: true });
  }
}

/** The outputs of layers at all time steps are what truncation does not keep. @throws RangeError */
function checkNotTruncated(detachEvery: number): never {
  throw new RangeError(
    `gradientsOf: detachEvery is ${detachEvery}, but the loss reads what layers gave at all time steps; ` +
      "expected one of the two. Leave out detachEvery, or what reads the layers.",
  );
}

interface Learning {
  readonly weight: number;
  readonly buffers: SavedBuffers;
  readonly detachEvery: number | null;
  readonly layers: LayerChoice;
  readonly goBack: PassOptions["goBack"];
}

function showAndLearn(
  model: SpikingModel,
  batch: Batch,
  loss: Loss,
  { weight, buffers, detachEvery, layers, goBack = (loss) => loss.backward() }: Learning,
): Pick<Pass, "loss" | "predicted"> {
  return withLayerOutputs(
    "gradientsOf",
    model,
    layers,
    () => showForLearning(model, batch, detachEvery, asBefore(buffers)),
    ({ outputs, goOn }, given) => {
      const predicted = outputs.argmax();
      const value = mixedLoss(outputs, batch, (y, labels) => loss(y, labels, given));
      const number = value.item();
      if (!Number.isFinite(number)) throw new DivergenceError(`the loss is ${number}`);
      buffers.checkFinite();
      goBack(weight === 1 ? value : value.mul(weight));
      goOn();
      return { loss: number, predicted };
    },
  );
}

/** For a batch that is shown a second time: buffers and what dropout draws as they are now. */
function asBefore(buffers: SavedBuffers): () => void {
  const { state } = defaultGenerator();
  return () => {
    buffers.restore();
    defaultGenerator().state = state;
  };
}

/** With Mixup, lambda times the loss of the labels, and the rest that of the labels mixed in. */
function mixedLoss(
  outputs: Tensor,
  { labels, mixed }: Batch,
  loss: (outputs: Tensor, labels: Int32Array) => Tensor,
): Tensor {
  if (mixed === undefined) return loss(outputs, labels);
  const { labels: others, lambda } = mixed;
  return loss(outputs, labels)
    .mul(lambda)
    .add(loss(outputs, others).mul(Math.fround(1 - lambda)));
}

/** Not finite if one of the elements is not. */
function sumOf(x: Tensor): number {
  return noGrad(() => x.sum().item());
}

/** The buffers of all modules: they may change in the forward pass, before it is known whether the batch is good. */
class SavedBuffers {
  readonly #saved: readonly {
    readonly name: string;
    readonly tensor: Tensor;
    readonly values: Float32Array;
  }[];

  constructor(model: Module) {
    this.#saved = model.namedBuffers().map(([name, tensor]) => ({ name, tensor, values: tensor.toArray() }));
  }

  /** @throws DivergenceError */
  checkFinite(): void {
    const wrong = this.#saved.find(({ tensor }) => !tensor.data.every(Number.isFinite));
    if (wrong === undefined) return;
    throw new DivergenceError(`${wrong.name} is not finite after the forward pass`);
  }

  restore(): void {
    for (const { tensor, values } of this.#saved) {
      tensor.data.set(values);
      tensor.storage.version++;
    }
  }
}
