/*
 * Normalisation of rows by their own statistics, and its gradients: the loops of src/ops/layer-norm-rows.ts, which says what they
 * compute, to the bit.
 *
 * A module of its own over the memory of the kernels: it has no stack, no data and no state, and nothing in it waits for anybody.
 */
#include <wasm_simd128.h>

/* Sums of a row go on side by side: element i belongs to sum i mod 8, those beyond a multiple of 8 to one that is added last. */
#define SUMS 8
/* Columns whose sums are held in registers while all rows go by. */
#define COLUMNS 16

/* Arrays stand in registers only if no loop over them is left. */
#define UNROLL _Pragma("clang loop unroll(full)")
#define KERNEL __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))

INLINE v128_t two(const float *x) { return wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(x)); }

INLINE void storeTwo(float *y, v128_t value) { wasm_v128_store64_lane(y, wasm_f32x4_demote_f64x2_zero(value), 0); }

/* Of sums a of 0 and 1, b of 2 and 3, c of 4 and 5, d of 6 and 7: ((0 + 2) + (4 + 6)) + ((1 + 3) + (5 + 7)). */
INLINE double total(v128_t a, v128_t b, v128_t c, v128_t d) {
  const v128_t all = wasm_f64x2_add(wasm_f64x2_add(a, b), wasm_f64x2_add(c, d));
  return wasm_f64x2_extract_lane(all, 0) + wasm_f64x2_extract_lane(all, 1);
}

/* rates [rows], n and y [rows, M]; w and bias [M]. */
KERNEL void normaliseRows(float *y, float *n, float *rates, const float *x, const float *w, const float *bias, int rows, int M,
                          double eps) {
  for (int row = 0; row < rows; row++, x += M, n += M, y += M) {
    v128_t a = wasm_f64x2_splat(0), b = a, c = a, d = a;
    int i = 0;
    for (; i + SUMS <= M; i += SUMS) {
      a = wasm_f64x2_add(a, two(x + i));
      b = wasm_f64x2_add(b, two(x + i + 2));
      c = wasm_f64x2_add(c, two(x + i + 4));
      d = wasm_f64x2_add(d, two(x + i + 6));
    }
    double rest = 0;
    for (; i < M; i++) rest += x[i];
    const double mean = (total(a, b, c, d) + rest) / M;
    const v128_t middle = wasm_f64x2_splat(mean);
    a = b = c = d = wasm_f64x2_splat(0);
    for (i = 0; i + SUMS <= M; i += SUMS) {
      const v128_t p = wasm_f64x2_sub(two(x + i), middle), q = wasm_f64x2_sub(two(x + i + 2), middle);
      const v128_t r = wasm_f64x2_sub(two(x + i + 4), middle), s = wasm_f64x2_sub(two(x + i + 6), middle);
      a = wasm_f64x2_add(a, wasm_f64x2_mul(p, p));
      b = wasm_f64x2_add(b, wasm_f64x2_mul(q, q));
      c = wasm_f64x2_add(c, wasm_f64x2_mul(r, r));
      d = wasm_f64x2_add(d, wasm_f64x2_mul(s, s));
    }
    rest = 0;
    for (; i < M; i++) rest += (x[i] - mean) * (x[i] - mean);
    const double rate = 1 / __builtin_sqrt((total(a, b, c, d) + rest) / M + eps);
    const v128_t scale = wasm_f64x2_splat(rate);
    rates[row] = (float)rate;
    for (i = 0; i + 2 <= M; i += 2) {
      const v128_t normal = wasm_f32x4_demote_f64x2_zero(wasm_f64x2_mul(wasm_f64x2_sub(two(x + i), middle), scale));
      wasm_v128_store64_lane(n + i, normal, 0);
      const v128_t value = wasm_f64x2_promote_low_f32x4(normal);
      storeTwo(y + i, wasm_f64x2_add(wasm_f64x2_mul(value, two(w + i)), two(bias + i)));
    }
    for (; i < M; i++) {
      n[i] = (float)((x[i] - mean) * rate);
      y[i] = (float)((double)n[i] * w[i] + bias[i]);
    }
  }
}

