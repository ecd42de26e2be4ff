/* The windows of pooling over x [N, H, W, C], as the contract has them. */
#ifndef ATIF_POOL_WINDOWS_H
#define ATIF_POOL_WINDOWS_H

#include "parallel.h"

struct pool_sizes {
  int N, H, W, C, KH, KW, SH, SW, PH, PW;
  int OH, OW;
};

/* The part of an output's window that lies inside the input: rows top to bottom - 1, columns left to right - 1. */
struct window {
  int top, bottom, left, right;
};

static inline struct window window_at(const struct pool_sizes *p, int oh, int ow) {
  int top = oh * p->SH - p->PH, left = ow * p->SW - p->PW;
  return (struct window){larger(top, 0), smaller(top + p->KH, p->H), larger(left, 0), smaller(left + p->KW, p->W)};
}

/* floor((size + 2 padding - kernel) / stride) + 1, or 0 where no window fits */
static inline int pooled_size(int size, int kernel, int stride, int padding) {
  int room = size + 2 * padding - kernel;
  return room < 0 ? 0 : room / stride + 1;
}

static inline struct pool_sizes pool_sizes_of(int N, int H, int W, int C, int KH, int KW, int SH, int SW, int PH,
                                              int PW) {
  return (struct pool_sizes){
      N, H, W, C, KH, KW, SH, SW, PH, PW, .OH = pooled_size(H, KH, SH, PH), .OW = pooled_size(W, KW, SW, PW)};
}

/* Rows of output, or of whatever has `row` elements of work, that make up a chunk. */
static inline int rows_per_chunk(int row) { return larger(1, ELEMENTS_PER_CHUNK / larger(1, row)); }

#endif
