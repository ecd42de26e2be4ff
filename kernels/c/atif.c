/*
 * ATIF and IFSRL: integrate, fire at the learnable threshold theta, soft reset; the whole time loop.
 * Twin: reference/atif.ts. Equations: src/kernels/contract.ts.
 */

#include "atif_step.h"
#include "parallel.h"
#include "simd.h"
#include "tail.h"
#include "time_loop.h"
#include "widening.h"

/* ---- forward ---- */

struct atif_forward_task {
  float *y, *v, *v_seq;
  const float *x;
  float theta;
  int T, n, scaled, x_step; /* x_step: elements of x from a step to the next, 0 for the same x at every step */
};

/* Four neurons, or the last one to three: a step of y, v and, unless it is null, v_seq. */
static inline void fire4(float *y, float *v, float *v_seq, const float *x, float theta, int scaled, int count) {
  f32x4 u = load_up_to4(v, count) + load_up_to4(x, count);
  f32x4 q = u - theta;
  f32x4 z = spike4(q);
  f32x4 next = reset4(z, u, q);
  store_up_to4(v, next, count);
  store_up_to4(y, scaled ? z * theta : z, count);
  if (v_seq) store_up_to4(v_seq, next, count);
}

static inline void forward_range(const struct atif_forward_task *task, int begin, int end, int scaled, int keep) {
  float theta = task->theta;
  for (int first = begin; first < end; first += NEURONS_AT_ONCE) {
    int count = smaller(end - first, NEURONS_AT_ONCE);
    for (int t = 0; t < task->T; t++) {
      int at = t * task->n + first, i = 0;
      float *y = task->y + at, *v = task->v + first, *v_seq = keep ? task->v_seq + at : 0;
      const float *x = task->x + t * task->x_step + first;
      for (; i + 4 <= count; i += 4) fire4(y + i, v + i, keep ? v_seq + i : 0, x + i, theta, scaled, 4);
      if (i < count) fire4(y + i, v + i, keep ? v_seq + i : 0, x + i, theta, scaled, count - i);
    }
  }
}

static void atif_forward_range(const void *argument, int begin, int end) {
  const struct atif_forward_task *task = argument;
  if (task->v_seq) forward_range(task, begin, end, task->scaled, 1);
  else if (task->scaled) forward_range(task, begin, end, 1, 0);
  else forward_range(task, begin, end, 0, 0);
}

void atifForward(float *y, float *v, float *vSeq, const float *x, const float *theta, int T, int n, int scaled,
                 int still) {
  struct atif_forward_task task = {y, v, vSeq, x, theta[0], T, n, scaled, still ? 0 : n};
  parallel_for(atif_forward_range, &task, n, NEURONS_PER_CHUNK);
}

/* ---- backward ---- */

struct atif_backward_task {
  float *dx, *dv;
  const float *gy, *x, *v0;
  float theta, alpha;
  int T, n, scaled, detach_reset, still, grain;
};

/* Leaves two rows a step: q = u - theta, and a free one for the surrogate derivative. */
static inline void atif_run(const void *argument, struct stretch at, float *v, float *rows) {
  const struct atif_backward_task *task = argument;
  float theta = task->theta;
  for (int t = at.t; t < at.t_end; t++) {
    const float *x = task->x + (task->still ? 0 : t * task->n) + at.first;
    int i = 0;
    for (; i + 4 <= at.count; i += 4) run4(v + i, rows ? rows + i : 0, load4(x + i), theta);
    if (i < at.count) run4(v + i, rows ? rows + i : 0, load_tail(x + i, at.count - i), theta);
    if (rows) rows += 2 * at.stride;
  }
}

/* Three short loops, not one long: fewer constants in registers, 10.2 ms instead of 11.2 for 4 x 1,048,576. */
static inline double back_with(const struct atif_backward_task *task, struct stretch at, float *rows, int scaled,
                               int detach, int still) {
  int steps = at.t_end - at.t, n = task->n;
  float theta = task->theta, alpha = task->alpha;
  for (int step = 0; step < steps; step++) {
    float *q = rows + 2 * step * at.stride, *g = q + at.stride;
    surrogates(g, q, ceil_divide(at.count, 4) * 4, alpha);
  }
  struct sum4 dtheta = {0};
  for (int step = steps - 1; step >= 0; step--) {
    const float *q = rows + 2 * step * at.stride, *g = q + at.stride;
    const float *gy = task->gy + (at.t + step) * n + at.first;
    float *dx = task->dx + (still ? 0 : (at.t + step) * n) + at.first, *dv = task->dv + at.first;
    f32x4 sum = splat4(0); /* of at most 16 vectors, before it goes into a double */
    int i = 0;
    for (; i + 4 <= at.count; i += 4) {
      f32x4 lambda = load4(dv + i);
      sum += step_back4(&lambda, load4(gy + i), load4(q + i), load4(g + i), theta, scaled, detach);
      store4(dv + i, lambda);
      store4(dx + i, still ? load4(dx + i) + lambda : lambda);
    }
    if (i < at.count) {
      f32x4 lambda = load_tail(dv + i, at.count - i);
      sum += step_back4(&lambda, load_tail(gy + i, at.count - i), load4(q + i), load4(g + i), theta, scaled, detach);
      store_tail(dv + i, lambda, at.count - i);
      store_tail(dx + i, still ? load_tail(dx + i, at.count - i) + lambda : lambda, at.count - i);
    }
    sum4_add(&dtheta, sum);
  }
  return sum4_total(&dtheta);
}

static inline double atif_back(const void *argument, struct stretch at, float *rows) {
  const struct atif_backward_task *task = argument;
  int usual = task->scaled && !task->detach_reset;
  if (usual && !task->still) return back_with(task, at, rows, 1, 0, 0);
  if (usual) return back_with(task, at, rows, 1, 0, 1);
  return back_with(task, at, rows, task->scaled, task->detach_reset, task->still);
}

/* An index is a neuron. */
static void atif_backward_range(const void *argument, int begin, int end) {
  const struct atif_backward_task *task = argument;
  for (int i = begin; i < end && task->still; i++) task->dx[i] = 0; /* dx of all steps is added up here */
  shared_scratch_doubles()[begin / task->grain] =
      back_through_time(task, task->v0, task->T, begin, end, atif_run, atif_back);
}

void atifBackward(float *dx, float *dv, float *dtheta, const float *gy, const float *x, const float *v0,
                  const float *theta, int T, int n, float alpha, int scaled, int detachReset, int still) {
  int grain = grain_for(n, NEURONS_PER_CHUNK, SHARED_SCRATCH_DOUBLES);
  struct atif_backward_task task = {dx, dv, gy, x, v0, theta[0], alpha, T, n, scaled, detachReset, still, grain};
  parallel_for(atif_backward_range, &task, n, grain);
  double total = 0;
  for (int chunk = 0; chunk < chunk_count(n, grain); chunk++) total += shared_scratch_doubles()[chunk];
  dtheta[0] = (float)total;
}
