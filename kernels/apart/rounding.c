/*
 * Rounding to multiples of a step, the size of the largest of some numbers, and one time step of a quantized neuron: the loops of
 * src/quantization/rounding-loops.ts, which says what they compute, to the bit.
 *
 * A module of its own over the memory of the kernels: it has no stack, no data and no state, and nothing in it waits for anybody.
 */
#include "largest_bits.h"
#include <wasm_simd128.h>

#define KERNEL __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))

/* pmax(a, b) is a < b ? b : a: a NaN stays one, as in the loops. */
INLINE v128_t rounded(v128_t x, v128_t divisor, v128_t shift, v128_t low, v128_t high) {
  const v128_t r = wasm_f32x4_floor(wasm_f32x4_add(wasm_f32x4_div(x, divisor), shift));
  return wasm_f32x4_mul(wasm_f32x4_pmin(wasm_f32x4_pmax(r, low), high), divisor);
}

/* y = divisor clamp(floor(x / divisor + shift), low, high), all in float32. */
KERNEL void roundFloats(float *y, const float *x, int n, float divisor, float shift, float low, float high) {
  const v128_t d = wasm_f32x4_splat(divisor), s = wasm_f32x4_splat(shift);
  const v128_t l = wasm_f32x4_splat(low), h = wasm_f32x4_splat(high);
  int i = 0;
  for (; i + 4 <= n; i += 4) wasm_v128_store(y + i, rounded(wasm_v128_load(x + i), d, s, l, h));
  for (; i < n; i++) y[i] = wasm_f32x4_extract_lane(rounded(wasm_v128_load32_zero(x + i), d, s, l, h), 0);
}

/* The bits of the largest |x[i]|, as a whole number; of a NaN more than those of infinity. */
KERNEL int largestSize(const float *x, int n) { return bitsOfLargest(x, n); }

/* How many are at most `low`, or at least `high`. */
KERNEL int countOutside(const float *x, int n, float low, float high) {
  const v128_t l = wasm_f32x4_splat(low), h = wasm_f32x4_splat(high);
  v128_t count = wasm_i32x4_splat(0);
  int i = 0;
  for (; i + 4 <= n; i += 4) {
    const v128_t each = wasm_v128_load(x + i);
    /* All bits of a lane are -1. */
    count = wasm_i32x4_sub(count, wasm_v128_or(wasm_f32x4_le(each, l), wasm_f32x4_ge(each, h)));
  }
  int most = wasm_i32x4_extract_lane(count, 0) + wasm_i32x4_extract_lane(count, 1) + wasm_i32x4_extract_lane(count, 2) +
             wasm_i32x4_extract_lane(count, 3);
  for (; i < n; i++) most += x[i] <= low || x[i] >= high;
  return most;
}

/*
 * u = v + x; with charge 1, v - (v - r) k + x; with charge 2, v + (x - (v - r)) k; z = [u - theta >= 0]; y = z spike;
 * v = divisor clamp(floor((z ? reset : u) / divisor + shift), low, high), where the reset is u - theta if vReset is NaN. In float64,
 * which holds all of it exactly, so that there is one rounding: to the grid. A potential is a zero without a sign.
 *
 * stride: 0 where v has one element for all, else 1.
 */
KERNEL void fireRounded(float *y, float *after, const float *x, const float *v, int n, int stride, int charge, double k, double r,
                        double theta, double spike, double vReset, double divisor, double shift, double low, double high) {
  const v128_t zero = wasm_f64x2_splat(0), threshold = wasm_f64x2_splat(theta), height = wasm_f64x2_splat(spike);
  const v128_t leak = wasm_f64x2_splat(k), rest = wasm_f64x2_splat(r), reset = wasm_f64x2_splat(vReset);
  const v128_t d = wasm_f64x2_splat(divisor), s = wasm_f64x2_splat(shift);
  const v128_t l = wasm_f64x2_splat(low), h = wasm_f64x2_splat(high);
  const int isSoft = vReset != vReset;
  for (int i = 0; i < n; i += 2) {
    const int both = i + 2 <= n;
    const v128_t one = wasm_v128_load32_zero(v);
    const v128_t before = wasm_f64x2_promote_low_f32x4(
        stride == 0 ? wasm_i32x4_shuffle(one, one, 0, 0, 1, 1) : both ? wasm_v128_load64_zero(v + i) : wasm_v128_load32_zero(v + i));
    const v128_t input = wasm_f64x2_promote_low_f32x4(both ? wasm_v128_load64_zero(x + i) : wasm_v128_load32_zero(x + i));
    v128_t u;
    if (charge == 0) {
      u = wasm_f64x2_add(before, input);
    } else {
      const v128_t away = wasm_f64x2_sub(before, rest);
      u = charge == 2 ? wasm_f64x2_add(before, wasm_f64x2_mul(wasm_f64x2_sub(input, away), leak))
                      : wasm_f64x2_add(wasm_f64x2_sub(before, wasm_f64x2_mul(away, leak)), input);
    }
    const v128_t over = wasm_f64x2_sub(u, threshold);
    const v128_t fires = wasm_f64x2_ge(over, zero);
    const v128_t left = wasm_v128_bitselect(isSoft ? over : reset, u, fires);
    const v128_t whole = wasm_f64x2_floor(wasm_f64x2_add(wasm_f64x2_div(left, d), s));
    const v128_t clamped = wasm_f64x2_pmin(wasm_f64x2_pmax(whole, l), h);
    const v128_t potential = wasm_f32x4_demote_f64x2_zero(wasm_f64x2_add(wasm_f64x2_mul(clamped, d), zero));
    const v128_t given = wasm_f32x4_demote_f64x2_zero(wasm_v128_and(height, fires));
    if (both) {
      wasm_v128_store64_lane(y + i, given, 0);
      wasm_v128_store64_lane(after + i, potential, 0);
    } else {
      y[i] = wasm_f32x4_extract_lane(given, 0);
      after[i] = wasm_f32x4_extract_lane(potential, 0);
    }
  }
}
