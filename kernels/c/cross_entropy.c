/* Softmax cross-entropy, the mean over rows of logits [rows, classes]; twin: reference/cross-entropy.ts. */

#include "exp_log.h"
#include "parallel.h"
#include "simd.h"
#include "tail.h"
#include "widening.h"

struct cross_entropy_task {
  float *y; /* probability, or dx */
  const float *x; /* logits, or probability */
  const int *labels;
  int classes, grain;
  float scale;
};

static int rows_per_chunk(int rows, int classes) {
  return grain_for(rows, larger(1, ELEMENTS_PER_CHUNK / 8 / larger(1, classes)), SHARED_SCRATCH_DOUBLES);
}

/* y = exp(y) for all rows of a chunk at once: a row may be shorter than a vector */
static void exp_in_place(float *y, int n) {
  for (int i = 0; i < n; i += 4) store_up_to4(y + i, exp4(load_up_to4(y + i, n - i)), n - i);
}

static void cross_entropy_forward_range(const void *argument, int begin, int end) {
  const struct cross_entropy_task *task = argument;
  int classes = task->classes;
  double total = 0;
  for (int r = begin; r < end; r++) {
    /* the largest logit is taken off first, so that exp cannot overflow */
    const float *logits = task->x + r * classes;
    float *p = task->y + r * classes, largest = -__builtin_inff();
    for (int c = 0; c < classes; c++) largest = logits[c] > largest ? logits[c] : largest;
    for (int c = 0; c < classes; c++) p[c] = logits[c] - largest;
    /* -log softmax = log(sum of exp) - (logit - largest) */
    total -= p[task->labels[r]];
  }
  exp_in_place(task->y + begin * classes, (end - begin) * classes);
  for (int r = begin; r < end; r++) {
    float *p = task->y + r * classes;
    double sum = 0;
    for (int c = 0; c < classes; c++) sum += p[c];
    float normaliser = (float)sum;
    for (int c = 0; c < classes; c++) p[c] = p[c] / normaliser;
    total += log1(normaliser);
  }
  shared_scratch_doubles()[begin / task->grain] = total;
}

void crossEntropyForward(float *loss, float *probability, const float *logits, const int *labels, int rows,
                         int classes) {
  struct cross_entropy_task task = {probability, logits, labels, classes, rows_per_chunk(rows, classes), 0};
  parallel_for(cross_entropy_forward_range, &task, rows, task.grain);
  double total = 0;
  for (int chunk = 0; chunk < chunk_count(rows, task.grain); chunk++) total += shared_scratch_doubles()[chunk];
  loss[0] = rows == 0 ? 0 : (float)(total / rows);
}

/* dx = scale * (probability - onehot(label)) */
static void cross_entropy_backward_range(const void *argument, int begin, int end) {
  const struct cross_entropy_task *task = argument;
  int classes = task->classes;
  for (int r = begin; r < end; r++) {
    const float *p = task->x + r * classes;
    float *dx = task->y + r * classes;
    for (int c = 0; c < classes; c++) dx[c] = task->scale * p[c];
    int label = task->labels[r];
    dx[label] = task->scale * (p[label] - 1.0f);
  }
}

void crossEntropyBackward(float *dx, const float *g, const float *probability, const int *labels, int rows,
                          int classes) {
  int grain = rows_per_chunk(rows, classes);
  struct cross_entropy_task task = {dx, probability, labels, classes, grain, g[0] / (float)rows};
  parallel_for(cross_entropy_backward_range, &task, rows, task.grain);
}
