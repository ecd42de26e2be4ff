/*
 * LANES floats at a time: as many as the target has, or as -DLANES says: 4, 8 or 16. 4 are simd.h's.
 *
 * What is elementwise, or a sum per column, takes any number of lanes. A sum over lanes keeps the order of 4 of them: a
 * wide vector is added quarter by quarter (RULES.md, 6). Which way a kernel goes, how it cuts its work and what its
 * limits are must not depend on LANES, or bits would; only the room that it takes may.
 */
#ifndef ATIF_WIDE_H
#define ATIF_WIDE_H

#include "exp_log.h"
#include "packed.h"
#include "simd.h"
#include "tail.h"

#ifndef LANES
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif
#endif
#if LANES != 4 && LANES != 8 && LANES != 16
#error "LANES is 4, 8 or 16"
#endif
#if LANES == 16 && !defined(__AVX512DQ__) || LANES == 8 && !defined(__AVX2__)
#error "8 lanes need -march=x86-64-v3, 16 lanes -march=x86-64-v4"
#endif

typedef float fN __attribute__((vector_size(4 * LANES)));
typedef int iN __attribute__((vector_size(4 * LANES)));
typedef unsigned uN __attribute__((vector_size(4 * LANES)));
typedef float fN_anywhere __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
#if LANES > 4 /* narrower tiles (tile.h), and bytes of spikes */
typedef float f32x8 __attribute__((vector_size(32)));
typedef float f32x8_anywhere __attribute__((vector_size(32), aligned(4), may_alias));
#endif
#if LANES > 8
typedef float f32x16 __attribute__((vector_size(64)));
typedef float f32x16_anywhere __attribute__((vector_size(64), aligned(4), may_alias));
#endif

/* For code of several widths. */
#define ANYWHERE(TYPE) TYPE##_anywhere
#define LOAD(TYPE, p) (*(const ANYWHERE(TYPE) *)(p))
#define STORE(TYPE, p, v) (*(ANYWHERE(TYPE) *)(p) = (v))

static inline fN loadN(const float *p) { return LOAD(fN, p); }
static inline void storeN(float *p, fN v) { STORE(fN, p, v); }
#if LANES == 4
static inline fN splatN(float a) { return splat4(a); }
#else
static inline fN splatN(float a) { return a - (fN){0}; } /* a - 0 is a; -0 + 0 would be 0 */
#endif

/*
 * A constant of a loop, read before it. V8's Turboshaft (Node 24 and newer, Chrome) makes a vector of a constant anew in every
 * turn, by three operations; what comes out of memory stays in its register. Only where a loop is held by its operations.
 */
#ifdef __wasm_simd128__
#define KEPT(value) ({ static const volatile float kept = (value); splatN(kept); })
#else
#define KEPT(value) splatN(value)
#endif

/* As load_tail and store_tail: 1 <= count <= LANES. */
static inline fN load_someN(const float *p, int count) {
#if LANES == 16
  return (fN)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
#elif LANES == 8
  return (fN)_mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)));
#else
  return load_tail(p, count);
#endif
}

static inline void store_someN(float *p, fN v, int count) {
#if LANES == 16
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
#elif LANES == 8
  __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  _mm256_maskstore_ps(p, mask, (__m256)v);
#else
  store_tail(p, v, count);
#endif
}

static inline fN load_up_toN(const float *p, int count) { return count >= LANES ? loadN(p) : load_someN(p, count); }

static inline void store_up_toN(float *p, fN v, int count) {
  if (count >= LANES) storeN(p, v);
  else store_someN(p, v, count);
}

/* x, but not above largest; NaN stays: x86 gives the second operand then. */
static inline fN at_mostN(fN x, fN largest) {
#if LANES == 16
  return (fN)_mm512_min_ps((__m512)largest, (__m512)x);
#elif LANES == 8
  return (fN)_mm256_min_ps((__m256)largest, (__m256)x);
#else
  return at_most4(x, largest);
#endif
}

/* x, but not below smallest; NaN stays */
static inline fN at_leastN(fN x, fN smallest) {
#if LANES == 16
  return (fN)_mm512_max_ps((__m512)smallest, (__m512)x);
#elif LANES == 8
  return (fN)_mm256_max_ps((__m256)smallest, (__m256)x);
#else
  return at_least4(x, smallest);
#endif
}

/*
 * Says that p will be read: of sequences with a step for each piece of memory, processors do not guess what comes next.
 * p may lie outside of all arrays. Not in WebAssembly, which has no such instruction.
 */
static inline void fetch_ahead(const float *p) {
#if LANES > 4
  __builtin_prefetch(p);
#else
  (void)p;
#endif
}

/* Bit i is lane i of a mask. */
static inline unsigned bitsN(iN mask) {
#if LANES == 16
  return _mm512_movepi32_mask((__m512i)mask);
#elif LANES == 8
  return (unsigned)_mm256_movemask_ps((__m256)mask);
#else
  return bits_of4(mask);
#endif
}

/* Lanes 4 k to 4 k + 3. */
static inline f32x4 quarter(fN v, int k) {
#if LANES == 16
  return k == 0   ? __builtin_shufflevector(v, v, 0, 1, 2, 3)
         : k == 1 ? __builtin_shufflevector(v, v, 4, 5, 6, 7)
         : k == 2 ? __builtin_shufflevector(v, v, 8, 9, 10, 11)
                  : __builtin_shufflevector(v, v, 12, 13, 14, 15);
#elif LANES == 8
  return k == 0 ? __builtin_shufflevector(v, v, 0, 1, 2, 3) : __builtin_shufflevector(v, v, 4, 5, 6, 7);
#else
  (void)k;
  return v;
#endif
}

#endif
