/*
 * The forward pass on packed spikes (packed_forward.c): what a pass is, and the list of table rows of each output position.
 */
#ifndef ATIF_POSITION_LISTS_H
#define ATIF_POSITION_LISTS_H

#include "parallel.h"
#include "pooled_firing.h"
#include "scratch.h"
#include "spike_lists.h"
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

#endif
