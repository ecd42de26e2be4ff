/* One time step of ATIF and IFSRL for four neurons, forward and back. Equations: src/kernels/contract.ts. */
#ifndef ATIF_ATIF_STEP_H
#define ATIF_ATIF_STEP_H

#include "surrogate.h"

/*
 * A step of v; returns q = u - theta. (1 - z) u + z q as it stands: a select of u or q would be another number where u is
 * infinite (0 inf is NaN).
 */
static inline f32x4 run4(f32x4 *v, f32x4 x, float theta) {
  f32x4 u = *v + x, q = u - theta, z = spike4(q);
  *v = (1.0f - z) * u + z * q;
  return q;
}

/*
 * The same bits in half the operations, while u and q are finite; returns where q >= 0. Of an infinite u or NaN, v stays
 * infinite or NaN for good: who sees that at the end (is_finite4 of v, or of a sum of several) begins again with run4.
 * q is finite where u and 2^24 theta are.
 */
static inline i32x4 run_finite4(f32x4 *v, f32x4 x, float theta) {
  f32x4 u = *v + x;
  i32x4 z = u >= theta;
  *v = u - (f32x4)(z & (i32x4)splat4(theta));
  return z;
}
static inline int is_usual_theta(float theta) { return theta > 0 && theta < 1e30f; }
static inline int is_finite4(f32x4 v) { return !any4(v - v != 0.0f); }

/*
 * One step back. w = dL/dy, lambda = dL/dv after the step, g = surrogate derivative at q:
 *
 *   v = (1 - z) u + z q:  dv/du = 1 - theta g   dv/dtheta = theta g - z     (reset detached: 1 and -z)
 *   y = z theta (ATIF):   dy/du = theta g       dy/dtheta = z - theta g
 *   y = z (IFSRL):        dy/du = g             dy/dtheta = -g
 *
 * lambda becomes dL/du, which is dL/dx and dL/dv before the step. Returns dL/dtheta.
 */
static inline f32x4 step_back4(f32x4 *lambda, f32x4 w, f32x4 q, f32x4 g, float theta, int scaled, int detach) {
  f32x4 z = spike4(q), tg = theta * g, after = *lambda;
  if (scaled && !detach) { /* z acts on y and on v alike */
    f32x4 through = w - after;
    *lambda = after + through * tg;
    return through * (z - tg);
  }
  if (scaled) {
    *lambda = after + w * tg;
    return w * (z - tg) - after * z;
  }
  if (!detach) {
    *lambda = after + (w * g - after * tg);
    return after * (tg - z) - w * g;
  }
  *lambda = after + w * g;
  return -(w * g) - after * z;
}

#endif
