/** Sums and means over one axis or over all, and argmax. */

import { noGrad } from "../autograd/grad-mode.js";
import { record } from "../autograd/node.js";
import { ShapeError } from "../errors.js";
import { broadcastStrides, checkAxis, formatShape, sizeOf, type Shape } from "../shapes.js";
import { scope } from "../tensor/scope.js";
import { spikesOf } from "../tensor/packed-spikes.js";
import { Tensor } from "../tensor/tensor.js";
import { permute } from "./permute.js";
import { withPlan } from "./plan.js";

/** y = sum of x over an axis, or over all of it (shape []). */
export function sum(x: Tensor, axis?: number): Tensor {
  const { outer, length, inner, shape, kept } = split("sum", x.shape, axis);
  const y = Tensor.empty(shape, x.backend);
  x.backend.kernels.sum(y.data, x.data, outer, length, inner);
  record("sum", [x], [y], [], ([g]) => [g === null ? null : expand(g, kept, x.shape)]);
  return y;
}

/** y = mean of x over an axis, or over all of it (shape []). @throws ShapeError over nothing */
export function mean(x: Tensor, axis?: number): Tensor {
  const { length } = split("mean", x.shape, axis);
  if (length === 0)
    throw new ShapeError(
      `mean: the tensor has shape ${formatShape(x.shape)}; expected at least one element to average.`,
    );
  return sum(x, axis).div(length);
}

/** Index of the largest element along an axis (default: the last), row-major; the first on a tie. */
export function argmax(x: Tensor, axis = -1): Int32Array {
  const along = x.rank === 0 ? -1 : checkAxis("argmax", axis, x.rank);
  if (along < 0 || x.shape[along] === 0) {
    const which = axis === -1 ? "a last axis" : `axis ${axis}`;
    throw new ShapeError(
      `argmax: the tensor has shape ${formatShape(x.shape)}; expected ${which} of at least 1.`,
    );
  }
  if (along === x.rank - 1) return argmaxOfRows(x);
  const others = x.shape.map((_, i) => i).filter((i) => i !== along);
  return scope(() => noGrad(() => argmaxOfRows(permute(x, [...others, along]))));
}

function argmaxOfRows(x: Tensor): Int32Array {
  const columns = x.shape[x.rank - 1];
  const rows = x.size / columns;
  const index = x.backend.heap.int32(rows);
  try {
    x.backend.kernels.argmax(index, x.data, rows, columns);
    return Int32Array.from(index);
  } finally {
    x.backend.heap.free(index);
  }
}

/** Number of elements that are not 0: the spikes of a layer's output. */
export function countNonZero(x: Tensor): number {
  const count = x.backend.heap.int32(1);
  try {
    const spikes = spikesOf(x);
    if (spikes === null) x.backend.kernels.countNonZero(count, x.data, x.size);
    else x.backend.kernels.countSpikes(count, spikes.bits, spikes.bits.length);
    return count[0];
  } finally {
    x.backend.heap.free(count);
  }
}

/** The gradient of a sum: g repeated. `kept` is g's shape with the summed axes as 1. */
function expand(g: Tensor, kept: Shape, shape: Shape): Tensor {
  const dx = Tensor.empty(shape, g.backend);
  withPlan(g.backend, shape, [broadcastStrides(kept, shape)], (plan) => {
    g.backend.kernels.copyStrided(dx.data, g.data, plan);
  });
  return dx;
}

function split(where: string, shape: Shape, axis: number | undefined) {
  if (axis === undefined) {
    return { outer: 1, length: sizeOf(shape), inner: 1, shape: [], kept: shape.map(() => 1) };
  }
  const at = checkAxis(where, axis, shape.length);
  return {
    outer: sizeOf(shape.slice(0, at)),
    length: shape[at],
    inner: sizeOf(shape.slice(at + 1)),
    shape: shape.filter((_, i) => i !== at),
    kept: shape.with(at, 1),
  };
}
