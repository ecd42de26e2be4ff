/** Shapes: pure arithmetic on dimension lists, row-major. */

import { show } from "./show.js";
import { ShapeError } from "./errors.js";

export type Shape = readonly number[];

/** "[4, 10]" */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Number of elements. @throws TypeError, ShapeError unless it is an array of whole numbers >= 0 */
export function sizeOf(shape: Shape): number {
  if (!Array.isArray(shape)) {
    throw new TypeError(`a shape is ${show(shape)}; expected an array of dimensions like [2, 3].`);
  }
  let size = 1;
  for (const dimension of shape as readonly unknown[]) {
    if (!Number.isSafeInteger(dimension) || (dimension as number) < 0) {
      const advice = dimension === -1 ? " Only reshape() can work one out from -1." : "";
      throw new ShapeError(
        `shape ${show(shape)} has the dimension ${show(dimension)}; expected whole numbers of at least 0.${advice}`,
      );
    }
    size *= dimension as number;
  }
  if (!Number.isSafeInteger(size)) {
    throw new ShapeError(
      `shape ${show(shape)} has too many elements. Expected fewer than 2^53 in all; use smaller dimensions.`,
    );
  }
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** The shape both broadcast to (NumPy rules). @throws ShapeError naming the operation */
export function broadcastShapes(where: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    const da = a[axis - rank + a.length] ?? 1;
    const db = b[axis - rank + b.length] ?? 1;
    if (da !== db && da !== 1 && db !== 1) {
      throw new ShapeError(
        `${where}: ${formatShape(a)} and ${formatShape(b)} do not broadcast; ` +
          `expected each pair of trailing dimensions to be equal or 1. Reshape one of them.`,
      );
    }
    shape[axis] = da === 1 ? db : da;
  }
  return shape;
}

/** Strides with which `from` is read when broadcast to `to`: 0 along repeated axes. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = stridesOf(from);
  const offset = to.length - from.length;
  return to.map((_, axis) => (axis < offset || from[axis - offset] === 1 ? 0 : own[axis - offset]));
}

/** Axis counted from the front. @throws RangeError if there is no such axis */
export function checkAxis(where: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new RangeError(
      `${where}: axis ${show(axis)} of a tensor with ${rank} axes; expected ${-rank} to ${rank - 1}.`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}
