/* The largest size of some numbers, found among their bits. */
#pragma once

#include <wasm_simd128.h>

/* Of the largest |x[i]|, as a whole number; those of infinity, or more for a NaN, if one is not finite; 0 of nothing. */
static inline __attribute__((always_inline)) int bitsOfLargest(const float *x, int n) {
  const v128_t magnitude = wasm_i32x4_splat(0x7fffffff);
  v128_t a = wasm_i32x4_splat(0), b = a;
  int i = 0;
  for (; i + 8 <= n; i += 8) {
    a = wasm_i32x4_max(a, wasm_v128_and(wasm_v128_load(x + i), magnitude));
    b = wasm_i32x4_max(b, wasm_v128_and(wasm_v128_load(x + i + 4), magnitude));
  }
  for (; i < n; i++) a = wasm_i32x4_max(a, wasm_v128_and(wasm_v128_load32_zero(x + i), magnitude));
  a = wasm_i32x4_max(a, b);
  a = wasm_i32x4_max(a, wasm_i32x4_shuffle(a, a, 2, 3, 0, 1));
  a = wasm_i32x4_max(a, wasm_i32x4_shuffle(a, a, 1, 0, 3, 2));
  return wasm_i32x4_extract_lane(a, 0);
}
