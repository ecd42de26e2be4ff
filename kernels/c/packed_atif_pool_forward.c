/*
 * Batch normalisation of evaluation, ATIF or IFSRL and max pooling in one go (pooled_firing.h): the input is read once, and
 * what is stored is v and a bit for each pooled neuron and step. Twin: reference/packed-atif-pool.ts.
 */

#include "parallel.h"
#include "pooled_firing.h"

struct task {
  struct firing of;
  const float *x;
  int step; /* elements of x from a step to the next, 0 for the same x at every step */
};

enum { NEURONS_OF_CHUNK = 1 << 14 };

/* An index is a row of windows of an image. */
static void windows_range(const void *argument, int begin, int end) {
  const struct task *task = argument;
  const struct firing *of = &task->of;
  int rows = firing_rows(of), whole = of->C / BYTE_BITS * BYTE_BITS;
  for (int index = begin; index < end; index++) {
    int image = index / rows, i = index % rows;
    struct firing_input from = {task->x + (image * of->H + i * of->KH) * of->W * of->C, task->step, of->W * of->C, of->C};
    if (task->step == 0) fire_row(of, image, i, 0, whole, &from, 1);
    else fire_row(of, image, i, 0, whole, &from, 0);
    from.x += whole;
    if (whole < of->C) fire_row(of, image, i, whole, of->C - whole, &from, 0);
    clear_bytes(of, image, i);
  }
}

void packedAtifPoolForward(int *bits, float *v, const float *x, const float *normScale, const float *normShift,
                           const float *v0, const float *theta, int T, int N, int H, int W, int C, int KH, int KW,
                           int still) {
  struct task task = {firing_of(bits, v, normScale, normShift, v0, theta[0], T, N, H, W, C, KH, KW), x,
                      still ? 0 : N * H * W * C};
  int row = smaller(KH, H) * W * C;
  parallel_for(windows_range, &task, N * firing_rows(&task.of), larger(1, NEURONS_OF_CHUNK / larger(1, row)));
}
