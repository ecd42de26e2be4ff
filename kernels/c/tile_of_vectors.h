/*
 * One tile of tile.h, TILE: up to TILE_ROWS rows by VECTORS vectors of the type VECTOR. Included once for each width, which
 * must be known when it is compiled: no guard.
 */

static inline __attribute__((always_inline)) void TILE(const struct tile *tile, const int rows, const int by_columns) {
  enum { WIDTH = sizeof(VECTOR) / sizeof(float) };
  VECTOR sum[TILE_ROWS][VECTORS] = {0};
  const float *row[TILE_ROWS];
  for (int r = 0; r < rows; r++) row[r] = tile->a + (by_columns ? r : r * tile->stride);
  const int step = by_columns ? tile->stride : 1;
  const float *b = tile->panel;
  for (int left = tile->depth; left > 0; left -= tile->run) {
    VECTOR part[TILE_ROWS][VECTORS] = {0};
    for (int p = smaller(left, tile->run); p > 0; p -= UNROLLED) {
      /* A way out behind every step: V8 loads all that a basic block loads first, which would be more than fits. */
#ifdef __clang__
#pragma clang loop unroll(full)
#else
#pragma GCC unroll 4
#endif
      for (int k = 0; k < UNROLLED; k++) {
        if (k > 0 && k == p) break;
        VECTOR values[VECTORS];
        for (int v = 0; v < VECTORS; v++) values[v] = LOAD(VECTOR, b + WIDTH * (k * VECTORS + v));
        for (int r = 0; r < rows; r++) {
          VECTOR factor = row[r][k * step] - (VECTOR){0};
          for (int v = 0; v < VECTORS; v++) part[r][v] += factor * values[v];
        }
      }
      b += UNROLLED * WIDTH * VECTORS;
      for (int r = 0; r < rows; r++) row[r] += UNROLLED * step;
    }
    for (int r = 0; r < rows; r++)
      for (int v = 0; v < VECTORS; v++) sum[r][v] += part[r][v];
  }

  if (tile->columns < WIDTH * VECTORS) {
    float padded[TILE_ROWS][PANEL];
    for (int r = 0; r < rows; r++)
      for (int v = 0; v < VECTORS; v++) STORE(VECTOR, padded[r] + WIDTH * v, sum[r][v]);
    store_columns(tile, rows, padded);
    return;
  }
  for (int r = 0; r < rows; r++) {
    float *c = tile->c[r] + tile->column;
    for (int v = 0; v < VECTORS; v++) {
      if (tile->add)
        sum[r][v] += LOAD(VECTOR, c + WIDTH * v);
      else if (tile->start)
        sum[r][v] += LOAD(VECTOR, tile->start + WIDTH * v);
      STORE(VECTOR, c + WIDTH * v, sum[r][v]);
    }
  }
}

#undef TILE
#undef VECTOR
#undef VECTORS
