/** The same elements in another shape. */

import { record } from "../autograd/node.js";
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
  const open = shape.indexOf(-1);
  let resolved = shape;
  if (open >= 0) {
    const rest = sizeOf(shape.filter((_, axis) => axis !== open));
    if (rest > 0) resolved = shape.with(open, x.size / rest);
  }
  if (!resolved.every((d) => Number.isInteger(d) && d >= 0) || sizeOf(resolved) !== x.size) {
    throw new ShapeError(
      `reshape: ${formatShape(x.shape)} to ${formatShape(shape)}; expected a shape with ${x.size} elements.`,
    );
  }
  return [...resolved];
}
