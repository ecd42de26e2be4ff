/**
 * The sigmoid surrogate: fires like the unit step, has the slope of a sigmoid.
 *
 *   forward   z = [x >= 0]
 *   backward  dL/dx = ((g (1 - s)) s) alpha,  s = sigmoid(alpha x)
 *
 * The largest slope is alpha/4, at x = 0; the width is about 1/alpha.
 *
 * @source E. O. Neftci, H. Mostafa, F. Zenke, "Surrogate Gradient Learning in Spiking Neural Networks",
 *   IEEE Signal Processing Magazine 36(6), 2019
 */

import { AutogradFunction, type FunctionContext } from "../autograd/function.js";
import { record } from "../autograd/node.js";
import { checkFloat32, checkPositive } from "../checks.js";
import { ShapeError } from "../errors.js";
import { heaviside, sigmoidSurrogateGradient } from "../ops/unary.js";
import { formatShape } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";
import type { Surrogate } from "./surrogate.js";

export class SpikeFunctionSigmoid extends AutogradFunction {
  /**
   * @param x any shape: the distance to the threshold
   * @param alpha steepness, a number or a tensor with one element, rounded to float32; it is never learned
   * @returns x's shape, 0 or 1
   * @throws TypeError, RangeError, ShapeError unless alpha is one finite number
   */
  static forward(ctx: FunctionContext, x: Tensor, alpha: Tensor | number): Tensor {
    const steepness = checkSteepness(alpha);
    if (x.requiresGrad) {
      ctx.saveForBackward(x, alpha instanceof Tensor ? alpha : Tensor.full([1], steepness, x.backend));
    }
    return heaviside(x);
  }

  /** @returns dL/dx, or null where it is not needed, and null for alpha */
  static backward(ctx: FunctionContext, gradOutput: Tensor): [Tensor | null, null] {
    if (!ctx.needsInputGrad[0]) return [null, null];
    const [x, alpha] = ctx.savedTensors;
    return [sigmoidSurrogateGradient(gradOutput, x, alpha.item()), null];
  }
}

function checkSteepness(alpha: unknown): number {
  if (alpha instanceof Tensor && alpha.size !== 1) {
    throw new ShapeError(
      `SpikeFunctionSigmoid: alpha has shape ${formatShape(alpha.shape)}; expected one element, or a number.`,
    );
  }
  return checkFloat32("SpikeFunctionSigmoid: alpha", alpha instanceof Tensor ? alpha.item() : alpha);
}

/** The sigmoid surrogate with a fixed steepness. @throws RangeError unless alpha > 0 */
export function sigmoidSurrogate(alpha: number): Surrogate {
  checkPositive("sigmoidSurrogate: alpha", alpha);
  const sigmoidAlpha = checkFloat32("sigmoidSurrogate: alpha", alpha);
  return Object.assign((q: Tensor) => fire(q, sigmoidAlpha), { sigmoidAlpha });
}

/**
 * As SpikeFunctionSigmoid.apply, the same operation on the tape: what checks classes of somebody's own is not needed for it,
 * nor loaded where networks only run.
 */
function fire(x: Tensor, alpha: number): Tensor {
  const z = heaviside(x);
  record("SpikeFunctionSigmoid", [x], [z], [x], ([g], { tensor }) => [
    g === null ? null : sigmoidSurrogateGradient(g, tensor(0), alpha),
  ]);
  return z;
}
