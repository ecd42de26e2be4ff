/*
 * Which spikes a packed pixel has, as a list.
 *
 * The 32 channels of a word are six fields, of 5, 5, 5, 5, 6 and 6 bits. For each there is a table of the sums of all subsets of
 * its channels' rows: 4 x 32 + 2 x 64 are 256 rows a word. An entry stands for a field whose bits are not all 0: it is the
 * offset, in bytes, of the row that these bits choose.
 */
#ifndef ATIF_SPIKE_LISTS_H
#define ATIF_SPIKE_LISTS_H

#include "packed.h"
#include "simd.h"
#include "subset_sums.h"

enum {
  FIELDS = 6,
  SHORT_FIELDS = 4, /* the first ones, of 5 bits; the others have one more */
  SHORT_BITS = 5,
  WORD_ROWS = SHORT_FIELDS * 32 + 2 * 64,
  /* From one word's tables to the next. With 256, rows that are chosen by the same bits, and those of single spikes, would share
   * few sets of the caches: 100 % spikes took five times as long. */
  WORD_STEP = WORD_ROWS + 1,
  WORD_FLOATS = WORD_STEP * BLOCK,
  WORD_BYTES = WORD_STEP * ROW_BYTES,
  COPIED = 4, /* entries that copy_entries moves at a time */
};

/* Byte k of row m says which byte comes to place k when only the lanes of mask m are kept, in order. */
static const unsigned char kept_lanes[16][16] = {
#define LANE(L) 4 * (L), 4 * (L) + 1, 4 * (L) + 2, 4 * (L) + 3
#define KEEP(A, B, C, D) {LANE(A), LANE(B), LANE(C), LANE(D)}
    KEEP(0, 0, 0, 0), KEEP(0, 0, 0, 0), KEEP(1, 1, 1, 1), KEEP(0, 1, 1, 1),
    KEEP(2, 2, 2, 2), KEEP(0, 2, 2, 2), KEEP(1, 2, 2, 2), KEEP(0, 1, 2, 2),
    KEEP(3, 3, 3, 3), KEEP(0, 3, 3, 3), KEEP(1, 3, 3, 3), KEEP(0, 1, 3, 3),
    KEEP(2, 3, 3, 3), KEEP(0, 2, 3, 3), KEEP(1, 2, 3, 3), KEEP(0, 1, 2, 3),
#undef KEEP
#undef LANE
};

/* The lanes whose bit is set in mask, first; then anything. */
static inline i32x4 keep_lanes(i32x4 a, unsigned mask) {
#ifdef __wasm_simd128__
  return (i32x4)wasm_i8x16_swizzle((v128_t)a, wasm_v128_load(kept_lanes[mask]));
#elif defined(__SSSE3__)
  return (i32x4)_mm_shuffle_epi8((__m128i)a, _mm_loadu_si128((const __m128i *)kept_lanes[mask]));
#else
  const unsigned char *from = kept_lanes[mask];
  return (i32x4){a[from[0] / 4], a[from[4] / 4], a[from[8] / 4], a[from[12] / 4]};
#endif
}

/* The first channel of a field, and the first row of its table. */
static inline int field_channel(int field) { return SHORT_BITS * field + larger(0, field - SHORT_FIELDS); }
static inline int field_row(int field) { return 32 * (field + larger(0, field - SHORT_FIELDS)); }

/*
 * Writes the entries of one word to list[count] ... and returns the new count. Several fields at a time and without
 * branches, which would be mispredicted at every other one: list has room for FIELDS + 2 entries more.
 */
static inline int list_word(unsigned word, int base, int *list, int count) {
  _Static_assert(ROW_BYTES == 1 << 6, "the bits of a field go to the top, and then to bit 6 and up");
  const u32x4 to_top[2] = {{1u << 27, 1u << 22, 1u << 17, 1u << 12}, {1u << 6, 1, 0, 0}};
  const i32x4 tables[2] = {{0, 32 * ROW_BYTES, 64 * ROW_BYTES, 96 * ROW_BYTES}, {128 * ROW_BYTES, 192 * ROW_BYTES, 0, 0}};
  for (int half = 0; half < 2; half++) {
    u32x4 top = (u32x4)splat4i((int)word) * to_top[half];
    i32x4 rows = half ? (i32x4)(top >> 20) & splat4i(63 << 6) : (i32x4)(top >> 21) & splat4i(31 << 6);
    unsigned set = bits_of4(rows != splat4i(0));
    store4i(list + count, keep_lanes(rows + tables[half] + splat4i(base), set));
    count += __builtin_popcount(set);
  }
  return count;
}

static inline int list_words(const int *words, int n, int base, int *list, int count) {
  for (int i = 0; i < n; i++, base += WORD_BYTES) count = list_word((unsigned)words[i], base, list, count);
  return count;
}

/* to[i] = from[i] + base, i < count; COPIED at a time: both have room for count rounded up, and are not empty. */
static inline void copy_entries(int *to, const int *from, int count, int base) {
  i32x4 added = splat4i(base);
  int i = 0;
  do {
    store4i(to + i, load4i(from + i) + added);
    i += COPIED;
  } while (i < count);
}

#endif
