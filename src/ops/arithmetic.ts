/** Elementwise arithmetic with broadcasting: add, sub, mul, div. */

import { record } from "../autograd/node.js";
import { show } from "../show.js";
import { broadcastShapes, broadcastStrides, sameShape, type Shape } from "../shapes.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import { withPlan } from "./plan.js";
import { sum } from "./reduce.js";

type ArithmeticKernel = "add" | "subtract" | "multiply" | "divide";

/** y = a + b. @throws ShapeError if the shapes do not broadcast */
export function add(a: Tensor, b: Tensor | number): Tensor {
  const other = operand("add", a, b);
  const y = compute("add", "add", a, other);
  record("add", [a, other], [y], [], ([g], { needs }) => {
    if (g === null) return [];
    return [needs[0] ? sumTo(g, a.shape) : null, needs[1] ? sumTo(g, other.shape) : null];
  });
  return y;
}

/** y = a - b. @throws ShapeError if the shapes do not broadcast */
export function sub(a: Tensor, b: Tensor | number): Tensor {
  const other = operand("sub", a, b);
  const y = compute("sub", "subtract", a, other);
  record("sub", [a, other], [y], [], ([g], { needs }) => {
    if (g === null) return [];
    return [needs[0] ? sumTo(g, a.shape) : null, needs[1] ? sumTo(g.neg(), other.shape) : null];
  });
  return y;
}

/** y = a * b. @throws ShapeError if the shapes do not broadcast */
export function mul(a: Tensor, b: Tensor | number): Tensor {
  const other = operand("mul", a, b);
  const y = compute("mul", "multiply", a, other);
  record(
    "mul",
    [a, other],
    [y],
    [other.requiresGrad ? a : null, a.requiresGrad ? other : null],
    ([g], { needs, tensor }) => {
      if (g === null) return [];
      return [
        needs[0] ? sumTo(g.mul(tensor(1)), a.shape) : null,
        needs[1] ? sumTo(g.mul(tensor(0)), other.shape) : null,
      ];
    },
  );
  return y;
}

/** y = a / b. @throws ShapeError if the shapes do not broadcast */
export function div(a: Tensor, b: Tensor | number): Tensor {
  const other = operand("div", a, b);
  const y = compute("div", "divide", a, other);
  record("div", [a, other], [y], [other, y], ([g], { needs, tensor }) => {
    if (g === null) return [];
    const da = g.div(tensor(0));
    return [
      needs[0] ? sumTo(da, a.shape) : null,
      needs[1] ? sumTo(da.mul(tensor(1)).neg(), other.shape) : null,
    ];
  });
  return y;
}

/** Sums a gradient over the axes along which `shape` was repeated. */
export function sumTo(gradient: Tensor, shape: Shape): Tensor {
  let g = gradient;
  while (g.rank > shape.length) g = sum(g, 0);
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1 && g.shape[axis] !== 1) g = sum(g, axis).reshape(g.shape.with(axis, 1));
  }
  return g;
}

function operand(where: string, a: Tensor, b: Tensor | number): Tensor {
  if (b instanceof Tensor) return b;
  if (typeof b !== "number")
    throw new TypeError(
      `${where}: the operand is ${show(b)}; expected a Tensor or a number. Make one with tensor(data, shape).`,
    );
  checkSameBackend(where, a);
  return Tensor.full([], b, a.backend);
}

function compute(where: string, kernel: ArithmeticKernel, a: Tensor, b: Tensor): Tensor {
  const backend = checkSameBackend(where, a, b);
  const shape = sameShape(a.shape, b.shape) ? a.shape : broadcastShapes(where, a.shape, b.shape);
  const y = Tensor.empty(shape, backend);
  withPlan(backend, shape, [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)], (plan) => {
    backend.kernels[kernel](y.data, a.data, b.data, plan);
  });
  return y;
}
