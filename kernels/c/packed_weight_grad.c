/*
 * Weight gradient of convolution and Linear on packed spikes; twin: reference/packed.ts.
 *
 * dw[tap, c, :] is the sum of the rows scale * dy[n, oh, ow, :] of the output positions whose window has a spike of channel
 * c at that tap. Four neighbouring images are a group: of each of their output pixels the 16 subset sums of the four rows of
 * dy are made (subset_sums.h), and the spikes of the four images choose one of them for every tap and channel. So an
 * element of dw takes one addition for four images, whatever the density; its sum stays in registers over a tile of
 * pixels.
 */

#include "parallel.h"
#include "scratch.h"
#include "spike_lists.h"
#include "wide.h"
#include "windows.h"

enum {
  TILE = 32,        /* pixels; offsets into their tables fit in 16 bits, and sums are runs of so many, then of tiles */
  TAPS = 9,         /* whose spikes are listed before their sums: for so long a block's tables stay in a level 1 cache */
  OCTET = 8,        /* pixels whose spikes are transposed together */
  CHUNK_BLOCKS = 4, /* blocks of columns for which the spikes of a tile are read once */
  CHUNKS_WANTED = 16,
  TABLES_FLOATS = TILE * CHUNK_BLOCKS * TABLE_FLOATS,
};

struct weight_grad {
  struct convolution of;
  float *dw;       /* or the first of the partial ones */
  const float *dy;
  const int *bits;
  float scale;
  int words;     /* of a pixel */
  int positions; /* groups of images * OH * OW */
  /* Chunks: splits of the positions, each with a partial dw if there are several; columns; words of input channels. */
  int splits, split_positions;
  int column_chunks;
  int word_chunks, chunk_words;
};

typedef unsigned short offset_list[WORD_BITS][TILE];
typedef unsigned char bytes16 __attribute__((vector_size(16)));
typedef unsigned short words8 __attribute__((vector_size(16)));

/* A tile: its pixels, and those that one tap sees. */
struct tile_pixels {
  int count;
  int group[TILE], i[TILE], j[TILE];
  int seen;
  int offset[TILE];       /* of the tables of a pixel that the tap sees, in bytes */
  const int *words[TILE]; /* of the first image, at that tap */
  int images[TILE];       /* in the group: 1 to GROUP */
};

/* ---- spikes of a tap, by channel ---- */

