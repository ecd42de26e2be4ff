/* The last one to three elements of an array, in a vector: the other lanes read 0 and are not written. */
#ifndef ATIF_TAIL_H
#define ATIF_TAIL_H

#include "simd.h"

/* 1 <= count <= 4 */
static inline f32x4 load_tail(const float *p, int count) {
  return (f32x4){p[0], count > 1 ? p[1] : 0.0f, count > 2 ? p[2] : 0.0f, count > 3 ? p[3] : 0.0f};
}

static inline void store_tail(float *p, f32x4 v, int count) {
  p[0] = v[0];
  if (count > 1) p[1] = v[1];
  if (count > 2) p[2] = v[2];
  if (count > 3) p[3] = v[3];
}

/* As many of the four as there are. */
static inline f32x4 load_up_to4(const float *p, int count) { return count >= 4 ? load4(p) : load_tail(p, count); }

static inline void store_up_to4(float *p, f32x4 v, int count) {
  if (count >= 4) store4(p, v);
  else store_tail(p, v, count);
}

#endif
