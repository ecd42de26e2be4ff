/** The derivative that stands in for that of heaviside in the neurons' backward passes. */

import { sigmoidOf } from "./exp-log.js";

const { fround } = Math;

/**
 * ((1 - s) s) gain, s = sigmoid(alpha q), of float32s. |alpha q| counts as 86 beyond that, where s is 4e-38 or 1: so the
 * compiled kernels save a quarter of the operations.
 */
export function sigmoidSurrogateOf(q: number, alpha: number, gain: number): number {
  const s = sigmoidOf(Math.max(-86, Math.min(86, fround(alpha * q))));
  return fround(fround(fround(1 - s) * s) * gain);
}
