/*
 * Blocked matrix product. B is packed into panels once, for all threads; then every chunk, a block of C, takes
 * blocks of A one after the other and multiplies them with the panels. If C is small and the depth is large, the
 * depth is cut as well, and the partial products are added up in order.
 */

#include "product.h"
#include "scratch.h"
#include "tile.h"

enum {
  PARTIAL_FLOATS = 1 << 17,
  PACKED_FLOATS = SHARED_SCRATCH_FLOATS - PARTIAL_FLOATS,
  CHUNKS_WANTED = 16,      /* enough to keep a pool busy */
  LEAST_SPLIT_DEPTH = 1024, /* so that adding partial products up costs little */
};

/* A part of the product: columns j ..., depth p ..., packed at once. */
struct slab {
  const struct product *product;
  int j, columns;
  int p, depth;
  int accumulate;
  int row_blocks, column_blocks;
  int splits, split_depth;
  float *panels;   /* [panel][depth][width] */
  float *partials; /* [splits][m][columns], if splits > 1 */
};

static void pack_range(const void *argument, int begin, int end) {
  const struct slab *slab = argument;
  for (int panel = begin; panel < end; panel++) {
    int j = panel * PANEL;
    int columns = smaller(PANEL, slab->columns - j);
    slab->product->panel_b(slab->product->operands, slab->p, slab->depth, slab->j + j, columns, panel_width(columns),
                           slab->panels + j * slab->depth);
  }
}

void multiply_any_tile(const struct tile *tile, int rows, int width, int by_columns) {
#define CASE(ROWS, WIDTH, BY_COLUMNS) \
  case (ROWS) * 128 + (WIDTH) + (BY_COLUMNS): \
    return tile_##WIDTH(tile, ROWS, BY_COLUMNS)
#define NARROW_CASES(ROWS) \
  CASE(ROWS, 4, 0); \
  CASE(ROWS, 4, 1); \
  CASE(ROWS, 8, 0); \
  CASE(ROWS, 8, 1)
#if LANES == 4
#define CASES(ROWS) NARROW_CASES(ROWS)
#elif LANES == 8
#define CASES(ROWS) \
  NARROW_CASES(ROWS); \
  CASE(ROWS, 16, 0); \
  CASE(ROWS, 16, 1)
#else
#define CASES(ROWS) \
  NARROW_CASES(ROWS); \
  CASE(ROWS, 16, 0); \
  CASE(ROWS, 16, 1); \
  CASE(ROWS, 32, 0); \
  CASE(ROWS, 32, 1)
#endif
  switch (rows * 128 + width + by_columns) {
    CASES(TILE_ROWS);
    CASES(1);
  }
#undef CASES
#undef CASE
}

/* Adds one block of A to a block of C. */
static void multiply_block(const struct slab *slab, struct tile tile, float *const *c, int rows, int j, int columns,
                           int p) {
  const struct product *product = slab->product;
  const float *a = tile.a;
  for (int panel = 0; panel < columns; panel += PANEL) {
    tile.columns = smaller(PANEL, columns - panel);
    tile.column = j + panel;
    int width = panel_width(tile.columns);
    tile.panel = slab->panels + (j + panel) * slab->depth + p * width;
    tile.start = product->bias ? product->bias + slab->j + j + panel : 0;
    for (int row = 0, step; row < rows; row += step) {
      step = rows - row < TILE_ROWS ? 1 : TILE_ROWS; /* code for two and three would be a tenth of the module */
      tile.c = c + row;
      tile.a = a + (product->a_by_columns ? row : row * tile.stride);
      multiply_any_tile(&tile, step, width, product->a_by_columns);
    }
  }
}

static void block_range(const void *argument, int begin, int end) {
  const struct slab *slab = argument;
  const struct product *product = slab->product;
  for (int chunk = begin; chunk < end; chunk++) {
    int column_block = chunk % slab->column_blocks;
    int row_block = chunk / slab->column_blocks % slab->row_blocks;
    int split = chunk / slab->column_blocks / slab->row_blocks;

    int row = row_block * BLOCK_ROWS, rows = smaller(BLOCK_ROWS, product->m - row);
    int j = column_block * BLOCK_COLUMNS, columns = smaller(BLOCK_COLUMNS, slab->columns - j);
    float *c[BLOCK_ROWS];
    if (slab->splits > 1) {
      float *partial = slab->partials + split * product->m * slab->columns;
      for (int r = 0; r < rows; r++) c[r] = partial + (row + r) * slab->columns;
    } else {
      product->rows_c(product->operands, row, rows, c);
      for (int r = 0; r < rows; r++) c[r] += slab->j;
    }

    int first = split * slab->split_depth;
    int last = smaller(first + slab->split_depth, slab->depth);
    struct tile tile = {.add = slab->accumulate && slab->splits == 1};
    if (first >= last) multiply_block(slab, tile, c, rows, j, columns, 0);
    /* Blocks of equal depth: 576 is 3 x 192, not 256 + 256 + 64. */
    int even = larger(1, ceil_divide(last - first, larger(1, ceil_divide(last - first, BLOCK_DEPTH))));
    for (int p = first; p < last; p += even) {
      tile.depth = smaller(even, last - p);
      /* A run of one behind the first gives the bits of a longer run: 3 x 3 windows of one channel take 9. */
      tile.run = product->run + (tile.depth == product->run + 1);
      tile.a = product->block_a(product->operands, row, rows, slab->p + p, tile.depth, thread_scratch(), &tile.stride);
      multiply_block(slab, tile, c, rows, j, columns, p);
      tile.add = 1;
    }
  }
}

