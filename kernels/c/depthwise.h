/* Convolution with one input and one output channel per group (groups = Cin = Cout): no matrix product, but one
 * multiplication per tap and channel, four channels at a time. */
#ifndef ATIF_DEPTHWISE_H
#define ATIF_DEPTHWISE_H

#include "windows.h"

static inline int is_depthwise(const struct convolution *of) {
  return of->groups == of->Cin && of->groups == of->Cout && of->groups > 1;
}

INTERNAL_BEGIN

void depthwise_forward(float *y, const float *x, const float *w, const float *bias, const struct convolution *of);
void depthwise_input_grad(float *dx, const float *dy, const float *w, const struct convolution *of);
void depthwise_weight_grad(float *dw, const float *dy, const float *x, const struct convolution *of);

INTERNAL_END

#endif
