/*
 * Mean and variance of x [rows, C] per channel; twin: reference/batch-norm.ts. The rows are cut into fixed parts, whose
 * moments, in double, are put together in their order. Arrays of fewer than 16 channels are read in folded rows.
 */

#include "columns.h"
#include "parallel.h"
#include "simd.h"
#include "widening.h"

enum {
  MOST_PARTS = 64,
  CHANNELS_AT_ONCE = 2048, /* the moments of all their parts fit the shared scratch */
};

/* Channels first <= c < first + channels. An index is a row. */
struct statistics_task {
  const float *x;
  int C, first, channels, part;
};

struct moments {
  double count, mean, squares; /* squares: sum of (x - mean)^2 */
} __attribute__((may_alias));

_Static_assert(CHANNELS_AT_ONCE * MOST_PARTS * sizeof(struct moments) <= SHARED_SCRATCH_FLOATS * sizeof(float), "fits");

/* The moments of the elements of both (Chan, Golub and LeVeque 1979). */
static inline struct moments merge(struct moments a, struct moments b) {
  double count = a.count + b.count;
  if (count == 0) return a;
  double delta = b.mean - a.mean, share = b.count / count;
  return (struct moments){count, a.mean + delta * share, a.squares + b.squares + delta * delta * (a.count * share)};
}

/* total[c] += sum over rows of (x[r, c] - centre[c])^2 */
static void add_squares(double *total, const float *x, const float *centre, int rows, int stride, int width) {
  int c = 0;
  for (; c + 4 <= width; c += 4) {
    f32x4 middle = load4(centre + c);
    struct sum4 sum = {0};
    for (int r = 0; r < rows; r++) {
      f32x4 d = load4(x + r * stride + c) - middle;
      sum4_add(&sum, d * d);
    }
    sum4_store(total + c, &sum);
  }
  for (; c < width; c++)
    for (int r = 0; r < rows; r++) {
      float d = x[r * stride + c] - centre[c];
      total[c] += d * d;
    }
}

/* The moments of each of width <= BLOCK_COLUMNS columns: two passes over a few rows at a time. */
static void find_moments(struct moments *moments, const float *x, int rows, int stride, int width) {
  for (int k = 0; k < width; k++) moments[k] = (struct moments){0};
  for (int r = 0; r < rows; r += ROWS_AT_ONCE) {
    int count = smaller(rows - r, ROWS_AT_ONCE);
    double total[BLOCK_COLUMNS] = {0}, squares[BLOCK_COLUMNS] = {0};
    float centre[BLOCK_COLUMNS];
    add_rows(total, x + r * stride, count, stride, width);
    for (int k = 0; k < width; k++) centre[k] = (float)(total[k] / count);
    add_squares(squares, x + r * stride, centre, count, stride, width);
    for (int k = 0; k < width; k++) {
      double mean = total[k] / count, off = mean - centre[k];
      moments[k] = merge(moments[k], (struct moments){count, mean, squares[k] - count * (off * off)});
    }
  }
}

static void batch_norm_statistics_range(const void *argument, int begin, int end) {
  const struct statistics_task *task = argument;
  int channels = task->channels;
  struct moments *moments = (struct moments *)shared_scratch() + begin / task->part * channels;
  for (int c = 0; c < channels; c++) moments[c] = (struct moments){0};

  const float *x = task->x + begin * task->C + task->first;
  struct folded wide = fold_channels(end - begin, channels, task->C);
  int stride = wide.fold * task->C;
  for (int w = 0; w < wide.columns; w += BLOCK_COLUMNS) {
    int width = smaller(wide.columns - w, BLOCK_COLUMNS);
    struct moments block[BLOCK_COLUMNS];
    find_moments(block, x + w, wide.rows, stride, width);
    for (int k = 0; k < width; k++) moments[(w + k) % channels] = merge(moments[(w + k) % channels], block[k]);
  }
  const float *rest = x + wide.rows * stride;
  for (int k = 0; k < wide.rest; k++)
    moments[k % channels] = merge(moments[k % channels], (struct moments){1, rest[k], 0});
}

void batchNormStatistics(float *mean, float *variance, const float *x, int rows, int C) {
  for (int first = 0; first < C; first += CHANNELS_AT_ONCE) {
    int channels = smaller(C - first, CHANNELS_AT_ONCE), part = rows_of_part(rows, channels, MOST_PARTS);
    struct statistics_task task = {.x = x, .C = C, .first = first, .channels = channels, .part = part};
    parallel_for(batch_norm_statistics_range, &task, rows, part);
    const struct moments *moments = (const struct moments *)shared_scratch();
    for (int c = 0; c < channels; c++) {
      struct moments all = {0};
      for (int k = 0; k < chunk_count(rows, part); k++) all = merge(all, moments[k * channels + c]);
      mean[first + c] = (float)all.mean;
      variance[first + c] = rows == 0 ? 0 : (float)(all.squares / rows);
    }
  }
}

