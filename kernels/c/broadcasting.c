/* Elementwise kernels that read their inputs through the strides of a plan; bit-equal to reference/broadcasting.ts. */

#include "parallel.h"
#include "simd.h"

enum { MAXIMUM_RANK = 8 };

/* A plan with dimensions of 1 dropped and neighbours merged where both inputs walk on evenly. */
struct walk {
  int rank, count; /* rank >= 1 */
  int shape[MAXIMUM_RANK], a[MAXIMUM_RANK], b[MAXIMUM_RANK];
};

int largestPlanRank(void) { return MAXIMUM_RANK; }

static struct walk read_plan(const int *plan, int inputs) {
  int rank = plan[0];
  if (rank > MAXIMUM_RANK) __builtin_trap();
  const int *shape = plan + 1, *a = shape + rank, *b = inputs == 2 ? a + rank : a;
  struct walk walk = {.rank = 0, .count = 1};
  for (int axis = 0; axis < rank; axis++) {
    int size = shape[axis], last = walk.rank - 1;
    walk.count *= size;
    if (size == 1) continue;
    if (last >= 0 && walk.a[last] == a[axis] * size && walk.b[last] == b[axis] * size) {
      walk.shape[last] *= size;
      walk.a[last] = a[axis];
      walk.b[last] = b[axis];
    } else {
      walk.shape[last + 1] = size;
      walk.a[last + 1] = a[axis];
      walk.b[last + 1] = b[axis];
      walk.rank++;
    }
  }
  if (walk.rank == 0) walk = (struct walk){.rank = 1, .count = walk.count, .shape = {1}};
  return walk;
}

/* Where a walk stands: coordinates and offsets of the row (last axis) it is in. */
struct position {
  int at[MAXIMUM_RANK], a, b;
};

/* Goes to the row that holds output element i, and gives the element's column. */
static int seek(const struct walk *walk, struct position *position, int i) {
  int last = walk->rank - 1;
  int row = i / walk->shape[last];
  position->a = position->b = 0;
  for (int axis = last - 1, rest = row; axis >= 0; axis--) {
    int at = rest % walk->shape[axis];
    rest /= walk->shape[axis];
    position->at[axis] = at;
    position->a += at * walk->a[axis];
    position->b += at * walk->b[axis];
  }
  return i % walk->shape[last];
}

static void next_row(const struct walk *walk, struct position *position) {
  for (int axis = walk->rank - 2; axis >= 0; axis--) {
    position->a += walk->a[axis];
    position->b += walk->b[axis];
    if (++position->at[axis] < walk->shape[axis]) return;
    position->at[axis] = 0;
    position->a -= walk->shape[axis] * walk->a[axis];
    position->b -= walk->shape[axis] * walk->b[axis];
  }
}

struct binary_task {
  float *y;
  const float *a, *b;
  struct walk walk;
};

/* One row of n elements: vectors where each input is dense or repeats one number. */
#define BINARY_ROW(name, operator)                                                                        \
  static void name##_row(float *y, const float *a, int stride_a, const float *b, int stride_b, int n) {   \
    int i = 0;                                                                                            \
    if (stride_a == 1 && stride_b == 1) {                                                                 \
      for (; i + 4 <= n; i += 4) store4(y + i, load4(a + i) operator load4(b + i));                       \
    } else if (stride_a == 1 && stride_b == 0) {                                                          \
      f32x4 repeated = splat4(*b);                                                                        \
      for (; i + 4 <= n; i += 4) store4(y + i, load4(a + i) operator repeated);                           \
    } else if (stride_a == 0 && stride_b == 1) {                                                          \
      f32x4 repeated = splat4(*a);                                                                        \
      for (; i + 4 <= n; i += 4) store4(y + i, repeated operator load4(b + i));                           \
    }                                                                                                     \
    for (; i < n; i++) y[i] = a[i * stride_a] operator b[i * stride_b];                                   \
  }

