/*
 * IF, LIF and parametric LIF: charge, fire at a fixed threshold, soft or hard reset; the whole time loop.
 * Twin: reference/lif.ts. Equations: src/kernels/contract.ts.
 */

#include "parallel.h"
#include "simd.h"
#include "surrogate.h"
#include "tail.h"
#include "time_loop.h"
#include "widening.h"

/* Charge of contract.ts, and what leakByTau and leakByRate are when the reset potential is 0. */
enum charge { INTEGRATE, LEAK_INPUT_BY_TAU, LEAK_BY_TAU, LEAK_INPUT_BY_RATE, LEAK_BY_RATE, DECAY };

struct neuron {
  enum charge charge;
  float leak, decay; /* decay: du/dv, 1 - 1 / tau or 1 - rate */
  float threshold, reset;
  int soft_reset;
};

static struct neuron make_neuron(const float *leak, int charge, float threshold, float reset, int soft_reset) {
  int by_tau = charge == LEAK_INPUT_BY_TAU || charge == LEAK_BY_TAU;
  struct neuron neuron = {(enum charge)charge, leak ? leak[0] : 1.0f, 1.0f, threshold, 0.0f, soft_reset};
  if (!soft_reset) neuron.reset = reset;
  /* a constant of float64: rounding 1 / tau on the way would miss PyTorch's decay by an ulp at tau = 3 */
  if (by_tau) neuron.decay = (float)(1.0 - 1.0 / (double)neuron.leak);
  else if (charge != INTEGRATE) neuron.decay = 1.0f - neuron.leak;
  if ((charge == LEAK_BY_TAU || charge == LEAK_BY_RATE) && neuron.reset == 0.0f) neuron.charge = DECAY;
  return neuron;
}

static inline f32x4 charge4(enum charge charge, f32x4 v, f32x4 x, const struct neuron *neuron) {
  float r = neuron->reset, leak = neuron->leak;
  switch (charge) {
    case LEAK_INPUT_BY_TAU: return v + (x - (v - r)) / leak;
    case LEAK_BY_TAU: return (v - (v - r) / leak) + x;
    case LEAK_INPUT_BY_RATE: return v + (x - (v - r)) * leak;
    case LEAK_BY_RATE: return (v - (v - r) * leak) + x;
    case DECAY: return v * neuron->decay + x;
    default: return v + x;
  }
}

/* u = the charged v of count neurons. u and v may be the same. */
static inline void charge_as(enum charge charge, float *u, const float *v, const float *x, int count,
                             const struct neuron *neuron) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store4(u + i, charge4(charge, load4(v + i), load4(x + i), neuron));
  if (i < count) {
    f32x4 charged = charge4(charge, load_tail(v + i, count - i), load_tail(x + i, count - i), neuron);
    store_tail(u + i, charged, count - i);
  }
}

static void charge_neurons(float *u, const float *v, const float *x, int count, const struct neuron *of) {
  const struct neuron copy = *of, *neuron = &copy; /* stays in registers: no store can change it */
  switch (neuron->charge) {
    case INTEGRATE: charge_as(INTEGRATE, u, v, x, count, neuron); break;
    case LEAK_INPUT_BY_TAU: charge_as(LEAK_INPUT_BY_TAU, u, v, x, count, neuron); break;
    case LEAK_BY_TAU: charge_as(LEAK_BY_TAU, u, v, x, count, neuron); break;
    case LEAK_INPUT_BY_RATE: charge_as(LEAK_INPUT_BY_RATE, u, v, x, count, neuron); break;
    case LEAK_BY_RATE: charge_as(LEAK_BY_RATE, u, v, x, count, neuron); break;
    case DECAY: charge_as(DECAY, u, v, x, count, neuron); break;
  }
}

static inline f32x4 spike_of4(f32x4 u, const struct neuron *neuron) { return spike4(u - neuron->threshold); }

/* soft: v = u - z threshold; hard: v = (1 - z) u + z r. As they stand, see atif.c. */
static inline f32x4 reset4(f32x4 z, f32x4 u, const struct neuron *neuron) {
  return neuron->soft_reset ? u - z * neuron->threshold : (1.0f - z) * u + z * neuron->reset;
}

/* ---- forward ---- */

