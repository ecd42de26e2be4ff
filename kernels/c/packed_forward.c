/*
 * Forward pass of convolution and Linear on packed spikes; twin: reference/packed.ts.
 *
 * Output position p is the sum of the rows scale * w[tap, c, :] of the set bits that its window sees. Of every tap and
 * word of 32 input channels, tables of subset sums are made first (spike_lists.h, subset_sums.h); then a position is a list
 * of table rows, at most six for each tap and word, added up in registers, 16 columns at a time.
 *
 * The order of the additions of a position depends on its window and the sizes of the layer, never on the number of
 * positions: an image alone gives the bits it gives in a batch. For a few positions the tables would cost more than
 * they save; then each list entry adds its weight rows up by itself, in the order in which a table holds them.
 *
 * In evaluation the neurons behind a convolution fire and are pooled here (pooled_firing.h): the sums of a row of windows at
 * all steps stay in the cache, and the map of them is never stored. They are the same sums, to the bit.
 */

#include "parallel.h"
#include "pooled_firing.h"
#include "scratch.h"
#include "spike_lists.h"
#include "wide.h"
#include "windows.h"

enum {
  /*
   * Words of taps in a pass, whose rows are added up in one run; longer sums are sums of passes, for the sake of rounding
   * (tile.h). Fewer where there are many columns: the tables of a pass take 640 KiB at most and stay in a level 2 cache of
   * 1 MiB.
   */
  PASS_WORDS = 18,
  PASS_BLOCKS = 8,
  PASS_TABLES = 72,
  LIST_ROOM = (PASS_WORDS * FIELDS + 4 + COPIED + 3) / 4 * 4,
  BATCH = 256, /* positions whose lists are made before their sums */
  SOME = 64,   /* positions whose sums are finished together */
  FEW_POSITIONS = 24,
  CHUNK_ADDITIONS = 160000, /* rows added in a chunk at most, some 200 us */
  LEAST_CHUNKS = 16,
  TABLES_PER_CHUNK = 4,
  /* Thread scratch: lists of positions, some sums, lists of pixels. */
  SUMS_AT = BATCH * LIST_ROOM,
  PIXELS_AT = SUMS_AT + SOME * BLOCK,
  PIXEL_INTS = THREAD_SCRATCH_FLOATS - PIXELS_AT,
  PIXEL_HEAD = 4, /* the count of a pixel's list, and three to keep the entries aligned */
  /* Where neurons fire what is summed: at the end of the scratch, the sums of a row of windows at all steps. */
  MAP_POSITIONS = 1024,
  MAP_AT = THREAD_SCRATCH_FLOATS - MAP_POSITIONS * PASS_BLOCKS * BLOCK,
  FIRING_PIXEL_INTS = MAP_AT - PIXELS_AT,
};

_Static_assert(PASS_TABLES * WORD_FLOATS <= SHARED_SCRATCH_FLOATS, "the tables of a pass");
_Static_assert(PIXEL_INTS > 1 << 16 && FIRING_PIXEL_INTS > 1 << 15, "lists of pixels");

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
  int first, last; /* of the passes over these columns */
  int gathers;     /* no tables */
  /* Lists of pixels are kept for the taps that see the same pixel; slots is a power of 2, or 0: nothing is kept. */
  int slots, slot_ints;
  const struct firing *firing; /* what the sums go to, all steps of an image one after the other; or null: to y */
};

/* ---- tables: index is block, tap, word ---- */

