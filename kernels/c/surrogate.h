/* The spike, and its surrogate derivative as the neurons' backward passes use it. */
#ifndef ATIF_SURROGATE_H
#define ATIF_SURROGATE_H

#include "exp_log.h"
#include "parallel.h"

/* z = [q >= 0]: a tie fires, NaN does not */
static inline f32x4 spike4(f32x4 q) { return (f32x4)((q >= 0.0f) & (i32x4)splat4(1.0f)); }

INTERNAL_BEGIN

/*
 * g = ((1 - s) s) alpha, s = sigmoid(alpha q), of `count` elements, which is a multiple of 4; g may be q. The bits are
 * those of sigmoid4 while |alpha q| <= 86; beyond that s stays at 4e-38 or 1.
 */
void surrogates(float *g, const float *q, int count, float alpha);

INTERNAL_END

#endif
