/*
 * Batch normalisation of x [rows, C], per channel (Ioffe and Szegedy 2015); twin: reference/batch-norm.ts.
 * Arrays of fewer than 16 channels are read in folded rows (columns.h).
 */

#include "columns.h"
#include "parallel.h"
#include "simd.h"
#include "tail.h"
#include "widening.h"

/* sqrt(variance + eps) */
static inline float deviation(float variance, float eps) { return __builtin_sqrtf(variance + eps); }

/* ---- elementwise parts: an index is a panel of columns of one part of the wide rows --------------------------------- */

struct map_task {
  float *y; /* dx in a backward pass */
  const float *x, *dy, *mean, *variance, *gamma, *beta, *dgamma, *dbeta;
  int rows, C;
  float eps;
  int wide_rows, wide_columns, panels, part;
};

/* What the channel of each wide column of a panel contributes. */
struct panel {
  float mean[PANEL_COLUMNS], deviation[PANEL_COLUMNS], factor[PANEL_COLUMNS], offset[PANEL_COLUMNS], slope[PANEL_COLUMNS];
};

/* Fills in wide column w, which belongs to channel c. */
typedef void prepare_function(struct panel *panel, int w, const struct map_task *task, int c);
/* Elements of y in wide columns w to w + 3, from those of x and dy. */
typedef f32x4 map_function(const struct panel *panel, int w, f32x4 x, f32x4 dy);

static inline void map_rows(const struct map_task *task, int begin, int end, prepare_function *prepare,
                            map_function *map) {
  const float *x = task->x, *dy = task->dy;
  for (int index = begin; index < end; index++) {
    int column = index % task->panels * PANEL_COLUMNS, row = index / task->panels * task->part;
    int width = smaller(task->wide_columns - column, PANEL_COLUMNS), row_end = smaller(row + task->part, task->wide_rows);
    struct panel panel;
    for (int w = 0; w < ceil_divide(width, 4) * 4; w++) prepare(&panel, w, task, (column + w) % task->C);
    for (; row < row_end; row++) {
      int at = row * task->wide_columns + column, w = 0;
      int count = smaller(width, task->rows * task->C - at); /* the last wide row may be short */
      for (; w + 4 <= count; w += 4) store4(task->y + at + w, map(&panel, w, load4(x + at + w), load4(dy + at + w)));
      if (w < count) {
        f32x4 y = map(&panel, w, load_tail(x + at + w, count - w), load_tail(dy + at + w, count - w));
        store_tail(task->y + at + w, y, count - w);
      }
    }
  }
}

static void run_map(range_function *range, struct map_task task) {
  struct folded wide = fold_rows(task.rows, task.C);
  task.wide_columns = wide.columns;
  task.wide_rows = wide.rows + (wide.rest > 0);
  task.panels = ceil_divide(wide.columns, PANEL_COLUMNS);
  task.part = larger(1, ELEMENTS_PER_CHUNK / larger(1, smaller(wide.columns, PANEL_COLUMNS)));
  parallel_for(range, &task, task.panels * ceil_divide(task.wide_rows, task.part), 1);
}

/* y = x * scale + shift; scale = gamma * (1 / deviation), shift = beta - mean * scale */
static inline void prepare_forward(struct panel *panel, int w, const struct map_task *task, int c) {
  float scale = (float)(1 / __builtin_sqrt((double)task->variance[c] + (double)task->eps)) * task->gamma[c];
  panel->factor[w] = scale;
  panel->offset[w] = task->beta[c] - task->mean[c] * scale;
}
static inline f32x4 map_forward(const struct panel *panel, int w, f32x4 x, f32x4 dy) {
  (void)dy;
  return x * load4(panel->factor + w) + load4(panel->offset + w);
}
static void batch_norm_forward_range(const void *task, int begin, int end) {
  map_rows(task, begin, end, prepare_forward, map_forward);
}

/* dx = gamma / deviation * ((dy - dbeta / rows) - (x - mean) / deviation * dgamma / rows) */
static inline void prepare_backward(struct panel *panel, int w, const struct map_task *task, int c) {
  float divisor = deviation(task->variance[c], task->eps);
  panel->mean[w] = task->mean[c];
  panel->factor[w] = task->gamma[c] / divisor;
  panel->offset[w] = task->dbeta[c] / (float)task->rows;
  panel->slope[w] = task->dgamma[c] / (float)task->rows / divisor;
}
static inline f32x4 map_backward(const struct panel *panel, int w, f32x4 x, f32x4 dy) {
  f32x4 through_variance = (x - load4(panel->mean + w)) * load4(panel->slope + w);
  return load4(panel->factor + w) * ((dy - load4(panel->offset + w)) - through_variance);
}
static void batch_norm_backward_range(const void *task, int begin, int end) {
  map_rows(task, begin, end, prepare_backward, map_backward);
}

/* dx = dy * gamma / deviation */
static inline void prepare_eval_backward(struct panel *panel, int w, const struct map_task *task, int c) {
  panel->deviation[w] = deviation(task->variance[c], task->eps);
  panel->factor[w] = task->gamma[c];
}
static inline f32x4 map_eval_backward(const struct panel *panel, int w, f32x4 x, f32x4 dy) {
  (void)x;
  return dy * load4(panel->factor + w) / load4(panel->deviation + w);
}
static void batch_norm_eval_backward_range(const void *task, int begin, int end) {
  map_rows(task, begin, end, prepare_eval_backward, map_eval_backward);
}

/* ---- dgamma and dbeta: an index is a row; parts of the rows are added up in their order ----------------------------- */