/* C (+)= the partial products, in order */
static void combine_range(const void *argument, int begin, int end) {
  const struct slab *slab = argument;
  const struct product *product = slab->product;
  int size = product->m * slab->columns;
  for (int row = begin; row < end; row++) {
    float *c;
    product->rows_c(product->operands, row, 1, &c);
    c += slab->j;
    const float *partial = slab->partials + row * slab->columns;
    for (int j = 0; j < slab->columns; j++) {
      float sum = partial[j];
      for (int split = 1; split < slab->splits; split++) sum += partial[split * size + j];
      c[j] = slab->accumulate ? c[j] + sum : sum;
    }
  }
}

static void multiply_slab(struct slab *slab) {
  const struct product *product = slab->product;
  slab->row_blocks = ceil_divide(product->m, BLOCK_ROWS);
  slab->column_blocks = ceil_divide(slab->columns, BLOCK_COLUMNS);
  int blocks = slab->row_blocks * slab->column_blocks;
  slab->splits = larger(1, smaller(CHUNKS_WANTED / blocks, slab->depth / LEAST_SPLIT_DEPTH));
  if (slab->splits > 1 && slab->splits > PARTIAL_FLOATS / (product->m * slab->columns)) slab->splits = 1;
  /* A bias is the first term of a row, so only one split may hold it. */
  if (product->bias) slab->splits = 1;
  slab->split_depth = ceil_divide(slab->depth, slab->splits);
  slab->panels = shared_scratch();
  slab->partials = shared_scratch() + PACKED_FLOATS;

  if (slab->depth > 0) parallel_for(pack_range, slab, ceil_divide(slab->columns, PANEL), 1);
  parallel_for(block_range, slab, blocks * slab->splits, 1);
  if (slab->splits > 1) parallel_for(combine_range, slab, product->m, BLOCK_ROWS);
}

void run_product(const struct product *product) {
  if (product->m == 0 || product->n == 0) return;
  int most_columns = PACKED_FLOATS / BLOCK_DEPTH / BLOCK_COLUMNS * BLOCK_COLUMNS;
  for (int j = 0; j < product->n; j += most_columns) {
    int columns = smaller(most_columns, product->n - j);
    int most_depth = PACKED_FLOATS / (ceil_divide(columns, NARROW_PANEL) * NARROW_PANEL) / BLOCK_DEPTH * BLOCK_DEPTH;
    int accumulate = product->accumulate;
    int p = 0;
    do {
      struct slab slab = {.product = product, .j = j, .columns = columns, .p = p, .accumulate = accumulate};
      slab.depth = smaller(most_depth, product->k - p);
      multiply_slab(&slab);
      accumulate = 1;
      p += slab.depth;
    } while (p < product->k);
  }
}

void panel_of_rows(const float *b, int row_length, int depth, int columns, int width, float *panel) {
  if (columns == PANEL) {
    for (int p = 0; p < depth; p++, b += row_length, panel += PANEL)
      for (int v = 0; v < PANEL; v += LANES) storeN(panel + v, loadN(b + v));
    return;
  }
  for (int p = 0; p < depth; p++, b += row_length, panel += width)
    for (int j = 0; j < width; j++) panel[j] = j < columns ? b[j] : 0;
}

void panel_of_columns(const float *b, int row_length, int depth, int columns, int width, float *panel) {
  int full = columns & ~3;
  for (int j = 0; j < full; j += 4) {
    const float *r0 = b + j * row_length, *r1 = r0 + row_length, *r2 = r1 + row_length, *r3 = r2 + row_length;
    float *to = panel + j;
    int p = 0;
    for (; p + 4 <= depth; p += 4, to += 4 * width) {
      f32x4 a0 = load4(r0 + p), a1 = load4(r1 + p), a2 = load4(r2 + p), a3 = load4(r3 + p);
      f32x4 low01 = __builtin_shufflevector(a0, a1, 0, 4, 1, 5), high01 = __builtin_shufflevector(a0, a1, 2, 6, 3, 7);
      f32x4 low23 = __builtin_shufflevector(a2, a3, 0, 4, 1, 5), high23 = __builtin_shufflevector(a2, a3, 2, 6, 3, 7);
      store4(to, __builtin_shufflevector(low01, low23, 0, 1, 4, 5));
      store4(to + width, __builtin_shufflevector(low01, low23, 2, 3, 6, 7));
      store4(to + 2 * width, __builtin_shufflevector(high01, high23, 0, 1, 4, 5));
      store4(to + 3 * width, __builtin_shufflevector(high01, high23, 2, 3, 6, 7));
    }
    for (; p < depth; p++, to += width) {
      to[0] = r0[p];
      to[1] = r1[p];
      to[2] = r2[p];
      to[3] = r3[p];
    }
  }
  for (int j = full; j < width; j++)
    for (int p = 0; p < depth; p++) panel[p * width + j] = j < columns ? b[j * row_length + p] : 0;
}
