/* Max and average pooling over windows of x [N, H, W, C]; bit-equal to reference/pooling.ts. */

#include "parallel.h"
#include "simd.h"
#include "tail.h"

struct pool_task {
  float *y; /* dx in a backward pass */
  int *index;
  const float *x; /* dy in a backward pass */
  int N, H, W, C, KH, KW, SH, SW, PH, PW, OH, OW;
};

/* The part of an output's window that lies inside the input: rows top to bottom - 1, columns left to right - 1. */
struct window {
  int top, bottom, left, right;
};

static inline struct window window_at(const struct pool_task *p, int oh, int ow) {
  int top = oh * p->SH - p->PH, left = ow * p->SW - p->PW;
  return (struct window){larger(top, 0), smaller(top + p->KH, p->H), larger(left, 0), smaller(left + p->KW, p->W)};
}

/* floor((size + 2 padding - kernel) / stride) + 1, or 0 where no window fits */
static int output_size(int size, int kernel, int stride, int padding) {
  int room = size + 2 * padding - kernel;
  return room < 0 ? 0 : room / stride + 1;
}

/* Rows of output, or of whatever has `row` elements of work, that make up a chunk. */
static int rows_per_chunk(int row) { return larger(1, ELEMENTS_PER_CHUNK / larger(1, row)); }

/* One window, channels c to c + 3. A value wins if it is larger, or the first NaN. */
static inline void max_of_window4(const struct pool_task *p, const float *x, struct window at, f32x4 *y, i32x4 *index) {
  f32x4 largest = splat4(-__builtin_inff());
  i32x4 best = splat4i(-1);
  for (int h = at.top; h < at.bottom; h++)
    for (int w = at.left; w < at.right; w++) {
      f32x4 value = load4(x + (h * p->W + w) * p->C);
      i32x4 wins = (~(value <= largest) & (largest == largest)) | (best < 0);
      largest = select4(wins, value, largest);
      best = (i32x4)select4(wins, (f32x4)splat4i(h * p->W + w), (f32x4)best);
    }
  *y = largest;
  *index = best;
}

static inline void max_of_window1(const struct pool_task *p, const float *x, struct window at, float *y, int *index) {
  float largest = -__builtin_inff();
  int best = -1;
  for (int h = at.top; h < at.bottom; h++)
    for (int w = at.left; w < at.right; w++) {
      float value = x[(h * p->W + w) * p->C];
      if ((!(value <= largest) && largest == largest) || best < 0) {
        largest = value;
        best = h * p->W + w;
      }
    }
  *y = largest;
  *index = best;
}

/* Indices are rows of output, [N, OH]. */
static void max_pool_forward_range(const void *argument, int begin, int end) {
  const struct pool_task *p = argument;
  for (int row = begin; row < end; row++) {
    const float *x = p->x + row / p->OH * p->H * p->W * p->C;
    for (int ow = 0; ow < p->OW; ow++) {
      struct window at = window_at(p, row % p->OH, ow);
      float *y = p->y + (row * p->OW + ow) * p->C;
      int *index = p->index + (row * p->OW + ow) * p->C, c = 0;
      for (; c + 4 <= p->C; c += 4) {
        f32x4 largest;
        i32x4 best;
        max_of_window4(p, x + c, at, &largest, &best);
        store4(y + c, largest);
        store4i(index + c, best);
      }
      for (; c < p->C; c++) max_of_window1(p, x + c, at, y + c, index + c);
    }
  }
}

void maxPool2dForward(float *y, int *index, const float *x, int N, int H, int W, int C, int KH, int KW, int SH, int SW,
                      int PH, int PW) {
  int OH = output_size(H, KH, SH, PH), OW = output_size(W, KW, SW, PW);
  struct pool_task task = {y, index, x, N, H, W, C, KH, KW, SH, SW, PH, PW, OH, OW};
  parallel_for(max_pool_forward_range, &task, N * OH, rows_per_chunk(OW * C));
}

