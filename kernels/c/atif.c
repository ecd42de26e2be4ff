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
  const float *x, *v0;
  float theta, spike; /* y of a spike */
  int T, n, x_step;   /* x_step: elements of x from a step to the next, 0 for the same x at every step */
};

/* Neurons through all steps. Of quick neurons the numbers are right while v stays finite: returns 0 if it does not. */
static inline int run_neurons(const struct atif_forward_task *task, int first, int count, int quick, int keep) {
  float *v = task->v + first;
  f32x4 sum = {0};
  for (int i = 0; i < count; i += 4)
    store_up_to4(v + i, task->v0 ? load_up_to4(task->v0 + first + i, count - i) : splat4(0), count - i);
  for (int t = 0; t < task->T; t++) {
    int at = t * task->n + first;
    float *y = task->y + at, *v_seq = keep && task->v_seq ? task->v_seq + at : 0;
    const float *x = task->x + t * task->x_step + first;
    for (int i = 0; i < count; i += 4) {
      int left = quick ? 4 : count - i;
      f32x4 state = load_up_to4(v + i, left), current = load_up_to4(x + i, left), out;
      if (quick) out = (f32x4)(run_finite4(&state, current, task->theta) & (i32x4)splat4(task->spike));
      else out = spike4(run4(&state, current, task->theta)) * task->spike;
      store_up_to4(v + i, state, left);
      store_up_to4(y + i, out, left);
      if (keep && (quick || v_seq)) store_up_to4(v_seq + i, state, left);
    }
  }
  for (int i = 0; quick && i < count; i += 4) sum += load4(v + i);
  return is_finite4(sum);
}

static void atif_forward_range(const void *argument, int begin, int end) {
  const struct atif_forward_task *task = argument;
  for (int first = begin, count; first < end; first += count) {
    int left = end - first, quick = left >= 4 && is_usual_theta(task->theta);
    count = quick ? smaller(left & ~3, NEURONS_AT_ONCE) : left;
    if (quick && (task->v_seq ? run_neurons(task, first, count, 1, 1) : run_neurons(task, first, count, 1, 0))) continue;
    run_neurons(task, first, count, 0, 1);
  }
}

void atifForward(float *y, float *v, float *vSeq, const float *x, const float *v0, const float *theta, int T, int n,
                 int scaled, int still) {
  struct atif_forward_task task = {y, v, vSeq, x, v0, theta[0], scaled ? theta[0] : 1.0f, T, n, still ? 0 : n};
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
    for (; i < at.count; i += 4) {
      f32x4 state = load4(v + i), q = run4(&state, load_up_to4(x + i, at.count - i), theta);
      store4(v + i, state);
      if (rows) store4(rows + i, q);
    }
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
