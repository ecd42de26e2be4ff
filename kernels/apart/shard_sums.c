/*
 * Sums of gradients that do not depend on the order of their terms (src/parallel/shard-sums.ts says why): every term is rounded
 * to a multiple of q first, and such sums are exact in float64.
 *
 * A module of its own over the memory of the kernels: it has no stack, no data and no state, and nothing in it waits for anybody.
 */
#include "largest_bits.h"
#include <stdint.h>
#include <wasm_simd128.h>

/* So many rows at most add up inside the binade of c: 2^10 terms of less than 2^41 q. */
#define ROWS 1024
/* Columns whose sums are held in registers while all rows go by. */
#define COLUMNS 16

/* Arrays stand in registers only if no loop over them is left. */
#define UNROLL _Pragma("clang loop unroll(full)")

#define KERNEL __attribute__((visibility("default")))

/* The bits of the largest |x[i]|, as a whole number; those of infinity, or more for a NaN, if one is not finite. */
KERNEL int largestBits(const float *x, int n) { return bitsOfLargest(x, n); }

/*
 * sum[j] = sum over rows r of x[r][i + 2 j] and its neighbour, each rounded to a multiple of q; there is one row at least.
 *
 * With c = 1.5 * 2^52 q, g + c is rounded to the next multiple of q (ties to even), and its bits, as a whole number, are those of c
 * and the multiple. So bits are added instead of taking c away from each term: one operation less, on every one of S rows.
 */
static inline __attribute__((always_inline)) void sumColumns(v128_t *sum, const float *const *x, int rows, int i, double c) {
  const v128_t magic = wasm_f64x2_splat(c);
  UNROLL for (int j = 0; j < COLUMNS / 2; j++) sum[j] = wasm_f64x2_splat(0);
  for (int begin = 0; begin < rows; begin += ROWS) {
    const int end = rows - begin < ROWS ? rows : begin + ROWS;
    /* The bits of c once, when those of every row have been added. */
    const v128_t start = wasm_i64x2_mul(magic, wasm_i64x2_splat(1 - (int64_t)(end - begin)));
    v128_t part[COLUMNS / 2];
    UNROLL for (int j = 0; j < COLUMNS / 2; j++) part[j] = start;
    for (int r = begin; r < end; r++) {
      const float *row = x[r] + i;
      UNROLL for (int j = 0; j < COLUMNS / 2; j++) {
        const v128_t g = wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(row + 2 * j));
        part[j] = wasm_i64x2_add(part[j], wasm_f64x2_add(g, magic));
      }
    }
    UNROLL for (int j = 0; j < COLUMNS / 2; j++) sum[j] = wasm_f64x2_add(sum[j], wasm_f64x2_sub(part[j], magic));
  }
}

static inline double sumColumn(const float *const *x, int rows, int i, double c) {
  double sum = 0;
  for (int r = 0; r < rows; r++) sum += (x[r][i] + c) - c;
  return sum;
}

/* Two float64, and two more, as four float32. */
static inline v128_t demoted(v128_t low, v128_t high) {
  return wasm_i32x4_shuffle(wasm_f32x4_demote_f64x2_zero(low), wasm_f32x4_demote_f64x2_zero(high), 0, 1, 4, 5);
}

/* out[i] = sum over rows r of x[r][i], each rounded to a multiple of q. */
KERNEL void sumRounded(double *out, const float *const *x, int rows, int n, double c) {
  int i = 0;
  for (; i + COLUMNS <= n; i += COLUMNS) {
    v128_t sum[COLUMNS / 2];
    sumColumns(sum, x, rows, i, c);
    UNROLL for (int j = 0; j < COLUMNS / 2; j++) wasm_v128_store(out + i + 2 * j, sum[j]);
  }
  for (; i < n; i++) out[i] = sumColumn(x, rows, i, c);
}

/* The same, in float32: what toFloat32 makes of it, without the way through memory. */
KERNEL void sumToFloat32(float *y, const float *const *x, int rows, int n, double c) {
  int i = 0;
  for (; i + COLUMNS <= n; i += COLUMNS) {
    v128_t sum[COLUMNS / 2];
    sumColumns(sum, x, rows, i, c);
    UNROLL for (int j = 0; j < COLUMNS / 2; j += 2) wasm_v128_store(y + i + 2 * j, demoted(sum[j], sum[j + 1]));
  }
  for (; i < n; i++) y[i] = (float)sumColumn(x, rows, i, c);
}

/* y[i] = x[i], rounded once. */
KERNEL void toFloat32(float *y, const double *x, int n) {
  int i = 0;
  for (; i + 4 <= n; i += 4) wasm_v128_store(y + i, demoted(wasm_v128_load(x + i), wasm_v128_load(x + i + 2)));
  for (; i < n; i++) y[i] = (float)x[i];
}
