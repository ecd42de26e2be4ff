/** The variance, which PyTorch calls var: a word that JavaScript keeps. No method of Tensor, so that pages without it do without. */

import { record } from "../autograd/node.js";
import { checkOptions } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { show } from "../show.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import { alongAxis } from "./along-axis.js";

export interface VarianceOptions {
  /** Subtracted from the number of values that the squares are divided by (default 1: unbiased, as torch.var); 0: of them all. */
  correction?: number;
}

/**
 * y = sum of (x - mean)^2 / (n - correction), of all n elements (shape []) or along an axis. dx = 2 g (x - mean) / (n - correction)
 *
 * @param x any shape; along an axis [.., n, ..]
 * @returns [], or the shape without the axis
 * @throws ShapeError of nothing, or unless n is above the correction; RangeError if there is no such axis
 */
export function variance(x: Tensor, axis?: number, options: VarianceOptions = {}): Tensor {
  checkSameBackend("variance", x);
  checkOptions("variance", options ?? null, ["correction"]);
  const { correction = 1 } = options;
  if (typeof correction !== "number" || !(correction >= 0 && correction < Infinity)) {
    throw new RangeError(`variance: correction is ${show(correction)}; expected a number of at least 0.`);
  }
  const whole = { before: 1, length: x.size, after: 1 };
  const part = axis === undefined ? whole : alongAxis("variance", x.shape, axis);
  const { before, length, after } = part;
  if (length <= correction) {
    throw new ShapeError(
      `variance: ${length} values of a tensor of shape ${formatShape(x.shape)} with the correction ${correction}; ` +
        `expected more values. Set correction to 0 for the variance of one.`,
    );
  }
  const y = Tensor.empty("axis" in part ? x.shape.toSpliced(part.axis, 1) : [], x.backend);
  const means = new Float64Array(before * after);
  const [values, out] = [x.data, y.data];
  const place = (i: number, j: number, k: number): number => (i * length + k) * after + j;
  for (let i = 0; i < before; i++) {
    for (let j = 0; j < after; j++) {
      let [total, squares] = [0, 0];
      for (let k = 0; k < length; k++) total += values[place(i, j, k)];
      const mean = total / length;
      for (let k = 0; k < length; k++) squares += (values[place(i, j, k)] - mean) ** 2;
      means[i * after + j] = mean;
      out[i * after + j] = squares / (length - correction);
    }
  }
  record("variance", [x], [y], [x], ([g], { tensor }) => {
    if (g === null) return [];
    const dx = Tensor.empty(x.shape, g.backend);
    const [from, to, slopes] = [tensor(0).data, dx.data, g.data];
    const scale = 2 / (length - correction);
    for (let at = 0; at < to.length; at++) {
      const own = Math.floor(at / (length * after)) * after + (at % after);
      to[at] = slopes[own] * scale * (from[at] - means[own]);
    }
    return [dx];
  });
  return y;
}