/* Of the first four rows of a field by subset_sums(), then of those with the rows that are left. */
static void field_table(float *table, const float *rows, int Cout, int count, int bits, int columns, float scale) {
  int width = block_width(columns);
  subset_sums(table, rows, Cout, count, columns, width, scale);
#if LANES > 4
  if (columns == BLOCK) {
    for (int c = 0; c < BLOCK; c += LANES) {
      fN last[2] = {{0}, {0}};
      storeN(table + c, splatN(0));
      for (int k = 0; k < bits - GROUP; k++)
        if (GROUP + k < count) last[k] = loadN(rows + (GROUP + k) * Cout + c) * scale;
      for (int high = 1; high < 1 << (bits - GROUP); high++) {
        fN added = high == 1 ? last[0] : high == 2 ? last[1] : last[0] + last[1];
        for (int low = 0; low < SUBSETS; low++)
          storeN(table + (high * SUBSETS + low) * BLOCK + c, loadN(table + low * BLOCK + c) + added);
      }
    }
    return;
  }
#endif
  for (int c = 0; c < width; c += 4) {
    f32x4 factor = splat4(scale), last[2] = {{0}, {0}};
    store4(table + c, splat4(0));
    for (int k = 0; k < bits - GROUP; k++)
      if (GROUP + k < count && c < columns) last[k] = load_up_to4(rows + (GROUP + k) * Cout + c, columns - c) * factor;
    for (int high = 1; high < 1 << (bits - GROUP); high++) {
      f32x4 added = high == 1 ? last[0] : high == 2 ? last[1] : last[0] + last[1];
      for (int low = 0; low < SUBSETS; low++)
        store4(table + (high * SUBSETS + low) * BLOCK + c, load4(table + low * BLOCK + c) + added);
    }
  }
}