/* dx = rate (h - mean of h - n mean of h n), h = g w. */
KERNEL void rowGradients(float *dx, const float *g, const float *n, const float *w, const float *rates, int rows, int M) {
  for (int row = 0; row < rows; row++, g += M, n += M, dx += M) {
    v128_t a = wasm_f64x2_splat(0), b = a, c = a, d = a;
    int i = 0;
    for (; i + SUMS <= M; i += SUMS) {
      a = wasm_f64x2_add(a, wasm_f64x2_mul(two(g + i), two(w + i)));
      b = wasm_f64x2_add(b, wasm_f64x2_mul(two(g + i + 2), two(w + i + 2)));
      c = wasm_f64x2_add(c, wasm_f64x2_mul(two(g + i + 4), two(w + i + 4)));
      d = wasm_f64x2_add(d, wasm_f64x2_mul(two(g + i + 6), two(w + i + 6)));
    }
    double rest = 0;
    for (; i < M; i++) rest += (double)g[i] * w[i];
    const double mean = (total(a, b, c, d) + rest) / M;
    a = b = c = d = wasm_f64x2_splat(0);
    for (i = 0; i + SUMS <= M; i += SUMS) {
      a = wasm_f64x2_add(a, wasm_f64x2_mul(wasm_f64x2_mul(two(g + i), two(w + i)), two(n + i)));
      b = wasm_f64x2_add(b, wasm_f64x2_mul(wasm_f64x2_mul(two(g + i + 2), two(w + i + 2)), two(n + i + 2)));
      c = wasm_f64x2_add(c, wasm_f64x2_mul(wasm_f64x2_mul(two(g + i + 4), two(w + i + 4)), two(n + i + 4)));
      d = wasm_f64x2_add(d, wasm_f64x2_mul(wasm_f64x2_mul(two(g + i + 6), two(w + i + 6)), two(n + i + 6)));
    }
    rest = 0;
    for (; i < M; i++) rest += (double)g[i] * w[i] * n[i];
    const double slope = (total(a, b, c, d) + rest) / M;
    const v128_t middle = wasm_f64x2_splat(mean), along = wasm_f64x2_splat(slope), rate = wasm_f64x2_splat(rates[row]);
    for (i = 0; i + 2 <= M; i += 2) {
      const v128_t h = wasm_f64x2_mul(two(g + i), two(w + i));
      const v128_t flat = wasm_f64x2_sub(wasm_f64x2_sub(h, middle), wasm_f64x2_mul(two(n + i), along));
      storeTwo(dx + i, wasm_f64x2_mul(rate, flat));
    }
    for (; i < M; i++) {
      const double h = (double)g[i] * w[i];
      dx[i] = (float)(rates[row] * (h - mean - n[i] * slope));
    }
  }
}

/* out[i] = sum over the rows of g[row][i] n[row][i], or of g[row][i] where n is absent, one after the other in float64. */
KERNEL void columnSums(float *out, const float *g, const float *n, int rows, int M) {
  int i = 0;
  for (; i + COLUMNS <= M; i += COLUMNS) {
    v128_t sum[COLUMNS / 2];
    UNROLL for (int j = 0; j < COLUMNS / 2; j++) sum[j] = wasm_f64x2_splat(0);
    const float *line = g + i, *beside = n + i;
    for (int row = 0; row < rows; row++, line += M, beside += M) {
      UNROLL for (int j = 0; j < COLUMNS / 2; j++) {
        const v128_t each = two(line + 2 * j);
        sum[j] = wasm_f64x2_add(sum[j], n == 0 ? each : wasm_f64x2_mul(each, two(beside + 2 * j)));
      }
    }
    UNROLL for (int j = 0; j < COLUMNS / 2; j++) storeTwo(out + i + 2 * j, sum[j]);
  }
  for (; i < M; i++) {
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      const int at = row * M + i;
      sum += n == 0 ? (double)g[at] : (double)g[at] * n[at];
    }
    out[i] = (float)sum;
  }
}
