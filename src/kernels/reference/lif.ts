/** IF, LIF and parametric LIF: charge, fire at a fixed threshold, soft or hard reset; the whole time loop. */

import { Charge } from "../contract.js";
import type { Kernels } from "../contract.js";
import { heavisideOf } from "./elementwise.js";
import { sigmoidSurrogateOf } from "./surrogate.js";

const { fround } = Math;

/** u from v and x, in the order of Charge's equations. r is the reset potential, 0 for a soft reset. */
function charged(charge: Charge, v: number, x: number, leak: number, r: number): number {
  switch (charge) {
    case Charge.integrate:
      return fround(v + x);
    case Charge.leakInputByTau:
      return fround(v + fround(fround(x - fround(v - r)) / leak));
    case Charge.leakByTau:
      // 1 - 1 / tau is computed in float64 and rounded once (RULES.md, 8)
      if (r === 0) return fround(fround(v * fround(1 - 1 / leak)) + x);
      return fround(fround(v - fround(fround(v - r) / leak)) + x);
    case Charge.leakInputByRate:
      return fround(v + fround(fround(x - fround(v - r)) * leak));
    case Charge.leakByRate:
      if (r === 0) return fround(fround(v * fround(1 - leak)) + x);
      return fround(fround(v - fround(fround(v - r) * leak)) + x);
  }
}

/** du/dv, du/dx and du/dleak of the same equations. */
function chargeDerivatives(
  charge: Charge,
  v: number,
  x: number,
  leak: number,
  r: number,
): [number, number, number] {
  switch (charge) {
    case Charge.integrate:
      return [1, 1, 0];
    case Charge.leakInputByTau: {
      return [
        fround(1 - 1 / leak),
        fround(1 / leak),
        -fround(fround(fround(x - fround(v - r)) / leak) / leak),
      ];
    }
    case Charge.leakByTau:
      return [fround(1 - 1 / leak), 1, fround(fround(fround(v - r) / leak) / leak)];
    case Charge.leakInputByRate:
      return [fround(1 - leak), leak, fround(x - fround(v - r))];
    case Charge.leakByRate:
      return [fround(1 - leak), 1, -fround(v - r)];
  }
}

/** soft: u - z vThreshold; hard: (1 - z) u + z r */
function resetOf(z: number, u: number, vThreshold: number, r: number, softReset: boolean): number {
  if (softReset) return fround(u - fround(z * vThreshold));
  return fround(fround((1 - z) * u) + fround(z * r));
}

export const lifForward: Kernels["lifForward"] = (
  y,
  v,
  vSeq,
  x,
  leak,
  T,
  n,
  charge,
  vThreshold,
  vReset,
  softReset,
) => {
  const th = fround(vThreshold);
  const r = softReset ? 0 : fround(vReset);
  const l = leak === null ? 1 : leak[0];
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < n; i++) {
      const u = charged(charge, v[i], x[t * n + i], l, r);
      const q = fround(u - th);
      const z = heavisideOf(q);
      y[t * n + i] = z;
      v[i] = resetOf(z, u, th, r, softReset);
      if (vSeq !== null) vSeq[t * n + i] = v[i];
    }
  }
};

/**
 * From t = T down to 1, with w = dL/dy, lambda = dL/dv after step t, g the surrogate derivative at u - vThreshold:
 *
 *   y = z:                       dy/du = g
 *   soft, v = u - z vThreshold:  dv/du = 1 - vThreshold g         (detached reset: 1)
 *   hard, v = (1 - z) u + z r:   dv/du = (1 - z) - (u - r) g      (detached reset: 1 - z)
 *   mu = dL/du = w dy/du + lambda dv/du;   dx = mu du/dx;   dleak += mu du/dleak;   lambda = mu du/dv
 */
export const lifBackward: Kernels["lifBackward"] = (
  dx,
  dv,
  dleak,
  gy,
  x,
  v0,
  leak,
  T,
  n,
  charge,
  vThreshold,
  vReset,
  softReset,
  alpha,
  detachReset,
) => {
  const th = fround(vThreshold);
  const r = softReset ? 0 : fround(vReset);
  const l = leak === null ? 1 : leak[0];
  const a = fround(alpha);
  const vSeq = new Float32Array(T); // before the step
  const uSeq = new Float32Array(T);
  if (dleak !== null) dleak[0] = 0;
  for (let i = 0; i < n; i++) {
    let v = v0 === null ? 0 : v0[i];
    for (let t = 0; t < T; t++) {
      const u = charged(charge, v, x[t * n + i], l, r);
      const q = fround(u - th);
      vSeq[t] = v;
      uSeq[t] = u;
      v = resetOf(heavisideOf(q), u, th, r, softReset);
    }
    let lambda = dv[i];
    for (let t = T - 1; t >= 0; t--) {
      const q = fround(uSeq[t] - th);
      const z = heavisideOf(q);
      const g = sigmoidSurrogateOf(q, a, a);
      const kept = softReset ? 1 : 1 - z;
      const viaReset = detachReset ? 0 : fround((softReset ? th : fround(uSeq[t] - r)) * g);
      const dvDu = fround(kept - viaReset);
      const mu = fround(fround(gy[t * n + i] * g) + fround(lambda * dvDu));
      const [duDv, duDx, duDleak] = chargeDerivatives(charge, vSeq[t], x[t * n + i], l, r);
      dx[t * n + i] = fround(mu * duDx);
      if (dleak !== null) dleak[0] = fround(dleak[0] + fround(mu * duDleak));
      lambda = fround(mu * duDv);
    }
    dv[i] = lambda;
  }
};
