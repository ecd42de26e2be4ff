/** One batch: forward, loss, backward, optimizer. It is done whole, or the model stays as it was. */

import type { Batch } from "../datasets/batch.js";
import type { Loss } from "../losses/table.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { canBeGivenUp } from "../platform/giving-up.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { defaultGenerator, type GeneratorState } from "../random/generator.js";
import { applyGradients, gradientsOf, type Pass } from "./gradients.js";

/**
 * @param stop asked on the way, as long as the weights are those from before
 * @throws GivenUp if it says yes; as gradientsOf and applyGradients
 */
export function trainingStep(
  model: SpikingModel,
  batch: Batch,
  loss: Loss,
  optimizer: Optimizer,
  countSpikes: boolean,
  stop: () => boolean = () => false,
  detachEvery: number | null = null,
): Pass {
  optimizer.zeroGrad();
  const pass = canBeGivenUp(stop, () => gradientsOf(model, batch, loss, { countSpikes, detachEvery }));
  applyGradients(model, optimizer, [pass]);
  return pass;
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
