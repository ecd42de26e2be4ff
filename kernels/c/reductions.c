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

/* total[c] += sum over rows of x[r, c] for narrow rows, c < columns < BLOCK_COLUMNS */
static void add_narrow_rows(double *total, const float *x, int rows, int columns) {
  struct folded wide = fold_rows(rows, columns);
  for (int w = 0; w < wide.columns; w += BLOCK_COLUMNS) {
    int width = smaller(wide.columns - w, BLOCK_COLUMNS);
    double block[BLOCK_COLUMNS] = {0};
    add_rows(block, x + w, wide.rows, wide.columns, width);
    for (int k = 0; k < width; k++) total[(w + k) % columns] += block[k];
  }
  const float *rest = x + wide.rows * wide.columns;
  for (int k = 0; k < wide.rest; k++) total[k % columns] += rest[k];
}

static void sum_range(const void *argument, int begin, int end) {
  const struct sum_task *task = argument;
  int inner = task->inner;
  for (int index = begin; index < end; index++) {
    int column = index % task->panels * PANEL_COLUMNS;
    int matrix = index / task->panels / task->cuts, cut = index / task->panels % task->cuts;
    int first = cut * task->part, rows = smaller(task->axis - first, task->part);
    const float *x = task->x + (matrix * task->axis + first) * inner;
    int panel_end = smaller(column + PANEL_COLUMNS, inner);
    for (int c = column; c < panel_end; c += BLOCK_COLUMNS) {
      int width = smaller(panel_end - c, BLOCK_COLUMNS);
      double total[BLOCK_COLUMNS] = {0};
      if (inner < BLOCK_COLUMNS) add_narrow_rows(total, x, rows, inner);
      else add_rows(total, x + c, rows, inner, width);
      if (task->cuts == 1)
        for (int k = 0; k < width; k++) task->y[matrix * inner + c + k] = (float)total[k];
      else
        for (int k = 0; k < width; k++) shared_scratch_doubles()[(matrix * task->cuts + cut) * inner + c + k] = total[k];
    }
  }
}

void sum(float *y, const float *x, int outer, int axis, int inner) {
  int panels = ceil_divide(inner, PANEL_COLUMNS), matrices = outer * panels;
  if (matrices == 0) return;
  int part = matrices > FEW_PANELS ? axis : grain_for(axis, larger(16, ELEMENTS_PER_CHUNK / inner), MOST_CUTS);
  int cuts = axis == 0 ? 1 : chunk_count(axis, part);
  struct sum_task task = {y, x, axis, inner, cuts, part, panels};
  int work = smaller(part, ELEMENTS_PER_CHUNK) * smaller(inner, PANEL_COLUMNS);
  parallel_for(sum_range, &task, matrices * cuts, larger(1, ELEMENTS_PER_CHUNK / larger(1, work)));
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
