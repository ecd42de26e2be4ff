/* Sums in double: twice the vectors, but a sum of a million floats keeps all its digits, in whatever order. */
#ifndef ATIF_WIDENING_H
#define ATIF_WIDENING_H

#include "scratch.h"
#include "simd.h"
#include "wide.h"

typedef double f64x2 __attribute__((vector_size(16)));

/* A double that lies in a block of floats. */
typedef double stored_double __attribute__((may_alias));

enum { SHARED_SCRATCH_DOUBLES = SHARED_SCRATCH_FLOATS / 2 };

static inline stored_double *shared_scratch_doubles(void) { return (stored_double *)shared_scratch(); }

/* Lanes 0 and 1, lanes 2 and 3. */
static inline f64x2 widen_low(f32x4 a) {
#ifdef __wasm_simd128__
  return (f64x2)wasm_f64x2_promote_low_f32x4((v128_t)a);
#elif defined(__SSE4_1__)
  return (f64x2)_mm_cvtps_pd((__m128)a);
#else
  return (f64x2){a[0], a[1]};
#endif
}
static inline f64x2 widen_high(f32x4 a) { return widen_low(__builtin_shufflevector(a, a, 2, 3, 2, 3)); }

/* A sum per lane, LANES lanes. */
#if LANES > 4
typedef double dN __attribute__((vector_size(8 * LANES)));
typedef double dN_anywhere __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
static inline dN widenN(fN a) { return __builtin_convertvector(a, dN); }
static inline dN loadNd(const double *p) { return *(const dN_anywhere *)p; }
static inline void storeNd(double *p, dN v) { *(dN_anywhere *)p = v; }
#endif
/* Four sums, one per lane. */
struct sum4 {
  f64x2 low, high;
};

static inline void sum4_add(struct sum4 *sum, f32x4 a) {
  sum->low += widen_low(a);
  sum->high += widen_high(a);
}

static inline struct sum4 sum4_load(const double *p) { return (struct sum4){{p[0], p[1]}, {p[2], p[3]}}; }

static inline void sum4_store(double *p, struct sum4 sum) {
  p[0] = sum.low[0];
  p[1] = sum.low[1];
  p[2] = sum.high[0];
  p[3] = sum.high[1];
}

static inline double sum4_total(const struct sum4 *sum) {
  f64x2 pair = sum->low + sum->high;
  return pair[0] + pair[1];
}

#endif
