/** A tensor as rows that an axis cuts: [before, length, after], all of it row-major. */

import { checkAxis, sizeOf, type Shape } from "../shapes.js";

export interface AlongAxis {
  readonly axis: number;
  /** Product of the lengths before the axis. */
  readonly before: number;
  readonly length: number;
  /** Product of the lengths behind it. */
  readonly after: number;
}

/** @throws RangeError unless there is such an axis */
export function alongAxis(where: string, shape: Shape, axis: number): AlongAxis {
  const at = checkAxis(where, axis, shape.length);
  const [before, after] = [sizeOf(shape.slice(0, at)), sizeOf(shape.slice(at + 1))];
  return { axis: at, before, length: shape[at], after };
}
