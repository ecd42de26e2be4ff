/*
 * The rounding of kernels/apart under the sanitizers: lengths around those of its loops, arrays at any word, numbers of every kind, all
 * ways to round. What it gives is held to the bit to the same written plainly.
 */

#include "apart_cases.h"

void roundFloats(float *y, const float *x, int n, float divisor, float shift, float low, float high);
int largestSize(const float *x, int n);
int countOutside(const float *x, int n, float low, float high);
void fireRounded(float *y, float *after, const float *x, const float *v, int n, int stride, int charge, double k, double r, double theta,
                 double spike, double vReset, double divisor, double shift, double low, double high);

static const int lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 100};
static const float divisors[] = {1, -1, 0.25f, -0.25f, 4, 0.1f};

static int same(float a, float b) { return bits_of(a) == bits_of(b) || (__builtin_isnan(a) && __builtin_isnan(b)); }

static double clamped(double r, double low, double high) { return r < low ? low : r > high ? high : r; }

static void check(enum kind kind, int n, float divisor, float shift, int charge, int stride, double reset) {
  snprintf(label, sizeof label, "%s, %d by %g, charge %d, stride %d", kind_names[kind], n, (double)divisor, charge, stride);
  const int lead = (int)(next() % 4);
  const size_t bytes = (size_t)n * sizeof(float);
  float *x = block(bytes, lead), *y = block(bytes, (lead + 1) % 4), *after = block(bytes, (lead + 2) % 4);
  float *v = block(stride == 0 ? sizeof(float) : bytes, (lead + 3) % 4);
  const float low = -128, high = 127;
  int largest = 0, outside = 0;
  for (int i = 0; i < n; i++) {
    x[i] = next() % 2 == 0 ? number(kind) : (float)(int)(next() % 600) * 0.5f - 150;
    const int bits = (int)(bits_of(x[i]) & 0x7fffffff);
    if (bits > largest) largest = bits;
    outside += x[i] <= low || x[i] >= high;
  }
  for (int i = 0; i < (stride == 0 ? 1 : n); i++) v[i] = (float)(int)(next() % 64) * 0.25f - 8;
  if (largestSize(x, n) != largest) fail("the largest is another");
  if (countOutside(x, n, low, high) != outside) fail("as many are not outside");
  roundFloats(y, x, n, divisor, shift, low, high);
  for (int i = 0; i < n; i++) {
    const float quotient = x[i] / divisor, r = __builtin_floorf(quotient + shift);
    if (!same(y[i], (float)clamped(r, low, high) * divisor)) fail("a rounded number is another");
  }
  const double k = 0.25, rest = 0.5, theta = 1.5, spike = 0.75;
  fireRounded(y, after, x, v, n, stride, charge, k, rest, theta, spike, reset, divisor, shift, low, high);
  for (int i = 0; i < n; i++) {
    const double before = v[i * stride], away = before - rest, input = x[i];
    const double u = charge == 0 ? before + input : charge == 1 ? before - away * k + input : before + (input - away) * k;
    const int fires = u - theta >= 0;
    const double left = !fires ? u : __builtin_isnan(reset) ? u - theta : reset;
    if (!same(y[i], fires ? (float)spike : 0)) fail("a spike is another");
    if (!same(after[i], (float)(clamped(__builtin_floor(left / divisor + shift), low, high) * divisor + 0))) fail("a potential is another");
  }
  release(x, lead);
  release(y, (lead + 1) % 4);
  release(after, (lead + 2) % 4);
  release(v, (lead + 3) % 4);
}

int main(void) {
  int cases = 0;
  for (int kind = 0; kind < KINDS; kind++)
    for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++)
      for (size_t d = 0; d < sizeof divisors / sizeof *divisors; d++)
        for (int charge = 0; charge < 3; charge++, cases += 4) {
          const float shift = cases % 8 == 0 ? -0.0f : 0.5f;
          for (int stride = 0; stride < 2; stride++) {
            check(kind, lengths[n], divisors[d], shift, charge, stride, __builtin_nan(""));
            check(kind, lengths[n], divisors[d], shift, charge, stride, -0.25);
          }
        }
  printf("sanitize: rounding: %d cases are clean, and as written plainly.\n", cases);
  return 0;
}
