/** Firing above a threshold, or at it and above: files say one or the other, and ties differ. */

import { noGrad } from "../autograd/grad-mode.js";
import { heaviside } from "../ops/unary.js";
import { fire, type Surrogate } from "../surrogates/surrogate.js";
import { Tensor } from "../tensor/tensor.js";

export type Compare = ">" | ">=";

/**
 * z of q = u - theta, with the gradient of the surrogate: [q > 0] or [q >= 0].
 *
 * @returns q's shape, 0 or 1
 */
export function fireAt(surrogate: Surrogate, q: Tensor, compare: Compare): Tensor {
  const z = fire(surrogate, q);
  if (compare === ">=") return z;
  // A surrogate fires at 0: those that lie there are taken out again.
  return z.sub(noGrad(() => heaviside(q).mul(heaviside(q.neg()))));
}

/**
 * n of u: as many spikes as there are whole thresholds in u, 0 of what is below one; with '>' those that lie below u. Its
 * gradient is that of a spike at the nearest multiple m theta, m of at least 1: the surrogate at q = u - m theta.
 *
 * @param theta above 0; broadcasts against u
 * @returns u's shape: 0, 1, 2 ...
 */
export function fireSeveral(surrogate: Surrogate, u: Tensor, theta: Tensor, compare: Compare): Tensor {
  const { count, nearest } = noGrad(() => {
    const count = u.div(theta);
    const nearest = count.mul(1);
    const multiples = count.data.map((ratio) => Math.floor(ratio));
    const touched = tensorLike(count, multiples).mul(theta);
    for (let i = 0; i < count.size; i++) {
      const whole = multiples[i] - (compare === ">" && touched.data[i] === u.data[i] ? 1 : 0);
      nearest.data[i] = Math.max(1, Math.round(nearest.data[i]));
      count.data[i] = Math.max(0, whole);
    }
    return { count, nearest };
  });
  const z = fire(surrogate, u.sub(theta.mul(nearest)));
  return z.add(count.sub(z.detach()));
}

function tensorLike(like: Tensor, values: Float32Array): Tensor {
  const made = Tensor.empty(like.shape, like.backend);
  made.data.set(values);
  return made;
}
