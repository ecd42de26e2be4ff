/* gemm: c [m, n] = op(a) op(b) (+ c), see src/kernels/contract.ts. */

#include "product.h"
#include "simd.h"
#include "tile.h"

enum {
  FEW_ROWS = 3,                 /* up to which packing b costs more than it saves */
  WIDE = 32,                    /* columns summed at a time for one row: 8 registers */
  PRODUCTS_PER_CHUNK = 1 << 17, /* of few rows: some 20 us */
  MANY_COLUMNS = 512, /* with b transposed, the input gradient of a layer with many inputs: runs may be long */
};

struct matrices {
  float *c;
  const float *a, *b;
  int m, n, k;
  int transpose_a, transpose_b, accumulate;
};

static const float *block_a(const void *operands, int row, int rows, int p, int depth, float *room, int *stride) {
  const struct matrices *matrices = operands;
  if (!matrices->transpose_a) {
    *stride = matrices->k;
    return matrices->a + row * matrices->k + p;
  }
  const float *a = matrices->a + p * matrices->m + row;
  if (matrices->m <= BLOCK_ROWS) {
    *stride = matrices->m;
    return a;
  }
  /* Columns that lie far apart would fall into a few sets of the cache. */
  *stride = BLOCK_ROWS;
  for (int q = 0; q < depth; q++) {
    const float *from = a + q * matrices->m;
    float *to = room + q * BLOCK_ROWS;
    int r = 0;
    for (; r + 4 <= rows; r += 4) store4(to + r, load4(from + r));
    for (; r < rows; r++) to[r] = from[r];
  }
  return room;
}

static void panel_b(const void *operands, int p, int depth, int j, int columns, int width, float *panel) {
  const struct matrices *matrices = operands;
  if (matrices->transpose_b)
    panel_of_columns(matrices->b + j * matrices->k + p, matrices->k, depth, columns, width, panel);
  else
    panel_of_rows(matrices->b + p * matrices->n + j, matrices->n, depth, columns, width, panel);
}

static void rows_c(const void *operands, int row, int rows, float **c) {
  const struct matrices *matrices = operands;
  for (int r = 0; r < rows; r++) c[r] = matrices->c + (row + r) * matrices->n;
}

/* c[i, j] = a[i, :] . b[j, :], b transposed and the rows of a dense */
static void dot_range(const void *argument, int begin, int end) {
  const struct matrices *task = argument;
  int k = task->k;
  for (int i = 0; i < task->m; i++) {
    const float *a = task->a + i * k;
    float *c = task->c + i * task->n;
    int j = begin;
    for (; j + 4 <= end; j += 4) {
      const float *b = task->b + j * k;
      f32x4 sum[4] = {0};
      int p = 0;
      for (; p + 4 <= k; p += 4) {
        f32x4 left = load4(a + p);
        for (int r = 0; r < 4; r++) sum[r] += left * load4(b + r * k + p);
      }
      for (int r = 0; r < 4; r++) {
        float total = sum4(sum[r]);
        for (int q = p; q < k; q++) total += a[q] * b[r * k + q];
        c[j + r] = task->accumulate ? c[j + r] + total : total;
      }
    }
    for (; j < end; j++) {
      const float *b = task->b + j * k;
      f32x4 sum = {0};
      int p = 0;
      for (; p + 4 <= k; p += 4) sum += load4(a + p) * load4(b + p);
      float total = sum4(sum);
      for (; p < k; p++) total += a[p] * b[p];
      c[j] = task->accumulate ? c[j] + total : total;
    }
  }
}

/* c[i, :] = the sum over p of a[i, p] b[p, :], b as it lies */
static void row_range(const void *argument, int begin, int end) {
  const struct matrices *task = argument;
  int k = task->k, n = task->n;
  int step = task->transpose_a ? task->m : 1;
  for (int i = 0; i < task->m; i++) {
    const float *a = task->a + (task->transpose_a ? i : i * k);
    float *c = task->c + i * n;
    int j = begin;
    for (; j + WIDE <= end; j += WIDE) {
      f32x4 sum[WIDE / 4] = {0};
      const float *b = task->b + j;
      for (int p = 0; p < k; p++, b += n) {
        f32x4 factor = splat4(a[p * step]);
        for (int v = 0; v < WIDE / 4; v++) sum[v] += factor * load4(b + 4 * v);
      }
      for (int v = 0; v < WIDE / 4; v++)
        store4(c + j + 4 * v, task->accumulate ? load4(c + j + 4 * v) + sum[v] : sum[v]);
    }
    for (; j + 4 <= end; j += 4) {
      f32x4 sum = {0};
      for (int p = 0; p < k; p++) sum += splat4(a[p * step]) * load4(task->b + p * n + j);
      store4(c + j, task->accumulate ? load4(c + j) + sum : sum);
    }
    for (; j < end; j++) {
      float sum = 0;
      for (int p = 0; p < k; p++) sum += a[p * step] * task->b[p * n + j];
      c[j] = task->accumulate ? c[j] + sum : sum;
    }
  }
}

/* Of few rows. */
static int columns_per_chunk(const struct matrices *task) {
  return ceil_divide(PRODUCTS_PER_CHUNK / FEW_ROWS / WIDE, larger(1, task->k)) * WIDE;
}

void gemm(float *c, const float *a, const float *b, int m, int n, int k, int transpose_a, int transpose_b,
          int accumulate) {
  struct matrices task = {c, a, b, m, n, k, transpose_a, transpose_b, accumulate};
  if (n == 1 && m > 1) {
    /* A column is a row: c' = b' a', and a vector is its own transpose in memory. */
    task = (struct matrices){c, b, a, 1, m, k, 0, !transpose_a, accumulate};
  }
  if (task.m == 1) task.transpose_a = 0;
  if (task.m <= FEW_ROWS && !task.transpose_b) {
    parallel_for(row_range, &task, task.m > 0 ? task.n : 0, columns_per_chunk(&task));
  } else if (task.m <= FEW_ROWS && !task.transpose_a) {
    parallel_for(dot_range, &task, task.m > 0 ? task.n : 0, columns_per_chunk(&task));
  } else {
    struct product product = {
        .m = task.m,
        .n = task.n,
        .k = task.k,
        .run = task.transpose_b && task.n >= MANY_COLUMNS ? LONG_RUN : RUN,
        .accumulate = task.accumulate,
        .operands = &task,
        .a_by_columns = task.transpose_a,
        .block_a = block_a,
        .panel_b = panel_b,
        .rows_c = rows_c,
    };
    run_product(&product);
  }
}
