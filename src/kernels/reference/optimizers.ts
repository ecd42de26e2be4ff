/**
 * Optimizer updates, in place. What is computed from hyperparameters alone is computed in float64 and rounded
 * once (kernels/RULES.md 8).
 */

import type { Kernels } from "../contract.js";

const { fround } = Math;

export const sgdStep: Kernels["sgdStep"] = (
  p,
  buffer,
  g,
  n,
  lr,
  momentum,
  dampening,
  weightDecay,
  nesterov,
  first,
) => {
  const rate = fround(lr);
  const keep = fround(momentum);
  const take = fround(1 - dampening);
  const decay = fround(weightDecay);
  for (let i = 0; i < n; i++) {
    let step = g[i];
    if (decay !== 0) step = fround(step + fround(decay * p[i]));
    if (keep !== 0 && buffer !== null) {
      buffer[i] = first ? step : fround(fround(keep * buffer[i]) + fround(take * step));
      step = nesterov ? fround(step + fround(keep * buffer[i])) : buffer[i];
    }
    p[i] = fround(p[i] - fround(rate * step));
  }
};

export const adamStep: Kernels["adamStep"] = (
  p,
  m,
  v,
  g,
  n,
  lr,
  beta1,
  beta2,
  eps,
  weightDecay,
  decoupled,
  correction1,
  correction2,
) => {
  const keep1 = fround(beta1);
  const take1 = fround(1 - beta1);
  const keep2 = fround(beta2);
  const take2 = fround(1 - beta2);
  const decay = fround(weightDecay);
  const shrink = fround(1 - lr * weightDecay);
  const stepSize = fround(lr / correction1);
  const rootCorrection2 = fround(Math.sqrt(correction2));
  const epsilon = fround(eps);
  for (let i = 0; i < n; i++) {
    let grad = g[i];
    if (decay !== 0) {
      if (decoupled) p[i] = fround(p[i] * shrink);
      else grad = fround(grad + fround(decay * p[i]));
    }
    m[i] = fround(fround(keep1 * m[i]) + fround(take1 * grad));
    v[i] = fround(fround(keep2 * v[i]) + fround(fround(take2 * grad) * grad));
    const denominator = fround(fround(fround(Math.sqrt(v[i])) / rootCorrection2) + epsilon);
    p[i] = fround(p[i] - fround(fround(stepSize * m[i]) / denominator));
  }
};
