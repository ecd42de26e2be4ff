/*
 * The sums of kernels/apart under the sanitizers: lengths around those of its loops, rows at any word, numbers of every kind. Arrays
 * are heap blocks of exactly their size. What is finite is held to the bit to the same sums written plainly.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int largestBits(const float *x, int n);
void sumRounded(double *out, const float *const *x, int rows, int n, double c);
void sumToFloat32(float *y, const float *const *x, int rows, int n, double c);
void toFloat32(float *y, const double *x, int n);

enum { MOST_ROWS = 2048, WORD = 4, NOT_FINITE = 0x7f800000 };

static const int lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100};
static const int counts[] = {1, 2, 3, 12, 1023, 1024, 1025, MOST_ROWS};

static char label[128];

static void fail(const char *sentence) {
  fprintf(stderr, "sanitize: the sums of shards: %s (%s)\n", sentence, label);
  exit(1);
}

/* The block ends where the array ends; before it lie some words that are not the array's. */
static void *block(size_t bytes, int words) {
  char *all = malloc((size_t)words * WORD + bytes);
  if (!all) fail("out of memory");
  memset(all, 0x5a, (size_t)words * WORD);
  return all + words * WORD;
}

static void release(void *array, int words) {
  const char *all = (char *)array - words * WORD;
  for (int i = 0; i < words * WORD; i++)
    if (all[i] != 0x5a) fail("the words before an array were written");
  free((char *)array - words * WORD);
}

static uint32_t state = 1;
static uint32_t next(void) {
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

static float of_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

enum kind { FINITE, SUBNORMAL, LARGEST, INFINITE, NOTHING, KINDS };
static const char *const kind_names[] = {"finite", "subnormal", "the largest", "infinite", "not a number"};

static float number(enum kind kind) {
  const uint32_t sign = next() & 0x80000000u, bits = next();
  switch (next() % 8 == 0 ? kind : FINITE) {
    case SUBNORMAL: return of_bits(sign | (bits & 0x7fffff));
    case LARGEST: return of_bits(sign | 0x7f7fffff);
    case INFINITE: return of_bits(sign | NOT_FINITE);
    case NOTHING: return of_bits(sign | NOT_FINITE | 1 | (bits & 0x7fffff));
    default: return bits % 5 == 0 ? of_bits(sign) : of_bits(sign | (bits & 0x7fffff) | ((100 + bits % 60) << 23));
  }
}

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
