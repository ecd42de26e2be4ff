/*
 * Mean and variance of x [rows, C] per channel; twin: reference/batch-norm.ts. The rows are cut into fixed parts, whose
 * moments, in double, are put together in their order.
 */

#include "columns.h"
#include "parallel.h"
#include "simd.h"
#include "widening.h"

enum {
  MOST_PARTS = 64,
  CHANNELS_AT_ONCE = 4096, /* the moments of all their parts fit the shared scratch */
};

_Static_assert(CHANNELS_AT_ONCE * MOST_PARTS * 2 <= SHARED_SCRATCH_DOUBLES, "two doubles for a channel of a part");

/* Channels first <= c < first + channels. An index is a row. Leaves [parts, 2, channels]: means, sums of squares. */
struct statistics_task {
  const float *x;
  int C, first, channels, part;
};

/*
 * Merges into the moments of elements those of more elements, which are `share` of all (Chan, Golub and LeVeque 1979).
 * squares: sum of (x - mean)^2.
 */
static inline void merge(double *mean, double *squares, double count, double share, double mean_of_more,
                         double squares_of_more) {
  double delta = mean_of_more - *mean;
  *mean += delta * share;
  *squares += squares_of_more + delta * delta * (count * share);
}

/* total[c] += sum over rows of (x[r, c] - centre[c])^2, c < width */
static void add_squares(double *total, const float *x, const float *centre, int rows, int stride, int width) {
  int r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float *row = x + r * stride;
    int c = 0;
#if LANES > 4
    for (; c + LANES <= width; c += LANES) {
      dN sum = loadNd(total + c);
      for (int k = 0; k < 4; k++) {
        fN d = loadN(row + k * stride + c) - loadN(centre + c);
        sum += widenN(d * d);
      }
      storeNd(total + c, sum);
    }
#endif
    for (; c + 4 <= width; c += 4) {
      struct sum4 sum = sum4_load(total + c);
      for (int k = 0; k < 4; k++) {
        f32x4 d = load4(row + k * stride + c) - load4(centre + c);
        sum4_add(&sum, d * d);
      }
      sum4_store(total + c, sum);
    }
    for (; c < width; c++)
      for (int k = 0; k < 4; k++) {
        float d = row[k * stride + c] - centre[c];
        total[c] += d * d;
      }
  }
  for (; r < rows; r++)
    for (int c = 0; c < width; c++) {
      float d = x[r * stride + c] - centre[c];
      total[c] += d * d;
    }
}

/* Moments of the columns of a panel: two passes over a block of rows at a time. */
static void find_moments(double *mean, double *squares, const float *x, int rows, int stride, int width) {
  for (int c = 0; c < width; c++) mean[c] = squares[c] = 0;
  int block = larger(4, BLOCK_ELEMENTS / larger(1, width));
  for (int r = 0; r < rows; r += block) {
    int more = smaller(rows - r, block);
    double total[PANEL_COLUMNS], total_squares[PANEL_COLUMNS];
    float centre[PANEL_COLUMNS];
    for (int c = 0; c < width; c++) total[c] = total_squares[c] = 0;
    add_rows(total, x + r * stride, more, stride, width);
    double each = 1.0 / more, share = (double)more / (r + more);
    for (int c = 0; c < width; c++) centre[c] = (float)(total[c] * each);
    add_squares(total_squares, x + r * stride, centre, more, stride, width);
    for (int c = 0; c < width; c++) {
      /* the centre is the mean but for its rounding */
      double mean_of_more = total[c] * each, off = mean_of_more - centre[c];
      merge(&mean[c], &squares[c], r, share, mean_of_more, total_squares[c] - more * (off * off));
    }
  }
}

/* Moments of narrow rows, all channels: those of folded rows, merged. */
static void find_narrow_moments(double *mean, double *squares, const float *x, int rows, int C) {
  struct folded wide = fold_rows(rows, C);
  double wide_mean[4 * NARROW_COLUMNS], wide_squares[4 * NARROW_COLUMNS];
  find_moments(wide_mean, wide_squares, x, wide.rows, wide.columns, wide.columns);
  for (int c = 0; c < C; c++) {
    double count = 0;
    mean[c] = squares[c] = 0;
    for (int w = c; w < wide.columns && wide.rows > 0; w += C, count += wide.rows)
      merge(&mean[c], &squares[c], count, wide.rows / (count + wide.rows), wide_mean[w], wide_squares[w]);
    for (int w = c; w < wide.rest; w += C, count += 1)
      merge(&mean[c], &squares[c], count, 1 / (count + 1), x[wide.rows * wide.columns + w], 0);
  }
}

static void batch_norm_statistics_range(const void *argument, int begin, int end) {
  const struct statistics_task *task = argument;
  stored_double *moments = shared_scratch_doubles() + begin / task->part * (2 * task->channels);
  for (int c = 0; c < task->channels; c += PANEL_COLUMNS) {
    int width = smaller(task->channels - c, PANEL_COLUMNS);
    const float *x = task->x + begin * task->C + task->first + c;
    double mean[PANEL_COLUMNS], squares[PANEL_COLUMNS];
    if (task->C < NARROW_COLUMNS) find_narrow_moments(mean, squares, x, end - begin, task->C);
    else find_moments(mean, squares, x, end - begin, task->C, width);
    for (int k = 0; k < width; k++) {
      moments[c + k] = mean[k];
      moments[task->channels + c + k] = squares[k];
    }
  }
}

void batchNormStatistics(float *mean, float *variance, const float *x, int rows, int C) {
  for (int first = 0; first < C; first += CHANNELS_AT_ONCE) {
    int channels = smaller(C - first, CHANNELS_AT_ONCE), part = rows_of_part(rows, channels, MOST_PARTS);
    struct statistics_task task = {x, C, first, channels, part};
    parallel_for(batch_norm_statistics_range, &task, rows, part);
    for (int c = 0; c < channels; c++) {
      const stored_double *moments = shared_scratch_doubles() + c;
      double all_mean = 0, squares = 0;
      for (int r = 0; r < rows; r += part, moments += 2 * channels) {
        double more = smaller(rows - r, part);
        merge(&all_mean, &squares, r, more / (r + more), moments[0], moments[channels]);
      }
      mean[first + c] = (float)all_mean;
      variance[first + c] = rows == 0 ? 0 : (float)(squares / rows);
    }
  }
}