enum {
  MOST_PARTS = 64,
  CHANNELS_AT_ONCE = 2048, /* the sums of all their parts fit the shared scratch */
};

/* Channels first <= c < first + channels. */
struct gradients_task {
  const float *dy, *x, *mean;
  int C, first, channels, part;
};

struct gradients {
  double dy, product; /* sums of dy and of dy (x - mean) */
} __attribute__((may_alias));

/* Adds the sums of each of width <= BLOCK_COLUMNS columns. */
static void add_gradients(struct gradients *sums, const float *dy, const float *x, const float *mean, int rows,
                          int stride, int width) {
  int c = 0;
  for (; c + 4 <= width; c += 4) {
    f32x4 middle = load4(mean + c);
    struct sum4 sum_dy = {0}, sum_product = {0};
    for (int r = 0; r < rows; r++) {
      f32x4 g = load4(dy + r * stride + c);
      sum4_add(&sum_dy, g);
      sum4_add(&sum_product, g * (load4(x + r * stride + c) - middle));
    }
    double total[4] = {0}, product[4] = {0};
    sum4_store(total, &sum_dy);
    sum4_store(product, &sum_product);
    for (int k = 0; k < 4; k++) {
      sums[c + k].dy += total[k];
      sums[c + k].product += product[k];
    }
  }
  for (; c < width; c++)
    for (int r = 0; r < rows; r++) {
      sums[c].dy += dy[r * stride + c];
      sums[c].product += dy[r * stride + c] * (x[r * stride + c] - mean[c]);
    }
}

static void batch_norm_gradients_range(const void *argument, int begin, int end) {
  const struct gradients_task *task = argument;
  int channels = task->channels;
  const float *mean = task->mean + task->first;
  struct gradients *sums = (struct gradients *)shared_scratch() + begin / task->part * channels;
  for (int c = 0; c < channels; c++) sums[c] = (struct gradients){0};

  int offset = begin * task->C + task->first;
  struct folded wide = fold_channels(end - begin, channels, task->C);
  int stride = wide.fold * task->C;
  for (int w = 0; w < wide.columns; w += BLOCK_COLUMNS) {
    int width = smaller(wide.columns - w, BLOCK_COLUMNS);
    struct gradients block[BLOCK_COLUMNS] = {0};
    float middle[BLOCK_COLUMNS];
    for (int k = 0; k < width; k++) middle[k] = mean[(w + k) % channels];
    for (int r = 0; r < wide.rows; r += ROWS_AT_ONCE) {
      int at = offset + r * stride + w;
      add_gradients(block, task->dy + at, task->x + at, middle, smaller(wide.rows - r, ROWS_AT_ONCE), stride, width);
    }
    for (int k = 0; k < width; k++) {
      sums[(w + k) % channels].dy += block[k].dy;
      sums[(w + k) % channels].product += block[k].product;
    }
  }
  if (wide.rest > 0) {
    int at = offset + wide.rows * stride;
    add_gradients(sums, task->dy + at, task->x + at, mean, wide.rest / channels, channels, channels);
  }
}

/* dbeta = sum dy; dgamma = sum dy (x - mean) / deviation */
static void parameter_gradients(float *dgamma, float *dbeta, const float *dy, const float *x, const float *mean,
                                const float *variance, int rows, int C, float eps) {
  for (int first = 0; first < C; first += CHANNELS_AT_ONCE) {
    int channels = smaller(C - first, CHANNELS_AT_ONCE), part = rows_of_part(rows, channels, MOST_PARTS);
    struct gradients_task task = {dy, x, mean, C, first, channels, part};
    parallel_for(batch_norm_gradients_range, &task, rows, part);
    const struct gradients *sums = (const struct gradients *)shared_scratch();
    for (int c = 0; c < channels; c++) {
      struct gradients all = {0};
      for (int k = 0; k < chunk_count(rows, part); k++) {
        all.dy += sums[k * channels + c].dy;
        all.product += sums[k * channels + c].product;
      }
      dbeta[first + c] = (float)all.dy;
      dgamma[first + c] = rows == 0 ? 0 : (float)(all.product / deviation(variance[first + c], eps));
    }
  }
}

/* ---- kernels -------------------------------------------------------------------------------------------------------- */

void batchNormForward(float *y, const float *x, const float *mean, const float *variance, const float *gamma,
                      const float *beta, int rows, int C, float eps) {
  run_map(batch_norm_forward_range, (struct map_task){.y = y, .x = x, .dy = x, .mean = mean, .variance = variance,
                                                      .gamma = gamma, .beta = beta, .rows = rows, .C = C, .eps = eps});
}

void batchNormBackward(float *dx, float *dgamma, float *dbeta, const float *dy, const float *x, const float *mean,
                       const float *variance, const float *gamma, int rows, int C, float eps) {
  parameter_gradients(dgamma, dbeta, dy, x, mean, variance, rows, C, eps);
  run_map(batch_norm_backward_range,
          (struct map_task){.y = dx, .x = x, .dy = dy, .mean = mean, .variance = variance, .gamma = gamma,
                            .dgamma = dgamma, .dbeta = dbeta, .rows = rows, .C = C, .eps = eps});
}

void batchNormEvalBackward(float *dx, float *dgamma, float *dbeta, const float *dy, const float *x, const float *mean,
                           const float *variance, const float *gamma, int rows, int C, float eps) {
  parameter_gradients(dgamma, dbeta, dy, x, mean, variance, rows, C, eps);
  run_map(batch_norm_eval_backward_range, (struct map_task){.y = dx, .x = dy, .dy = dy, .variance = variance,
                                                            .gamma = gamma, .rows = rows, .C = C, .eps = eps});
}
