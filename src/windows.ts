/** Windows that slide over one or two axes: kernel, stride, padding; how many fit. */

import { checkInteger } from "./checks.js";
import { ShapeError } from "./errors.js";
import type { Shape } from "./shapes.js";
import { formatShape } from "./shapes.js";
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

/** A window along each axis of a map. */
export interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
}

/**
 * What windows leave of a map, per axis.
 *
 * @param map its lengths, without batch and channels
 * @throws ShapeError if no window fits
 */
export function windowedMap(where: string, map: Shape, { kernel, stride, padding }: Window): number[] {
  const windowed = map.map((length, axis) => windowCount(length, kernel[axis], stride[axis], padding[axis]));
  if (!windowed.includes(0)) return windowed;
  throw new ShapeError(
    `${where} meets a map of ${formatShape(map)} and leaves nothing of it; ` +
      `expected windows that fit. Use smaller kernels or strides, less pooling, or more padding.`,
  );
}
