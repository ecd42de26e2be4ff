/* The sums of the table rows that positions list (position_lists.h), and what is added in the last pass: bias, norm. */
#ifndef ATIF_POSITION_SUMS_H
#define ATIF_POSITION_SUMS_H

#include "position_lists.h"
#include "wide.h"

/* One block of columns of a batch. */
struct sums {
  const struct forward *forward;
  const char *tables;
  const float *weights; /* first tap, channel and column */
  float *y;
  int stride; /* of y */
  int count;  /* of positions */
  const int *lists, *counts;
  int column, columns; /* of the layer */
};

/* The row that a list entry names, from the weights; `columns` is less than 4 in the last columns only. */
static inline f32x4 gather_row(const struct forward *forward, const float *w, int entry, int columns) {
  int word = entry / WORD_BYTES, row = entry / ROW_BYTES % WORD_STEP, field = FIELDS - 1;
  while (row < field_row(field)) field--;
  int set = row - field_row(field), channel = word % forward->word_count * WORD_BITS + field_channel(field);
  w += (word / forward->word_count * forward->of.Cin + channel) * forward->of.Cout;
  f32x4 factor = splat4(forward->scale), part[2] = {{0}, {0}}; /* of the first four channels, and of the others */
  for (int c = 0, some = 0; set >> c; c++, w += forward->of.Cout) {
    if (c == GROUP) some = 0;
    if (!(set >> c & 1)) continue;
    f32x4 term = load_up_to4(w, columns) * factor;
    part[c / GROUP] = some ? part[c / GROUP] + term : term;
    some = 1;
  }
  return part[0] + part[1];
}

/* Sums of some positions, `vectors` vectors of columns, at to + position * stride. */
static inline __attribute__((always_inline)) void add_rows(const struct sums *sums, float *to, int stride,
                                                            const int vectors) {
  const int *list = sums->lists;
  for (int p = 0; p < sums->count; p++, list += LIST_ROOM, to += stride) {
    const int *entry = list;
    f32x4 sum[BLOCK / 4] = {0};
    for (int left = sums->counts[p]; left > 0; left -= 4, entry += 4) {
      /* A way out behind every two rows, as in tile.h. */
#pragma clang loop unroll(full)
      for (int k = 0; k < 4; k += 2) {
        if (k > 0 && k == left) break;
        const float *first = (const float *)(sums->tables + entry[k]);
        const float *second = (const float *)(sums->tables + entry[k + 1]);
        for (int v = 0; v < vectors; v++) sum[v] += load4(first + 4 * v) + load4(second + 4 * v);
      }
    }
    for (int v = 0; v < vectors; v++) store4(to + 4 * v, sum[v]);
  }
}

#if LANES > 4
enum { SIDE = 2 }; /* blocks of columns whose sums are made side by side: their lists are read once */

/* The same for `blocks` blocks of columns, whose tables are `apart` bytes apart. */
static inline __attribute__((always_inline)) void add_rows_wide(const struct sums *sums, float *to, int stride, long apart,
                                                                const int blocks) {
  enum { PARTS = BLOCK / LANES };
  const int *list = sums->lists;
  for (int p = 0; p < sums->count; p++, list += LIST_ROOM, to += stride) {
    const int *entry = list, *end = list + sums->counts[p];
    fN sum[SIDE][PARTS];
    for (int b = 0; b < blocks; b++)
      for (int v = 0; v < PARTS; v++) sum[b][v] = splatN(0);
    for (; entry < end; entry += 2) {
      const char *first = sums->tables + entry[0], *second = sums->tables + entry[1];
      for (int b = 0; b < blocks; b++)
        for (int v = 0; v < PARTS; v++)
          sum[b][v] += loadN((const float *)(first + b * apart) + LANES * v) +
                       loadN((const float *)(second + b * apart) + LANES * v);
    }
    for (int b = 0; b < blocks; b++)
      for (int v = 0; v < PARTS; v++) storeN(to + b * BLOCK + LANES * v, sum[b][v]);
  }
}

/* As finish, of whole blocks. */
static void finish_wide(const struct sums *sums, const float *from, int columns) {
  const struct forward *forward = sums->forward;
  float *y = sums->y;
  for (int p = 0; p < sums->count; p++, from += columns, y += sums->stride)
    for (int c = 0; c < columns; c += LANES) {
      int column = sums->column + c;
      fN sum = loadN(from + c);
      if (!forward->first) sum = loadN(y + c) + sum;
      if (forward->last && forward->bias) sum += loadN(forward->bias + column);
      if (forward->last && forward->norm_scale)
        sum = sum * loadN(forward->norm_scale + column) + loadN(forward->norm_shift + column);
      storeN(y + c, sum);
    }
}

static void add_blocks_wide(const struct sums *sums, float *room, int blocks, long apart) {
  const struct forward *forward = sums->forward;
  int plain = forward->first && (!forward->last || (!forward->bias && !forward->norm_scale));
  float *to = plain ? sums->y : room;
  int stride = plain ? sums->stride : blocks * BLOCK;
  if (blocks == SIDE) add_rows_wide(sums, to, stride, apart, SIDE);
  else add_rows_wide(sums, to, stride, apart, 1);
  if (!plain) finish_wide(sums, to, blocks * BLOCK);
}
#endif

/* The same without tables. */
static void gather_rows(const struct sums *sums, float *to, int stride) {
  const int *list = sums->lists;
  for (int p = 0; p < sums->count; p++, list += LIST_ROOM, to += stride)
    for (int c = 0; c < sums->columns; c += 4) {
      f32x4 sum = {0};
      for (int k = 0; k < sums->counts[p]; k += 2)
        sum += gather_row(sums->forward, sums->weights + c, list[k], sums->columns - c) +
               gather_row(sums->forward, sums->weights + c, list[k + 1], sums->columns - c);
      store4(to + c, sum);
    }
}

/* y of some positions from the sums of this pass, and in the last pass with bias and norm. */
static void finish(const struct sums *sums, const float *from) {
  const struct forward *forward = sums->forward;
  float *y = sums->y;
  for (int p = 0; p < sums->count; p++, from += BLOCK, y += sums->stride)
    for (int c = 0; c < sums->columns; c += 4) {
      int left = sums->columns - c, column = sums->column + c;
      f32x4 sum = load4(from + c);
      if (!forward->first) sum = load_up_to4(y + c, left) + sum;
      if (forward->last && forward->bias) sum += load_up_to4(forward->bias + column, left);
      if (forward->last && forward->norm_scale)
        sum = sum * load_up_to4(forward->norm_scale + column, left) + load_up_to4(forward->norm_shift + column, left);
      store_up_to4(y + c, sum, left);
    }
}

static void add_block(const struct sums *sums, float *room) {
  const struct forward *forward = sums->forward;
  int width = block_width(sums->columns);
  int plain = sums->columns == width && forward->first && (!forward->last || (!forward->bias && !forward->norm_scale));
  float *to = plain ? sums->y : room;
  int stride = plain ? sums->stride : BLOCK;
  if (forward->gathers)
    gather_rows(sums, to, stride);
  else if (width == 16)
    add_rows(sums, to, stride, 4);
  else if (width == 8)
    add_rows(sums, to, stride, 2);
  else
    add_rows(sums, to, stride, 1);
  if (!plain) finish(sums, to);
}

#endif
