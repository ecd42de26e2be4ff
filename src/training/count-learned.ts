/** Adds what a step gave to what is measured of its epoch. */

import { divisorOf, type Loss } from "../losses/table.js";
import { addCounts } from "../neurons/spike-count.js";
import { countInto, emptyConfusion } from "./confusion.js";
import type { EpochTotals } from "./training-state.js";
import type { Learned } from "./training-step.js";

/**
 * @param totals to which is added
 * @param loss that was learned
 * @returns the loss of the step
 */
export function countLearned(
  totals: EpochTotals,
  learned: readonly Learned[],
  loss: Loss,
  classes: number,
): number {
  let [sum, divisor] = [0, 0];
  for (const { pass, batch } of learned) {
    totals.samples += batch.labels.length;
    totals.loss += pass.loss * batch.labels.length;
    totals.spikes = addCounts(totals.spikes, pass.counts);
    const share = learned.length === 1 ? 1 : divisorOf(loss, batch.labels);
    sum += pass.loss * share;
    divisor += share;
    if (batch.mixed !== undefined) continue;
    totals.confusion ??= emptyConfusion(classes);
    countInto(totals.confusion, batch.labels, pass.predicted);
  }
  return divisor === 0 ? 0 : sum / divisor;
}
