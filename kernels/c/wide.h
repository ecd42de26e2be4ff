/* LANES floats at a time: 4, 8 or 16, as the processor has them. Order of sums as with 4 (RULES.md, 6). */
#ifndef ATIF_WIDE_H
#define ATIF_WIDE_H
#include "simd.h"
#ifndef LANES
#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif
#endif
#ifdef __SSE2__
#include <immintrin.h>
#endif
typedef float fN __attribute__((vector_size(4 * LANES)));
typedef int iN __attribute__((vector_size(4 * LANES)));
typedef unsigned uN __attribute__((vector_size(4 * LANES)));
typedef float fN_anywhere __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef float f32x8 __attribute__((vector_size(32)));
typedef float f32x8_anywhere __attribute__((vector_size(32), aligned(4), may_alias));
typedef float f32x16 __attribute__((vector_size(64)));
typedef float f32x16_anywhere __attribute__((vector_size(64), aligned(4), may_alias));
static inline fN loadN(const float *p) { return *(const fN_anywhere *)p; }
static inline void storeN(float *p, fN v) { *(fN_anywhere *)p = v; }
static inline fN splatN(float a) { return (fN){0} + a; }
/* p[0 .. count-1], zeros behind */
static inline fN load_someN(const float *p, int count) {
#if LANES == 16 && defined(__AVX512F__)
  return (fN)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
#else
  fN v = {0};
  for (int i = 0; i < count; i++) v[i] = p[i];
  return v;
#endif
}
static inline void store_someN(float *p, fN v, int count) {
#if LANES == 16 && defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
#else
  for (int i = 0; i < count; i++) p[i] = v[i];
#endif
}
static inline fN load_up_toN(const float *p, int count) { return count >= LANES ? loadN(p) : load_someN(p, count); }
static inline void store_up_toN(float *p, fN v, int count) {
  if (count >= LANES) storeN(p, v);
  else store_someN(p, v, count);
}
static inline fN at_mostN(fN x, fN l) { /* NaN stays */
#if LANES == 16 && defined(__AVX512F__)
  return (fN)_mm512_min_ps((__m512)l, (__m512)x);
#elif LANES == 8 && defined(__AVX__)
  return (fN)_mm256_min_ps((__m256)l, (__m256)x);
#else
  iN m = l < x;
  return (fN)((m & (iN)l) | (~m & (iN)x));
#endif
}
static inline fN at_leastN(fN x, fN s) {
#if LANES == 16 && defined(__AVX512F__)
  return (fN)_mm512_max_ps((__m512)s, (__m512)x);
#elif LANES == 8 && defined(__AVX__)
  return (fN)_mm256_max_ps((__m256)s, (__m256)x);
#else
  iN m = x < s;
  return (fN)((m & (iN)s) | (~m & (iN)x));
#endif
}
/* Lane mask: bit i is lane i. */
#if LANES == 16
static inline unsigned bitsN(iN m) { return _mm512_movepi32_mask((__m512i)m); }
#elif LANES == 8
static inline unsigned bitsN(iN m) { return (unsigned)_mm256_movemask_ps((__m256)m); }
#endif
/* sum += the quarters (or halves) of v, one after the other: the order of 4 lanes. `groups` of 4 exist. */
static inline f32x4 quarter(fN v, int k) {
#if LANES == 16
  return k == 0 ? __builtin_shufflevector(v, v, 0, 1, 2, 3) : k == 1 ? __builtin_shufflevector(v, v, 4, 5, 6, 7)
       : k == 2 ? __builtin_shufflevector(v, v, 8, 9, 10, 11) : __builtin_shufflevector(v, v, 12, 13, 14, 15);
#elif LANES == 8
  return k == 0 ? __builtin_shufflevector(v, v, 0, 1, 2, 3) : __builtin_shufflevector(v, v, 4, 5, 6, 7);
#else
  return v;
#endif
}
#endif