struct lif_forward_task {
  float *y, *v, *v_seq;
  const float *x;
  int T, n;
  struct neuron neuron;
};

/* v from u to the v after the reset, in place */
static inline void fire4(float *y, float *v, float *v_seq, const struct neuron *neuron, int count) {
  f32x4 u = load_up_to4(v, count);
  f32x4 z = spike_of4(u, neuron);
  f32x4 next = reset4(z, u, neuron);
  store_up_to4(y, z, count);
  store_up_to4(v, next, count);
  if (v_seq) store_up_to4(v_seq, next, count);
}

static void fire_neurons(float *y, float *v, float *v_seq, int count, const struct neuron *of) {
  const struct neuron copy = *of, *neuron = &copy;
  int i = 0;
  for (; i + 4 <= count; i += 4) fire4(y + i, v + i, v_seq ? v_seq + i : 0, neuron, 4);
  if (i < count) fire4(y + i, v + i, v_seq ? v_seq + i : 0, neuron, count - i);
}

/* An index is a neuron. Some at a time go through all steps, their v in the level 1 cache. */
static void lif_forward_range(const void *argument, int begin, int end) {
  const struct lif_forward_task *task = argument;
  for (int first = begin; first < end; first += NEURONS_AT_ONCE) {
    int count = smaller(end - first, NEURONS_AT_ONCE);
    float *v = task->v + first;
    for (int t = 0; t < task->T; t++) {
      int at = t * task->n + first;
      charge_neurons(v, v, task->x + at, count, &task->neuron);
      fire_neurons(task->y + at, v, task->v_seq ? task->v_seq + at : 0, count, &task->neuron);
    }
  }
}

void lifForward(float *y, float *v, float *vSeq, const float *x, const float *leak, int T, int n, int charge,
                float vThreshold, float vReset, int softReset) {
  struct lif_forward_task task = {y, v, vSeq, x, T, n, make_neuron(leak, charge, vThreshold, vReset, softReset)};
  parallel_for(lif_forward_range, &task, n, NEURONS_PER_CHUNK);
}

/* ---- backward ---- */

struct lif_backward_task {
  float *dx, *dv;
  const float *gy, *x, *v0;
  int T, n;
  struct neuron neuron;
  float du_dx;
  struct surrogate surrogate;
  int detach_reset, wants_leak, leaks_input, grain;
};

enum { V_BEFORE, U, G, ROWS }; /* what a step leaves: v before it, u, and room for the surrogate derivative */

static inline void lif_run(const void *argument, struct stretch at, float *v, float *rows) {
  const struct lif_backward_task *task = argument;
  const struct neuron copy = task->neuron, *neuron = &copy;
  float scratch[NEURONS_PER_BLOCK] = {0};
  for (int t = at.t; t < at.t_end; t++) {
    float *u = rows ? rows + U * at.stride : scratch;
    charge_neurons(u, v, task->x + t * task->n + at.first, at.count, &task->neuron);
    for (int i = at.count; i % 4 != 0; i++) u[i] = 0; /* the lanes beyond the last neuron */
    for (int i = 0; i < at.count; i += 4) {
      f32x4 charged = load4(u + i);
      if (rows) store4(rows + V_BEFORE * at.stride + i, load4(v + i));
      store4(v + i, reset4(spike_of4(charged, neuron), charged, neuron));
    }
    if (rows) rows += ROWS * at.stride;
  }
}

/* dv/du of the reset: soft, v = u - z threshold; hard, v = (1 - z) u + z r. Detached, z counts as a constant. */
static inline f32x4 reset_derivative4(f32x4 u, f32x4 g, const struct lif_backward_task *task) {
  const struct neuron *neuron = &task->neuron;
  if (neuron->soft_reset) return task->detach_reset ? splat4(1.0f) : 1.0f - neuron->threshold * g;
  f32x4 kept = 1.0f - spike_of4(u, neuron);
  return task->detach_reset ? kept : kept - (u - neuron->reset) * g;
}

