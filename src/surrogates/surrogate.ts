/** What stands in for the derivative of the spike: a function that fires forward and is smooth backward. */

import type { Tensor } from "../tensor/tensor.js";

/** q = u - theta to z = [q >= 0], differentiable by a surrogate gradient. */
export interface Surrogate {
  (q: Tensor): Tensor;
  /** Steepness, if this is the sigmoid surrogate, which the fused kernels know. */
  readonly sigmoidAlpha?: number;
}
