/** ATIF and IFSRL: integrate, fire at the learnable threshold theta, soft reset; the whole time loop. */

import type { Kernels } from "../contract.js";
import { heavisideOf } from "./elementwise.js";
import { sigmoidSurrogateOf } from "./surrogate.js";

const { fround } = Math;

/** (1 - z) u + z q as it stands: of an infinite u it is NaN, as in PyTorch, where a select would keep u */
function resetOf(z: number, u: number, q: number): number {
  return fround(fround((1 - z) * u) + fround(z * q));
}

export const atifForward: Kernels["atifForward"] = (y, v, vSeq, x, v0, theta, T, n, scaled, still) => {
  const th = theta[0];
  for (let i = 0; i < n; i++) v[i] = v0 === null ? 0 : v0[i];
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < n; i++) {
      const u = fround(v[i] + x[still ? i : t * n + i]);
      const q = fround(u - th);
      const z = heavisideOf(q);
      v[i] = resetOf(z, u, q);
      y[t * n + i] = scaled ? fround(z * th) : z;
      if (vSeq !== null) vSeq[t * n + i] = v[i];
    }
  }
};

/**
 * From t = T down to 1, in the order in which the compiled kernel rounds, with w = dL/dy, lambda = dL/dv after step t, g the surrogate derivative at q = u - theta:
 *
 *   v = u - theta z:    dv/du = 1 - theta g    dv/dtheta = theta g - z    (detached reset: 1 and -z)
 *   y = theta z:        dy/du = theta g        dy/dtheta = z - theta g
 *   y = z (IFSRL):      dy/du = g              dy/dtheta = -g
 */
export const atifBackward: Kernels["atifBackward"] = (
  dx,
  dv,
  dtheta,
  gy,
  x,
  v0,
  theta,
  T,
  n,
  alpha,
  scaled,
  detachReset,
  still,
) => {
  const th = theta[0];
  const a = fround(alpha);
  const byReset = detachReset ? 0 : scaled ? 1 : th;
  const byTheta = scaled ? 1 : 0;
  const gain = scaled ? fround(a * th) : a;
  const qSeq = new Float32Array(T);
  dtheta[0] = 0;
  if (still) dx.fill(0, 0, n);
  for (let i = 0; i < n; i++) {
    let v = v0 === null ? 0 : v0[i];
    for (let t = 0; t < T; t++) {
      const u = fround(v + x[still ? i : t * n + i]);
      const q = fround(u - th);
      qSeq[t] = q;
      v = resetOf(heavisideOf(q), u, q);
    }
    let lambda = dv === null ? 0 : dv[i];
    for (let t = T - 1; t >= 0; t--) {
      const w = gy[t * n + i];
      const z = heavisideOf(qSeq[t]);
      const tg = sigmoidSurrogateOf(qSeq[t], a, gain);
      const gained = fround(fround(w - fround(byReset * lambda)) * tg);
      if (scaled && !detachReset) {
        // z acts on y and on v alike
        dtheta[0] = fround(dtheta[0] + fround(fround(w - lambda) * fround(z - tg)));
      } else {
        const own = fround(fround(byTheta * w) - lambda);
        dtheta[0] = fround(dtheta[0] + fround(fround(own * z) - gained));
      }
      lambda = fround(lambda + gained);
      if (still) dx[i] = fround(dx[i] + lambda);
      else dx[t * n + i] = lambda;
    }
    if (dv !== null) dv[i] = lambda;
  }
};