/* One step back for four neurons; returns mu (x - (v - r)) or mu (v - r), dL/dleak but for a constant. */
static inline f32x4 step_back4(float *dx, float *lambda, const float *gy, const float *x, const float *row, int stride,
                               int count, const struct lif_backward_task *task) {
  f32x4 u = load4(row + U * stride), g = load4(row + G * stride);
  f32x4 mu = load_up_to4(gy, count) * g + load_up_to4(lambda, count) * reset_derivative4(u, g, task); /* dL/du */
  store_up_to4(dx, mu * task->du_dx, count);
  store_up_to4(lambda, mu * task->neuron.decay, count);
  if (!task->wants_leak) return splat4(0);
  f32x4 potential = load4(row + V_BEFORE * stride) - task->neuron.reset;
  return mu * (task->leaks_input ? load_up_to4(x, count) - potential : potential);
}

static inline double lif_back(const void *argument, struct stretch at, float *rows) {
  const struct lif_backward_task task = *(const struct lif_backward_task *)argument;
  int steps = at.t_end - at.t;
  for (int step = 0; step < steps; step++) {
    float *row = rows + step * ROWS * at.stride, *u = row + U * at.stride, *g = row + G * at.stride;
    float parts[NEURONS_PER_BLOCK * 2];
    for (int i = 0; i < at.count; i += LANES)
      storeN(parts + 2 * i, loadN(u + i) - task.neuron.threshold);
    surrogate_exponentials(parts, ceil_divide(at.count, LANES) * LANES, task.surrogate.alpha);
    for (int i = 0; i < at.count; i += LANES) storeN(g + i, surrogate_endN(parts + 2 * i, task.surrogate));
  }
  struct sum4 dleak = {0};
  for (int step = steps - 1; step >= 0; step--) {
    int offset = (at.t + step) * task.n + at.first, i = 0;
    const float *gy = task.gy + offset, *x = task.x + offset, *row = rows + step * ROWS * at.stride;
    float *dx = task.dx + offset, *dv = task.dv + at.first;
    f32x4 sum = splat4(0);
    for (; i + 4 <= at.count; i += 4) sum += step_back4(dx + i, dv + i, gy + i, x + i, row + i, at.stride, 4, &task);
    if (i < at.count) sum += step_back4(dx + i, dv + i, gy + i, x + i, row + i, at.stride, at.count - i, &task);
    sum4_add(&dleak, sum);
  }
  return sum4_total(&dleak);
}

/* An index is a neuron. */
static void lif_backward_range(const void *argument, int begin, int end) {
  const struct lif_backward_task *task = argument;
  shared_scratch_doubles()[begin / task->grain] =
      back_through_time(task, task->v0, task->T, begin, end, lif_run, lif_back);
}

void lifBackward(float *dx, float *dv, float *dleak, const float *gy, const float *x, const float *v0,
                 const float *leak, int T, int n, int charge, float vThreshold, float vReset, int softReset,
                 float alpha, int detachReset) {
  int by_tau = charge == LEAK_INPUT_BY_TAU || charge == LEAK_BY_TAU;
  int leaks_input = charge == LEAK_INPUT_BY_TAU || charge == LEAK_INPUT_BY_RATE;
  struct lif_backward_task task = {.dx = dx, .dv = dv, .gy = gy, .x = x, .v0 = v0, .T = T, .n = n};
  task.neuron = make_neuron(leak, charge, vThreshold, vReset, softReset);
  task.surrogate = (struct surrogate){alpha, alpha};
  task.du_dx = leaks_input ? (by_tau ? 1.0f / leak[0] : leak[0]) : 1.0f;
  task.detach_reset = detachReset;
  task.wants_leak = dleak != 0;
  task.leaks_input = leaks_input;
  task.grain = grain_for(n, NEURONS_PER_CHUNK, SHARED_SCRATCH_DOUBLES);
  parallel_for(lif_backward_range, &task, n, task.grain);
  if (!dleak) return;
  double total = 0;
  for (int chunk = 0; chunk < chunk_count(n, task.grain); chunk++) total += shared_scratch_doubles()[chunk];
  /* du/dleak = (x - (v - r)) or -(v - r) by rate, that times -1 / tau^2 by tau */
  double sign = leaks_input == by_tau ? -1 : 1;
  double tau = by_tau ? leak[0] : 1;
  dleak[0] = charge == INTEGRATE ? 0 : (float)(sign * total / (tau * tau));
}
