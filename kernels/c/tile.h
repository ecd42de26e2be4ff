/* The inner loop of every matrix product: 4 rows by up to 2 vectors, in registers; the widest vectors there are. */
#ifndef ATIF_TILE_H
#define ATIF_TILE_H
#include "parallel.h"
#include "wide.h"
#ifndef TILE_VECTORS
#define TILE_VECTORS 2
#endif
enum {
#ifndef ROWS_OF_TILE
#define ROWS_OF_TILE 4
#endif
  TILE_ROWS = ROWS_OF_TILE,
  PANEL = TILE_VECTORS * LANES,
  NARROW_PANEL = 4,
  RUN = 8,
  LONG_RUN = 32,
  UNROLLED = 4,
};
static inline int panel_width(int columns) {
  int width = NARROW_PANEL;
  while (width < columns && width < PANEL) width *= 2;
  return width;
}
struct tile {
  float *const *c;
  int column;
  int columns;
  const float *a;
  int stride;
  const float *panel;
  int depth;
  int run;
  int add;
  const float *start;
};
static __attribute__((noinline)) void store_columns(const struct tile *tile, int rows, float sum[][PANEL]) {
  for (int r = 0; r < rows; r++) {
    float *c = tile->c[r] + tile->column;
    for (int j = 0; j < tile->columns; j++) {
      float first = tile->add ? c[j] : tile->start ? tile->start[j] : 0;
      c[j] = first + sum[r][j];
    }
  }
}
#define LOAD(TYPE, p) (*(const TYPE##_anywhere *)(p))
#define STORE(TYPE, p, v) (*(TYPE##_anywhere *)(p) = (v))
#ifdef FUSE
#define MULADD(acc, a, b) _Pragma("clang fp contract(fast)") acc += (a) * (b)
#else
#define MULADD(acc, a, b) acc += (a) * (b)
#endif
#define DEFINE_TILE(NAME, TYPE, VECTORS) \
static inline __attribute__((always_inline)) void NAME(const struct tile *tile, const int rows, const int by_columns) { \
  enum { WIDTH = sizeof(TYPE) / 4 }; \
  TYPE sum[TILE_ROWS][VECTORS]; \
  for (int r = 0; r < rows; r++) for (int v = 0; v < VECTORS; v++) sum[r][v] = (TYPE){0}; \
  const float *row[TILE_ROWS]; \
  for (int r = 0; r < rows; r++) row[r] = tile->a + (by_columns ? r : r * tile->stride); \
  const long step = by_columns ? tile->stride : 1; \
  const float *b = tile->panel; \
  for (int left = tile->depth; left > 0; left -= tile->run) { \
    TYPE part[TILE_ROWS][VECTORS]; \
    for (int r = 0; r < rows; r++) for (int v = 0; v < VECTORS; v++) part[r][v] = (TYPE){0}; \
    int p = smaller(left, tile->run); \
    for (; p >= UNROLLED; p -= UNROLLED) { \
      _Pragma("GCC unroll 4") \
      for (int k = 0; k < UNROLLED; k++) { \
        TYPE values[VECTORS]; \
        for (int v = 0; v < VECTORS; v++) values[v] = LOAD(TYPE, b + WIDTH * (k * VECTORS + v)); \
        for (int r = 0; r < rows; r++) { \
          TYPE factor = (TYPE){0} + row[r][k * step]; \
          for (int v = 0; v < VECTORS; v++) { MULADD(part[r][v], factor, values[v]); } \
        } \
      } \
      b += UNROLLED * WIDTH * VECTORS; \
      for (int r = 0; r < rows; r++) row[r] += UNROLLED * step; \
    } \
    for (; p > 0; p--) { \
      for (int r = 0; r < rows; r++) { \
        TYPE factor = (TYPE){0} + row[r][0]; \
        for (int v = 0; v < VECTORS; v++) { MULADD(part[r][v], factor, LOAD(TYPE, b + WIDTH * v)); } \
      } \
      b += WIDTH * VECTORS; \
      for (int r = 0; r < rows; r++) row[r] += step; \
    } \
    for (int r = 0; r < rows; r++) \
      for (int v = 0; v < VECTORS; v++) sum[r][v] += part[r][v]; \
  } \
  if (tile->columns < WIDTH * VECTORS) { \
    float padded[TILE_ROWS][PANEL]; \
    for (int r = 0; r < rows; r++) \
      for (int v = 0; v < VECTORS; v++) STORE(TYPE, padded[r] + WIDTH * v, sum[r][v]); \
    store_columns(tile, rows, padded); \
    return; \
  } \
  for (int r = 0; r < rows; r++) { \
    float *c = tile->c[r] + tile->column; \
    for (int v = 0; v < VECTORS; v++) { \
      if (tile->add) sum[r][v] += LOAD(TYPE, c + WIDTH * v); \
      else if (tile->start) sum[r][v] += LOAD(TYPE, tile->start + WIDTH * v); \
      STORE(TYPE, c + WIDTH * v, sum[r][v]); \
    } \
  } \
}
typedef f32x4_anywhere f32x4_anywhere_;
DEFINE_TILE(tile_4, f32x4, 1)
#if LANES == 4
DEFINE_TILE(tile_8, f32x4, 2)
#else
DEFINE_TILE(tile_8, f32x8, 1)
#endif
#if LANES == 8
DEFINE_TILE(tile_16, f32x8, 2)
#elif LANES == 16
DEFINE_TILE(tile_16, f32x16, 1)
DEFINE_TILE(tile_32, f32x16, 2)
#endif
#if TILE_VECTORS == 4 && LANES == 16
DEFINE_TILE(tile_64, f32x16, 4)
#endif
#endif
