/** Elementwise functions of one tensor, each beside its derivative. */

import { record } from "../autograd/node.js";
import { Tensor } from "../tensor/tensor.js";
import { checkSameBackend } from "../tensor/same-backend.js";

type UnaryKernel = "negate" | "exp" | "log" | "sqrt" | "sigmoid" | "relu" | "heaviside";

/** y = -x;  dx = -g */
export function neg(x: Tensor): Tensor {
  const y = compute("negate", x);
  record("neg", [x], [y], [], ([g]) => [g === null ? null : g.neg()]);
  return y;
}

/** y = e^x;  dx = g y */
export function exp(x: Tensor): Tensor {
  const y = compute("exp", x);
  record("exp", [x], [y], [y], ([g], { tensor }) => [g === null ? null : g.mul(tensor(0))]);
  return y;
}

/** y = ln x;  dx = g / x */
export function log(x: Tensor): Tensor {
  const y = compute("log", x);
  record("log", [x], [y], [x], ([g], { tensor }) => [g === null ? null : g.div(tensor(0))]);
  return y;
}

/** y = sqrt x;  dx = g / 2y */
export function sqrt(x: Tensor): Tensor {
  const y = compute("sqrt", x);
  record("sqrt", [x], [y], [y], ([g], { tensor }) => [g === null ? null : g.div(tensor(0).mul(2))]);
  return y;
}

/** y = 1 / (1 + e^-x);  dx = g (1 - y) y */
export function sigmoid(x: Tensor): Tensor {
  const y = compute("sigmoid", x);
  record("sigmoid", [x], [y], [x], ([g], { tensor }) => {
    return [g === null ? null : sigmoidSurrogateGradient(g, tensor(0), 1)];
  });
  return y;
}

/** y = max(x, 0);  dx = g where x > 0 */
export function relu(x: Tensor): Tensor {
  const y = compute("relu", x);
  record("relu", [x], [y], [y], ([g], { tensor }) => {
    if (g === null) return [];
    const positive = Tensor.full([], 1, g.backend).sub(compute("heaviside", tensor(0).neg()));
    return [g.mul(positive)];
  });
  return y;
}

/**
 * The unit step, [x >= 0]: 0 and -0 fire, NaN does not. It has no gradient; `SpikeFunctionSigmoid` gives it one.
 *
 * @param x any shape
 * @returns the same shape, 0 or 1; not differentiable
 */
export function heaviside(x: Tensor): Tensor {
  checkSameBackend("heaviside", x);
  return compute("heaviside", x);
}

/** ((g (1 - s)) s) alpha with s = sigmoid(alpha x), rounded in this order. Not differentiable. */
export function sigmoidSurrogateGradient(g: Tensor, x: Tensor, alpha: number): Tensor {
  const dx = Tensor.empty(x.shape, x.backend);
  x.backend.kernels.sigmoidSurrogateBackward(dx.data, g.data, x.data, alpha, x.size);
  return dx;
}

function compute(kernel: UnaryKernel, x: Tensor): Tensor {
  const y = Tensor.empty(x.shape, x.backend);
  x.backend.kernels[kernel](y.data, x.data, x.size);
  return y;
}