#define BINARY_KERNEL(name, operator)                                                                     \
  BINARY_ROW(name, operator)                                                                              \
  static void name##_range(const void *argument, int begin, int end) {                                    \
    const struct binary_task *task = argument;                                                            \
    const struct walk *walk = &task->walk;                                                                \
    int last = walk->rank - 1, stride_a = walk->a[last], stride_b = walk->b[last];                        \
    struct position position;                                                                             \
    int column = seek(walk, &position, begin);                                                            \
    for (int i = begin; i < end; column = 0, next_row(walk, &position)) {                                 \
      int n = smaller(walk->shape[last] - column, end - i);                                               \
      name##_row(task->y + i, task->a + position.a + column * stride_a, stride_a,                         \
                 task->b + position.b + column * stride_b, stride_b, n);                                  \
      i += n;                                                                                             \
    }                                                                                                     \
  }                                                                                                       \
  void name(float *y, const float *a, const float *b, const int *plan) {                                  \
    struct binary_task task = {y, a, b, read_plan(plan, 2)};                                              \
    parallel_for(name##_range, &task, task.walk.count, ELEMENTS_PER_CHUNK);                               \
  }

BINARY_KERNEL(add, +)
BINARY_KERNEL(subtract, -)
BINARY_KERNEL(multiply, *)
BINARY_KERNEL(divide, /)

struct copy_task {
  float *y;
  const float *x;
  struct walk walk;
};

static void copy_strided_range(const void *argument, int begin, int end) {
  const struct copy_task *task = argument;
  const struct walk *walk = &task->walk;
  int last = walk->rank - 1, stride = walk->a[last];
  struct position position;
  int column = seek(walk, &position, begin);
  for (int i = begin; i < end; column = 0, next_row(walk, &position)) {
    int n = smaller(walk->shape[last] - column, end - i), j = 0;
    float *y = task->y + i;
    const float *x = task->x + position.a + column * stride;
    if (stride == 1) {
      for (; j + 4 <= n; j += 4) store4(y + j, load4(x + j));
    } else if (stride == 0) {
      for (; j + 4 <= n; j += 4) store4(y + j, splat4(*x));
    }
    for (; j < n; j++) y[j] = x[j * stride];
    i += n;
  }
}

enum { TILE_ROWS = 16 }; /* 16 neighbours of the input: one cache line */

/* y[r][c + 0..3] = x[c + 0..3][r] for four rows r; a column of x is `stride` long, a row of y `columns` */
static inline void transpose4(float *y, int columns, const float *x, int stride) {
  f32x4 x0 = load4(x), x1 = load4(x + stride), x2 = load4(x + 2 * stride), x3 = load4(x + 3 * stride);
  f32x4 low01 = __builtin_shufflevector(x0, x1, 0, 4, 1, 5), high01 = __builtin_shufflevector(x0, x1, 2, 6, 3, 7);
  f32x4 low23 = __builtin_shufflevector(x2, x3, 0, 4, 1, 5), high23 = __builtin_shufflevector(x2, x3, 2, 6, 3, 7);
  store4(y, __builtin_shufflevector(low01, low23, 0, 1, 4, 5));
  store4(y + columns, __builtin_shufflevector(low01, low23, 2, 3, 6, 7));
  store4(y + 2 * columns, __builtin_shufflevector(high01, high23, 0, 1, 4, 5));
  store4(y + 3 * columns, __builtin_shufflevector(high01, high23, 2, 3, 6, 7));
}

/* One tile: `rows` rows of y (up to TILE_ROWS), all columns; x walks on by 1 from row to row. */
static void transpose_tile(float *y, const float *x, int rows, int columns, int stride) {
  int c = 0;
  for (; c + 4 <= columns; c += 4) {
    int r = 0;
    for (; r + 4 <= rows; r += 4) transpose4(y + r * columns + c, columns, x + c * stride + r, stride);
    for (; r < rows; r++)
      for (int k = 0; k < 4; k++) y[r * columns + c + k] = x[(c + k) * stride + r];
  }
  for (; c < columns; c++)
    for (int r = 0; r < rows; r++) y[r * columns + c] = x[c * stride + r];
}

/* Indices are tiles of the matrices (last two axes), matrix by matrix. */
static void transpose_range(const void *argument, int begin, int end) {
  const struct copy_task *task = argument;
  const struct walk *walk = &task->walk;
  int last = walk->rank - 1, rows = walk->shape[last - 1], columns = walk->shape[last];
  int tiles = ceil_divide(rows, TILE_ROWS);
  for (int index = begin; index < end; index++) {
    int row = index % tiles * TILE_ROWS, first = (index / tiles * rows + row) * columns;
    struct position position;
    seek(walk, &position, first);
    transpose_tile(task->y + first, task->x + position.a, smaller(rows - row, TILE_ROWS), columns, walk->a[last]);
  }
}

void copyStrided(float *y, const float *x, const int *plan) {
  struct copy_task task = {y, x, read_plan(plan, 1)};
  const struct walk *walk = &task.walk;
  int last = walk->rank - 1;
  if (walk->count > 0 && last >= 1 && walk->a[last - 1] == 1 && walk->a[last] > 1) {
    int rows = walk->shape[last - 1], matrix = rows * walk->shape[last];
    int tiles = ceil_divide(rows, TILE_ROWS);
    int per_chunk = larger(1, ELEMENTS_PER_CHUNK / TILE_ROWS / walk->shape[last]);
    parallel_for(transpose_range, &task, walk->count / matrix * tiles, per_chunk);
  } else {
    parallel_for(copy_strided_range, &task, walk->count, ELEMENTS_PER_CHUNK);
  }
}
