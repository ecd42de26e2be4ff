/*
 * Forward pass of convolution and Linear on packed spikes; twin: reference/packed.ts.
 *
 * Output position p is the sum of the rows scale * w[tap, c, :] of the set bits that its window sees. Of every tap and
 * group of four input channels the 16 subset sums of its four rows are made first (subset_sums.h); then a position is a
 * list of table rows (spike_lists.h), at most one for each tap and group, added up in registers, 32 columns at a time.
 *
 * The order of the additions of a position depends on its window and the sizes of the layer, never on the number of
 * positions: an image alone gives the bits it gives in a batch. For a few positions the tables would cost more than
 * they save; then each list entry adds its weight rows up by itself, in the order in which a table holds them.
 */

#include "parallel.h"
#include "scratch.h"
#include "spike_lists.h"
#include "windows.h"

enum {
  /* Tables are made for so many groups at a time: 640 KiB, which stays in a level 2 cache of 1 MiB. */
  PASS_TABLES = 320,
  PASS_BLOCKS = 8,
  LIST_ROOM = PASS_TABLES + WORD_GROUPS + COPIED,
  BATCH = 64,     /* positions whose lists are made before their sums */
  RUN = 16,         /* rows are added up in runs of so many, and the runs then, for the sake of rounding (tile.h) */
  FEW_POSITIONS = 24,
  CHUNK_ADDITIONS = 80000, /* rows added in a chunk at most, some 100 us */
  LEAST_CHUNKS = 16,
  TABLES_PER_CHUNK = 32,
  /* Thread scratch: lists of positions, then lists of pixels. */
  POSITION_INTS = BATCH * LIST_ROOM,
  PIXEL_INTS = THREAD_SCRATCH_FLOATS - POSITION_INTS,
  PIXEL_HEAD = 4, /* the count of a pixel's list, and three to keep the entries aligned */
};

struct forward {
  struct convolution of;
  float *y;
  const int *bits;
  const float *w, *bias, *norm_scale, *norm_shift;
  float scale;
  int words; /* of a pixel */
  /* The pass: output columns, and taps of which some words of channels. */
  int column, columns;
  int tap, taps;
  int word, word_count;
  int groups; /* in those words */
  int first, last; /* of the passes over these columns */
  int gathers;     /* no tables */
  /* Lists of pixels are kept for the taps that see the same pixel; slots is a power of 2, or 0: nothing is kept. */
  int slots, slot_ints;
};

/* ---- tables: index is block, tap, group ---- */

static void tables_range(const void *argument, int begin, int end) {
  const struct forward *forward = argument;
  for (int index = begin; index < end; index++) {
    int group = index % forward->groups, tap = index / forward->groups % forward->taps;
    int column = index / forward->groups / forward->taps * BLOCK;
    int columns = smaller(BLOCK, forward->columns - column);
    int channel = forward->word * WORD_CHANNELS + group * GROUP, Cout = forward->of.Cout;
    const float *rows = forward->w + ((forward->tap + tap) * forward->of.Cin + channel) * Cout + forward->column + column;
    subset_sums(shared_scratch() + index * TABLE_FLOATS, rows, Cout, smaller(GROUP, forward->of.Cin - channel), columns,
                block_width(columns), forward->scale);
  }
}

/* ---- lists ---- */

/* Where a chunk is, and which lists of pixels it keeps. */
struct cursor {
  int image, i, j; /* of the output */
  int listed;      /* pixels before this one have been listed */
};

static inline int *pixel_list(const struct forward *forward, int pixel) {
  return (int *)thread_scratch() + POSITION_INTS + (pixel & (forward->slots - 1)) * forward->slot_ints;
}

/* Lists the pixels that the output row of the cursor sees: those of h rows from h to h_end. */
static void list_pixels(const struct forward *forward, struct cursor *cursor, int h, int h_end) {
  const struct convolution *of = &forward->of;
  int pixel = larger(cursor->listed, (cursor->image * of->H + h) * of->W);
  int end = (cursor->image * of->H + h_end) * of->W;
  const int *words = forward->bits + pixel * forward->words + forward->word;
  for (; pixel < end; pixel++, words += forward->words) {
    int *list = pixel_list(forward, pixel);
    *list = list_words(words, forward->word_count, 0, list + PIXEL_HEAD, 0);
  }
  cursor->listed = larger(cursor->listed, end);
}

/* The list of one position, in the order of taps and channels. */
static inline int list_position(const struct forward *forward, const struct cursor *cursor, int *list) {
  const struct convolution *of = &forward->of;
  int count = 0, tap_bytes = forward->groups * TABLE_BYTES;
  int h = cursor->i * of->SH - of->PH, w = cursor->j * of->SW - of->PW;
  for (int t = 0; t < forward->taps;) {
    int kh = (forward->tap + t) / of->KW, kw = (forward->tap + t) % of->KW;
    int kw_end = smaller(of->KW, kw + forward->taps - t);
    int next = t + kw_end - kw;
    if (h + kh >= 0 && h + kh < of->H) {
      int pixel = (cursor->image * of->H + h + kh) * of->W + w;
      t += larger(0, -w - kw);
      kw = larger(kw, -w);
      kw_end = smaller(kw_end, of->W - w);
      for (; kw < kw_end; kw++, t++) {
        if (forward->slots) {
          const int *kept = pixel_list(forward, pixel + kw);
          copy_entries(list + count, kept + PIXEL_HEAD, *kept, t * tap_bytes);
          count += *kept;
        } else {
          const int *words = forward->bits + (pixel + kw) * forward->words + forward->word;
          count = list_words(words, forward->word_count, t * tap_bytes, list, count);
        }
      }
    }
    t = next;
  }
  return count;
}

