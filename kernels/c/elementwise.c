/* Elementwise kernels on dense arrays: one rounding per operation, bit-equal to reference/elementwise.ts. */

#include "exp_log.h"
#include "parallel.h"
#include "simd.h"
#include "tail.h"

struct fill_task {
  float *y;
  float value;
};

static void fill_range(const void *argument, int begin, int end) {
  const struct fill_task *task = argument;
  int i = begin;
  for (; i + 4 <= end; i += 4) store4(task->y + i, splat4(task->value));
  for (; i < end; i++) task->y[i] = task->value;
}

void fill(float *y, float value, int n) {
  struct fill_task task = {y, value};
  parallel_for(fill_range, &task, n, ELEMENTS_PER_CHUNK);
}

struct unary_task {
  float *y;
  const float *x;
};

/* y = of(x), vector by vector */
#define UNARY_KERNEL(name, of)                                                                     \
  static void name##_range(const void *argument, int begin, int end) {                             \
    const struct unary_task *task = argument;                                                      \
    float *y = task->y;                                                                            \
    const float *x = task->x;                                                                      \
    int i = begin;                                                                                 \
    for (; i + 4 <= end; i += 4) store4(y + i, of(load4(x + i)));                                  \
    if (i < end) store_tail(y + i, of(load_tail(x + i, end - i)), end - i);                        \
  }                                                                                                \
  void name(float *y, const float *x, int n) {                                                     \
    struct unary_task task = {y, x};                                                               \
    parallel_for(name##_range, &task, n, ELEMENTS_PER_CHUNK);                                      \
  }

/* The same for what takes long and is long: its code stands once, for the last vector too. */
#define LONG_UNARY_KERNEL(name, of)                                                                \
  static void name##_range(const void *argument, int begin, int end) {                             \
    const struct unary_task *task = argument;                                                      \
    float *y = task->y;                                                                            \
    const float *x = task->x;                                                                      \
    for (int i = begin; i < end; i += 4)                                                           \
      store_up_to4(y + i, of(load_up_to4(x + i, end - i)), end - i);                               \
  }                                                                                                \
  void name(float *y, const float *x, int n) {                                                     \
    struct unary_task task = {y, x};                                                               \
    parallel_for(name##_range, &task, n, ELEMENTS_PER_CHUNK);                                      \
  }

static inline f32x4 negate4(f32x4 x) { return -x; }

/* NaN <= 0 is false: NaN stays. -0 becomes 0. */
static inline f32x4 relu4(f32x4 x) { return (f32x4)((i32x4)x & ~(x <= 0.0f)); }

static inline f32x4 heaviside4(f32x4 x) { return (f32x4)((x >= 0.0f) & (i32x4)splat4(1.0f)); }

UNARY_KERNEL(negate, negate4)
LONG_UNARY_KERNEL(exp, exp4)
LONG_UNARY_KERNEL(log, log4)
UNARY_KERNEL(sqrt, sqrt4)
LONG_UNARY_KERNEL(sigmoid, sigmoid4)
UNARY_KERNEL(relu, relu4)
UNARY_KERNEL(heaviside, heaviside4)

struct scaled_task {
  float *y;
  const float *x;
  float scale, keep, take;
};

/* y += x * scale */
static void add_scaled_range(const void *argument, int begin, int end) {
  const struct scaled_task *task = argument;
  float *y = task->y;
  const float *x = task->x;
  float scale = task->scale;
  int i = begin;
  for (; i + 4 <= end; i += 4) store4(y + i, load4(y + i) + load4(x + i) * scale);
  for (; i < end; i++) y[i] = y[i] + x[i] * scale;
}

void addScaled(float *y, const float *x, float scale, int n) {
  struct scaled_task task = {.y = y, .x = x, .scale = scale};
  parallel_for(add_scaled_range, &task, n, ELEMENTS_PER_CHUNK);
}

/* y = keep * y + take * (x * scale) */
static void exponential_average_range(const void *argument, int begin, int end) {
  const struct scaled_task *task = argument;
  float *y = task->y;
  const float *x = task->x;
  float scale = task->scale, keep = task->keep, take = task->take;
  int i = begin;
  for (; i + 4 <= end; i += 4) store4(y + i, keep * load4(y + i) + take * (load4(x + i) * scale));
  for (; i < end; i++) y[i] = keep * y[i] + take * (x[i] * scale);
}

void exponentialAverage(float *y, const float *x, double momentum, double scale, int n) {
  struct scaled_task task = {y, x, (float)scale, (float)(1.0 - momentum), (float)momentum};
  parallel_for(exponential_average_range, &task, n, ELEMENTS_PER_CHUNK);
}

struct surrogate_task {
  float *dx;
  const float *g, *x;
  float alpha;
};

static inline f32x4 surrogate_gradient4(f32x4 g, f32x4 x, float alpha) {
  f32x4 s = sigmoid4(alpha * x);
  return ((g * (1.0f - s)) * s) * alpha;
}

static void sigmoid_surrogate_backward_range(const void *argument, int begin, int end) {
  const struct surrogate_task *task = argument;
  float *dx = task->dx;
  const float *g = task->g, *x = task->x;
  float alpha = task->alpha;
  for (int i = begin, left = end - begin; left > 0; i += 4, left -= 4)
    store_up_to4(dx + i, surrogate_gradient4(load_up_to4(g + i, left), load_up_to4(x + i, left), alpha), left);
}

void sigmoidSurrogateBackward(float *dx, const float *g, const float *x, float alpha, int n) {
  struct surrogate_task task = {dx, g, x, alpha};
  parallel_for(sigmoid_surrogate_backward_range, &task, n, ELEMENTS_PER_CHUNK);
}
