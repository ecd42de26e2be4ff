/*
 * The rows of layerNorm of kernels/apart under the sanitizers: rows of lengths around those of its loops, arrays at any word. What it
 * gives is held to the bit to the same written plainly.
 */

#include "apart_cases.h"

void normaliseRows(float *y, float *n, float *rates, const float *x, const float *w, const float *bias, int rows, int M, double eps);
void rowGradients(float *dx, const float *g, const float *n, const float *w, const float *rates, int rows, int M);
void columnSums(float *out, const float *g, const float *n, int rows, int M);

enum { SUMS = 8 };
static const int lengths[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100};
static const int counts[] = {0, 1, 2, 5};

typedef double value_of(int i);
static const float *values, *scales, *others;
static double middle;

static double plain(int i) { return values[i]; }
static double squared(int i) { return (values[i] - middle) * (values[i] - middle); }
static double scaled(int i) { return (double)values[i] * scales[i]; }
static double along(int i) { return (double)values[i] * scales[i] * others[i]; }

static double sum_of(int M, value_of *value) {
  double sum[SUMS] = {0}, rest = 0;
  int i = 0;
  for (; i < M - M % SUMS; i++) sum[i % SUMS] += value(i);
  for (; i < M; i++) rest += value(i);
  return ((sum[0] + sum[2]) + (sum[4] + sum[6])) + ((sum[1] + sum[3]) + (sum[5] + sum[7])) + rest;
}

static void same(float a, double b, const char *sentence) {
  if (bits_of(a) != bits_of((float)b)) fail(sentence);
}

static float *drawn(int count, int words) {
  float *x = block((size_t)count * sizeof *x, words);
  for (int i = 0; i < count; i++) x[i] = (float)(int)(next() % 2001) * 0.01f - 10;
  return x;
}

static void check(int rows, int M) {
  snprintf(label, sizeof label, "%d rows of %d", rows, M);
  const int lead = (int)(next() % 4), all = rows * M;
  float *x = drawn(all, lead), *g = drawn(all, (lead + 1) % 4), *w = drawn(M, (lead + 2) % 4), *bias = drawn(M, (lead + 3) % 4);
  float *y = drawn(all, lead), *n = drawn(all, (lead + 2) % 4), *rates = drawn(rows, lead), *dx = drawn(all, (lead + 3) % 4);
  float *out = drawn(M, lead);
  normaliseRows(y, n, rates, x, w, bias, rows, M, 1e-5);
  rowGradients(dx, g, n, w, rates, rows, M);
  for (int row = 0; row < rows; row++) {
    const int start = row * M;
    values = x + start;
    const double mean = middle = sum_of(M, plain) / M;
    const double rate = 1 / __builtin_sqrt(sum_of(M, squared) / M + 1e-5);
    same(rates[row], rate, "a rate is another");
    values = g + start;
    scales = w;
    others = n + start;
    const double flat = sum_of(M, scaled) / M, slope = sum_of(M, along) / M;
    for (int i = 0; i < M; i++) {
      same(n[start + i], (x[start + i] - mean) * rate, "a normal is another");
      same(y[start + i], (double)n[start + i] * w[i] + bias[i], "an output is another");
      same(dx[start + i], rates[row] * ((double)g[start + i] * w[i] - flat - n[start + i] * slope), "a gradient is another");
    }
  }
  for (int with = 0; with < 2; with++) {
    columnSums(out, g, with ? n : 0, rows, M);
    for (int i = 0; i < M; i++) {
      double sum = 0;
      for (int row = 0; row < rows; row++) sum += with ? (double)g[row * M + i] * n[row * M + i] : g[row * M + i];
      same(out[i], sum, "a sum of a column is another");
    }
  }
  release(x, lead);
  release(g, (lead + 1) % 4);
  release(w, (lead + 2) % 4);
  release(bias, (lead + 3) % 4);
  release(y, lead);
  release(n, (lead + 2) % 4);
  release(rates, lead);
  release(dx, (lead + 3) % 4);
  release(out, lead);
}

int main(void) {
  int cases = 0;
  for (size_t M = 0; M < sizeof lengths / sizeof *lengths; M++)
    for (size_t r = 0; r < sizeof counts / sizeof *counts; r++, cases++) check(counts[r], lengths[M]);
  printf("sanitize: rows of layerNorm: %d cases are clean, and as written plainly.\n", cases);
  return 0;
}
