/* The input gradient of a 3 x 3 convolution of stride 1 with fewer multiplications. */
#ifndef ATIF_WINOGRAD_H
#define ATIF_WINOGRAD_H

#include "windows.h"

INTERNAL_BEGIN

/* Whether winograd_input_grad takes this convolution, and is faster than the product of windows. */
int winograd_pays(const struct convolution *of);

/* dx as conv2dInputGrad. */
void winograd_input_grad(float *dx, const float *dy, const float *w, const struct convolution *of);

INTERNAL_END

#endif