/* Indices are images: windows of one image may share an input. */
static void max_pool_backward_range(const void *argument, int begin, int end) {
  const struct pool_task *p = argument;
  int inputs = p->H * p->W * p->C, outputs = p->OH * p->OW;
  for (int n = begin; n < end; n++) {
    float *dx = p->y + n * inputs;
    for (int i = 0; i < inputs; i++) dx[i] = 0;
    for (int o = 0; o < outputs; o++) {
      const float *dy = p->x + (n * outputs + o) * p->C;
      const int *index = p->index + (n * outputs + o) * p->C;
      for (int c = 0; c < p->C; c++)
        if (index[c] >= 0) dx[index[c] * p->C + c] += dy[c]; /* y = x[index] */
    }
  }
}

void maxPool2dBackward(float *dx, const float *dy, int *index, int N, int H, int W, int C, int OH, int OW) {
  struct pool_task task = {.y = dx, .index = index, .x = dy, .N = N, .H = H, .W = W, .C = C, .OH = OH, .OW = OW};
  parallel_for(max_pool_backward_range, &task, N, rows_per_chunk(H * W * C));
}

/* Indices are rows of output, [N, OH]. */
static void avg_pool_forward_range(const void *argument, int begin, int end) {
  const struct pool_task *p = argument;
  float area = (float)(p->KH * p->KW);
  int C = p->C;
  for (int row = begin; row < end; row++) {
    const float *x = p->x + row / p->OH * p->H * p->W * C;
    for (int ow = 0; ow < p->OW; ow++) {
      struct window at = window_at(p, row % p->OH, ow);
      float *y = p->y + (row * p->OW + ow) * C;
      for (int c = 0; c < C; c += 4) {
        int rest = C - c;
        f32x4 total = splat4(0);
        for (int h = at.top; h < at.bottom; h++)
          for (int w = at.left; w < at.right; w++) {
            const float *value = x + (h * p->W + w) * C + c;
            total += rest >= 4 ? load4(value) : load_tail(value, rest);
          }
        if (rest >= 4) store4(y + c, total / area);
        else store_tail(y + c, total / area, rest);
      }
    }
  }
}

void avgPool2dForward(float *y, const float *x, int N, int H, int W, int C, int KH, int KW, int SH, int SW, int PH,
                      int PW) {
  int OH = output_size(H, KH, SH, PH), OW = output_size(W, KW, SW, PW);
  struct pool_task task = {y, 0, x, N, H, W, C, KH, KW, SH, SW, PH, PW, OH, OW};
  parallel_for(avg_pool_forward_range, &task, N * OH, rows_per_chunk(OW * C));
}

/* dx += dy / area for one window of C channels */
static inline void spread(const struct pool_task *p, float *dx, const float *dy, struct window at, float area) {
  int C = p->C;
  for (int h = at.top; h < at.bottom; h++)
    for (int w = at.left; w < at.right; w++) {
      float *to = dx + (h * p->W + w) * C;
      int c = 0;
      for (; c + 4 <= C; c += 4) store4(to + c, load4(to + c) + load4(dy + c) / area);
      for (; c < C; c++) to[c] += dy[c] / area;
    }
}

/* Indices are images, as in max_pool_backward_range. */
static void avg_pool_backward_range(const void *argument, int begin, int end) {
  const struct pool_task *p = argument;
  float area = (float)(p->KH * p->KW);
  int inputs = p->H * p->W * p->C;
  for (int n = begin; n < end; n++) {
    float *dx = p->y + n * inputs;
    for (int i = 0; i < inputs; i++) dx[i] = 0;
    for (int oh = 0; oh < p->OH; oh++)
      for (int ow = 0; ow < p->OW; ow++)
        spread(p, dx, p->x + ((n * p->OH + oh) * p->OW + ow) * p->C, window_at(p, oh, ow), area);
  }
}

void avgPool2dBackward(float *dx, const float *dy, int N, int H, int W, int C, int KH, int KW, int SH, int SW, int PH,
                       int PW) {
  int OH = output_size(H, KH, SH, PH), OW = output_size(W, KW, SW, PW);
  struct pool_task task = {dx, 0, dy, N, H, W, C, KH, KW, SH, SW, PH, PW, OH, OW};
  parallel_for(avg_pool_backward_range, &task, N, rows_per_chunk(H * W * C));
}