/* ---- sums ---- */

struct sums {
  const struct forward *forward;
  const char *tables; /* of the block, or its columns of the weights */
  int position, count;
  const int *lists, *counts;
  int column, columns; /* of y */
};

/* The subset sum that a list entry names, from the weights; `columns` is less than 4 in the last columns only. */
static inline f32x4 gather_sum(const struct forward *forward, const float *w, int entry, int columns) {
  int row = entry / ROW_BYTES, Cin = forward->of.Cin, Cout = forward->of.Cout;
  int group = row / SUBSETS, set = row % SUBSETS;
  int tap = group / forward->groups, channel = group % forward->groups * GROUP;
  w += (tap * Cin + channel) * Cout;
  f32x4 factor = splat4(forward->scale), sum = {0};
  int some = 0;
  for (int c = 0; c < GROUP; c++, w += Cout) {
    if (!(set >> c & 1)) continue;
    f32x4 term = load_up_to4(w, columns) * factor;
    sum = some ? sum + term : term;
    some = 1;
  }
  return sum;
}

/* Stores a vector of y: adds what earlier passes summed, or finishes the row. */
static inline void finish(const struct sums *sums, f32x4 sum, float *y, int c) {
  const struct forward *forward = sums->forward;
  int count = sums->columns - c, column = sums->column + c;
  if (count <= 0) return;
  if (!forward->first) sum = load_up_to4(y + c, count) + sum;
  if (forward->last) {
    if (forward->bias) sum += load_up_to4(forward->bias + column, count);
    if (forward->norm_scale)
      sum = sum * load_up_to4(forward->norm_scale + column, count) + load_up_to4(forward->norm_shift + column, count);
  }
  store_up_to4(y + c, sum, count);
}

/* y of the positions of a batch, `vectors` vectors of columns. */
static inline __attribute__((always_inline)) void add_rows(const struct sums *sums, const int vectors) {
  const int *list = sums->lists;
  float *y = sums->forward->y + sums->position * sums->forward->of.Cout + sums->column;
  for (int p = 0; p < sums->count; p++, list += LIST_ROOM, y += sums->forward->of.Cout) {
    f32x4 total[BLOCK / 4];
    const int *entry = list, *end = list + sums->counts[p];
    int runs = 0;
    do {
      f32x4 part[BLOCK / 4] = {0};
      const int *run_end = end - entry > RUN ? entry + RUN : end;
      for (; entry < run_end; entry++) {
        const float *row = (const float *)(sums->tables + *entry);
        for (int v = 0; v < vectors; v++) part[v] += load4(row + 4 * v);
      }
      for (int v = 0; v < vectors; v++) total[v] = runs ? total[v] + part[v] : part[v];
      runs = 1;
    } while (entry < end);
    for (int v = 0; v < vectors; v++) finish(sums, total[v], y, 4 * v);
  }
}

/* The same without tables, one vector. */
static void gather_rows(const struct sums *sums, int c) {
  const struct forward *forward = sums->forward;
  const int *list = sums->lists;
  const float *w = (const float *)sums->tables + c;
  int columns = smaller(4, sums->columns - c);
  float *y = forward->y + sums->position * forward->of.Cout + sums->column;
  for (int p = 0; p < sums->count; p++, list += LIST_ROOM, y += forward->of.Cout) {
    f32x4 total = {0};
    for (int k = 0; k < sums->counts[p]; k += RUN) {
      f32x4 part = {0};
      for (int e = k; e < smaller(k + RUN, sums->counts[p]); e++) part += gather_sum(forward, w, list[e], columns);
      total = k ? total + part : part;
    }
    finish(sums, total, y, c);
  }
}

static void add_block(const struct sums *sums) {
  if (sums->forward->gathers) {
    for (int c = 0; c < sums->columns; c += 4) gather_rows(sums, c);
    return;
  }
  switch (block_width(sums->columns)) {
    case 32: return add_rows(sums, 8);
    case 16: return add_rows(sums, 4);
    case 8: return add_rows(sums, 2);
    case 4: return add_rows(sums, 1);
  }
}

