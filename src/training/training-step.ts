/** One batch: forward, loss, backward, optimizer. It is done whole, or the model stays as it was. */

import { noGrad } from "../autograd/grad-mode.js";
import type { Batch } from "../datasets/batch.js";
import { BatchNorm } from "../layers/batch-norm.js";
import type { Loss } from "../losses/table.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { SpikeCount } from "../neurons/spike-count.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { defaultGenerator, type GeneratorState } from "../random/generator.js";
import { scope } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import { inputOf } from "../measuring/batch-input.js";
import { DivergenceError } from "./divergence-error.js";
import { countingSpikes } from "../neurons/spike-count.js";
import { withMode } from "../module/mode.js";

export interface StepResult {
  loss: number;
  /** The classes that the model found before it learned from the batch. */
  predicted: Int32Array;
  /** One per spiking layer; empty unless asked for. */
  counts: readonly SpikeCount[];
}

/**
 * @param loss of mean outputs [N, classes] and labels
 * @param countSpikes costs a pass over the outputs of every spiking layer
 * @throws DivergenceError if the loss, a statistic or a gradient is not finite; `lost` if a threshold or weight is not after the step
 */
export function trainingStep(
  model: SpikingModel,
  batch: Batch,
  loss: Loss,
  optimizer: Optimizer,
  countSpikes: boolean,
): StepResult {
  const statistics = new RunningStatistics(model);
  try {
    const work = (): Omit<StepResult, "counts"> =>
      withMode(model, true, () => scope(() => learn(model, batch, loss, optimizer, statistics)));
    if (!countSpikes) return { ...work(), counts: [] };
    const { result, counts } = countingSpikes(model.neurons(), work);
    return { ...result, counts };
  } catch (error) {
    statistics.restore();
    optimizer.zeroGrad();
    throw error;
  } finally {
    // in a scope, so that its memory is free at once
    scope(() => model.reset());
  }
}

function learn(
  model: SpikingModel,
  batch: Batch,
  loss: Loss,
  optimizer: Optimizer,
  statistics: RunningStatistics,
): Omit<StepResult, "counts"> {
  const outputs = model.run(inputOf(model, batch));
  const predicted = outputs.argmax();
  const value = mixedLoss(outputs, batch, loss);
  const number = value.item();
  if (!Number.isFinite(number)) throw new DivergenceError(`the loss is ${number}`);
  statistics.checkFinite();
  optimizer.zeroGrad();
  value.backward();
  const parameters = model.namedParameters();
  for (const [name, { grad }] of parameters) {
    if (grad !== null && !isFinite(sumOf(grad))) {
      throw new DivergenceError(`the gradient of ${name} is not finite`);
    }
  }
  optimizer.step();
  for (const [name, parameter] of parameters) {
    if (!isFinite(sumOf(parameter))) {
      throw new DivergenceError(`the step took ${name} out of the range of float32`, { lost: true });
    }
  }
  return { loss: number, predicted };
}

/** With Mixup, lambda times the loss of the labels, and the rest that of the labels mixed in. */
function mixedLoss(outputs: Tensor, { labels, mixed }: Batch, loss: Loss): Tensor {
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

/**
 * The running statistics of batch norm: they are updated in the forward pass, before it is known whether the batch is
 * good.
 */
class RunningStatistics {
  readonly #saved: readonly {
    readonly name: string;
    readonly tensor: Tensor;
    readonly values: Float32Array;
  }[];

  constructor(model: SpikingModel) {
    this.#saved = model.namedModules().flatMap(([name, module]) => {
      if (!(module instanceof BatchNorm)) return [];
      return [module.runningMean, module.runningVar].map((tensor) => ({
        name,
        tensor,
        values: tensor.toArray(),
      }));
    });
  }

  /** @throws DivergenceError */
  checkFinite(): void {
    const wrong = this.#saved.find(({ tensor }) => !tensor.data.every(Number.isFinite));
    if (wrong !== undefined) {
      throw new DivergenceError(`the mean or the variance of what ${wrong.name} gets is not finite`);
    }
  }

  restore(): void {
    for (const { tensor, values } of this.#saved) {
      tensor.data.set(values);
      tensor.storage.version++;
    }
  }
}

/** Runs fn with the default generator, which dropout draws from, in the state given; whoever else uses it sees no change. */
export function withDropoutState<R>(
  state: GeneratorState,
  fn: () => R,
): { result: R; state: GeneratorState } {
  const shared = defaultGenerator();
  const outside = shared.state;
  shared.state = state;
  try {
    const result = fn();
    return { result, state: shared.state };
  } finally {
    shared.state = outside;
  }
}
