/** The class that a network in whole numbers gives to a still input. */

import type { IntegerModel } from "./integer-model.js";

/**
 * @param x of a sample: integers, channels last
 * @returns from 0, the class whose sum over the time steps is largest; of equal sums, the first
 */
export function classOf(model: IntegerModel, x: ArrayLike<number>, timesteps: number): number {
  model.reset();
  const sums: number[] = [];
  for (let t = 0; t < timesteps; t++) {
    model.step(x).forEach((value, i) => (sums[i] = (sums[i] ?? 0) + value));
  }
  return sums.indexOf(Math.max(...sums));
}
