/* One time step of ATIF and IFSRL for a vector of neurons, forward and back. Equations: src/kernels/contract.ts. */
#ifndef ATIF_ATIF_STEP_H
#define ATIF_ATIF_STEP_H

#include "parallel.h"
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
static inline fN runN(fN *v, fN x, float theta) {
  fN u = *v + x, q = u - theta, z = spikeN(q);
  *v = (1.0f - z) * u + z * q;
  return q;
}
static inline iN run_finiteN(fN *v, fN x, float theta) {
  fN u = *v + x;
  iN z = u >= theta;
  *v = u - (fN)(z & (iN)splatN(theta));
  return z;
}
/* The same for what spikes become bits: bit i is lane i of z. Masks of AVX-512 need not become vectors. */
static inline unsigned fire_finiteN(fN *v, fN x, float theta) {
#if LANES == 16
  __m512 u = (__m512)(*v + x), threshold = _mm512_set1_ps(theta);
  __mmask16 z = _mm512_cmp_ps_mask(u, threshold, _CMP_GE_OQ);
  *v = (fN)_mm512_mask_sub_ps(u, z, u, threshold);
  return z;
#else
  return bitsN(run_finiteN(v, x, theta));
#endif
}
#if LANES > 4
static inline unsigned fire_finite8(f32x8 *v, f32x8 x, float theta) {
  __m256 u = (__m256)(*v + x), threshold = _mm256_set1_ps(theta);
#if LANES == 16
  __mmask8 z = _mm256_cmp_ps_mask(u, threshold, _CMP_GE_OQ);
  *v = (f32x8)_mm256_mask_sub_ps(u, z, u, threshold);
  return z;
#else
  __m256 z = _mm256_cmp_ps(u, threshold, _CMP_GE_OQ);
  *v = (f32x8)_mm256_sub_ps(u, _mm256_and_ps(z, threshold));
  return (unsigned)_mm256_movemask_ps(z);
#endif
}
#endif
static inline int is_finiteN(fN v) { return bitsN(v - v != 0.0f) == 0; }
static inline i32x4 run_finite4(f32x4 *v, f32x4 x, float theta) {
  f32x4 u = *v + x;
  i32x4 z = u >= theta;
  *v = u - (f32x4)(z & (i32x4)splat4(theta));
  return z;
}
static inline int is_usual_theta(float theta) { return theta > 0 && theta < 1e30f; }
static inline int is_finite4(f32x4 v) { return !any4(v - v != 0.0f); }

INTERNAL_BEGIN

/*
 * v of a row of neurons through steps of x, x_step elements apart. Each step leaves q in rows, with room as surrogate.h
 * says and `stride` neurons apart, unless that is null.
 */
void run_row(float *v, float *rows, int stride, const float *x, int x_step, int steps, int count, float theta);

INTERNAL_END

/*
 * One step back. w = dL/dy, lambda = dL/dv after the step, g = surrogate derivative at q:
 *
 *   v = (1 - z) u + z q:  dv/du = 1 - theta g   dv/dtheta = theta g - z     (reset detached: 1 and -z)
 *   y = z theta (ATIF):   dy/du = theta g       dy/dtheta = z - theta g
 *   y = z (IFSRL):        dy/du = g             dy/dtheta = -g
 */
struct back {
  struct surrogate surrogate; /* its gain is dy/dz alpha */
  float by_reset;             /* of lambda, what goes through z of the reset, in units of dy/dz */
  float by_theta;             /* dy/dtheta of a spike */
  int usual;                  /* both are 1 */
};

static inline struct back make_back(float theta, float alpha, int scaled, int detach_reset) {
  float spike = scaled ? theta : 1.0f, reset = scaled ? 1.0f : theta;
  return (struct back){{alpha, alpha * spike}, detach_reset ? 0.0f : reset, scaled, scaled && !detach_reset};
}

/* p: see surrogate.h. lambda becomes dL/du, which is dL/dx and dL/dv before the step. Returns dL/dtheta. */
static inline fN step_backN(fN *lambda, fN w, const float *p, const struct back *back, int usual) {
  fN after = *lambda, z = spikeN(loadN(p)), tg = surrogate_endN(p, back->surrogate);
  if (usual) { /* z acts on y and on v alike */
    fN through = w - after;
    *lambda = after + through * tg;
    return through * (z - tg);
  }
  fN gained = (w - back->by_reset * after) * tg;
  *lambda = after + gained;
  return (back->by_theta * w - after) * z - gained;
}

#endif
