/*
 * Tables of subset sums, the method of four Russians (Arlazarov, Dinic, Kronrod, Faradzev 1970): of four rows of numbers,
 * the sums of all 16 subsets. A sum over those rows whose bits are set is then one row of the table, whatever the
 * density, instead of up to four.
 */
#ifndef ATIF_SUBSET_SUMS_H
#define ATIF_SUBSET_SUMS_H

#include "simd.h"
#include "tail.h"
#include "wide.h"

enum {
  GROUP = 4,
  SUBSETS = 1 << GROUP,
  BLOCK = 16, /* columns: 4 vectors, so that two rows at a time and their sum fit in registers */
  ROW_BYTES = BLOCK * sizeof(float),
  TABLE_FLOATS = SUBSETS * BLOCK,
  TABLE_BYTES = SUBSETS * ROW_BYTES,
};

/* How much of a table row is used for `columns` columns: there is code for these widths. */
static inline int block_width(int columns) { return columns > 8 ? BLOCK : columns > 4 ? 8 : 4; }

/* One vector of columns of a table, of the rows r0 ... r3: rows are added in this order. Row 0 is not written. */
static inline void subset_sums4(float *table, f32x4 r0, f32x4 r1, f32x4 r2, f32x4 r3) {
  f32x4 r01 = r0 + r1, r02 = r0 + r2, r12 = r1 + r2, r012 = r01 + r2;
  store4(table + 1 * BLOCK, r0);
  store4(table + 2 * BLOCK, r1);
  store4(table + 3 * BLOCK, r01);
  store4(table + 4 * BLOCK, r2);
  store4(table + 5 * BLOCK, r02);
  store4(table + 6 * BLOCK, r12);
  store4(table + 7 * BLOCK, r012);
  store4(table + 8 * BLOCK, r3);
  store4(table + 9 * BLOCK, r0 + r3);
  store4(table + 10 * BLOCK, r1 + r3);
  store4(table + 11 * BLOCK, r01 + r3);
  store4(table + 12 * BLOCK, r2 + r3);
  store4(table + 13 * BLOCK, r02 + r3);
  store4(table + 14 * BLOCK, r12 + r3);
  store4(table + 15 * BLOCK, r012 + r3);
}

#if LANES > 4
static inline void subset_sumsN(float *table, fN r0, fN r1, fN r2, fN r3) {
  fN r01 = r0 + r1, r02 = r0 + r2, r12 = r1 + r2, r012 = r01 + r2;
  storeN(table + 1 * BLOCK, r0);
  storeN(table + 2 * BLOCK, r1);
  storeN(table + 3 * BLOCK, r01);
  storeN(table + 4 * BLOCK, r2);
  storeN(table + 5 * BLOCK, r02);
  storeN(table + 6 * BLOCK, r12);
  storeN(table + 7 * BLOCK, r012);
  storeN(table + 8 * BLOCK, r3);
  storeN(table + 9 * BLOCK, r0 + r3);
  storeN(table + 10 * BLOCK, r1 + r3);
  storeN(table + 11 * BLOCK, r01 + r3);
  storeN(table + 12 * BLOCK, r2 + r3);
  storeN(table + 13 * BLOCK, r02 + r3);
  storeN(table + 14 * BLOCK, r12 + r3);
  storeN(table + 15 * BLOCK, r012 + r3);
}
#endif

/*
 * The table of `count` rows (4 if it is more, none if it is negative) of `columns` numbers (1 to `width`), each times scale, rounded once. Row i is at
 * rows + i * stride. width is a multiple of 4, at most BLOCK; columns from `columns` to `width` are zeros.
 */
static inline void subset_sums(float *table, const float *rows, int stride, int count, int columns, int width,
                               float scale) {
  f32x4 factor = splat4(scale);
#if LANES > 4
  if (columns == BLOCK) {
    for (int c = 0; c < BLOCK; c += LANES) {
      fN r[GROUP];
      for (int i = 0; i < GROUP; i++) r[i] = i < count ? loadN(rows + i * stride + c) * scale : splatN(0);
      subset_sumsN(table + c, r[0], r[1], r[2], r[3]);
    }
    return;
  }
#endif
  for (int c = 0; c < width; c += 4) {
    f32x4 r[GROUP];
    for (int i = 0; i < GROUP; i++)
      r[i] = i < count && c < columns ? load_up_to4(rows + i * stride + c, columns - c) * factor : splat4(0);
    subset_sums4(table + c, r[0], r[1], r[2], r[3]);
  }
}

#endif
