/* The spike, and its surrogate derivative as the neurons' backward passes use it. */
#ifndef ATIF_SURROGATE_H
#define ATIF_SURROGATE_H

#include "exp_log.h"
#include "parallel.h"
#include "wide.h"

/* z = [q >= 0]: a tie fires, NaN does not */
static inline f32x4 spike4(f32x4 q) { return (f32x4)((q >= 0.0f) & (i32x4)splat4(1.0f)); }

/*
 * ((1 - s) s) gain, s = sigmoid(alpha q): its derivative, for gain = alpha. 1 - s has the bits of sigmoid4 while
 * |alpha q| <= 86: gradients of other bits than the PyTorch reference's make training traces part early. Beyond 86, s
 * stays at 4e-38 or 1, so that exp never leaves the normal numbers, and a quarter of the operations goes.
 *
 * What the steps of a neuron leave for it takes two vectors: q, and room for 2 + 2 exp(-alpha q).
 */
enum { SURROGATE_FLOATS = 2 * LANES };
static inline fN spikeN(fN q) { return (fN)((q >= 0.0f) & (iN)splatN(1.0f)); }

struct surrogate {
  float alpha, gain;
};

INTERNAL_BEGIN

/* Fills the room behind `count` floats of q. */
void surrogate_exponentials(float *p, int count, float alpha);

INTERNAL_END

static inline fN surrogate_endN(const float *p, struct surrogate surrogate) {
  fN s = 2.0f / loadN(p + LANES);
  return (1.0f - s) * s * surrogate.gain;
}

#endif
