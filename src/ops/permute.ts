/** Axes in another order. */

import { record } from "../autograd/node.js";
import { isList } from "../checks.js";
import { show } from "../show.js";
import { stridesOf } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { withPlan } from "./plan.js";

/** y's axis i is x's axis axes[i]; the elements are copied. @throws RangeError unless axes is a permutation */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  if (!isList(axes)) {
    throw new TypeError(`permute: axes are ${show(axes)}; expected an array of axes like [1, 0].`);
  }
  const isPermutation = axes.length === x.rank && x.shape.every((_, axis) => axes.includes(axis));
  if (!isPermutation) {
    throw new RangeError(`permute: axes ${show(axes)}; expected each of 0 to ${x.rank - 1} once.`);
  }
  const strides = stridesOf(x.shape);
  const shape = axes.map((axis) => x.shape[axis]);
  const y = Tensor.empty(shape, x.backend);
  withPlan(x.backend, shape, [axes.map((axis) => strides[axis])], (plan) => {
    x.backend.kernels.copyStrided(y.data, x.data, plan);
  });
  record("permute", [x], [y], [], ([g]) => [g === null ? null : permute(g, inverse(axes))]);
  return y;
}

function inverse(axes: readonly number[]): number[] {
  const inverted = new Array<number>(axes.length);
  axes.forEach((axis, i) => (inverted[axis] = i));
  return inverted;
}
