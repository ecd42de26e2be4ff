/*
 * The exponentials in the derivative of the surrogate, for the neurons' backward passes.
 *
 * With x = -(what exp takes), r and every odd power of it change sign. 128 instead of 0 is added to k, so that shifting k
 * into the exponent gives 2^(k + 1) at once: s = 2 / (2 + 2 exp(-x)).
 *
 * Three loops, and surrogate_endN in one of its caller's: the chain of operations is some 90 cycles long, and a processor
 * that looks 100 operations ahead has too few vectors in flight in one loop, which takes twice as long.
 */

#include "surrogate.h"

enum { AT_ONCE = 128 }; /* what a loop leaves for the next stays in the level 1 cache */

#if LANES == 16
/* 32 registers, and a window of several hundred operations: four vectors side by side in one loop need no second one. */
static inline __attribute__((always_inline)) void exponentials(float *p, float alpha, const int vectors) {
  fN x[4], shifted[4], k[4], r[4], y[4];
  for (int i = 0; i < vectors; i++) {
    fN q = loadN(p + SURROGATE_FLOATS * i);
    x[i] = at_leastN(at_mostN(alpha * q, splatN(86.0f)), splatN(-86.0f));
  }
  for (int i = 0; i < vectors; i++) shifted[i] = x[i] * -LOG2_E + (ROUNDING + 128.0f);
  for (int i = 0; i < vectors; i++) k[i] = shifted[i] - (ROUNDING + 128.0f);
  for (int i = 0; i < vectors; i++) r[i] = (x[i] + k[i] * LN2_HIGH) + k[i] * LN2_LOW;
  for (int i = 0; i < vectors; i++) y[i] = 1.3981999507e-3f - r[i] * 1.9875691500e-4f;
  for (int i = 0; i < vectors; i++) y[i] = 8.3334519073e-3f - y[i] * r[i];
  for (int i = 0; i < vectors; i++) y[i] = 4.1665795894e-2f - y[i] * r[i];
  for (int i = 0; i < vectors; i++) y[i] = 1.6666665459e-1f - y[i] * r[i];
  for (int i = 0; i < vectors; i++) y[i] = 5.0000001201e-1f - y[i] * r[i];
  for (int i = 0; i < vectors; i++)
    storeN(p + SURROGATE_FLOATS * i + LANES, 2.0f + ((y[i] * (r[i] * r[i]) - r[i]) + 1.0f) * (fN)((uN)shifted[i] << 23));
}
void surrogate_exponentials(float *p, int count, float alpha) {
  for (; count >= 4 * LANES; count -= 4 * LANES, p += 4 * SURROGATE_FLOATS) exponentials(p, alpha, 4);
  for (; count > 0; count -= LANES, p += SURROGATE_FLOATS) exponentials(p, alpha, 1);
}
#else
void surrogate_exponentials(float *p, int count, float alpha) {
  float kept[3 * AT_ONCE];
  for (int n; count > 0; count -= n, p += n * (SURROGATE_FLOATS / LANES)) {
    n = smaller(count, AT_ONCE);
    const float *end = kept + n, *q = p;
    {
      fN most = KEPT(86.0f), least = KEPT(-86.0f), log2_e = KEPT(-LOG2_E), rounding = KEPT(ROUNDING + 128.0f);
      fN high = KEPT(LN2_HIGH), low = KEPT(LN2_LOW);
      for (float *at = kept; at < end; at += LANES, q += SURROGATE_FLOATS) {
        fN x = at_leastN(at_mostN(alpha * loadN(q), most), least);
        fN shifted = x * log2_e + rounding;
        fN k = shifted - rounding;
        storeN(at, (x + k * high) + k * low); /* r */
        storeN(at + AT_ONCE, (fN)((uN)shifted << 23));
      }
    }
    {
      fN c5 = KEPT(1.9875691500e-4f), c4 = KEPT(1.3981999507e-3f), c3 = KEPT(8.3334519073e-3f);
      fN c2 = KEPT(4.1665795894e-2f);
      for (float *at = kept; at < end; at += LANES) {
        fN r = loadN(at);
        storeN(at + 2 * AT_ONCE, c2 - (c3 - (c4 - r * c5) * r) * r);
      }
    }
    fN c1 = KEPT(1.6666665459e-1f), c0 = KEPT(5.0000001201e-1f), one = KEPT(1.0f), two = KEPT(2.0f);
    float *to = p + LANES;
    for (float *at = kept; at < end; at += LANES, to += SURROGATE_FLOATS) {
      fN r = loadN(at);
      fN y = c0 - (c1 - loadN(at + 2 * AT_ONCE) * r) * r;
      storeN(to, two + ((y * (r * r) - r) + one) * loadN(at + AT_ONCE));
    }
  }
}
#endif
