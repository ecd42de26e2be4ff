/*
 * C = A B (+ C, or + a bias row) in blocks, whatever A, B and C are: matrices, or the windows that a convolution
 * sees. The operands answer for their own layout through three functions.
 */
#ifndef ATIF_PRODUCT_H
#define ATIF_PRODUCT_H

#include "parallel.h"

enum {
  BLOCK_ROWS = 64,
  BLOCK_DEPTH = 256, /* a block of A is 64 KiB, a panel of B 8 KiB: level 2 and level 1 cache */
  BLOCK_COLUMNS = 128,
};

struct product {
  int m, n, k;
  int run; /* products in a run (tile.h) */
  int accumulate;    /* C += A B */
  const float *bias; /* [n] or null; every row starts from it */
  const void *operands;

  /* Element (row, p) of a block of A is at [row * stride + p] or, by columns, at [p * stride + row]. */
  int a_by_columns;
  /*
   * The block of A of the given rows and depth: either where it lies, or copied to room, which holds
   * BLOCK_ROWS * BLOCK_DEPTH floats. rows <= BLOCK_ROWS, 1 <= depth <= BLOCK_DEPTH.
   */
  const float *(*block_a)(const void *operands, int row, int rows, int p, int depth, float *room, int *stride);
  /* Columns j ... of B as a panel [depth][width], with zeros where columns < width. */
  void (*panel_b)(const void *operands, int p, int depth, int j, int columns, int width, float *panel);
  /* Where rows of C begin. */
  void (*rows_c)(const void *operands, int row, int rows, float **c);
};

INTERNAL_BEGIN

void run_product(const struct product *product);

/* A tile (tile.h) of TILE_ROWS rows or 1, as wide as a panel; not inlined. */
struct tile;
void multiply_any_tile(const struct tile *tile, int rows, int width, int by_columns);

/* Panels of a matrix. b points to element (first p, first column); row-major or transposed, with its row length. */
void panel_of_rows(const float *b, int row_length, int depth, int columns, int width, float *panel);
void panel_of_columns(const float *b, int row_length, int depth, int columns, int width, float *panel);

INTERNAL_END

#endif
