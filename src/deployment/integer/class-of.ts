/** The class that a network in whole numbers gives to a sample. */

import { sizeOf } from "../../shapes.js";
import { shownAt } from "../shown-at.js";
import type { IntegerModel } from "./integer-model.js";

/**
 * @param x of a sample: integers, channels last; of one that changes, those of all time steps
 * @returns from 0, the class whose sum over the time steps is largest; of equal sums, the first
 */
export function classOf(model: IntegerModel, x: Int32Array, timesteps: number): number {
  model.reset();
  const sums: number[] = [];
  for (let t = 0; t < timesteps; t++) {
    const shown = shownAt(x, t, sizeOf(model.program.inputShape));
    model.step(shown).forEach((value, i) => (sums[i] = (sums[i] ?? 0) + value));
  }
  return sums.indexOf(Math.max(...sums));
}
