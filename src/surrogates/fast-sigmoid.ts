/**
 * The fast sigmoid surrogate: fires like the unit step, has the slope of x / (1 + k |x|).
 *
 *   forward   z = [x >= 0]
 *   backward  dL/dx = g / (k |x| + 1)^2
 *
 * The largest slope is 1, at x = 0; the width is about 1/k.
 *
 * @source F. Zenke, S. Ganguli, "SuperSpike: Supervised Learning in Multilayer Spiking Neural Networks", Neural Computation
 *   30(6), 2018
 */

import { record } from "../autograd/node.js";
import { checkFloat32, checkPositive } from "../checks.js";
import { heaviside } from "../ops/unary.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Surrogate } from "./surrogate.js";

/** @param slope k. @throws RangeError unless > 0 */
export function fastSigmoidSurrogate(slope: number): Surrogate {
  checkPositive("fastSigmoidSurrogate: slope", slope);
  const k = checkFloat32("fastSigmoidSurrogate: slope", slope);
  return Object.assign((q: Tensor) => fire(q, k), { named: { name: "fast_sigmoid", alpha: k } as const });
}

function fire(x: Tensor, k: number): Tensor {
  const z = heaviside(x);
  record("fastSigmoidSurrogate", [x], [z], [x], ([g], { tensor }) => {
    if (g === null) return [null];
    const q = tensor(0);
    const width = q.relu().add(q.neg().relu()).mul(k).add(1);
    return [g.div(width.mul(width))];
  });
  return z;
}
