/** Windows that slide over an axis: kernel, stride, padding. */

import { checkInteger } from "./checks.js";
import { show } from "./show.js";

/** One number for both axes, or [height, width]. */
export type Pair = number | readonly [number, number];

/** @throws RangeError unless value is a whole number, or two, of at least low */
export function checkPair(where: string, value: Pair, low: number): [number, number] {
  const pair = typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new RangeError(`${where} is ${show(value)}; expected a number or two, [height, width].`);
  }
  return [checkInteger(where, pair[0], low), checkInteger(where, pair[1], low)];
}

/** Windows along an axis: floor((length + 2 padding - kernel) / stride) + 1, or 0 if none fits. */
export function windowCount(length: number, kernel: number, stride: number, padding: number): number {
  return Math.max(0, Math.floor((length + 2 * padding - kernel) / stride) + 1);
}
