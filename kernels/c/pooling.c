/* Max and average pooling over windows of x [N, H, W, C]; bit-equal to reference/pooling.ts. */

#include "parallel.h"
#include "pool_windows.h"
#include "simd.h"
#include "tail.h"

struct pool_task {
  float *y; /* dx in a backward pass */
  int *index;
  const float *x; /* dy in a backward pass */
  struct pool_sizes of;
};

/* One window, channels c to c + 3. A value wins if it is larger, or the first NaN. */
static inline void max_of_window4(const struct pool_task *p, const float *x, struct window at, f32x4 *y, i32x4 *index) {
  f32x4 largest = splat4(-__builtin_inff());
  i32x4 best = splat4i(-1);
  for (int h = at.top; h < at.bottom; h++)
    for (int w = at.left; w < at.right; w++) {
      f32x4 value = load4(x + (h * p->of.W + w) * p->of.C);
      i32x4 wins = (~(value <= largest) & (largest == largest)) | (best < 0);
      largest = select4(wins, value, largest);
      best = (i32x4)select4(wins, (f32x4)splat4i(h * p->of.W + w), (f32x4)best);
    }
  *y = largest;
  *index = best;
}

static inline void max_of_window1(const struct pool_task *p, const float *x, struct window at, float *y, int *index) {
  float largest = -__builtin_inff();
  int best = -1;
  for (int h = at.top; h < at.bottom; h++)
    for (int w = at.left; w < at.right; w++) {
      float value = x[(h * p->of.W + w) * p->of.C];
      if ((!(value <= largest) && largest == largest) || best < 0) {
        largest = value;
        best = h * p->of.W + w;
      }
    }
  *y = largest;
  *index = best;
}

/* Indices are rows of output, [N, OH]. */
static void max_pool_forward_range(const void *argument, int begin, int end) {
  const struct pool_task *p = argument;
  for (int row = begin; row < end; row++) {
    const float *x = p->x + row / p->of.OH * p->of.H * p->of.W * p->of.C;
    for (int ow = 0; ow < p->of.OW; ow++) {
      struct window at = window_at(&p->of, row % p->of.OH, ow);
      float *y = p->y + (row * p->of.OW + ow) * p->of.C;
      int *index = p->index + (row * p->of.OW + ow) * p->of.C, c = 0;
      for (; c + 4 <= p->of.C; c += 4) {
        f32x4 largest;
        i32x4 best;
        max_of_window4(p, x + c, at, &largest, &best);
        store4(y + c, largest);
        store4i(index + c, best);
      }
      for (; c < p->of.C; c++) max_of_window1(p, x + c, at, y + c, index + c);
    }
  }
}

void maxPool2dForward(float *y, int *index, const float *x, int N, int H, int W, int C, int KH, int KW, int SH, int SW,
                      int PH, int PW) {
  struct pool_sizes of = pool_sizes_of(N, H, W, C, KH, KW, SH, SW, PH, PW);
  struct pool_task task = {y, index, x, of};
  parallel_for(max_pool_forward_range, &task, N * of.OH, rows_per_chunk(of.OW * C));
}

/* Indices are images: windows of one image may share an input. */
static void max_pool_backward_range(const void *argument, int begin, int end) {
  const struct pool_task *p = argument;
  int inputs = p->of.H * p->of.W * p->of.C, outputs = p->of.OH * p->of.OW;
  for (int n = begin; n < end; n++) {
    float *dx = p->y + n * inputs;
    for (int i = 0; i < inputs; i++) dx[i] = 0;
    for (int o = 0; o < outputs; o++) {
      const float *dy = p->x + (n * outputs + o) * p->of.C;
      const int *index = p->index + (n * outputs + o) * p->of.C;
      for (int c = 0; c < p->of.C; c++)
        if (index[c] >= 0) dx[index[c] * p->of.C + c] += dy[c]; /* y = x[index] */
    }
  }
}

void maxPool2dBackward(float *dx, const float *dy, int *index, int N, int H, int W, int C, int OH, int OW) {
  struct pool_sizes of = {.N = N, .H = H, .W = W, .C = C, .OH = OH, .OW = OW};
  struct pool_task task = {dx, index, dy, of};
  parallel_for(max_pool_backward_range, &task, N, rows_per_chunk(H * W * C));
}

/* Indices are rows of output, [N, OH]. */
static void avg_pool_forward_range(const void *argument, int begin, int end) {
  const struct pool_task *p = argument;
  float area = (float)(p->of.KH * p->of.KW);
  int C = p->of.C;
  for (int row = begin; row < end; row++) {
    const float *x = p->x + row / p->of.OH * p->of.H * p->of.W * C;
    for (int ow = 0; ow < p->of.OW; ow++) {
      struct window at = window_at(&p->of, row % p->of.OH, ow);
      float *y = p->y + (row * p->of.OW + ow) * C;
      for (int c = 0; c < C; c += 4) {
        int rest = C - c;
        f32x4 total = splat4(0);
        for (int h = at.top; h < at.bottom; h++)
          for (int w = at.left; w < at.right; w++) {
            const float *value = x + (h * p->of.W + w) * C + c;
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
  struct pool_sizes of = pool_sizes_of(N, H, W, C, KH, KW, SH, SW, PH, PW);
  struct pool_task task = {y, 0, x, of};
  parallel_for(avg_pool_forward_range, &task, N * of.OH, rows_per_chunk(of.OW * C));
}

/* dx += dy / area for one window of C channels */
static inline void spread(const struct pool_task *p, float *dx, const float *dy, struct window at, float area) {
  int C = p->of.C;
  for (int h = at.top; h < at.bottom; h++)
    for (int w = at.left; w < at.right; w++) {
      float *to = dx + (h * p->of.W + w) * C;
      int c = 0;
      for (; c + 4 <= C; c += 4) store4(to + c, load4(to + c) + load4(dy + c) / area);
      for (; c < C; c++) to[c] += dy[c] / area;
    }
}

/* Indices are images, as in max_pool_backward_range. */
static void avg_pool_backward_range(const void *argument, int begin, int end) {
  const struct pool_task *p = argument;
  float area = (float)(p->of.KH * p->of.KW);
  int inputs = p->of.H * p->of.W * p->of.C;
  for (int n = begin; n < end; n++) {
    float *dx = p->y + n * inputs;
    for (int i = 0; i < inputs; i++) dx[i] = 0;
    for (int oh = 0; oh < p->of.OH; oh++)
      for (int ow = 0; ow < p->of.OW; ow++)
        spread(p, dx, p->x + ((n * p->of.OH + oh) * p->of.OW + ow) * p->of.C, window_at(&p->of, oh, ow), area);
  }
}

void avgPool2dBackward(float *dx, const float *dy, int N, int H, int W, int C, int KH, int KW, int SH, int SW, int PH,
                       int PW) {
  struct pool_sizes of = pool_sizes_of(N, H, W, C, KH, KW, SH, SW, PH, PW);
  struct pool_task task = {dx, 0, dy, of};
  parallel_for(avg_pool_backward_range, &task, N, rows_per_chunk(H * W * C));
}
