/* One time step of ATIF and IFSRL for four neurons, forward and back. Equations: src/kernels/contract.ts. */
#ifndef ATIF_ATIF_STEP_H
#define ATIF_ATIF_STEP_H

#include "surrogate.h"

/* (1 - z) u + z q as it stands: a select of u or q would be another number where u is infinite (0 inf is NaN) */
static inline f32x4 reset4(f32x4 z, f32x4 u, f32x4 q) { return (1.0f - z) * u + z * q; }

/* A step of v; q = u - theta goes to row, unless it is null. */
static inline void run4(float *v, float *row, f32x4 x, float theta) {
  f32x4 u = load4(v) + x;
  f32x4 q = u - theta;
  store4(v, reset4(spike4(q), u, q));
  if (row) store4(row, q);
}

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
