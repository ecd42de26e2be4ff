/** One step of the optimizer, along one batch or several: forward, loss, backward. It is done whole, or the model stays as it was. */

import type { Batch } from "../datasets/batch.js";
import { divisorOf, type Loss } from "../losses/table.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { canBeGivenUp } from "../platform/giving-up.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { defaultGenerator, type GeneratorState } from "../random/generator.js";
import { scaleGradients } from "./clip-gradients.js";
import { applyGradients, gradientsOf, type Pass, type PassOptions } from "./gradients.js";

export interface StepSettings extends Omit<PassOptions, "weight" | "goBack"> {
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** What is done to finite gradients before they are taken. */
  readonly clip?: () => void;
}

/** What came out of one batch of a step. */
export interface Learned {
  readonly pass: Pass;
  readonly batch: Pick<Batch, "labels" | "mixed">;
}

/**
 * Several batches take the step of one large batch: each counts by its share of what the loss is a mean over, however many
 * there are.
 *
 * @param batches shown in turn, so that one at a time has to be in memory
 * @param stop asked on the way, as long as the weights are those from before
 * @throws GivenUp if it says yes; as gradientsOf and applyGradients
 */
export function trainingStep(
  model: SpikingModel,
  batches: Iterable<Batch>,
  { loss, optimizer, clip, ...options }: StepSettings,
  { stop = () => false, isAlone = true }: { stop?: () => boolean; isAlone?: boolean } = {},
): Learned[] {
  optimizer.zeroGrad();
  const learned: Learned[] = [];
  let total = 0;
  try {
    for (const batch of batches) {
      // How many follow is not known yet, so the sum is divided in the end.
      const weight = isAlone ? 1 : divisorOf(loss, batch.labels);
      const pass = canBeGivenUp(stop, () => gradientsOf(model, batch, loss, { ...options, weight }));
      learned.push({ pass, batch });
      total += weight;
    }
    if (!isAlone && total > 0) scaleGradients(model.parameters(), 1 / total);
  } catch (error) {
    for (const { pass } of [...learned].reverse()) pass.restore();
    optimizer.zeroGrad();
    throw error;
  }
  applyGradients(
    model,
    optimizer,
    learned.map(({ pass }) => pass),
    clip,
  );
  return learned;
}

/** The next batches, at most so many. */
export function* upTo(
  most: number,
  stored: Iterator<Batch>,
  prepare: (batch: Batch) => Batch,
): Iterable<Batch> {
  for (let i = 0; i < most; i++) {
    const next = stored.next();
    if (next.done === true) return;
    yield prepare(next.value);
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
