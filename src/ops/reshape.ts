/** The same elements in another shape. */

import { record } from "../autograd/node.js";
import { show } from "../show.js";
import { ShapeError } from "../errors.js";
import { formatShape, sizeOf, type Shape } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";

/** Shares memory with x. One dimension may be -1: what is left. @throws ShapeError */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const resolved = resolve(x, shape);
  const y = x.alias(resolved);
  record("reshape", [x], [y], [], ([g]) => [g === null ? null : g.alias(x.shape)]);
  return y;
}

function resolve(x: Tensor, shape: Shape): Shape {
  if (!Array.isArray(shape)) {
    throw new TypeError(
      `reshape: the shape is ${show(shape)}; expected an array of dimensions like [2, -1].`,
    );
  }
  const isDimension = (d: number): boolean => Number.isSafeInteger(d) && d >= 0;
  const open = shape.indexOf(-1);
  let resolved = shape as Shape;
  if (open >= 0) {
    const others = resolved.filter((_, axis) => axis !== open);
    const rest = others.every(isDimension) ? sizeOf(others) : 0;
    if (rest > 0) resolved = resolved.with(open, x.size / rest);
  }
  if (!Array.from(resolved).every(isDimension) || sizeOf(resolved) !== x.size) {
    throw new ShapeError(
      `reshape: ${formatShape(x.shape)} to ${show(shape)}; expected a shape with ${x.size} elements.`,
    );
  }
  return [...resolved];
}
