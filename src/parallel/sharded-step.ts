/**
 * One step of the optimizer along a batch that is cut into shards. What a shard says depends on the weights, the step and the shard,
 * and what all of them say does not depend on how they are shared out: every rank gets the same gradient, and takes the same step.
 */

import { canBeGivenUp, GivenUp } from "../platform/giving-up.js";
import { applyGradients } from "../training/gradients.js";
import type { ParallelStep } from "../training/parallel-training.js";
import type { Learned } from "../training/training-step.js";
import { agree } from "./agreement.js";
import type { Sharing } from "./sharing.js";
import { StepBuffers } from "./step-buffers.js";
import { StepWork } from "./step-work.js";

/** What is done with the signals of all ranks. */
export interface Stopping {
  /** Whether this rank is asked to. */
  readonly isAsked: () => boolean;
  /** Called on all ranks if one was, whether the step is done or given up. */
  readonly onAgreed: () => void;
}

/**
 * @param samples of the batch, by their numbers
 * @throws on all ranks what one of them throws, and GivenUp if one was asked to stop on the way: nothing has changed then
 */
export function shardedStep(
  step: ParallelStep,
  samples: Uint32Array,
  sharing: Sharing,
  { isAsked, onAgreed }: Stopping,
): Learned {
  const { model, settings, options } = step;
  const { communicator } = sharing;
  const buffers = new StepBuffers(model);
  const work = new StepWork(step, samples, sharing, buffers);
  settings.optimizer.zeroGrad();
  try {
    let thrown: unknown = undefined;
    try {
      canBeGivenUp(isAsked, () => work.showShards());
    } catch (error) {
      thrown = error;
    }
    work.early?.finish(thrown !== undefined);
    const stop = agree(communicator, { thrown, stop: isAsked() }, work.largest);
    work.checkFinite();
    work.addUp();
    if (stop) onAgreed();
    const pass = work.pass();
    applyGradients(model, settings.optimizer, [pass], settings.clip);
    const { labels } = work;
    const mixes = options.augmentations?.mixesLabels === true;
    return { pass, batch: mixes ? { labels, mixed: { labels, lambda: 1 } } : { labels } };
  } catch (error) {
    if (error instanceof GivenUp) onAgreed();
    work.abandon();
    buffers.restore();
    settings.optimizer.zeroGrad();
    throw error;
  } finally {
    work.release();
  }
}
