/** What stands in for the derivative of the spike: a function that fires forward and is smooth backward. */

import { show } from "../show.js";
import { ShapeError } from "../errors.js";
import { formatShape, sameShape } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";

/** q = u - theta to z = [q >= 0], differentiable by a surrogate gradient. */
export interface Surrogate {
  (q: Tensor): Tensor;
  /** Steepness, if this is the sigmoid surrogate, which the fused kernels know. */
  readonly sigmoidAlpha?: number;
  /** Of another one that options can name. */
  readonly named?: { readonly name: "atan" | "fast_sigmoid"; readonly alpha: number };
}

/** z of q by any surrogate. @throws TypeError, ShapeError unless it gives a tensor of the same shape */
export function fire(surrogate: Surrogate, q: Tensor): Tensor {
  const z: unknown = surrogate(q);
  if (!Tensor.isTensor(z)) {
    throw new TypeError(
      `surrogateFunction returned ${show(z)}; expected a Tensor of q's shape, such as heaviside(q).`,
    );
  }
  if (!sameShape(z.shape, q.shape)) {
    throw new ShapeError(
      `surrogateFunction returned ${formatShape(z.shape)} for q of ${formatShape(q.shape)}; expected the same shape: one spike or none per neuron.`,
    );
  }
  return z;
}
