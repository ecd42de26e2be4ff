/*
 * Rows of windows of ATIF neurons whose spikes are pooled as they are fired (packed_atif_pool_forward.c): neither the
 * normalised input nor the spikes before the pooling are ever stored.
 */
#ifndef ATIF_POOLED_FIRING_H
#define ATIF_POOLED_FIRING_H

#include "atif_step.h"
#include "packed.h"

enum { BYTE_BITS = 8 };

struct firing {
  int *bits; /* [T, N, OH, OW, words], pooled */
  float *v;  /* [N, H, W, C] */
  const float *scale, *shift, *v0; /* [C], [C], [N, H, W, C]; may be null */
  float theta;
  int T, N, H, W, C, KH, KW; /* windows of KH x KW side by side */
  int OH, OW, words;
  int quick; /* run_finite4 is exact while v is finite */
};

static inline struct firing firing_of(int *bits, float *v, const float *scale, const float *shift, const float *v0,
                                      float theta, int T, int N, int H, int W, int C, int KH, int KW) {
  return (struct firing){bits,   v,       scale,  shift,          v0, theta, T, N, H, W, C, KH, KW,
                         H / KH, W / KW, packed_words(C), is_usual_theta(theta)};
}

/* Rows of windows of an image, one that the map cuts off included: its neurons run, but are not pooled. */
static inline int firing_rows(const struct firing *of) { return ceil_divide(of->H, of->KH); }

/* The input of a row of windows at its first pixel and channel; elements from a step, a row, a pixel to the next. */
struct firing_input {
  const float *x;
  int step, row, pixel; /* step is 0 for a still input */
};

INTERNAL_BEGIN

/*
 * Row i of windows of an image, channels `channel` (a multiple of 8) to channel + channels - 1; a multiple of 8 too, or the
 * last ones.
 */
void fire_row(const struct firing *of, int image, int i, int channel, int channels, struct firing_input from);

INTERNAL_END

#endif
