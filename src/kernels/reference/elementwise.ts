/** Elementwise kernels on dense arrays: one rounding per operation. */

import type { Kernels } from "../contract.js";
import { sigmoidOf } from "./exp-log.js";

const { fround } = Math;

export const fill: Kernels["fill"] = (y, value, n) => {
  for (let i = 0; i < n; i++) y[i] = value;
};

export const addScaled: Kernels["addScaled"] = (y, x, scale, n) => {
  const s = fround(scale);
  for (let i = 0; i < n; i++) y[i] = fround(y[i] + fround(x[i] * s));
};

export const exponentialAverage: Kernels["exponentialAverage"] = (y, x, momentum, scale, n) => {
  const take = fround(momentum);
  const keep = fround(1 - momentum);
  const s = fround(scale);
  for (let i = 0; i < n; i++) y[i] = fround(fround(keep * y[i]) + fround(take * fround(x[i] * s)));
};

export const negate: Kernels["negate"] = (y, x, n) => {
  for (let i = 0; i < n; i++) y[i] = -x[i];
};

export const sqrt: Kernels["sqrt"] = (y, x, n) => {
  for (let i = 0; i < n; i++) y[i] = fround(Math.sqrt(x[i]));
};

export const relu: Kernels["relu"] = (y, x, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] > 0 || Number.isNaN(x[i]) ? x[i] : 0;
};

/** One element of `heaviside`: a tie fires, NaN does not. */
export function heavisideOf(x: number): 0 | 1 {
  return x >= 0 ? 1 : 0;
}

export const heaviside: Kernels["heaviside"] = (y, x, n) => {
  for (let i = 0; i < n; i++) y[i] = heavisideOf(x[i]);
};

/** ((g (1 - s)) s) alpha: the incoming gradient is multiplied in first, which rounds differently */
export const sigmoidSurrogateBackward: Kernels["sigmoidSurrogateBackward"] = (dx, g, x, alpha, n) => {
  const a = fround(alpha);
  for (let i = 0; i < n; i++) {
    const s = sigmoidOf(fround(a * x[i]));
    dx[i] = fround(fround(fround(g[i] * fround(1 - s)) * s) * a);
  }
};
