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
  fN sum = {0};
  for (int i = 0; i < count; i += LANES)
    store_up_toN(v + i, task->v0 ? load_up_toN(task->v0 + first + i, count - i) : splatN(0), count - i);
  for (int t = 0; t < task->T; t++) {
    int at = t * task->n + first;
    float *y = task->y + at, *v_seq = keep && task->v_seq ? task->v_seq + at : 0;
    const float *x = task->x + t * task->x_step + first;
    for (int i = 0; i < count; i += LANES) {
      int left = quick ? LANES : count - i;
      fN state = load_up_toN(v + i, left), current = load_up_toN(x + i, left), out;
      if (quick) out = (fN)(run_finiteN(&state, current, task->theta) & (iN)splatN(task->spike));
      else out = spikeN(runN(&state, current, task->theta)) * task->spike;
      store_up_toN(v + i, state, left);
      store_up_toN(y + i, out, left);
      if (keep && (quick || v_seq)) store_up_toN(v_seq + i, state, left);
    }
  }
  for (int i = 0; quick && i < count; i += LANES) sum += loadN(v + i);
  return is_finiteN(sum);
}

static void atif_forward_range(const void *argument, int begin, int end) {
  const struct atif_forward_task *task = argument;
  for (int first = begin, count; first < end; first += count) {
    int left = end - first, quick = left >= LANES && is_usual_theta(task->theta);
    count = quick ? smaller(left & -LANES, NEURONS_AT_ONCE) : left;
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
  float theta;
  int T, n, still, grain;
  struct back back;
};

enum { RUN_VECTORS = 4 }; /* side by side: 64 neurons at most, a block of them */

/* RUN_VECTORS vectors or, if not `quick`, up to a vector of neurons of run_row; as in run_neurons. */
static inline int run_part(float *v, float *rows, int stride, const float *x, int x_step, int steps, int count,
                           float theta, int quick) {
  const int vectors = quick ? RUN_VECTORS : 1;
  fN u[RUN_VECTORS];
  for (int k = 0; k < vectors; k++) u[k] = loadN(v + LANES * k);
  for (int t = 0; t < steps; t++, x += x_step, rows += stride) {
    for (int k = 0; k < vectors; k++) {
      fN current = quick ? loadN(x + LANES * k) : load_up_toN(x, count), q;
      fetch_ahead(x + LANES * k + NEURONS_PER_BLOCK);
      if (quick) {
        q = u[k] + current - theta;
        run_finiteN(&u[k], current, theta);
      } else q = runN(&u[k], current, theta);
      if (quick || stride) storeN(rows + SURROGATE_FLOATS * k, q);
    }
  }
  if (quick) {
    fN all = u[0];
    for (int k = 1; k < vectors; k++) all += u[k];
    if (!is_finiteN(all)) return 0;
  }
  for (int k = 0; k < vectors; k++) storeN(v + LANES * k, u[k]);
  return 1;
}

void run_row(float *v, float *rows, int stride, const float *x, int x_step, int steps, int count, float theta) {
  int quick = is_usual_theta(theta) && rows, step = rows ? stride * 2 : 0;
  for (int i = 0, n; i < count; i += n, rows += rows ? 2 * n : 0) {
    n = RUN_VECTORS * LANES;
    if (quick && count - i >= n && run_part(v + i, rows, step, x + i, x_step, steps, n, theta, 1)) continue;
    n = LANES;
    run_part(v + i, rows, step, x + i, x_step, steps, count - i, theta, 0);
  }
}

static inline void atif_run(const void *argument, struct stretch at, float *v, float *rows) {
  const struct atif_backward_task *task = argument;
  int x_step = task->still ? 0 : task->n;
  run_row(v, rows, at.stride, task->x + at.t * x_step + at.first, x_step, at.t_end - at.t, at.count, task->theta);
}

/* lambda is a row. dx of all steps is added up if `still`. Returns dL/dtheta. */
static inline double back_with(const struct atif_backward_task *task, struct stretch at, const float *rows,
                               float *lambda, int usual, int still) {
  struct back back = task->back;
  struct sum4 dtheta = {0};
  for (int t = at.t_end - 1; t >= at.t; t--) {
    const float *p = rows + (t - at.t) * at.stride * 2, *gy = task->gy + t * task->n + at.first;
    float *dx = task->dx + (still ? 0 : t * task->n) + at.first, *after = lambda;
    f32x4 sum = splat4(0); /* of at most 16 vectors, before it goes into a double */
    int left = at.count;
    for (; left >= LANES; left -= LANES, p += SURROGATE_FLOATS, gy += LANES, dx += LANES, after += LANES) {
      fN now = loadN(after);
      fetch_ahead(gy + NEURONS_PER_BLOCK);
      fetch_ahead(dx + NEURONS_PER_BLOCK);
      fN term = step_backN(&now, loadN(gy), p, &back, usual);
      for (int k = 0; k < LANES / 4; k++) sum += quarter(term, k);
      storeN(after, now);
      storeN(dx, still ? loadN(dx) + now : now);
    }
    if (left > 0) {
      fN now = loadN(after);
      fN term = step_backN(&now, load_someN(gy, left), p, &back, usual);
      for (int k = 0; k < LANES / 4 && 4 * k < left; k++) sum += quarter(term, k);
      storeN(after, now);
      store_someN(dx, still ? load_someN(dx, left) + now : now, left);
    }
    sum4_add(&dtheta, sum);
  }
  return sum4_total(&dtheta);
}

static inline double atif_back(const void *argument, struct stretch at, float *rows) {
  const struct atif_backward_task *task = argument;
  float *lambda = thread_scratch() + THREAD_SCRATCH_ROOM - NEURONS_PER_BLOCK;
  float *dv = task->dv ? task->dv + at.first : 0;
  surrogate_exponentials(rows, (at.t_end - at.t) * at.stride, task->back.surrogate.alpha);
  if (at.t_end == task->T) start_row(lambda, dv, at.count, at.stride);
  double total;
  if (!task->back.usual) total = back_with(task, at, rows, lambda, 0, task->still);
  else if (task->still) total = back_with(task, at, rows, lambda, 1, 1);
  else total = back_with(task, at, rows, lambda, 1, 0);
  if (at.t == 0)
    for (int i = 0; dv && i < at.count; i += 4) store_up_to4(dv + i, load4(lambda + i), at.count - i);
  return total;
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
  struct atif_backward_task task = {dx, dv, gy, x, v0, theta[0], T, n, still, grain,
                                    make_back(theta[0], alpha, scaled, detachReset)};
  parallel_for(atif_backward_range, &task, n, grain);
  double total = 0;
  for (int chunk = 0; chunk < chunk_count(n, grain); chunk++) total += shared_scratch_doubles()[chunk];
  dtheta[0] = (float)total;
}
