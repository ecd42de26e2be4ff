/*
 * Of wasm_simd128.h of clang, what kernels/apart uses, with the vectors of GCC: so that the sanitizers can read the same C. Whole numbers
 * wrap, as in WebAssembly. Loads and stores are of bytes: arrays need not begin on a boundary.
 */
#pragma once

#include <stdint.h>
#include <string.h>

typedef uint32_t v128_t __attribute__((vector_size(16)));
typedef int32_t lanes_i32 __attribute__((vector_size(16)));
typedef uint64_t lanes_u64 __attribute__((vector_size(16)));
typedef float lanes_f32 __attribute__((vector_size(16)));
typedef double lanes_f64 __attribute__((vector_size(16)));

static inline v128_t wasm_v128_load(const void *from) {
  v128_t x;
  memcpy(&x, from, sizeof x);
  return x;
}

static inline v128_t wasm_v128_load32_zero(const void *from) {
  v128_t x = {0};
  memcpy(&x, from, 4);
  return x;
}

static inline v128_t wasm_v128_load64_zero(const void *from) {
  v128_t x = {0};
  memcpy(&x, from, 8);
  return x;
}

static inline void wasm_v128_store(void *to, v128_t x) { memcpy(to, &x, sizeof x); }

static inline v128_t wasm_v128_and(v128_t a, v128_t b) { return a & b; }

static inline v128_t wasm_i32x4_splat(int32_t x) {
  const uint32_t u = (uint32_t)x;
  return (v128_t){u, u, u, u};
}

static inline v128_t wasm_i32x4_max(v128_t a, v128_t b) {
  const lanes_i32 isLarger = (lanes_i32)a > (lanes_i32)b;
  return ((v128_t)isLarger & a) | (~(v128_t)isLarger & b);
}

static inline v128_t wasm_i64x2_splat(int64_t x) { return (v128_t)(lanes_u64){(uint64_t)x, (uint64_t)x}; }
static inline v128_t wasm_i64x2_mul(v128_t a, v128_t b) { return (v128_t)((lanes_u64)a * (lanes_u64)b); }
static inline v128_t wasm_i64x2_add(v128_t a, v128_t b) { return (v128_t)((lanes_u64)a + (lanes_u64)b); }

static inline v128_t wasm_f64x2_splat(double x) { return (v128_t)(lanes_f64){x, x}; }
static inline v128_t wasm_f64x2_add(v128_t a, v128_t b) { return (v128_t)((lanes_f64)a + (lanes_f64)b); }
static inline v128_t wasm_f64x2_sub(v128_t a, v128_t b) { return (v128_t)((lanes_f64)a - (lanes_f64)b); }

static inline v128_t wasm_f64x2_promote_low_f32x4(v128_t x) {
  const lanes_f32 f = (lanes_f32)x;
  return (v128_t)(lanes_f64){f[0], f[1]};
}

static inline v128_t wasm_f32x4_demote_f64x2_zero(v128_t x) {
  const lanes_f64 d = (lanes_f64)x;
  return (v128_t)(lanes_f32){(float)d[0], (float)d[1], 0, 0};
}

static inline v128_t wasm_v128_or(v128_t a, v128_t b) { return a | b; }
static inline v128_t wasm_v128_bitselect(v128_t a, v128_t b, v128_t mask) { return (a & mask) | (b & ~mask); }
static inline v128_t wasm_i32x4_sub(v128_t a, v128_t b) { return a - b; }

static inline v128_t wasm_f32x4_splat(float x) { return (v128_t)(lanes_f32){x, x, x, x}; }
static inline v128_t wasm_f32x4_add(v128_t a, v128_t b) { return (v128_t)((lanes_f32)a + (lanes_f32)b); }
static inline v128_t wasm_f32x4_mul(v128_t a, v128_t b) { return (v128_t)((lanes_f32)a * (lanes_f32)b); }
static inline v128_t wasm_f32x4_div(v128_t a, v128_t b) { return (v128_t)((lanes_f32)a / (lanes_f32)b); }
static inline v128_t wasm_f32x4_le(v128_t a, v128_t b) { return (v128_t)((lanes_f32)a <= (lanes_f32)b); }
static inline v128_t wasm_f32x4_ge(v128_t a, v128_t b) { return (v128_t)((lanes_f32)a >= (lanes_f32)b); }
static inline v128_t wasm_f32x4_pmin(v128_t a, v128_t b) { return wasm_v128_bitselect(b, a, (v128_t)((lanes_f32)b < (lanes_f32)a)); }
static inline v128_t wasm_f32x4_pmax(v128_t a, v128_t b) { return wasm_v128_bitselect(b, a, (v128_t)((lanes_f32)a < (lanes_f32)b)); }
static inline v128_t wasm_f32x4_floor(v128_t x) {
  const lanes_f32 f = (lanes_f32)x;
  return (v128_t)(lanes_f32){__builtin_floorf(f[0]), __builtin_floorf(f[1]), __builtin_floorf(f[2]), __builtin_floorf(f[3])};
}

static inline v128_t wasm_f64x2_mul(v128_t a, v128_t b) { return (v128_t)((lanes_f64)a * (lanes_f64)b); }
static inline v128_t wasm_f64x2_div(v128_t a, v128_t b) { return (v128_t)((lanes_f64)a / (lanes_f64)b); }
static inline v128_t wasm_f64x2_ge(v128_t a, v128_t b) { return (v128_t)((lanes_f64)a >= (lanes_f64)b); }
static inline v128_t wasm_f64x2_pmin(v128_t a, v128_t b) { return wasm_v128_bitselect(b, a, (v128_t)((lanes_f64)b < (lanes_f64)a)); }
static inline v128_t wasm_f64x2_pmax(v128_t a, v128_t b) { return wasm_v128_bitselect(b, a, (v128_t)((lanes_f64)a < (lanes_f64)b)); }
static inline v128_t wasm_f64x2_floor(v128_t x) {
  const lanes_f64 d = (lanes_f64)x;
  return (v128_t)(lanes_f64){__builtin_floor(d[0]), __builtin_floor(d[1])};
}

static inline void wasm_v128_store64_lane(void *to, v128_t x, int lane) {
  const uint64_t part = ((lanes_u64)x)[lane];
  memcpy(to, &part, sizeof part);
}

/* Lanes are constants: 0 to 3 of a, 4 to 7 of b. */
#define wasm_i32x4_shuffle(a, b, i, j, k, l) __builtin_shuffle((v128_t)(a), (v128_t)(b), (v128_t){i, j, k, l})
#define wasm_i32x4_extract_lane(x, i) ((int32_t)(x)[i])
#define wasm_f32x4_extract_lane(x, i) (((lanes_f32)(x))[i])
#define wasm_f64x2_extract_lane(x, i) (((lanes_f64)(x))[i])
