/*
 * The backward pass of ATIF and IFSRL (atif.c) behind which a max pooling stands. The pooled gradient is spread over the
 * map here, neuron by neuron, so that the map of it is never made. Twin: reference/packed-atif-pool.ts.
 *
 * The map is cut into cells of SH x SW pixels: a window in the corner of each, where one fits, and what lies between
 * windows, whose gradient is 0. The neurons of a cell, some channels at a time, go forward once more, then back.
 */

#include "atif_step.h"
#include "parallel.h"
#include "scratch.h"
#include "tail.h"
#include "time_loop.h"
#include "widening.h"

enum {
  MOST_PIXELS = 64,   /* of a cell */
  MOST_NEURONS = 256, /* of a block: 4 pixels of 64 channels; 8 KiB of scratch for 4 steps */
  MOST_STEPS = 1 << 16,
  /* Half of the scratch for states, half for the rows of a segment. */
  HALF = THREAD_SCRATCH_ROOM / 2,
  ROOM = MOST_NEURONS + MOST_PIXELS * (LANES - 4), /* lanes of a pixel are whole vectors */
};

_Static_assert(MOST_NEURONS / MOST_PIXELS >= 4, "a vector of each pixel of a cell is a block");
_Static_assert((MOST_STEPS / (HALF / ROOM) + 1) * ROOM * 2 <= HALF,
               "segments of the longest sequence, of whose starts one half is full, fit the other half");

struct task {
  float *dx, *dv;
  const float *gy, *x, *v0;
  float theta;
  struct back back;
  int T, N, H, W, C, KH, KW, SH, SW, still;
  int OH, OW, cells_h, cells_w;
  int n;        /* neurons of a step */
  int gy_step;  /* gradients of a step */
  int channels; /* of a block */
  int grain;
};

/* Some channels of a cell. Rows of scratch are [pixel][lane]. */
struct block {
  int pixels, lanes, count; /* count of the lanes exist */
  int width;                /* pixels * lanes */
  int plain;                /* all pixels are in the window, and all lanes exist */
  int first[MOST_PIXELS];   /* of each pixel, its first neuron */
  int pooled[MOST_PIXELS];  /* whether it is in the window */
  const float *gy;          /* of step 0, or null without a window */
};

static struct block block_of(const struct task *task, int image, int ci, int cj, int channel) {
  struct block block = {.pixels = 0};
  int window = ci < task->OH && cj < task->OW;
  for (int dh = 0; dh < task->SH && ci * task->SH + dh < task->H; dh++)
    for (int dw = 0; dw < task->SW && cj * task->SW + dw < task->W; dw++) {
      int pixel = (image * task->H + ci * task->SH + dh) * task->W + cj * task->SW + dw;
      block.first[block.pixels] = pixel * task->C + channel;
      block.pooled[block.pixels++] = window && dh < task->KH && dw < task->KW;
    }
  block.count = smaller(task->channels, task->C - channel);
  block.lanes = (block.count + LANES - 1) & -LANES;
  block.width = block.pixels * block.lanes;
  block.plain = window && task->KH == task->SH && task->KW == task->SW && block.count == block.lanes;
  if (window) block.gy = task->gy + ((image * task->OH + ci) * task->OW + cj) * task->C + channel;
  return block;
}

static inline fN load_lanes(const float *p, int count, int plain) { return plain ? loadN(p) : load_up_toN(p, count); }

/* Steps t to t_end - 1; q of each goes to rows, unless that is null. */
static void run_block(const struct task *task, const struct block *block, int t, int t_end, float *v, float *rows) {
  int x_step = task->still ? 0 : task->n;
  for (int p = 0, at = 0; p < block->pixels; p++, at += block->lanes)
    run_row(v + at, rows ? rows + at * 2 : 0, block->width,
            task->x + t * x_step + block->first[p], x_step, t_end - t, block->count, task->theta);
}

/*
 * One step back; lambda and sum_dx are rows, the latter of dx over all steps. The gradient behind the pooling goes to the
 * first neuron of the window that fires or, if none does, to the first. Returns dL/dtheta, lane by lane.
 */
static inline __attribute__((always_inline)) f32x4 back_step(const struct task *task, const struct block *block, int t,
                                                             const float *q, float *lambda, float *sum_dx, int usual,
                                                             int still, int plain, const int pixels) {
  f32x4 dtheta = {0};
  float *dx = task->dx + t * task->n;
  const float *gy = plain || block->gy ? block->gy + t * task->gy_step : 0;
  struct back back = task->back;
  int lanes = block->lanes;
  for (int i = 0; i < lanes; i += LANES) {
    int count = block->count - i;
    iN open = gy ? (iN)load_lanes(gy + i, count, plain) : (iN){0}; /* what is still to be given away */
    iN any = {0};
#if LANES > 4
    fN terms[MOST_PIXELS];
#endif
    for (int p = 1; p < pixels; p++)
      if (plain || block->pooled[p]) any |= loadN(q + (p * lanes + i) * 2) >= 0.0f;
    for (int p = 0; p < pixels; p++) {
      int at = p * lanes + i;
      const float *from = q + at * 2;
      fN after = loadN(lambda + at);
      iN takes = loadN(from) >= 0.0f;
      if (p == 0) takes |= ~any;
      if (!plain && !block->pooled[p]) takes = (iN){0};
      fN w = (fN)(takes & open);
      open &= ~takes;
#if LANES == 4
      dtheta += step_backN(&after, w, from, &back, usual);
#else
      terms[p] = step_backN(&after, w, from, &back, usual);
#endif
      storeN(lambda + at, after);
      if (still) storeN(sum_dx + at, loadN(sum_dx + at) + after);
      else if (plain) storeN(dx + block->first[p] + i, after);
      else store_up_toN(dx + block->first[p] + i, after, count);
    }
#if LANES > 4 /* in the order of 4 lanes: pixels of a vector, then the next */
#pragma GCC unroll 4
    for (int k = 0; k < LANES / 4; k++) {
      if (!plain && 4 * k >= count) break;
      for (int p = 0; p < pixels; p++) dtheta += quarter(terms[p], k);
    }
#endif
  }
  return dtheta;
}