static void tables_range(const void *argument, int begin, int end) {
  const struct forward *forward = argument;
  int Cin = forward->of.Cin, Cout = forward->of.Cout;
  for (int index = begin; index < end; index++) {
    int word = index % forward->word_count, tap = index / forward->word_count % forward->taps;
    int column = index / forward->word_count / forward->taps * BLOCK;
    for (int field = 0; field < FIELDS; field++) {
      int channel = (forward->word + word) * WORD_BITS + field_channel(field);
      const float *rows = forward->w + ((forward->tap + tap) * Cin + channel) * Cout + forward->column + column;
      field_table(shared_scratch() + index * WORD_FLOATS + field_row(field) * BLOCK, rows, Cout, Cin - channel,
                  field < SHORT_FIELDS ? SHORT_BITS : SHORT_BITS + 1, smaller(BLOCK, forward->columns - column),
                  forward->scale);
    }
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
  int tap_bytes = forward->word_count * WORD_BYTES, mask = forward->slots - 1;
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
  /* An even number: the first row of a table is zeros. */
  list[count] = 0;
  return count + (count & 1);
}

/* ---- sums ---- */

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
  int word = entry / WORD_BYTES, row = entry / ROW_BYTES % WORD_ROWS, field = FIELDS - 1;
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
#ifndef SIDE
#define SIDE 2
#endif
/* The same for SIDE blocks of columns side by side, whose tables are `apart` bytes apart: a list is read once. */
static inline __attribute__((always_inline)) void add_rows_wide(const struct sums *sums, float *to, int stride, long apart,
                                                                const int blocks) {
  enum { PARTS = BLOCK / LANES };
  const int *list = sums->lists;
  for (int p = 0; p < sums->count; p++, list += LIST_ROOM, to += stride) {
    const int *entry = list, *end = list + sums->counts[p];
    fN sum[4][PARTS];
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
/* sums and bias and norm in one go: the blocks of a position, finished. */
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
  if (blocks == 4) add_rows_wide(sums, to, stride, apart, 4);
  else if (blocks == 2) add_rows_wide(sums, to, stride, apart, 2);
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

/* Positions from the cursor on, to y[count][stride]. */
static void sum_positions(const struct forward *forward, struct cursor *cursor, int count, float *y, int stride) {
  const struct convolution *of = &forward->of;
  int *lists = (int *)thread_scratch(), counts[BATCH];
  int new_row = 1;
  for (int position = 0; position < count; position += BATCH) {
    int batch = smaller(BATCH, count - position);
    for (int p = 0; p < batch; p++) {
      if (new_row && forward->slots) {
        int h = cursor->i * of->SH - of->PH;
        list_pixels(forward, cursor, smaller(of->H, larger(0, h)), larger(0, smaller(of->H, h + of->KH)));
      }
      counts[p] = list_position(forward, cursor, lists + p * LIST_ROOM);
      new_row = ++cursor->j == of->OW;
      if (!new_row) continue;
      cursor->j = 0;
      if (++cursor->i == of->OH) {
        cursor->i = 0;
        cursor->image++;
      }
    }
    int column = 0;
#if LANES > 4
    while (!forward->gathers && forward->columns - column >= BLOCK) {
      int blocks = (forward->columns - column) / BLOCK;
      blocks = blocks >= SIDE ? SIDE : blocks >= 2 ? 2 : 1;
      for (int p = 0; p < batch; p += SOME / 4) {
        int table = column / BLOCK * forward->taps * forward->word_count, first = forward->column + column;
        struct sums sums = {
            .forward = forward,
            .tables = (const char *)(shared_scratch() + table * WORD_FLOATS),
            .y = y + (position + p) * stride + column,
            .stride = stride,
            .count = smaller(SOME / 4, batch - p),
            .lists = lists + p * LIST_ROOM,
            .counts = counts + p,
            .column = first,
            .columns = blocks * BLOCK,
        };
        add_blocks_wide(&sums, (float *)lists + SUMS_AT, blocks, (long)forward->taps * forward->word_count * WORD_BYTES);
      }
      column += blocks * BLOCK;
    }
#endif
    for (; column < forward->columns; column += BLOCK)
      for (int p = 0; p < batch; p += SOME) {
        int table = column / BLOCK * forward->taps * forward->word_count, first = forward->column + column;
        struct sums sums = {
            .forward = forward,
            .tables = (const char *)(shared_scratch() + table * WORD_FLOATS),
            .weights = forward->w + (forward->tap * of->Cin + forward->word * WORD_BITS) * of->Cout + first,
            .y = y + (position + p) * stride + column,
            .stride = stride,
            .count = smaller(SOME, batch - p),
            .lists = lists + p * LIST_ROOM,
            .counts = counts + p,
            .column = first,
            .columns = smaller(BLOCK, forward->columns - column),
        };
        add_block(&sums, (float *)lists + SUMS_AT);
      }
  }
}

static void positions_range(const void *argument, int begin, int end) {
  const struct forward *forward = argument;
  const struct convolution *of = &forward->of;
  struct cursor cursor = {begin / of->OW / of->OH, begin / of->OW % of->OH, begin % of->OW, 0,
                          (int *)thread_scratch() + PIXELS_AT};
  sum_positions(forward, &cursor, end - begin, forward->y + begin * of->Cout + forward->column, of->Cout);
}

/* Rows of windows, of the images of a step; sums at all steps are made, then the neurons fire. */
static void firing_range(const void *argument, int begin, int end) {
  const struct forward *forward = argument;
  const struct convolution *of = &forward->of;
  const struct firing *firing = forward->firing;
  int rows = firing_rows(firing), row = of->OW * forward->columns, listed[MAP_POSITIONS] = {0};
  float *map = thread_scratch() + MAP_AT;
  for (int index = begin; index < end; index++) {
    int image = index / rows, i = index % rows, h = i * firing->KH, height = smaller(firing->KH, of->OH - h);
    for (int t = 0; t < firing->T; t++) {
      struct cursor cursor = {t * firing->N + image, h, 0, listed[t],
                              (int *)thread_scratch() + PIXELS_AT + t * forward->slots * forward->slot_ints};
      sum_positions(forward, &cursor, height * of->OW, map + t * height * row, forward->columns);
      listed[t] = cursor.listed;
    }
    struct firing_input from = {map, height * row, row, forward->columns};
    fire_row(firing, image, i, forward->column, forward->columns, from);
  }
}

/* ---- passes ---- */

static void run_pass(struct forward *forward) {
  const struct convolution *of = &forward->of;
  int blocks = ceil_divide(forward->columns, BLOCK), tables = blocks * forward->taps * forward->word_count;
  int positions = of->N * of->OH * of->OW;
  forward->slots = 0;
  forward->slot_ints = PIXEL_HEAD + (forward->word_count * FIELDS + 4 + 3) / 4 * 4;
  int most = PIXEL_INTS / forward->slot_ints;
  if (forward->firing) most = FIRING_PIXEL_INTS / forward->slot_ints / larger(1, forward->firing->T);
  if (forward->taps > 1 && of->W > 0 && of->KH <= most / of->W) {
    forward->slots = 1;
    while (forward->slots < of->KH * of->W) forward->slots *= 2;
    if (forward->slots > most) forward->slots = 0;
  }
  forward->gathers = positions < FEW_POSITIONS;
  if (!forward->gathers) parallel_for(tables_range, forward, tables, TABLES_PER_CHUNK);
  int grain = smaller(CHUNK_ADDITIONS / FIELDS / larger(1, tables), ceil_divide(positions, LEAST_CHUNKS));
  if (forward->firing) {
    int rows = forward->firing->N * firing_rows(forward->firing);
    parallel_for(firing_range, forward, rows, larger(1, (int)((long long)rows * grain / larger(1, positions))));
    return;
  }
  /* A chunk that is less than a row of the image would list the same pixels as others. */
  parallel_for(positions_range, forward, positions, larger(grain, forward->slots ? of->OW : 1));
}

/* Columns and words of taps that a pass takes at most; the latter where it has so many columns. */
static int most_columns(int Cout) { return smaller(PASS_BLOCKS * BLOCK, Cout); }
static int most_words(int columns) {
  return smaller(PASS_WORDS, PASS_TABLES / larger(1, ceil_divide(columns, BLOCK)));
}

static void run_forward(struct forward *forward) {
  const struct convolution *of = &forward->of;
  int taps = of->KH * of->KW;
  forward->words = packed_words(of->Cin);
  if (of->N * of->OH * of->OW == 0) return;
  for (int column = 0; column < of->Cout; column += forward->columns) {
    forward->column = column;
    forward->columns = most_columns(of->Cout - column);
    /* Whole taps, or, where the channels of one tap are too many, some words of one. Passes of equal size. */
    int pass_taps = 1, pass_words = larger(1, forward->words);
    int most = most_words(forward->columns);
    if (pass_words > most)
      pass_words = ceil_divide(pass_words, ceil_divide(pass_words, most));
    else
      pass_taps = larger(1, ceil_divide(taps, ceil_divide(taps, most / pass_words)));
    forward->first = 1;
    for (int tap = 0; tap == 0 || tap < taps; tap += pass_taps)
      for (int word = 0; word == 0 || word < forward->words; word += pass_words) {
        forward->tap = tap;
        forward->taps = smaller(pass_taps, taps - tap);
        forward->kh = tap / of->KW;
        forward->kw = tap % of->KW;
        forward->word = word;
        forward->word_count = smaller(pass_words, forward->words - word);
        forward->last = tap + pass_taps >= taps && word + pass_words >= forward->words;
        /* Neurons would fire before all is summed. */
        if (forward->firing && (!forward->first || !forward->last)) __builtin_trap();
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

/*
 * Sums in one pass, which neurons may meet as they are made, and a row of windows that fits the scratch at all steps.
 * Products of sizes in float64: none overflows. Not inlined, for it is called from outside too.
 */
__attribute__((noinline)) int packedConv2dAtifPoolForwardFits(int T, int OW, int Cin, int Cout, int KH, int KW, int windowH) {
  double positions = (double)T * windowH * OW, words = (double)KH * KW * larger(1, packed_words(Cin));
  return T >= 1 && positions <= MAP_POSITIONS && words <= most_words(most_columns(Cout));
}

void packedConv2dAtifPoolForward(int *out, float *v, const int *bits, const float *w, const float *bias,
                                 const float *normScale, const float *normShift, const float *v0, const float *theta,
                                 float scale, int T, int N, int H, int W, int Cin, int Cout, int KH, int KW, int SH,
                                 int SW, int PH, int PW, int windowH, int windowW) {
  struct forward forward = {
      .of = convolution_of(T * N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, 1),
      .bits = bits,
      .w = w,
      .bias = bias,
      .scale = scale,
  };
  struct firing firing = firing_of(out, v, normScale, normShift, v0, theta[0], T, N, forward.of.OH, forward.of.OW, Cout,
                                   windowH, windowW);
  if (!packedConv2dAtifPoolForwardFits(T, forward.of.OW, Cin, Cout, KH, KW, windowH)) __builtin_trap();
  forward.firing = &firing;
  run_forward(&forward);
}
