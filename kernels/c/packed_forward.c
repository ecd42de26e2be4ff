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

#include "position_lists.h"
#include "position_sums.h"

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

/* ---- positions ---- */

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
      if (blocks > SIDE) blocks = SIDE;
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
