/** Elementwise functions that have no kernel: operands are broadcast, the function computes in float64, rounded once. */

import { broadcastShapes, broadcastStrides, sameShape, type Shape } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { withPlan } from "./plan.js";

/** The shape that all broadcast to. @throws ShapeError naming the operation */
export function commonShape(where: string, ...operands: readonly Tensor[]): Shape {
  return operands.reduce<Shape>((shape, each) => broadcastShapes(where, shape, each.shape), []);
}

/** x repeated to a shape that it broadcasts to; x itself if it has it. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const y = Tensor.empty(shape, x.backend);
  withPlan(x.backend, shape, [broadcastStrides(x.shape, shape)], (plan) => {
    x.backend.kernels.copyStrided(y.data, x.data, plan);
  });
  return y;
}

/** y[i] = fn of the operands' elements there; not on the tape. @param shape that all broadcast to */
export function eachOf(
  shape: Shape,
  operands: readonly [Tensor, ...Tensor[]],
  fn: (a: number, b: number, c: number) => number,
): Tensor {
  const [a, b = a, c = a] = operands.map((each) => broadcastTo(each, shape).data);
  const y = Tensor.empty(shape, operands[0].backend);
  const { data } = y;
  for (let i = 0; i < data.length; i++) data[i] = fn(a[i], b[i], c[i]);
  return y;
}
