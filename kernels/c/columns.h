/*
 * Working along the columns of an array [rows, columns].
 *
 * A vector holds neighbouring columns. So that narrow arrays (a loss over 10 classes, one channel) fill vectors too,
 * `fold` neighbouring rows count as one wide row: x [rows, columns] is x [rows / fold, fold * columns], wide column w
 * belongs to column w % columns, and a last wide row may be short.
 */
#ifndef ATIF_COLUMNS_H
#define ATIF_COLUMNS_H

#include "parallel.h"
#include "simd.h"
#include "widening.h"

enum {
  NARROW_COLUMNS = 16,  /* fewer than these are folded */
  PANEL_COLUMNS = 512,    /* columns taken together: their sums stay in the level 1 cache */
  BLOCK_ELEMENTS = 16384, /* of the rows of a panel that are read twice: 64 KiB, still in the level 2 cache */
};

struct folded {
  int columns, rows; /* wide columns, whole wide rows */
  int rest;          /* elements of the short wide row after them */
};

/* Folds narrow rows until they are wide and a multiple of 4: at most 60. */
static inline struct folded fold_rows(int rows, int columns) {
  int fold = 1;
  if (columns > 0 && columns < NARROW_COLUMNS)
    while (columns * fold < NARROW_COLUMNS || columns * fold % 4 != 0) fold *= 2;
  return (struct folded){columns * fold, rows / fold, rows % fold * columns};
}

/* A part of the rows is at least some 16 thousand elements, worth a thread, and there are at most `parts` parts. */
static inline int rows_of_part(int rows, int columns, int parts) {
  return grain_for(rows, larger(16, ELEMENTS_PER_CHUNK / 2 / larger(1, columns)), parts);
}

/* total[c] += sum over rows of x[r, c], c < width; a row is `stride` long. Four rows for each round of total. */
static inline void add_rows(double *total, const float *x, int rows, int stride, int width) {
  int r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float *row = x + r * stride;
    int c = 0;
#if LANES > 4
    for (; c + LANES <= width; c += LANES) {
      dN sum = loadNd(total + c);
      for (int k = 0; k < 4; k++) sum += widenN(loadN(row + k * stride + c));
      storeNd(total + c, sum);
    }
#endif
    for (; c + 4 <= width; c += 4) {
      struct sum4 sum = sum4_load(total + c);
      for (int k = 0; k < 4; k++) sum4_add(&sum, load4(row + k * stride + c));
      sum4_store(total + c, sum);
    }
    for (; c < width; c++)
      for (int k = 0; k < 4; k++) total[c] += row[k * stride + c];
  }
  for (; r < rows; r++)
    for (int c = 0; c < width; c++) total[c] += x[r * stride + c];
}

#endif
