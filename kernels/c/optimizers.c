/*
 * Optimizer updates, in place; bit-equal to reference/optimizers.ts. What is computed from options alone is computed in
 * double and rounded once (kernels/RULES.md, 8). The last elements go through the same lines, in a padded vector.
 */

#include "parallel.h"
#include "simd.h"
#include "tail.h"

struct sgd_task {
  float *p, *buffer;
  const float *g;
  float rate, keep, take, decay;
  int has_decay, has_momentum, nesterov, first;
};

static void sgd_range(const void *argument, int begin, int end) {
  const struct sgd_task task = *(const struct sgd_task *)argument;
  for (int i = begin; i < end; i += 4) {
    int count = end - i;
    f32x4 p = load_up_to4(task.p + i, count);
    f32x4 step = load_up_to4(task.g + i, count);
    if (task.has_decay) step = step + task.decay * p;
    if (task.has_momentum) {
      f32x4 buffer = step;
      if (!task.first) buffer = task.keep * load_up_to4(task.buffer + i, count) + task.take * step;
      store_up_to4(task.buffer + i, buffer, count);
      step = task.nesterov ? step + task.keep * buffer : buffer;
    }
    store_up_to4(task.p + i, p - task.rate * step, count);
  }
}

void sgdStep(float *p, float *buffer, const float *g, int n, double lr, double momentum, double dampening,
             double weightDecay, int nesterov, int first) {
  struct sgd_task task = {.p = p, .buffer = buffer, .g = g, .nesterov = nesterov, .first = first};
  task.rate = (float)lr;
  task.keep = (float)momentum;
  task.take = (float)(1.0 - dampening);
  task.decay = (float)weightDecay;
  task.has_decay = task.decay != 0.0f;
  task.has_momentum = task.keep != 0.0f && buffer != 0;
  parallel_for(sgd_range, &task, n, ELEMENTS_PER_CHUNK);
}

struct adam_task {
  float *p, *m, *v;
  const float *g;
  float keep1, take1, keep2, take2, step_size, root_correction2, eps, decay, shrink;
  int has_decay, decoupled;
};

static void adam_range(const void *argument, int begin, int end) {
  const struct adam_task task = *(const struct adam_task *)argument;
  for (int i = begin; i < end; i += 4) {
    int count = end - i;
    f32x4 p = load_up_to4(task.p + i, count);
    f32x4 g = load_up_to4(task.g + i, count);
    if (task.has_decay) {
      if (task.decoupled) p = p * task.shrink;
      else g = g + task.decay * p;
    }
    f32x4 m = task.keep1 * load_up_to4(task.m + i, count) + task.take1 * g;
    f32x4 v = task.keep2 * load_up_to4(task.v + i, count) + (task.take2 * g) * g;
    store_up_to4(task.m + i, m, count);
    store_up_to4(task.v + i, v, count);
    f32x4 denominator = sqrt4(v) / task.root_correction2 + task.eps;
    store_up_to4(task.p + i, p - (task.step_size * m) / denominator, count);
  }
}

void adamStep(float *p, float *m, float *v, const float *g, int n, double lr, double beta1, double beta2, double eps,
              double weightDecay, int decoupled, double correction1, double correction2) {
  struct adam_task task = {.p = p, .m = m, .v = v, .g = g, .decoupled = decoupled};
  task.keep1 = (float)beta1;
  task.take1 = (float)(1.0 - beta1);
  task.keep2 = (float)beta2;
  task.take2 = (float)(1.0 - beta2);
  task.step_size = (float)(lr / correction1);
  task.root_correction2 = (float)__builtin_sqrt(correction2);
  task.eps = (float)eps;
  task.decay = (float)weightDecay;
  task.shrink = (float)(1.0 - lr * weightDecay);
  task.has_decay = task.decay != 0.0f;
  parallel_for(adam_range, &task, n, ELEMENTS_PER_CHUNK);
}
