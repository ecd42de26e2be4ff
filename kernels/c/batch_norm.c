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

/* ---- elementwise parts: an index is a panel of columns of one part of the wide rows ---- */

struct map_task {
  float *y; /* dx in a backward pass */
  const float *x, *dy, *mean, *variance, *gamma, *beta, *dgamma, *dbeta;
  int rows, C;
  float eps;
  int wide_rows, wide_columns, panels, part;
};

/* What the channel of each wide column of a panel contributes. */
struct panel {
  float mean[PANEL_COLUMNS], deviation[PANEL_COLUMNS], factor[PANEL_COLUMNS], offset[PANEL_COLUMNS];
  float slope[PANEL_COLUMNS];
};

/* Fills in wide column w, which belongs to channel c. */
typedef void prepare_function(struct panel *panel, int w, const struct map_task *task, int c);
/* Elements of y in wide columns w to w + 3, from those of x and dy. */
typedef fN map_function(const struct panel *panel, int w, fN x, fN dy);

static inline void map_rows(const struct map_task *task, int begin, int end, prepare_function *prepare,
                            map_function *map) {
  const float *x = task->x, *dy = task->dy;
  for (int index = begin; index < end; index++) {
    int column = index % task->panels * PANEL_COLUMNS, row = index / task->panels * task->part;
    int width = smaller(task->wide_columns - column, PANEL_COLUMNS);
    int row_end = smaller(row + task->part, task->wide_rows);
    struct panel panel;
    for (int w = 0; w < ceil_divide(width, LANES) * LANES; w++) prepare(&panel, w, task, (column + w) % task->C);
    for (; row < row_end; row++) {
      int at = row * task->wide_columns + column, w = 0;
      int count = smaller(width, task->rows * task->C - at); /* the last wide row may be short */
      for (; w + LANES <= count; w += LANES) storeN(task->y + at + w, map(&panel, w, loadN(x + at + w), loadN(dy + at + w)));
      if (w < count) {
        fN y = map(&panel, w, load_someN(x + at + w, count - w), load_someN(dy + at + w, count - w));
        store_someN(task->y + at + w, y, count - w);
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
static inline fN map_forward(const struct panel *panel, int w, fN x, fN dy) {
  (void)dy;
  return x * loadN(panel->factor + w) + loadN(panel->offset + w);
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
static inline fN map_backward(const struct panel *panel, int w, fN x, fN dy) {
  fN through_variance = (x - loadN(panel->mean + w)) * loadN(panel->slope + w);
  return loadN(panel->factor + w) * ((dy - loadN(panel->offset + w)) - through_variance);
}
static void batch_norm_backward_range(const void *task, int begin, int end) {
  map_rows(task, begin, end, prepare_backward, map_backward);
}

/* dx = dy * gamma / deviation */
static inline void prepare_eval_backward(struct panel *panel, int w, const struct map_task *task, int c) {
  panel->deviation[w] = deviation(task->variance[c], task->eps);
  panel->factor[w] = task->gamma[c];
}
static inline fN map_eval_backward(const struct panel *panel, int w, fN x, fN dy) {
  (void)x;
  return dy * loadN(panel->factor + w) / loadN(panel->deviation + w);
}
static void batch_norm_eval_backward_range(const void *task, int begin, int end) {
  map_rows(task, begin, end, prepare_eval_backward, map_eval_backward);
}

/* ---- dgamma and dbeta: an index is a row; parts of the rows are added up in their order ---- */

enum {
  MOST_PARTS = 64,
  CHANNELS_AT_ONCE = 4096, /* the sums of all their parts fit the shared scratch */
};

_Static_assert(CHANNELS_AT_ONCE * MOST_PARTS * 2 <= SHARED_SCRATCH_DOUBLES, "two doubles for a channel of a part");

/* Channels first <= c < first + channels. Leaves [parts, 2, channels]: sums of dy and of dy (x - mean). */
struct gradients_task {
  const float *dy, *x, *mean;
  int C, first, channels, part;
};

/* sum_dy[c] += sum over rows of dy[r, c], sum_product[c] += sum of dy (x - mean), c < width */
static void add_gradients(double *sum_dy, double *sum_product, const float *dy, const float *x, const float *mean,
                          int rows, int stride, int width) {
  int r = 0;
  for (; r + 4 <= rows; r += 4) {
    int c = 0;
#if LANES > 4
    for (; c + LANES <= width; c += LANES) {
      dN sum = loadNd(sum_dy + c), product = loadNd(sum_product + c);
      for (int k = 0; k < 4; k++) {
        fN g = loadN(dy + (r + k) * stride + c);
        sum += widenN(g);
        product += widenN(g * (loadN(x + (r + k) * stride + c) - loadN(mean + c)));
      }
      storeNd(sum_dy + c, sum);
      storeNd(sum_product + c, product);
    }
#endif
    for (; c + 4 <= width; c += 4) {
      struct sum4 sum = sum4_load(sum_dy + c), product = sum4_load(sum_product + c);
      for (int k = 0; k < 4; k++) {
        f32x4 g = load4(dy + (r + k) * stride + c);
        sum4_add(&sum, g);
        sum4_add(&product, g * (load4(x + (r + k) * stride + c) - load4(mean + c)));
      }
      sum4_store(sum_dy + c, sum);
      sum4_store(sum_product + c, product);
    }
    for (; c < width; c++)
      for (int k = 0; k < 4; k++) {
        float g = dy[(r + k) * stride + c];
        sum_dy[c] += g;
        sum_product[c] += g * (x[(r + k) * stride + c] - mean[c]);
      }
  }
  for (; r < rows; r++)
    for (int c = 0; c < width; c++) {
      sum_dy[c] += dy[r * stride + c];
      sum_product[c] += dy[r * stride + c] * (x[r * stride + c] - mean[c]);
    }
}

/* The same for all channels of narrow rows, in folded rows. */
static void add_narrow_gradients(double *sum_dy, double *sum_product, const float *dy, const float *x,
                                 const float *mean, int rows, int C) {
  struct folded wide = fold_rows(rows, C);
  double wide_dy[4 * NARROW_COLUMNS] = {0}, wide_product[4 * NARROW_COLUMNS] = {0};
  float wide_mean[4 * NARROW_COLUMNS];
  for (int w = 0; w < wide.columns; w++) wide_mean[w] = mean[w % C];
  add_gradients(wide_dy, wide_product, dy, x, wide_mean, wide.rows, wide.columns, wide.columns);
  int rest = wide.rows * wide.columns;
  add_gradients(wide_dy, wide_product, dy + rest, x + rest, wide_mean, 1, wide.rest, wide.rest);
  for (int w = 0; w < wide.columns; w++) {
    sum_dy[w % C] += wide_dy[w];
    sum_product[w % C] += wide_product[w];
  }
}

static void batch_norm_gradients_range(const void *argument, int begin, int end) {
  const struct gradients_task *task = argument;
  stored_double *sums = shared_scratch_doubles() + begin / task->part * (2 * task->channels);
  for (int c = 0; c < task->channels; c += PANEL_COLUMNS) {
    int width = smaller(task->channels - c, PANEL_COLUMNS), at = begin * task->C + task->first + c;
    const float *dy = task->dy + at, *x = task->x + at, *mean = task->mean + task->first + c;
    double sum_dy[PANEL_COLUMNS], product[PANEL_COLUMNS];
    for (int k = 0; k < width; k++) sum_dy[k] = product[k] = 0;
    if (task->C < NARROW_COLUMNS) add_narrow_gradients(sum_dy, product, dy, x, mean, end - begin, task->C);
    else add_gradients(sum_dy, product, dy, x, mean, end - begin, task->C, width);
    for (int k = 0; k < width; k++) {
      sums[c + k] = sum_dy[k];
      sums[task->channels + c + k] = product[k];
    }
  }
}

/* dbeta = sum dy; dgamma = sum dy (x - mean) / deviation */
static void parameter_gradients(float *dgamma, float *dbeta, const float *dy, const float *x, const float *mean,
                                const float *variance, int rows, int C, float eps) {
  for (int first = 0; first < C; first += CHANNELS_AT_ONCE) {
    int channels = smaller(C - first, CHANNELS_AT_ONCE), part = rows_of_part(rows, channels, MOST_PARTS);
    struct gradients_task task = {dy, x, mean, C, first, channels, part};
    parallel_for(batch_norm_gradients_range, &task, rows, part);
    for (int c = 0; c < channels; c++) {
      const stored_double *sums = shared_scratch_doubles() + c;
      double sum_dy = 0, product = 0;
      for (int k = 0; k < chunk_count(rows, part); k++, sums += 2 * channels) {
        sum_dy += sums[0];
        product += sums[channels];
      }
      dbeta[first + c] = (float)sum_dy;
      dgamma[first + c] = rows == 0 ? 0 : (float)(product / deviation(variance[first + c], eps));
    }
  }
}

/* ---- kernels ---- */

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