static double back_block(const struct task *task, const struct block *block) {
  int width = block->width;
  int steps = larger(1, smaller(task->T, larger(STEPS_PER_SEGMENT, ceil_divide(task->T, HALF / width))));
  int segments = ceil_divide(task->T, steps);
  float *states = thread_scratch(), *rows = states + HALF;
  _Alignas(64) float lambda[ROOM], sum_dx[ROOM];
  for (int p = 0, at = 0; p < block->pixels; p++)
    for (int i = 0; i < block->lanes; i += LANES, at += LANES) {
      int from = block->first[p] + i, count = block->count - i;
      storeN(states + at, task->v0 ? load_up_toN(task->v0 + from, count) : splatN(0));
      storeN(lambda + at, task->dv ? load_up_toN(task->dv + from, count) : splatN(0));
      storeN(sum_dx + at, splatN(0));
    }
  for (int k = 1; k < segments; k++) {
    float *v = states + k * width;
    for (int i = 0; i < width; i += 4) store4(v + i, load4(v + i - width));
    run_block(task, block, (k - 1) * steps, k * steps, v, 0);
  }
  struct sum4 total = {0};
  for (int k = segments - 1; k >= 0; k--) {
    int t = k * steps, t_end = smaller(t + steps, task->T);
    run_block(task, block, t, t_end, states + k * width, rows);
    surrogate_exponentials(rows, (t_end - t) * width, task->back.surrogate.alpha);
    for (int step = t_end - 1; step >= t; step--) {
      const float *q = rows + (step - t) * width * 2;
      f32x4 sum;
      if (!task->back.usual || !block->plain)
        sum = back_step(task, block, step, q, lambda, sum_dx, task->back.usual, task->still, 0, block->pixels);
      else if (block->pixels != 4)
        sum = back_step(task, block, step, q, lambda, sum_dx, 1, task->still, 1, block->pixels);
      else if (task->still)
        sum = back_step(task, block, step, q, lambda, sum_dx, 1, 1, 1, 4);
      else
        sum = back_step(task, block, step, q, lambda, sum_dx, 1, 0, 1, 4);
      sum4_add(&total, sum);
    }
  }
  for (int p = 0, at = 0; p < block->pixels; p++)
    for (int i = 0; i < block->lanes; i += LANES, at += LANES) {
      int to = block->first[p] + i, count = block->count - i;
      if (task->dv) store_up_toN(task->dv + to, loadN(lambda + at), count);
      if (task->still) store_up_toN(task->dx + to, loadN(sum_dx + at), count);
    }
  return sum4_total(&total);
}

/* An index is a row of cells of an image. */
static void rows_range(const void *argument, int begin, int end) {
  const struct task *task = argument;
  double total = 0;
  for (int index = begin; index < end; index++)
    for (int cj = 0; cj < task->cells_w; cj++)
      for (int channel = 0; channel < task->C; channel += task->channels) {
        struct block block = block_of(task, index / task->cells_h, index % task->cells_h, cj, channel);
        total += back_block(task, &block);
      }
  shared_scratch_doubles()[begin / task->grain] = total;
}

/* Windows that do not overlap, in cells that are not too large, at not too many steps. */
__attribute__((noinline)) int packedAtifPoolBackwardFits(int T, int KH, int KW, int SH, int SW) {
  return KH <= SH && KW <= SW && (double)SH * SW <= MOST_PIXELS && T <= MOST_STEPS;
}

void packedAtifPoolBackward(float *dx, float *dv, float *dtheta, const float *gy, const float *x, const float *v0,
                            const float *theta, int T, int N, int H, int W, int C, int KH, int KW, int SH, int SW,
                            float alpha, int scaled, int detachReset, int still) {
  if (!packedAtifPoolBackwardFits(T, KH, KW, SH, SW)) __builtin_trap();
  struct task task = {dx, dv, gy, x, v0, theta[0], make_back(theta[0], alpha, scaled, detachReset),
                      T, N, H, W, C, KH, KW, SH, SW, still,
                      .OH = H < KH ? 0 : (H - KH) / SH + 1,
                      .OW = W < KW ? 0 : (W - KW) / SW + 1,
                      .cells_h = ceil_divide(H, SH),
                      .cells_w = ceil_divide(W, SW),
                      .n = N * H * W * C,
                      .channels = smaller(MOST_NEURONS / (SH * SW), 64) & ~3};
  task.gy_step = N * task.OH * task.OW * C;
  int rows = N * task.cells_h;
  task.grain = grain_for(rows, larger(1, NEURONS_PER_CHUNK / larger(1, SH * W * C)), SHARED_SCRATCH_DOUBLES);
  parallel_for(rows_range, &task, rows, task.grain);
  double total = 0;
  for (int chunk = 0; chunk < chunk_count(rows, task.grain); chunk++) total += shared_scratch_doubles()[chunk];
  dtheta[0] = (float)total;
}
