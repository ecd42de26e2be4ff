/*
 * The sums of kernels/apart under the sanitizers: lengths around those of its loops, rows at any word, numbers of every kind. Arrays
 * are heap blocks of exactly their size. What is finite is held to the bit to the same sums written plainly.
 */

#include "apart_cases.h"

int largestBits(const float *x, int n);
void sumRounded(double *out, const float *const *x, int rows, int n, double c);
void sumToFloat32(float *y, const float *const *x, int rows, int n, double c);
void toFloat32(float *y, const double *x, int n);

enum { MOST_ROWS = 2048 };

static const int lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100};
static const int counts[] = {1, 2, 3, 12, 1023, 1024, 1025, MOST_ROWS};

/* c of src/parallel/shard-sums.ts: 1.5 times a power of two. */
static double magic_of(int bits) {
  const int exponent = bits >> 23, E = (exponent > 1 ? exponent : 1) - 126;
  const uint64_t of_double = (uint64_t)(E - 41 + 52 + 1023) << 52 | (uint64_t)1 << 51;
  double c;
  memcpy(&c, &of_double, sizeof c);
  return c;
}

static void check(enum kind kind, int rows, int n) {
  snprintf(label, sizeof label, "%s, %d rows of %d", kind_names[kind], rows, n);
  const int lead = (int)(next() % 4);
  float **x = block((size_t)rows * sizeof *x, 0);
  int largest = 0, expected = 0;
  for (int r = 0; r < rows; r++) {
    x[r] = block((size_t)n * sizeof **x, (r + lead) % 4);
    for (int i = 0; i < n; i++) {
      x[r][i] = number(kind);
      const int bits = (int)(bits_of(x[r][i]) & 0x7fffffff);
      if (bits > expected) expected = bits;
    }
    const int own = largestBits(x[r], n);
    if (own > largest) largest = own;
  }
  if (largest != expected) fail("the largest is another");
  /* A float64 begins on a boundary of its own, as in Float64Array. */
  double *out = block((size_t)n * sizeof *out, lead & 2);
  float *y = block((size_t)n * sizeof *y, (lead + 1) % 4), *at_once = block((size_t)n * sizeof *at_once, (lead + 2) % 4);
  const double c = magic_of(largest);
  sumRounded(out, (const float *const *)x, rows, n, c);
  sumToFloat32(at_once, (const float *const *)x, rows, n, c);
  toFloat32(y, out, n);
  for (int i = 0; i < n && largest < NOT_FINITE; i++) {
    double sum = 0;
    for (int r = 0; r < rows; r++) sum += (x[r][i] + c) - c;
    if (memcmp(&out[i], &sum, sizeof sum) != 0) fail("a sum is another");
    if (bits_of(y[i]) != bits_of((float)out[i])) fail("a float32 of a sum is another");
    if (bits_of(at_once[i]) != bits_of(y[i])) fail("a sum to float32 is another");
  }
  for (int r = 0; r < rows; r++) release(x[r], (r + lead) % 4);
  release(x, 0);
  release(out, lead & 2);
  release(y, (lead + 1) % 4);
  release(at_once, (lead + 2) % 4);
}

int main(void) {
  int cases = 0;
  for (int kind = 0; kind < KINDS; kind++)
    for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++)
      for (size_t r = 0; r < sizeof counts / sizeof *counts; r++, cases++) check(kind, counts[r], lengths[n]);
  printf("sanitize: the sums of shards: %d cases are clean, and as written plainly.\n", cases);
  return 0;
}
