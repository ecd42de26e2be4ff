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
  RUN = 48,         /* rows are added up in runs of so many, and the runs then, for the sake of rounding (tile.h) */
  FEW_POSITIONS = 24,
  CHUNK_ADDITIONS = 160000, /* rows added in a chunk at most, some 300 us */
  LEAST_CHUNKS = 16,
  TABLES_PER_CHUNK = 32,
  /* Thread scratch: lists of positions, sums of a batch, lists of pixels. */
  SUMS_AT = BATCH * LIST_ROOM,
  PIXELS_AT = SUMS_AT + BATCH * BLOCK,
  PIXEL_INTS = THREAD_SCRATCH_FLOATS - PIXELS_AT,
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
  int kh, kw; /* of the first tap */
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
    int channel = forward->word * WORD_BITS + group * GROUP, Cout = forward->of.Cout;
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
  int *pixels;     /* their lists */
};

/* Lists the pixels of image rows h <= row < h_end, unless that was done. */
static void list_pixels(const struct forward *forward, struct cursor *cursor, int h, int h_end) {
  const struct convolution *of = &forward->of;
  int pixel = larger(cursor->listed, (cursor->image * of->H + h) * of->W);
  int end = (cursor->image * of->H + h_end) * of->W;
  const int *words = forward->bits + pixel * forward->words + forward->word;
  for (; pixel < end; pixel++, words += forward->words) {
    int *list = cursor->pixels + (pixel & (forward->slots - 1)) * forward->slot_ints;
    *list = list_words(words, forward->word_count, 0, list + PIXEL_HEAD, 0);
  }
  cursor->listed = larger(cursor->listed, end);
}

/* The list of one position, in the order of taps and channels. */
static inline int list_position(const struct forward *forward, const struct cursor *cursor, int *list) {
  const struct convolution *of = &forward->of;
  int tap_bytes = forward->groups * TABLE_BYTES, mask = forward->slots - 1;
  int h = cursor->i * of->SH - of->PH, w = cursor->j * of->SW - of->PW;
  int count = 0, kw = forward->kw;
  for (int kh = forward->kh, t = 0; t < forward->taps; kh++) {
    /* Taps kw to kw_end of this row; those from low to high see a pixel. */
    int kw_end = smaller(of->KW, kw + forward->taps - t);
    int low = larger(kw, -w), high = smaller(kw_end, of->W - w);
    if (h + kh >= 0 && h + kh < of->H) {
      int pixel = (cursor->image * of->H + h + kh) * of->W + w;
      int base = (t + low - kw) * tap_bytes;
      for (int seen = low; seen < high; seen++, base += tap_bytes) {
        if (mask >= 0) {
          const int *kept = cursor->pixels + ((pixel + seen) & mask) * forward->slot_ints;
          copy_entries(list + count, kept + PIXEL_HEAD, *kept, base);
          count += *kept;
        } else {
          const int *words = forward->bits + (pixel + seen) * forward->words + forward->word;
          count = list_words(words, forward->word_count, base, list, count);
        }
      }
    }
    t += kw_end - kw;
    kw = 0;
  }
  return count;
}

/* ---- sums ---- */

/* One block of columns of a batch. */
struct sums {
  const struct forward *forward;
  const char *tables;
  const float *weights; /* first tap, channel and column */
  float *y;
  int count; /* of positions */
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

/*
 * Sums of the positions of a batch, `vectors` vectors of columns, at to + position * stride. A sum that is more than one
 * run is kept there between its runs.
 */
static inline __attribute__((always_inline)) void add_rows(const struct sums *sums, float *to, int stride,
                                                            const int vectors) {
  const int *list = sums->lists;
  for (int p = 0; p < sums->count; p++, list += LIST_ROOM, to += stride) {
    int left = sums->counts[p];
    const int *entry = list;
    do {
      f32x4 sum[BLOCK / 4] = {0};
      for (const int *end = entry + smaller(left, RUN); entry < end; entry++) {
        const float *row = (const float *)(sums->tables + *entry);
        for (int v = 0; v < vectors; v++) sum[v] += load4(row + 4 * v);
      }
      if (entry - list > RUN)
        for (int v = 0; v < vectors; v++) sum[v] = load4(to + 4 * v) + sum[v];
      for (int v = 0; v < vectors; v++) store4(to + 4 * v, sum[v]);
      left -= RUN;
    } while (left > 0);
  }
}

/* The same without tables. */
static void gather_rows(const struct sums *sums, float *to, int stride) {
  const struct forward *forward = sums->forward;
  const int *list = sums->lists;
  for (int p = 0; p < sums->count; p++, list += LIST_ROOM, to += stride)
    for (int c = 0; c < sums->columns; c += 4) {
      f32x4 total = {0};
      for (int k = 0; k < sums->counts[p]; k += RUN) {
        f32x4 sum = {0};
        for (int e = k; e < smaller(k + RUN, sums->counts[p]); e++)
          sum += gather_sum(forward, sums->weights + c, list[e], sums->columns - c);
        total = k ? total + sum : sum;
      }
      store4(to + c, total);
    }
}

/* y of a batch from the sums of this pass, and in the last pass with bias and norm. */
static void finish(const struct sums *sums, const float *from) {
  const struct forward *forward = sums->forward;
  float *y = sums->y;
  for (int p = 0; p < sums->count; p++, from += BLOCK, y += forward->of.Cout)
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

static void add_block(const struct sums *sums) {
  const struct forward *forward = sums->forward;
  int width = block_width(sums->columns);
  int plain = sums->columns == width && forward->first && (!forward->last || (!forward->bias && !forward->norm_scale));
  float *to = plain ? sums->y : (float *)sums->lists + SUMS_AT;
  int stride = plain ? forward->of.Cout : BLOCK;
  if (forward->gathers)
    gather_rows(sums, to, stride);
  else if (width == 32)
    add_rows(sums, to, stride, 8);
  else if (width == 16)
    add_rows(sums, to, stride, 4);
  else if (width == 8)
    add_rows(sums, to, stride, 2);
  else
    add_rows(sums, to, stride, 1);
  if (!plain) finish(sums, to);
}

static void positions_range(const void *argument, int begin, int end) {
  const struct forward *forward = argument;
  const struct convolution *of = &forward->of;
  struct cursor cursor = {begin / of->OW / of->OH, begin / of->OW % of->OH, begin % of->OW, 0, (int *)thread_scratch() + PIXELS_AT};
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
      int tables = column / BLOCK * forward->taps * forward->groups, first = forward->column + column;
      struct sums sums = {
          .forward = forward,
          .tables = (const char *)(shared_scratch() + tables * TABLE_FLOATS),
          .weights = forward->w + (forward->tap * of->Cin + forward->word * WORD_BITS) * of->Cout + first,
          .y = forward->y + position * of->Cout + first,
          .count = count,
          .lists = lists,
          .counts = counts,
          .column = first,
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
        forward->kh = tap / of->KW;
        forward->kw = tap % of->KW;
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
