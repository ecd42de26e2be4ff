/* Packed spikes (packed.h): from and to floats, their number, their rows; bit-equal to reference/packed-spikes.ts. */

#include "packed.h"
#include "parallel.h"
#include "simd.h"
#include "tail.h"
#include "widening.h"

/* ---- floats from bits, bits from floats: an index is a word ---- */

struct packing_task {
  float *y;
  const float *x;
  int *bits;
  float scale;
  int C, words; /* channels and words of a row */
};

/* Words that hold as much as a chunk of floats; rows of few channels fill less than a word. */
static int words_per_chunk(int C) { return ELEMENTS_PER_CHUNK / larger(1, smaller(C, WORD_BITS)); }

static void unpack_range(const void *argument, int begin, int end) {
  const struct packing_task *task = argument;
  i32x4 scale = (i32x4)splat4(task->scale);
  for (int index = begin; index < end; index++) {
    int word = index % task->words, count = channels_of_word(word, task->C), i = 0;
    float *y = task->y + index / task->words * task->C + word * WORD_BITS;
    unsigned bits = (unsigned)task->bits[index];
    if (count == WORD_BITS) {
      i32x4 signs = signs_of_word(bits);
      for (i = WORD_BITS - 4; i >= 0; i -= 4) store4(y + i, (f32x4)(next_lanes(&signs) & scale));
      continue;
    }
    for (; i + 4 <= count; i += 4) store4(y + i, (f32x4)(lanes_of4(bits >> i) & scale));
    if (i < count) store_tail(y + i, (f32x4)(lanes_of4(bits >> i) & scale), count - i);
  }
}

void unpackSpikes(float *y, int *bits, float scale, int rows, int C) {
  struct packing_task task = {.y = y, .bits = bits, .scale = scale, .C = C, .words = packed_words(C)};
  parallel_for(unpack_range, &task, rows * task.words, words_per_chunk(C));
}

static inline i32x4 spikes_of4(const float *x) { return load4(x) != 0.0f; }

static void pack_range(const void *argument, int begin, int end) {
  const struct packing_task *task = argument;
  for (int index = begin; index < end; index++) {
    int word = index % task->words, count = channels_of_word(word, task->C), i = 0;
    const float *x = task->x + index / task->words * task->C + word * WORD_BITS;
    unsigned bits = 0;
    for (; i + 16 <= count; i += 16)
      bits |= bits_of16(spikes_of4(x + i), spikes_of4(x + i + 4), spikes_of4(x + i + 8), spikes_of4(x + i + 12)) << i;
    for (; i < count; i += 4) bits |= bits_of4(load_up_to4(x + i, count - i) != 0.0f) << i;
    task->bits[index] = (int)bits;
  }
}

void packSpikes(int *bits, const float *x, int rows, int C) {
  struct packing_task task = {.x = x, .bits = bits, .C = C, .words = packed_words(C)};
  parallel_for(pack_range, &task, rows * task.words, words_per_chunk(C));
}

/* ---- number of spikes: an index is a word; a count for each chunk ---- */

typedef unsigned long long u64_anywhere __attribute__((aligned(4), may_alias));

struct count_task {
  const int *bits;
  int grain;
};

static void count_range(const void *argument, int begin, int end) {
  const struct count_task *task = argument;
  long long total = 0;
  int i = begin;
  for (; i + 2 <= end; i += 2) total += __builtin_popcountll(*(const u64_anywhere *)(task->bits + i));
  if (i < end) total += __builtin_popcount((unsigned)task->bits[i]);
  shared_scratch_doubles()[begin / task->grain] = (double)total; /* below 2^35: exact */
}

void countSpikes(int *count, int *bits, int words) {
  int grain = grain_for(words, ELEMENTS_PER_CHUNK, SHARED_SCRATCH_DOUBLES);
  struct count_task task = {bits, grain};
  parallel_for(count_range, &task, words, grain);
  double total = 0, largest = 2147483647.0;
  for (int chunk = 0; chunk < chunk_count(words, grain); chunk++) total += shared_scratch_doubles()[chunk];
  count[0] = (int)(total < largest ? total : largest);
}

/* ---- rows [N * P, C] as rows [N, P * C]: an index is an image ---- */

struct repack_task {
  int *out;
  const int *bits;
  int P, C;
};

static void repack_range(const void *argument, int begin, int end) {
  const struct repack_task *task = argument;
  int C = task->C, words = packed_words(C), out_words = packed_words(task->P * C);
  for (int n = begin; n < end; n++) {
    const int *bits = task->bits + n * task->P * words;
    int *out = task->out + n * out_words, pending = 0;
    unsigned long long waiting = 0; /* `pending` bits, fewer than 32, that do not fill a word yet */
    for (int p = 0; p < task->P; p++)
      for (int word = 0; word < words; word++) {
        waiting |= (unsigned long long)(unsigned)*bits++ << pending;
        pending += channels_of_word(word, C);
        if (pending < WORD_BITS) continue;
        *out++ = (int)(unsigned)waiting;
        waiting >>= WORD_BITS;
        pending -= WORD_BITS;
      }
    if (pending > 0) *out = (int)(unsigned)waiting;
  }
}

void repackSpikes(int *out, int *bits, int N, int P, int C) {
  struct repack_task task = {out, bits, P, C};
  parallel_for(repack_range, &task, N, larger(1, ELEMENTS_PER_CHUNK / larger(1, P * packed_words(C))));
}
