/*
 * Four floats at a time: WebAssembly SIMD, or any processor through the vector extensions of gcc and clang.
 * + - * / on f32x4 round each lane once. Comparisons give an i32x4 of -1 (true) and 0.
 */
#ifndef ATIF_SIMD_H
#define ATIF_SIMD_H

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#elif defined(__SSE4_1__)
#include <immintrin.h>
#endif

typedef float f32x4 __attribute__((vector_size(16)));
typedef int i32x4 __attribute__((vector_size(16)));
typedef unsigned u32x4 __attribute__((vector_size(16)));

typedef float f32x4_anywhere __attribute__((vector_size(16), aligned(4), may_alias));
typedef int i32x4_anywhere __attribute__((vector_size(16), aligned(4), may_alias));

static inline f32x4 load4(const float *p) { return *(const f32x4_anywhere *)p; }
static inline void store4(float *p, f32x4 v) { *(f32x4_anywhere *)p = v; }
static inline i32x4 load4i(const int *p) { return *(const i32x4_anywhere *)p; }
static inline void store4i(int *p, i32x4 v) { *(i32x4_anywhere *)p = v; }
static inline f32x4 splat4(float a) { return (f32x4){a, a, a, a}; }
static inline i32x4 splat4i(int a) { return (i32x4){a, a, a, a}; }

/* Lane by lane: mask ? a : b, bits copied as they are. */
static inline f32x4 select4(i32x4 mask, f32x4 a, f32x4 b) {
#ifdef __wasm_simd128__
  return (f32x4)wasm_v128_bitselect((v128_t)a, (v128_t)b, (v128_t)mask);
#elif defined(__SSE4_1__)
  return (f32x4)_mm_blendv_ps((__m128)b, (__m128)a, (__m128)mask); /* masks are of comparisons */
#else
  return (f32x4)((mask & (i32x4)a) | (~mask & (i32x4)b));
#endif
}

/* Whether any bit is set. */
static inline int any4(i32x4 a) {
#ifdef __wasm_simd128__
  return wasm_v128_any_true((v128_t)a);
#elif defined(__SSE4_1__)
  return !_mm_testz_si128((__m128i)a, (__m128i)a);
#else
  return (a[0] | a[1] | a[2] | a[3]) != 0;
#endif
}

static inline f32x4 sqrt4(f32x4 a) {
#ifdef __wasm_simd128__
  return (f32x4)wasm_f32x4_sqrt((v128_t)a);
#elif defined(__SSE4_1__)
  return (f32x4)_mm_sqrt_ps((__m128)a);
#else
  return (f32x4){__builtin_sqrtf(a[0]), __builtin_sqrtf(a[1]), __builtin_sqrtf(a[2]), __builtin_sqrtf(a[3])};
#endif
}

/* Nearest whole number, ties to even. */
static inline f32x4 nearest4(f32x4 a) {
#ifdef __wasm_simd128__
  return (f32x4)wasm_f32x4_nearest((v128_t)a);
#elif defined(__SSE4_1__)
  return (f32x4)_mm_round_ps((__m128)a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#else
  return (f32x4){__builtin_rintf(a[0]), __builtin_rintf(a[1]), __builtin_rintf(a[2]), __builtin_rintf(a[3])};
#endif
}

/* (a0 + a2) + (a1 + a3) */
static inline float sum4(f32x4 a) { return (a[0] + a[2]) + (a[1] + a[3]); }

#endif
