/*
 * The inner loop of every matrix product: a tile of C, 4 rows by 8 or 4 columns, in registers.
 *
 * 4 x 8 is 8 accumulators, and with 6 vectors of operands they fit the 15 registers that V8 hands out; 6 x 8 and 4 x 12
 * do not, and take a fifth to a third longer.
 */
#ifndef ATIF_TILE_H
#define ATIF_TILE_H

#include "parallel.h"
#include "simd.h"

enum {
  TILE_ROWS = 4,
  PANEL = 8,        /* columns of a panel of B, which is [depth][PANEL] ... */
  NARROW_PANEL = 4, /* ... or, when at most 4 columns are left, [depth][NARROW_PANEL] */
  /*
   * Products are added up in runs of this many, and the runs then: under half the rounding error of one sum over a depth
   * of 256 (measured with runs of 32; shorter ones lose less, and cost some speed). A spike near its threshold
   * shows the difference.
   */
  RUN = 8,
  LONG_RUN = 32, /* where no spike depends on it: 1.1 to 1.2 times as fast */
  UNROLLED = 4, /* steps of the depth */
};

static inline int panel_width(int columns) { return columns > NARROW_PANEL ? PANEL : NARROW_PANEL; }

struct tile {
  float *const *c; /* one pointer per row */
  int column;      /* of C, where the tile begins */
  int columns;     /* of the panel that exist in C */
  const float *a;  /* element (row, p) at a[row * stride + p] or, by columns, at a[p * stride + row] */
  int stride;
  const float *panel;
  int depth;
  int run;           /* products that are added up in a row: RUN, or what else the bounds of a kernel allow */
  int add;           /* C += A B, else C = start + A B */
  const float *start; /* [columns] or null: zeros */
};

/* Stores the columns that exist, of the last panel. */
static __attribute__((noinline)) void store_columns(const struct tile *tile, int rows, float sum[][PANEL]) {
  for (int r = 0; r < rows; r++) {
    float *c = tile->c[r] + tile->column;
    for (int j = 0; j < tile->columns; j++) {
      float first = tile->add ? c[j] : tile->start ? tile->start[j] : 0;
      c[j] = first + sum[r][j];
    }
  }
}

static inline __attribute__((always_inline)) void multiply_tile(const struct tile *tile, const int rows,
                                                                 const int vectors, const int by_columns) {
  f32x4 sum[TILE_ROWS][2] = {0};
  const float *row[TILE_ROWS];
  for (int r = 0; r < rows; r++) row[r] = tile->a + (by_columns ? r : r * tile->stride);
  const int step = by_columns ? tile->stride : 1;
  const float *b = tile->panel;
  for (int left = tile->depth; left > 0; left -= tile->run) {
    f32x4 part[TILE_ROWS][2] = {0};
    for (int p = smaller(left, tile->run); p > 0; p -= UNROLLED) {
      /* A way out behind every step: V8 loads all that a basic block loads first, which would be more than fits. */
#pragma clang loop unroll(full)
      for (int k = 0; k < UNROLLED; k++) {
        if (k > 0 && k == p) break;
        f32x4 values[2];
        for (int v = 0; v < vectors; v++) values[v] = load4(b + 4 * (k * vectors + v));
        for (int r = 0; r < rows; r++) {
          f32x4 factor = splat4(row[r][k * step]);
          for (int v = 0; v < vectors; v++) part[r][v] += factor * values[v];
        }
      }
      b += UNROLLED * 4 * vectors;
      for (int r = 0; r < rows; r++) row[r] += UNROLLED * step;
    }
    for (int r = 0; r < rows; r++)
      for (int v = 0; v < vectors; v++) sum[r][v] += part[r][v];
  }

  if (tile->columns < 4 * vectors) {
    float padded[TILE_ROWS][PANEL];
    for (int r = 0; r < rows; r++)
      for (int v = 0; v < vectors; v++) store4(padded[r] + 4 * v, sum[r][v]);
    store_columns(tile, rows, padded);
    return;
  }
  for (int r = 0; r < rows; r++) {
    float *c = tile->c[r] + tile->column;
    for (int v = 0; v < vectors; v++) {
      if (tile->add)
        sum[r][v] += load4(c + 4 * v);
      else if (tile->start)
        sum[r][v] += load4(tile->start + 4 * v);
      store4(c + 4 * v, sum[r][v]);
    }
  }
}

#endif
