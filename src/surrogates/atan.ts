/**
 * The arc tangent surrogate: fires like the unit step, has the slope of arctan(pi alpha x / 2) / pi.
 *
 *   forward   z = [x >= 0]
 *   backward  dL/dx = g (alpha / 2) / (1 + (pi alpha x / 2)^2)
 *
 * The largest slope is alpha/2, at x = 0.
 *
 * @source W. Fang et al., "Incorporating Learnable Membrane Time Constant to Enhance Learning of Spiking Neural Networks",
 *   ICCV 2021
 */

import { record } from "../autograd/node.js";
import { checkFloat32, checkPositive } from "../checks.js";
import { heaviside } from "../ops/unary.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Surrogate } from "./surrogate.js";

/** @param alpha steepness. @throws RangeError unless > 0 */
export function atanSurrogate(alpha: number): Surrogate {
  checkPositive("atanSurrogate: alpha", alpha);
  const steepness = checkFloat32("atanSurrogate: alpha", alpha);
  const named = { name: "atan", alpha: steepness } as const;
  return Object.assign((q: Tensor) => fire(q, steepness), { named });
}

function fire(x: Tensor, alpha: number): Tensor {
  const z = heaviside(x);
  record("atanSurrogate", [x], [z], [x], ([g], { tensor }) => {
    if (g === null) return [null];
    const scaled = tensor(0).mul((Math.PI / 2) * alpha);
    return [g.mul(alpha / 2).div(scaled.mul(scaled).add(1))];
  });
  return z;
}
