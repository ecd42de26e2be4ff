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
  BLOCK_COLUMNS = 16,  /* four vectors, a cache line: their sums stay in registers */
  PANEL_COLUMNS = 256, /* what one index of a task takes of a wide array */
};

struct folded {
  int fold, columns, rows; /* wide columns, whole wide rows */
  int rest;                /* elements of the short wide row after them */
};

/* Rows that are read again while they are still in the level 1 cache: 64 lines. */
enum { ROWS_AT_ONCE = 64 };

/* Folds rows of fewer than BLOCK_COLUMNS until they are that wide and a multiple of 4: at most 60. */
static inline struct folded fold_rows(int rows, int columns) {
  int fold = 1;
  if (columns > 0 && columns < BLOCK_COLUMNS)
    while (columns * fold < BLOCK_COLUMNS || columns * fold % 4 != 0) fold *= 2;
  return (struct folded){fold, columns * fold, rows / fold, rows % fold * columns};
}

/* The same for some of the C channels: rows follow on each other only if it is all of them. */
static inline struct folded fold_channels(int rows, int channels, int C) {
  return channels == C ? fold_rows(rows, C) : (struct folded){1, channels, rows, 0};
}

/* A part of the rows is at least some 16 thousand elements, worth a thread, and there are at most `parts` parts. */
static inline int rows_of_part(int rows, int channels, int parts) {
  return grain_for(rows, larger(ROWS_AT_ONCE, ELEMENTS_PER_CHUNK / 2 / larger(1, channels)), parts);
}

/* total[c] += sum over rows of x[r, c], c < width <= BLOCK_COLUMNS; a row is `stride` long */
static inline void add_rows(double *total, const float *x, int rows, int stride, int width) {
  int c = 0;
  if (width == BLOCK_COLUMNS) {
    struct sum4 sums[4] = {0};
    for (int r = 0; r < rows; r++)
      for (int k = 0; k < 4; k++) sum4_add(&sums[k], load4(x + r * stride + 4 * k));
    for (; c < BLOCK_COLUMNS; c += 4) sum4_store(total + c, &sums[c / 4]);
  }
  for (; c + 4 <= width; c += 4) {
    struct sum4 sum = {0};
    for (int r = 0; r < rows; r++) sum4_add(&sum, load4(x + r * stride + c));
    sum4_store(total + c, &sum);
  }
  for (; c < width; c++)
    for (int r = 0; r < rows; r++) total[c] += x[r * stride + c];
}

#endif
