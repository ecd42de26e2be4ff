/** Windows that slide over one or two axes: kernel, stride, padding; how many fit. */

import { checkInteger } from "./checks.js";
import { ShapeError } from "./errors.js";
import type { Shape } from "./shapes.js";
import { formatShape } from "./shapes.js";
import { show } from "./show.js";

/** One number for both axes, or [height, width]. */
export type Pair = number | readonly [number, number];

export const PAIR_EXPECTED = "a number or two, [height, width]";

/** @throws RangeError unless value is a whole number, or two, of at least low */
export function checkPair(where: string, value: Pair, low: number): [number, number] {
  const pair = typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new RangeError(`${where} is ${show(value)}; expected ${PAIR_EXPECTED}.`);
  }
  return [checkInteger(where, pair[0], low), checkInteger(where, pair[1], low)];
}

/** Windows along an axis: floor((length + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, or 0 if none fits. */
export function windowCount(
  length: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation = 1,
): number {
  return Math.max(0, Math.floor((length + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1);
}

/** Along each axis of a map; a number of one that has a single axis. */
type Sides = Pair | readonly number[];

/** The length along each of its axes. */
export function sidesOf(window: Sides): readonly number[] {
  return typeof window === "number" ? [window] : window;
}

/** A window along each axis of a map. */
export interface Window {
  readonly kernel: Sides;
  readonly stride: Sides;
  readonly padding: Sides;
  /** Default 1 along each axis. */
  readonly dilation?: Sides | undefined;
}

/**
 * What windows leave of a map, per axis.
 *
 * @param map its lengths, without batch and channels
 * @throws ShapeError if no window fits
 */
export function windowedMap(where: string, map: Shape, window: Window): number[] {
  const { kernel, stride, padding, dilation = [] } = window;
  const sides = [kernel, stride, padding, dilation].map(sidesOf);
  const windowed = map.map((length, axis) => {
    const [own, step, zeros, apart] = sides.map((each) => each[axis]);
    return windowCount(length, own, step, zeros, apart);
  });
  if (!windowed.includes(0)) return windowed;
  throw new ShapeError(
    `${where} meets a map of ${formatShape(map)} and leaves nothing of it; ` +
      `expected windows that fit. Use smaller kernels or strides, less pooling, or more padding.`,
  );
}
