/** What happens in a network while it is shown one sample of a data set. */

import type { Batch } from "../datasets/batch.js";
import { recordActivity, type Activity } from "../inspection/activity.js";
import { inputOf } from "../measuring/batch-input.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { scope } from "../tensor/scope.js";

/**
 * @param batch of one sample, which may say what was done to it already
 * @throws as inputOf and recordActivity
 */
export function shownActivity(
  model: SpikingModel,
  batch: Batch,
  options: { readonly timesteps?: number },
): Activity {
  return scope(() => {
    const input = inputOf(model, batch);
    const { preprocessing } = model;
    // What was prepared is not prepared again.
    model.preprocessing = [];
    try {
      return recordActivity(model, input, { ...options, time: batch.time === true });
    } finally {
      model.preprocessing = preprocessing;
    }
  });
}
