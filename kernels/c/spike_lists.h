/*
 * Which rows of which tables of subset sums a packed pixel asks for.
 *
 * Packed spikes: an array [rows, C] is words [rows, ceil(C / 32)], channel c is bit c % 32 of word c / 32, and bits from C
 * on are 0. Four neighbouring channels are a group; the group's four bits, if not all 0, choose one of 16 rows of the
 * group's table (subset_sums.h). An entry is the offset of that row in bytes from the first table of the pixel:
 * (group * 16 + bits) * ROW_BYTES.
 */
#ifndef ATIF_SPIKE_LISTS_H
#define ATIF_SPIKE_LISTS_H

#include "simd.h"
#include "subset_sums.h"

enum {
  WORD_CHANNELS = 32,
  WORD_GROUPS = WORD_CHANNELS / GROUP,
  COPIED = 16, /* entries that copy_entries moves at a time */
};

static inline int packed_words(int channels) { return channels / WORD_CHANNELS + (channels % WORD_CHANNELS != 0); }

/*
 * Writes the entries of one word to list[count] ... and returns the new count. Without branches, which would be
 * mispredicted at every other group: list has room for WORD_GROUPS entries whatever the count.
 */
static inline int list_word(unsigned word, int base, int *list, int count) {
  _Static_assert(ROW_BYTES == 1 << 7, "the shifts below put four bits at bit 7");
#define LIST_GROUP(K, SHIFTED) \
  { \
    int row = (int)((SHIFTED) & 15u << 7); \
    list[count] = base + (K) * TABLE_BYTES + row; \
    count += row != 0; \
  }
  LIST_GROUP(0, word << 7)
  LIST_GROUP(1, word << 3)
  LIST_GROUP(2, word >> 1)
  LIST_GROUP(3, word >> 5)
  LIST_GROUP(4, word >> 9)
  LIST_GROUP(5, word >> 13)
  LIST_GROUP(6, word >> 17)
  LIST_GROUP(7, word >> 21)
#undef LIST_GROUP
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
    store4i(to + i + 8, load4i(from + i + 8) + added);
    store4i(to + i + 12, load4i(from + i + 12) + added);
    i += COPIED;
  } while (i < count);
}

#endif
