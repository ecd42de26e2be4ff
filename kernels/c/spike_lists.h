/*
 * Which rows of which tables of subset sums a packed pixel asks for.
 *
 * Four neighbouring channels are a group; the group's four bits, if not all 0, choose one of 16 rows of the group's
 * table (subset_sums.h). An entry is the offset of that row in bytes from the first table of the pixel:
 * (group * 16 + bits) * ROW_BYTES.
 */
#ifndef ATIF_SPIKE_LISTS_H
#define ATIF_SPIKE_LISTS_H

#include "packed.h"
#include "simd.h"
#include "subset_sums.h"

enum {
  WORD_GROUPS = WORD_BITS / GROUP,
  COPIED = 8,  /* entries that copy_entries moves at a time */
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
#else
  const unsigned char *from = kept_lanes[mask];
  return (i32x4){a[from[0] / 4], a[from[4] / 4], a[from[8] / 4], a[from[12] / 4]};
#endif
}

/*
 * Writes the entries of one word to list[count] ... and returns the new count. Four groups at a time and without
 * branches, which would be mispredicted at every other group: list has room for 4 entries more.
 */
static inline int list_word(unsigned word, int base, int *list, int count) {
  _Static_assert(ROW_BYTES == 1 << 7 && GROUP == 4, "the bits of a group go to bits 28 to 31, and then to 7 to 10");
  const u32x4 to_top[2] = {{1u << 28, 1u << 24, 1u << 20, 1u << 16}, {1u << 12, 1u << 8, 1u << 4, 1}};
  const i32x4 tables = {0, TABLE_BYTES, 2 * TABLE_BYTES, 3 * TABLE_BYTES};
  for (int half = 0; half < 2; half++) {
    i32x4 rows = (i32x4)(((u32x4)splat4i((int)word) * to_top[half]) >> 21) & splat4i(15 << 7);
    unsigned set = bits_of4(rows != splat4i(0));
    store4i(list + count, keep_lanes(rows + tables + splat4i(base + half * 4 * TABLE_BYTES), set));
    count += __builtin_popcount(set);
  }
  return count;
}

static inline int list_words(const int *words, int n, int base, int *list, int count) {
  for (int i = 0; i < n; i++, base += WORD_GROUPS * TABLE_BYTES) count = list_word((unsigned)words[i], base, list, count);
  return count;
}

/* to[i] = from[i] + base, i < count; COPIED at a time: both have room for count rounded up, and are not empty. */
static inline void copy_entries(int *to, const int *from, int count, int base) {
  i32x4 added = splat4i(base);
  int i = 0;
  do {
    store4i(to + i, load4i(from + i) + added);
    store4i(to + i + 4, load4i(from + i + 4) + added);
    i += COPIED;
  } while (i < count);
}

#endif