/* Lane c: 1 << image where bit c + 16 half of the word is set, else 0. */
static inline bytes16 spread_bits(unsigned word, int half, int image) {
  const bytes16 lane_bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const bytes16 ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  bytes16 bytes = (bytes16)splat4i((int)word), copies;
  if (half)
    copies = __builtin_shufflevector(bytes, bytes, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  else
    copies = __builtin_shufflevector(bytes, bytes, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  return (bytes16)((copies & lane_bit) == lane_bit) & (ones << image);
}

/* Of 16 channels: which of the four images spike. Bit i of a lane is image i. */
static inline bytes16 image_sets(const unsigned words[GROUP], int half) {
  bytes16 sets = {0};
  for (int i = 0; i < GROUP; i++) sets |= spread_bits(words[i], half, i);
  return sets;
}

#define INTERLEAVE_LOW(A, B) \
  __builtin_shufflevector(A, B, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(A, B) \
  __builtin_shufflevector(A, B, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

/* sets[pixel], 16 channels each, to to[channel][pixel]. */
static inline void store_transposed(offset_list lists, int channel, int pixel, const bytes16 sets[OCTET],
                                    words8 table_offsets) {
  bytes16 a[OCTET], b[OCTET];
  for (int k = 0; k < 4; k++) {
    a[2 * k] = INTERLEAVE_LOW(sets[k], sets[k + 4]);
    a[2 * k + 1] = INTERLEAVE_HIGH(sets[k], sets[k + 4]);
  }
  /* a[2k] holds channels 0 ... 7 of pixels k, k + 4; a[2k + 1] channels 8 ... 15. */
  for (int half = 0; half < 2; half++) {
    for (int k = 0; k < 2; k++) {
      b[4 * half + 2 * k] = INTERLEAVE_LOW(a[2 * k + half], a[2 * (k + 2) + half]);
      b[4 * half + 2 * k + 1] = INTERLEAVE_HIGH(a[2 * k + half], a[2 * (k + 2) + half]);
    }
  }
  /* b[4 half + q], b[4 half + 2 + q]: channels 8 half + 4 q ... of pixels 0, 2, 4, 6 and 1, 3, 5, 7. */
  for (int quarter = 0; quarter < 4; quarter++) {
    bytes16 even = b[4 * (quarter / 2) + quarter % 2], odd = b[4 * (quarter / 2) + quarter % 2 + 2];
    bytes16 pair[2] = {INTERLEAVE_LOW(even, odd), INTERLEAVE_HIGH(even, odd)};
    for (int two = 0; two < 2; two++) {
      bytes16 zero = {0};
      words8 first = (words8)INTERLEAVE_LOW(pair[two], zero), second = (words8)INTERLEAVE_HIGH(pair[two], zero);
      unsigned short *to = &lists[channel + 4 * quarter + 2 * two][pixel];
      store4i((int *)to, (i32x4)(first * (unsigned short)ROW_BYTES + table_offsets));
      store4i((int *)(to + TILE), (i32x4)(second * (unsigned short)ROW_BYTES + table_offsets));
    }
  }
}

/* lists[channel][pixel]: the offset of the row that the four images ask for. */
static void list_tap(const struct weight_grad *grad, const struct tile_pixels *tile, int word, offset_list lists) {
  int image_words = grad->of.H * grad->of.W * grad->words;
  for (int pixel = 0; pixel < tile->seen; pixel += OCTET) {
    bytes16 sets[2][OCTET];
    words8 table_offsets = {0};
    for (int k = 0; k < OCTET; k++) {
      unsigned words[GROUP] = {0};
      if (pixel + k < tile->seen) {
        for (int image = 0; image < tile->images[pixel + k]; image++)
          words[image] = (unsigned)tile->words[pixel + k][image * image_words + word];
        table_offsets[k] = (unsigned short)tile->offset[pixel + k];
      }
      sets[0][k] = image_sets(words, 0);
      sets[1][k] = image_sets(words, 1);
    }
    store_transposed(lists, 0, pixel, sets[0], table_offsets);
    store_transposed(lists, 16, pixel, sets[1], table_offsets);
  }
}

/* ---- sums ---- */

/* dw[channel, columns] = or += the sum of the rows listed; a row of dw is Cout long. */
static inline __attribute__((always_inline)) void sum_lists(float *dw, int Cout, offset_list lists, int channels,
                                                            int count, const char *tables, int columns, int add,
                                                            const int vectors) {
  for (int c = 0; c < channels; c++, dw += Cout) {
    f32x4 sum[BLOCK / 4] = {0};
    const unsigned short *list = lists[c];
    int k = 0;
    for (; k + 1 < count; k += 2) {
      const float *a = (const float *)(tables + list[k]), *b = (const float *)(tables + list[k + 1]);
      for (int v = 0; v < vectors; v++) sum[v] += load4(a + 4 * v) + load4(b + 4 * v);
    }
    if (k < count) {
      const float *a = (const float *)(tables + list[k]);
      for (int v = 0; v < vectors; v++) sum[v] += load4(a + 4 * v);
    }
    if (columns == 4 * vectors) {
      for (int v = 0; v < vectors; v++) store4(dw + 4 * v, add ? load4(dw + 4 * v) + sum[v] : sum[v]);
    } else {
      for (int v = 0; 4 * v < columns && v < vectors; v++) {
        int some = columns - 4 * v;
        store_up_to4(dw + 4 * v, add ? load_up_to4(dw + 4 * v, some) + sum[v] : sum[v], some);
      }
    }
  }
}

#if LANES > 4
/* Sixteen columns of AT_ONCE channels: their lists are equally long, so as many sums go side by side. */
enum { AT_ONCE = LANES == 16 ? 4 : 2, PARTS = BLOCK / LANES };
static inline __attribute__((always_inline)) void sum_some_wide(float *dw, int Cout, unsigned short (*lists)[TILE], int count,
                                                                const char *tables, int add, const int channels) {
  fN sum[4][PARTS];
  for (int c = 0; c < channels; c++)
    for (int v = 0; v < PARTS; v++) sum[c][v] = splatN(0);
  int k = 0;
  for (; k + 1 < count; k += 2)
    for (int c = 0; c < channels; c++) {
      const float *a = (const float *)(tables + lists[c][k]), *b = (const float *)(tables + lists[c][k + 1]);
      for (int v = 0; v < PARTS; v++) sum[c][v] += loadN(a + LANES * v) + loadN(b + LANES * v);
    }
  if (k < count)
    for (int c = 0; c < channels; c++) {
      const float *a = (const float *)(tables + lists[c][k]);
      for (int v = 0; v < PARTS; v++) sum[c][v] += loadN(a + LANES * v);
    }
  for (int c = 0; c < channels; c++)
    for (int v = 0; v < PARTS; v++)
      storeN(dw + c * Cout + LANES * v, add ? loadN(dw + c * Cout + LANES * v) + sum[c][v] : sum[c][v]);
}
static void sum_wide(float *dw, int Cout, offset_list lists, int channels, int count, const char *tables, int add) {
  int c = 0;
  for (; c + AT_ONCE <= channels; c += AT_ONCE) sum_some_wide(dw + c * Cout, Cout, lists + c, count, tables, add, AT_ONCE);
  for (; c < channels; c++) sum_some_wide(dw + c * Cout, Cout, lists + c, count, tables, add, 1);
}
#endif

static void sum_block(float *dw, int Cout, offset_list lists, int channels, int count, const char *tables, int columns,
                      int add) {
#if LANES > 4
  if (columns == BLOCK) return sum_wide(dw, Cout, lists, channels, count, tables, add);
#endif
  switch (block_width(columns)) {
    case 16: return sum_lists(dw, Cout, lists, channels, count, tables, columns, add, 4);
    case 8: return sum_lists(dw, Cout, lists, channels, count, tables, columns, add, 2);
    case 4: return sum_lists(dw, Cout, lists, channels, count, tables, columns, add, 1);
  }
}

/* ---- tiles ---- */

static void find_pixels(const struct weight_grad *grad, int position, int count, struct tile_pixels *tile) {
  const struct convolution *of = &grad->of;
  int j = position % of->OW, i = position / of->OW % of->OH, group = position / of->OW / of->OH;
  tile->count = count;
  for (int k = 0; k < count; k++) {
    tile->group[k] = group;
    tile->i[k] = i;
    tile->j[k] = j;
    if (++j < of->OW) continue;
    j = 0;
    if (++i < of->OH) continue;
    i = 0;
    group++;
  }
}

static void find_seen(const struct weight_grad *grad, int kh, int kw, struct tile_pixels *tile) {
  const struct convolution *of = &grad->of;
  int seen = 0;
  for (int k = 0; k < tile->count; k++) {
    int h = tile->i[k] * of->SH - of->PH + kh, w = tile->j[k] * of->SW - of->PW + kw;
    if (h < 0 || h >= of->H || w < 0 || w >= of->W) continue;
    int image = tile->group[k] * GROUP;
    tile->offset[seen] = k * TABLE_BYTES;
    tile->words[seen] = grad->bits + ((image * of->H + h) * of->W + w) * grad->words;
    tile->images[seen] = smaller(GROUP, of->N - image);
    seen++;
  }
  tile->seen = seen;
}

/* Of `columns` columns of dy from `column` on; tables are [block][pixel]. */
static void make_tables(const struct weight_grad *grad, const struct tile_pixels *tile, int column, int columns,
                        float *tables) {
  const struct convolution *of = &grad->of;
  for (int k = 0; k < tile->count; k++) {
    int image = tile->group[k] * GROUP;
    const float *rows = grad->dy + ((image * of->OH + tile->i[k]) * of->OW + tile->j[k]) * of->Cout + column;
    for (int c = 0; c < columns; c += BLOCK) {
      int some = smaller(BLOCK, columns - c);
      subset_sums(tables + (c / BLOCK * TILE + k) * TABLE_FLOATS, rows + c, of->OH * of->OW * of->Cout,
                  of->N - image, some, block_width(some), grad->scale);
    }
  }
}

static void chunk_range(const void *argument, int begin, int end) {
  const struct weight_grad *grad = argument;
  const struct convolution *of = &grad->of;
  float *tables = thread_scratch();
  offset_list lists[TAPS];
  int seen[TAPS], taps = of->KH * of->KW;
  struct tile_pixels tile;
  /* Row 0 of every table, the sum of none. */
  for (int table = 0; table < TILE * CHUNK_BLOCKS; table++)
    for (int c = 0; c < BLOCK; c += 4) store4(tables + table * TABLE_FLOATS + c, splat4(0));
  for (int chunk = begin; chunk < end; chunk++) {
    int column = chunk % grad->column_chunks * CHUNK_BLOCKS * BLOCK;
    int column_end = smaller(of->Cout, column + CHUNK_BLOCKS * BLOCK);
    int word = chunk / grad->column_chunks % grad->word_chunks * grad->chunk_words;
    int word_end = smaller(grad->words, word + grad->chunk_words);
    int split = chunk / grad->column_chunks / grad->word_chunks;
    float *dw = grad->dw + split * of->KH * of->KW * of->Cin * of->Cout;
    int first = split * grad->split_positions;
    int last = smaller(grad->positions, first + grad->split_positions);
    for (int position = first; position < last; position += TILE) {
      find_pixels(grad, position, smaller(TILE, last - position), &tile);
      make_tables(grad, &tile, column, column_end - column, tables);
      for (int at = word; at < word_end; at++) {
        int channel = at * WORD_BITS, channels = smaller(WORD_BITS, of->Cin - channel);
        for (int tap = 0; tap < taps; tap += TAPS) {
          int tap_end = smaller(taps, tap + TAPS);
          for (int t = tap; t < tap_end; t++) {
            find_seen(grad, t / of->KW, t % of->KW, &tile);
            seen[t - tap] = tile.seen;
            list_tap(grad, &tile, at, lists[t - tap]);
          }
          for (int c = column, block = 0; c < column_end; c += BLOCK, block++)
            for (int t = tap; t < tap_end; t++) {
              if (seen[t - tap] == 0 && position > first) continue;
              sum_block(dw + (t * of->Cin + channel) * of->Cout + c, of->Cout, lists[t - tap], channels, seen[t - tap],
                        (const char *)(tables + block * TILE * TABLE_FLOATS), smaller(BLOCK, column_end - c),
                        position > first);
            }
        }
      }
    }
  }
}

/* ---- partial sums ---- */

struct combine {
  float *dw;
  const float *partials;
  int splits, size;
};

static void combine_range(const void *argument, int begin, int end) {
  const struct combine *combine = argument;
  for (int i = begin; i < end; i += 4) {
    f32x4 sum = load_up_to4(combine->partials + i, end - i);
    for (int split = 1; split < combine->splits; split++)
      sum += load_up_to4(combine->partials + split * combine->size + i, end - i);
    store_up_to4(combine->dw + i, sum, end - i);
  }
}

void packedConv2dWeightGrad(float *dw, const float *dy, const int *bits, float scale, int N, int H, int W, int Cin,
                            int Cout, int KH, int KW, int SH, int SW, int PH, int PW) {
  struct weight_grad grad = {
      .of = convolution_of(N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, 1),
      .dw = dw,
      .dy = dy,
      .bits = bits,
      .scale = scale,
      .words = packed_words(Cin),
  };
  int size = KH * KW * Cin * Cout;
  grad.positions = ceil_divide(N, GROUP) * grad.of.OH * grad.of.OW;
  if (size == 0) return;
  if (grad.positions == 0) {
    for (int i = 0; i < size; i++) dw[i] = 0;
    return;
  }
  int tiles = ceil_divide(grad.positions, TILE);
  grad.splits = larger(1, smaller(smaller(CHUNKS_WANTED, tiles), SHARED_SCRATCH_FLOATS / size));
  grad.split_positions = ceil_divide(tiles, grad.splits) * TILE;
  grad.splits = ceil_divide(grad.positions, grad.split_positions);
  grad.column_chunks = ceil_divide(Cout, CHUNK_BLOCKS * BLOCK);
  int chunks = grad.splits * grad.column_chunks;
  grad.chunk_words = ceil_divide(grad.words, smaller(grad.words, ceil_divide(CHUNKS_WANTED, chunks)));
  grad.word_chunks = ceil_divide(grad.words, grad.chunk_words);
  if (grad.splits > 1) grad.dw = shared_scratch();
  parallel_for(chunk_range, &grad, chunks * grad.word_chunks, 1);
  if (grad.splits == 1) return;
  struct combine combine = {dw, shared_scratch(), grad.splits, size};
  parallel_for(combine_range, &combine, size, ELEMENTS_PER_CHUNK / grad.splits);
}

void packedLinearWeightGrad(float *dw, const float *dy, const int *bits, float scale, int rows, int inputs,
                            int outputs) {
  packedConv2dWeightGrad(dw, dy, bits, scale, rows, 1, 1, inputs, outputs, 1, 1, 1, 1, 0, 0);
}
