/* Reductions. The order of a sum depends on the sizes alone; twin: reference/reductions.ts. */

#include "columns.h"
#include "parallel.h"
#include "simd.h"
#include "widening.h"

/*
 * sum: x [outer, axis, inner]. Where there are few outputs, the axis is cut into `cuts` parts of `part` rows, and their
 * sums [outer, cuts, inner] are added up at the end. An index is one panel of columns of one part.
 */
struct sum_task {
  float *y;
  const float *x;
  int axis, inner, cuts, part, panels;
};

enum { MOST_CUTS = 64, FEW_PANELS = SHARED_SCRATCH_DOUBLES / (MOST_CUTS * PANEL_COLUMNS) };

static double sum_of(const float *x, int n) {
  struct sum4 sums[4] = {0};
  int i = 0;
  for (; i + 16 <= n; i += 16)
    for (int k = 0; k < 4; k++) sum4_add(&sums[k], load4(x + i + 4 * k));
  for (; i + 4 <= n; i += 4) sum4_add(&sums[0], load4(x + i));
  double total = 0;
  for (; i < n; i++) total += x[i];
  for (int k = 0; k < 4; k++) total += sum4_total(&sums[k]);
  return total;
}

/* total[c] = sum over rows of x[r, c] for narrow rows */
static void sum_narrow_rows(double *total, const float *x, int rows, int columns) {
  struct folded wide = fold_rows(rows, columns);
  double sums[4 * NARROW_COLUMNS] = {0};
  add_rows(sums, x, wide.rows, wide.columns, wide.columns);
  const float *rest = x + wide.rows * wide.columns;
  for (int w = 0; w < wide.rest; w++) sums[w] += rest[w];
  for (int c = 0; c < columns; c++) total[c] = 0;
  for (int w = 0; w < wide.columns; w++) total[w % columns] += sums[w];
}

static void sum_range(const void *argument, int begin, int end) {
  const struct sum_task *task = argument;
  int inner = task->inner;
  for (int index = begin; index < end; index++) {
    int column = index % task->panels * PANEL_COLUMNS, width = smaller(inner - column, PANEL_COLUMNS);
    int matrix = index / task->panels / task->cuts, cut = index / task->panels % task->cuts;
    int first = cut * task->part, rows = smaller(task->axis - first, task->part);
    const float *x = task->x + (matrix * task->axis + first) * inner + column;
    double total[PANEL_COLUMNS];
    if (inner == 1) {
      total[0] = sum_of(x, rows);
    } else if (inner < NARROW_COLUMNS) {
      sum_narrow_rows(total, x, rows, inner);
    } else {
      for (int c = 0; c < width; c++) total[c] = 0;
      add_rows(total, x, rows, inner, width);
    }
    float *y = task->y + matrix * inner + column;
    stored_double *partial = shared_scratch_doubles() + (matrix * task->cuts + cut) * inner + column;
    if (task->cuts == 1)
      for (int c = 0; c < width; c++) y[c] = (float)total[c];
    else
      for (int c = 0; c < width; c++) partial[c] = total[c];
  }
}

void sum(float *y, const float *x, int outer, int axis, int inner) {
  int panels = ceil_divide(inner, PANEL_COLUMNS), matrices = outer * panels;
  if (matrices == 0) return;
  int part = matrices > FEW_PANELS ? larger(axis, 1) : rows_of_part(axis, inner, MOST_CUTS);
  int cuts = larger(1, chunk_count(axis, part));
  struct sum_task task = {y, x, axis, inner, cuts, part, panels};
  int work = smaller(part, ELEMENTS_PER_CHUNK) * smaller(inner, PANEL_COLUMNS);
  parallel_for(sum_range, &task, matrices * cuts, larger(1, ELEMENTS_PER_CHUNK / work));
  if (cuts == 1) return;
  for (int o = 0; o < outer; o++)
    for (int i = 0; i < inner; i++) {
      double total = 0;
      for (int cut = 0; cut < cuts; cut++) total += shared_scratch_doubles()[(o * cuts + cut) * inner + i];
      y[o * inner + i] = (float)total;
    }
}

struct argmax_task {
  int *index;
  const float *x;
  int columns;
};

static void argmax_range(const void *argument, int begin, int end) {
  const struct argmax_task *task = argument;
  for (int r = begin; r < end; r++) {
    const float *row = task->x + r * task->columns;
    int best = 0;
    for (int c = 1; c < task->columns && row[best] == row[best]; c++)
      if (!(row[c] <= row[best])) best = c; /* larger, or NaN */
    task->index[r] = best;
  }
}

void argmax(int *index, const float *x, int rows, int columns) {
  struct argmax_task task = {index, x, columns};
  parallel_for(argmax_range, &task, rows, larger(1, ELEMENTS_PER_CHUNK / larger(1, columns)));
}

struct count_task {
  const float *x;
  int grain;
};

static void count_non_zero_range(const void *argument, int begin, int end) {
  const struct count_task *task = argument;
  const float *x = task->x;
  i32x4 zeros = splat4i(0); /* less one for each */
  int i = begin;
  for (; i + 4 <= end; i += 4) zeros += load4(x + i) == 0.0f;
  int total = i - begin + zeros[0] + zeros[1] + zeros[2] + zeros[3];
  for (; i < end; i++) total += x[i] != 0.0f;
  shared_scratch_doubles()[begin / task->grain] = total;
}

void countNonZero(int *count, const float *x, int n) {
  struct count_task task = {x, grain_for(n, ELEMENTS_PER_CHUNK, SHARED_SCRATCH_DOUBLES)};
  parallel_for(count_non_zero_range, &task, n, task.grain);
  double total = 0;
  for (int chunk = 0; chunk < chunk_count(n, task.grain); chunk++) total += shared_scratch_doubles()[chunk];
  count[0] = (int)total;
}
