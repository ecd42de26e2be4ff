/*
 * The inner loop of every matrix product: a tile of C, 4 rows by 2 vectors or fewer, in registers.
 *
 * 4 x 2 vectors of 4 lanes are 8 accumulators, and with 6 vectors of operands they fit the 15 registers that V8 hands out; 6 x 2 and 4 x 3
 * do not, and take a fifth to a third longer. A sum over the depth is of one column: its order does not depend on LANES.
 */
#ifndef ATIF_TILE_H
#define ATIF_TILE_H

#include "parallel.h"
#include "wide.h"

enum {
  TILE_ROWS = 4,
  PANEL = 2 * LANES, /* columns of a panel of B, which is [depth][PANEL] ... */
  NARROW_PANEL = 4,  /* ... or, when fewer are left, [depth][4, 8 or 16], the least that holds them */
  /*
   * Products are added up in runs of this many, and the runs then: under half the rounding error of one sum over a depth
   * of 256 (measured with runs of 32; shorter ones lose less, and cost some speed). A spike near its threshold
   * shows the difference.
   */
  RUN = 8,
  LONG_RUN = 32, /* where no spike depends on it: 1.1 to 1.2 times as fast */
  UNROLLED = 4, /* steps of the depth */
};

static inline int panel_width(int columns) {
  int width = NARROW_PANEL;
  while (width < columns && width < PANEL) width *= 2;
  return width;
}

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

/* tile_4, tile_8, ...: as many columns. */
#define TILE tile_4
#define VECTOR f32x4
#define VECTORS 1
#include "tile_of_vectors.h"
#if LANES == 4
#define TILE tile_8
#define VECTOR f32x4
#define VECTORS 2
#include "tile_of_vectors.h"
#else
#define TILE tile_8
#define VECTOR f32x8
#define VECTORS 1
#include "tile_of_vectors.h"
#endif
#if LANES == 8
#define TILE tile_16
#define VECTOR f32x8
#define VECTORS 2
#include "tile_of_vectors.h"
#elif LANES == 16
#define TILE tile_16
#define VECTOR f32x16
#define VECTORS 1
#include "tile_of_vectors.h"
#define TILE tile_32
#define VECTOR f32x16
#define VECTORS 2
#include "tile_of_vectors.h"
#endif

#endif
