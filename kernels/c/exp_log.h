/*
 * exp, log and sigmoid of four floats, by the polynomials of kernels/RULES.md ("exp", "log"), which every backend shares
 * bit for bit. A single number goes through the same code (log1), so its bits are the same as in a vector.
 */
#ifndef ATIF_EXP_LOG_H
#define ATIF_EXP_LOG_H

#include "simd.h"

/* Coefficients: S. L. Moshier, Cephes library, expf and logf. */
#define EXP_LARGEST 88.72283f
#define EXP_SMALLEST -87.33654f
#define LOG2_E 1.44269504f
#define LN2_HIGH 0.693359375f /* few bits: k times this is exact */
#define LN2_LOW -2.12194440e-4f
#define INFINITE_BITS 0x7f800000

/*
 * What exp, log and sigmoid multiply and add. V8's Turboshaft (Node 24 and newer, Chrome) makes a vector of a constant anew in
 * every turn of a loop; there these come out of memory, before it. Elsewhere they are constants.
 */
struct exp_log_numbers {
  float largest, smallest, log2_e, rounding, ln2_high, ln2_low;
  float exp5, exp4, exp3, exp2, exp1, exp0;
  float log8, log7, log6, log5, log4, log3, log2, log1, log0;
};
#define EXP_LOG_NUMBERS \
  { EXP_LARGEST, EXP_SMALLEST, LOG2_E, ROUNDING, LN2_HIGH, LN2_LOW, \
    1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f, \
    7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f, \
    2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f }

/* Adding 1.5 * 2^23 rounds to a whole number, ties to even, and leaves it in the lowest bits. */
#define ROUNDING 12582912.0f

#ifdef __wasm_simd128__
#pragma GCC visibility push(hidden)
extern const struct exp_log_numbers exp_log_numbers; /* exp_log.c: a compiler that saw them would make constants of them */
#pragma GCC visibility pop
#else
static const struct exp_log_numbers exp_log_numbers = EXP_LOG_NUMBERS;
#endif

/*
 * exp for EXP_SMALLEST <= x <= EXP_LARGEST, where k is -126 to 128. The result is 2^k y, y in (0.7, 1.42), y >= 1 at
 * k = -126 and y < 1 at k = 128: so adding k to the exponent of y is exact. NaN gives some NaN or number.
 */
static inline f32x4 exp_inside4(f32x4 x) {
  const struct exp_log_numbers *c = &exp_log_numbers;
  f32x4 shifted = x * c->log2_e + c->rounding;
  f32x4 k = shifted - c->rounding;
  f32x4 r = (x - k * c->ln2_high) - k * c->ln2_low;
  f32x4 p = r * c->exp5 + c->exp4;
  p = p * r + c->exp3;
  p = p * r + c->exp2;
  p = p * r + c->exp1;
  p = p * r + c->exp0;
  f32x4 y = (p * (r * r) + r) + 1.0f;
  return (f32x4)((u32x4)y + ((u32x4)shifted << 23));
}

/* x, but not above largest; NaN stays */
static inline f32x4 at_most4(f32x4 x, f32x4 largest) {
#ifdef __wasm_simd128__
  return (f32x4)wasm_f32x4_pmin((v128_t)x, (v128_t)largest);
#elif defined(__SSE4_1__)
  return (f32x4)_mm_min_ps((__m128)largest, (__m128)x);
#else
  return select4(largest < x, largest, x);
#endif
}

/* x, but not below smallest; NaN stays */
static inline f32x4 at_least4(f32x4 x, f32x4 smallest) {
#ifdef __wasm_simd128__
  return (f32x4)wasm_f32x4_pmax((v128_t)x, (v128_t)smallest);
#elif defined(__SSE4_1__)
  return (f32x4)_mm_max_ps((__m128)smallest, (__m128)x);
#else
  return select4(x < smallest, smallest, x);
#endif
}

/* exp(x), but exp(EXP_SMALLEST), about 1e-38, where exp gives 0: the same once 1 is added. */
static inline f32x4 exp_not_small4(f32x4 x) {
  f32x4 y = exp_inside4(at_least4(at_most4(x, splat4(exp_log_numbers.largest)), splat4(exp_log_numbers.smallest)));
  f32x4 infinite = (f32x4)((x > exp_log_numbers.largest) & INFINITE_BITS);
  return (f32x4)((i32x4)(y + infinite) | (x != x));
}

static inline f32x4 exp4(f32x4 x) { return (f32x4)((i32x4)exp_not_small4(x) & ~(x < exp_log_numbers.smallest)); }

static inline f32x4 sigmoid4(f32x4 x) { return 1.0f / (1.0f + exp_not_small4(-x)); }

static inline f32x4 log4(f32x4 x) {
  i32x4 subnormal = x < 1.17549435e-38f;
  f32x4 scaled = select4(subnormal, x * 8388608.0f, x);
  /* e = the whole multiples of 2^23 by which the bits exceed those of sqrt(1/2) */
  u32x4 excess = (u32x4)scaled - 0x3f3504f3u;
  f32x4 e = __builtin_convertvector(((i32x4)excess >> 23) - (subnormal & 23), f32x4);
  f32x4 r = (f32x4)((u32x4)scaled - (excess & 0xff800000u)) - 1.0f;
  const struct exp_log_numbers *c = &exp_log_numbers;
  f32x4 p = r * c->log8 + c->log7;
  p = p * r + c->log6;
  p = p * r + c->log5;
  p = p * r + c->log4;
  p = p * r + c->log3;
  p = p * r + c->log2;
  p = p * r + c->log1;
  p = p * r + c->log0;
  f32x4 y = (((((r * r) * r) * p + e * c->ln2_low) - (0.5f * r) * r) + r) + e * c->ln2_high;
  f32x4 infinite = splat4(__builtin_inff());
  y = select4(x == infinite, infinite, y);
  y = select4(x == 0.0f, -infinite, y);
  return (f32x4)((i32x4)y | ~(x >= 0.0f));
}

static inline float log1(float x) { return log4(splat4(x))[0]; }

#endif