static void positions_range(const void *argument, int begin, int end) {
  const struct forward *forward = argument;
  const struct convolution *of = &forward->of;
  struct cursor cursor = {begin / of->OW / of->OH, begin / of->OW % of->OH, begin % of->OW, 0};
  int *lists = (int *)thread_scratch(), counts[BATCH];
  int new_row = 1;
  for (int position = begin; position < end; position += BATCH) {
    int count = smaller(BATCH, end - position);
    for (int p = 0; p < count; p++) {
      if (new_row && forward->slots) {
        int h = cursor.i * of->SH - of->PH;
        list_pixels(forward, &cursor, smaller(of->H, larger(0, h)), larger(0, smaller(of->H, h + of->KH)));
      }
      counts[p] = list_position(forward, &cursor, lists + p * LIST_ROOM);
      new_row = ++cursor.j == of->OW;
      if (!new_row) continue;
      cursor.j = 0;
      if (++cursor.i == of->OH) {
        cursor.i = 0;
        cursor.image++;
      }
    }
    for (int column = 0; column < forward->columns; column += BLOCK) {
      int tables = column / BLOCK * forward->taps * forward->groups;
      const float *w = forward->w + (forward->tap * of->Cin + forward->word * WORD_CHANNELS) * of->Cout + forward->column;
      struct sums sums = {
          .forward = forward,
          .tables = (const char *)(forward->gathers ? w + column : shared_scratch() + tables * TABLE_FLOATS),
          .position = position,
          .count = count,
          .lists = lists,
          .counts = counts,
          .column = forward->column + column,
          .columns = smaller(BLOCK, forward->columns - column),
      };
      add_block(&sums);
    }
  }
}

/* ---- passes ---- */

static void run_pass(struct forward *forward) {
  const struct convolution *of = &forward->of;
  int blocks = ceil_divide(forward->columns, BLOCK), tables = blocks * forward->taps * forward->groups;
  int positions = of->N * of->OH * of->OW;
  forward->slots = 0;
  forward->slot_ints = PIXEL_HEAD + ceil_divide(forward->word_count * WORD_GROUPS + 1, COPIED) * COPIED;
  if (forward->taps > 1 && of->W > 0 && of->KH <= PIXEL_INTS / forward->slot_ints / of->W) {
    forward->slots = 1;
    while (forward->slots < of->KH * of->W) forward->slots *= 2;
    if (forward->slots > PIXEL_INTS / forward->slot_ints) forward->slots = 0;
  }
  forward->gathers = positions < FEW_POSITIONS;
  if (!forward->gathers) parallel_for(tables_range, forward, tables, TABLES_PER_CHUNK);
  int grain = smaller(CHUNK_ADDITIONS / larger(1, tables), ceil_divide(positions, LEAST_CHUNKS));
  /* A chunk that is less than a row of the image would list the same pixels as others. */
  parallel_for(positions_range, forward, positions, larger(grain, forward->slots ? of->OW : 1));
}

static void run_forward(struct forward *forward) {
  const struct convolution *of = &forward->of;
  int taps = of->KH * of->KW, groups = ceil_divide(of->Cin, GROUP);
  forward->words = packed_words(of->Cin);
  if (of->N * of->OH * of->OW == 0) return;
  for (int column = 0; column < of->Cout; column += forward->columns) {
    forward->column = column;
    forward->columns = smaller(PASS_BLOCKS * BLOCK, of->Cout - column);
    /* Whole taps, or, where the channels of one tap are too many, some words of one. Passes of equal size. */
    int most = PASS_TABLES / ceil_divide(forward->columns, BLOCK);
    int pass_taps = 1, pass_words = larger(1, forward->words);
    if (groups > most)
      pass_words = ceil_divide(forward->words, ceil_divide(forward->words, most / WORD_GROUPS));
    else
      pass_taps = larger(1, ceil_divide(taps, ceil_divide(taps, larger(1, most / larger(1, groups)))));
    forward->first = 1;
    for (int tap = 0; tap == 0 || tap < taps; tap += pass_taps)
      for (int word = 0; word == 0 || word < forward->words; word += pass_words) {
        forward->tap = tap;
        forward->taps = smaller(pass_taps, taps - tap);
        forward->word = word;
        forward->word_count = smaller(pass_words, forward->words - word);
        forward->groups = smaller(forward->word_count * WORD_GROUPS, groups - word * WORD_GROUPS);
        forward->last = tap + pass_taps >= taps && word + pass_words >= forward->words;
        run_pass(forward);
        forward->first = 0;
      }
  }
}

void packedConv2dForward(float *y, const int *bits, const float *w, const float *bias, const float *normScale,
                         const float *normShift, float scale, int N, int H, int W, int Cin, int Cout, int KH, int KW,
                         int SH, int SW, int PH, int PW) {
  struct forward forward = {
      .of = convolution_of(N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, 1),
      .y = y,
      .bits = bits,
      .w = w,
      .bias = bias,
      .norm_scale = normScale,
      .norm_shift = normShift,
      .scale = scale,
  };
  run_forward(&forward);
}

void packedLinearForward(float *y, const int *bits, const float *w, const float *bias, float scale, int rows, int inputs,
                         int outputs) {
  struct forward forward = {
      .of = convolution_of(rows, 1, 1, inputs, outputs, 1, 1, 1, 1, 0, 0, 1),
      .y = y,
      .bits = bits,
      .w = w,
      .bias = bias,
      .scale = scale,
  };
  run_forward(&forward);
}
