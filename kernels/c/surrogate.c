/*
 * The exponentials in the derivative of the surrogate, for the neurons' backward passes.
 *
 * With x = -(what exp takes), r and every odd power of it change sign. 128 instead of 0 is added to k, so that shifting k
 * into the exponent gives 2^(k + 1) at once: s = 2 / (2 + 2 exp(-x)).
 *
 * Three loops, and surrogate_end4 in one of its caller's: the chain of operations is some 90 cycles long, and a processor
 * that looks 100 operations ahead has too few vectors in flight in one loop, which takes twice as long.
 */

#include "surrogate.h"

enum { AT_ONCE = 128 }; /* what a loop leaves for the next stays in the level 1 cache */

void surrogate_exponentials(float *p, int count, float alpha) {
  float kept[3 * AT_ONCE];
  for (int n; count > 0; count -= n, p += n * (SURROGATE_FLOATS / 4)) {
    n = smaller(count, AT_ONCE);
    const float *end = kept + n, *q = p;
    for (float *at = kept; at < end; at += 4, q += SURROGATE_FLOATS) {
      f32x4 x = at_least4(at_most4(alpha * load4(q), splat4(86.0f)), splat4(-86.0f));
      f32x4 shifted = x * -LOG2_E + (ROUNDING + 128.0f);
      f32x4 k = shifted - (ROUNDING + 128.0f);
      store4(at, (x + k * LN2_HIGH) + k * LN2_LOW); /* r */
      store4(at + AT_ONCE, (f32x4)((u32x4)shifted << 23));
    }
    for (float *at = kept; at < end; at += 4) {
      f32x4 r = load4(at);
      f32x4 y = 1.3981999507e-3f - r * 1.9875691500e-4f;
      y = 8.3334519073e-3f - y * r;
      store4(at + 2 * AT_ONCE, 4.1665795894e-2f - y * r);
    }
    float *to = p + 4;
    for (float *at = kept; at < end; at += 4, to += SURROGATE_FLOATS) {
      f32x4 r = load4(at);
      f32x4 y = 1.6666665459e-1f - load4(at + 2 * AT_ONCE) * r;
      y = 5.0000001201e-1f - y * r;
      store4(to, 2.0f + ((y * (r * r) - r) + 1.0f) * load4(at + AT_ONCE));
    }
  }
}
