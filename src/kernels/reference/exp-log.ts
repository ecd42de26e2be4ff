/** exp and log as the polynomials of kernels/RULES.md, one float32 rounding per operation. */

import type { Kernels } from "../contract.js";

const { fround } = Math;

const LARGEST_X = /* @__PURE__ */ fround(88.72283);
const SMALLEST_X = /* @__PURE__ */ fround(-87.33654);
const LOG2_E = /* @__PURE__ */ fround(1.44269504);
/** ln 2 in two parts: k times the first is exact, the second is the rest. */
const LN2_HIGH = /* @__PURE__ */ fround(0.693359375);
const LN2_LOW = /* @__PURE__ */ fround(-2.1219444e-4);

/** @source S. L. Moshier, Cephes, expf */
const EXP_COEFFICIENTS = /* @__PURE__ */ [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
].map(fround);

/** @source S. L. Moshier, Cephes, logf */
const LOG_COEFFICIENTS = /* @__PURE__ */ [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(fround);

const SQRT_HALF = /* @__PURE__ */ fround(Math.SQRT1_2);
const SMALLEST_NORMAL = 2 ** -126;

/** To the nearest whole number, a half to the even one. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest < 0.5) return below;
  if (rest > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** (((c0 r + c1) r + c2) r + …), two roundings per coefficient */
function horner(coefficients: readonly number[], r: number): number {
  let p = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) p = fround(fround(p * r) + coefficients[i]);
  return p;
}

/** e^x of one float32 */
export function expOf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x > LARGEST_X) return Infinity;
  if (x < SMALLEST_X) return 0;
  const k = roundHalfEven(fround(x * LOG2_E));
  const r = fround(fround(x - fround(k * LN2_HIGH)) - fround(k * LN2_LOW));
  const p = horner(EXP_COEFFICIENTS, r);
  const y = fround(fround(fround(p * fround(r * r)) + r) + 1);
  // 2^128 is no float32: two exact steps
  return k === 128 ? fround(fround(y * 2 ** 127) * 2) : fround(y * 2 ** k);
}

/** Natural logarithm of one float32 */
export function logOf(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  // x = m 2^e with m in [sqrt(1/2), sqrt(2))
  let m = x;
  let e = 0;
  if (m < SMALLEST_NORMAL) [m, e] = [m * 2 ** 23, -23];
  while (m >= 1) [m, e] = [m / 2, e + 1];
  while (m < 0.5) [m, e] = [m * 2, e - 1];
  if (m < SQRT_HALF) [m, e] = [m * 2, e - 1];
  const r = fround(m - 1);
  const p = horner(LOG_COEFFICIENTS, r);
  const cubic = fround(fround(fround(fround(r * r) * r) * p) + fround(e * LN2_LOW));
  return fround(fround(fround(cubic - fround(fround(0.5 * r) * r)) + r) + fround(e * LN2_HIGH));
}

/** 1 / (1 + exp(-x)) of one float32 */
export function sigmoidOf(x: number): number {
  return fround(1 / fround(1 + expOf(-x)));
}

export const exp: Kernels["exp"] = (y, x, n) => {
  for (let i = 0; i < n; i++) y[i] = expOf(x[i]);
};

export const log: Kernels["log"] = (y, x, n) => {
  for (let i = 0; i < n; i++) y[i] = logOf(x[i]);
};

export const sigmoid: Kernels["sigmoid"] = (y, x, n) => {
  for (let i = 0; i < n; i++) y[i] = sigmoidOf(x[i]);
};
