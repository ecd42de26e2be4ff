/* Max pooling of packed spikes x [N, H, W, C] (packed.h); bit-equal to reference/packed-pooling.ts. */

#include "packed.h"
#include "parallel.h"
#include "pool_windows.h"
#include "simd.h"
#include "tail.h"

/* ---- forward: the largest of 0 and theta is theta where any bit is 1 ---- */

struct packed_forward_task {
  int *out;
  const int *bits;
  struct pool_sizes of;
  int words; /* of a pixel */
};

static inline void or_into(int *out, const int *bits, int words) {
  int word = 0;
  for (; word + 4 <= words; word += 4) store4i(out + word, load4i(out + word) | load4i(bits + word));
  for (; word < words; word++) out[word] |= bits[word];
}

/* One window of pixels of `words` words. */
static inline void or_of_window(int *out, const int *bits, struct window at, int W, int words) {
  for (int word = 0; word < words; word++) out[word] = 0;
  for (int h = at.top; h < at.bottom; h++)
    for (int w = at.left; w < at.right; w++) or_into(out, bits + (h * W + w) * words, words);
}

/* Indices are rows of output, [N, OH]. */
static void packed_max_pool_forward_range(const void *argument, int begin, int end) {
  const struct packed_forward_task *task = argument;
  const struct pool_sizes *of = &task->of;
  int words = task->words;
  for (int row = begin; row < end; row++) {
    const int *bits = task->bits + row / of->OH * of->H * of->W * words;
    int *out = task->out + row * of->OW * words;
    for (int ow = 0; ow < of->OW; ow++)
      or_of_window(out + ow * words, bits, window_at(of, row % of->OH, ow), of->W, words);
  }
}

void packedMaxPool2dForward(int *out, int *bits, int N, int H, int W, int C, int KH, int KW, int SH, int SW, int PH,
                            int PW) {
  struct packed_forward_task task = {out, bits, pool_sizes_of(N, H, W, C, KH, KW, SH, SW, PH, PW), packed_words(C)};
  parallel_for(packed_max_pool_forward_range, &task, N * task.of.OH, rows_per_chunk(W * KH * task.words));
}

/* ---- backward: dy goes to the first spike of the window, or, if there is none, to its first element ---- */

struct packed_backward_task {
  float *dx;
  const float *dy;
  const int *bits;
  struct pool_sizes of;
  int words, apart; /* apart: no two windows share an element */
};

static void fill_zero(float *x, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store4(x + i, splat4(0));
  for (; i < count; i++) x[i] = 0;
}

/*
 * dx = dy where the bit is 1, else 0; or dx += that. dy goes through 0 + dy, as it does in a sum that starts at 0: where
 * dy is -0, 0. Such a sum is never -0, so that adding 0 changes nothing.
 */
static inline void give_to_spikes(float *dx, const float *dy, unsigned bits, int count, int add) {
  if (count == WORD_BITS) {
    i32x4 signs = signs_of_word(bits);
    for (int i = WORD_BITS - 4; i >= 0; i -= 4) {
      f32x4 given = (f32x4)(next_lanes(&signs) & (i32x4)load4(dy + i));
      store4(dx + i, (add ? load4(dx + i) : splat4(0)) + given);
    }
    return;
  }
  for (int i = 0; i < count; i += 4) {
    f32x4 given = (f32x4)(lanes_of4(bits >> i) & (i32x4)load_up_to4(dy + i, count - i));
    store_up_to4(dx + i, (add ? load_up_to4(dx + i, count - i) : splat4(0)) + given, count - i);
  }
}

/* dx, bits: of the image; dy: of the window. */
static inline void give_to_window(const struct packed_backward_task *task, float *dx, const float *dy, const int *bits,
                                  struct window at, int add) {
  int C = task->of.C, W = task->of.W, words = task->words;
  for (int word = 0; word < words; word++) {
    unsigned any = 0, taken = 0;
    for (int h = at.top; h < at.bottom; h++)
      for (int w = at.left; w < at.right; w++) any |= (unsigned)bits[(h * W + w) * words + word];
    for (int h = at.top; h < at.bottom; h++)
      for (int w = at.left; w < at.right; w++) {
        unsigned first = ((unsigned)bits[(h * W + w) * words + word] | ~any) & ~taken;
        taken |= first;
        give_to_spikes(dx + (h * W + w) * C + word * WORD_BITS, dy + word * WORD_BITS, first, channels_of_word(word, C),
                       add);
      }
  }
}

/* Input rows from here on belong to output row oh; the rows after all windows to the last one. */
static int first_row(const struct pool_sizes *of, int oh) {
  if (oh == 0) return 0;
  return oh >= of->OH ? of->H : smaller(larger(oh * of->SH - of->PH, 0), of->H);
}

/* Indices are rows of output, [N, OH], with the rows of input that belong to them; windows are apart. */
static void apart_range(const void *argument, int begin, int end) {
  const struct packed_backward_task *task = argument;
  const struct pool_sizes *of = &task->of;
  int C = of->C, W = of->W, strips = larger(1, of->OH);
  for (int index = begin; index < end; index++) {
    int n = index / strips, oh = index % strips;
    float *dx = task->dx + n * of->H * W * C;
    const int *bits = task->bits + n * of->H * W * task->words;
    struct window rows = window_at(of, oh, 0);
    for (int h = first_row(of, oh); h < first_row(of, oh + 1); h++) {
      int inside = oh < of->OH && h >= rows.top && h < rows.bottom, w = 0;
      for (int ow = 0; ow < of->OW && inside; ow++) { /* the gaps between the windows */
        struct window at = window_at(of, oh, ow);
        fill_zero(dx + (h * W + w) * C, (smaller(at.left, W) - w) * C);
        w = larger(w, at.right);
      }
      fill_zero(dx + (h * W + w) * C, (W - w) * C);
    }
    for (int ow = 0; ow < of->OW && oh < of->OH; ow++)
      give_to_window(task, dx, task->dy + ((n * of->OH + oh) * of->OW + ow) * C, bits, window_at(of, oh, ow), 0);
  }
}

/* Indices are images: windows of one image may share an input. */
static void sharing_range(const void *argument, int begin, int end) {
  const struct packed_backward_task *task = argument;
  const struct pool_sizes *of = &task->of;
  int inputs = of->H * of->W;
  for (int n = begin; n < end; n++) {
    float *dx = task->dx + n * inputs * of->C;
    const float *dy = task->dy + n * of->OH * of->OW * of->C;
    fill_zero(dx, inputs * of->C);
    for (int oh = 0; oh < of->OH; oh++)
      for (int ow = 0; ow < of->OW; ow++)
        give_to_window(task, dx, dy + (oh * of->OW + ow) * of->C, task->bits + n * inputs * task->words,
                       window_at(of, oh, ow), 1);
  }
}

void packedMaxPool2dBackward(float *dx, const float *dy, int *bits, int N, int H, int W, int C, int KH, int KW, int SH,
                             int SW, int PH, int PW) {
  struct packed_backward_task task = {
      dx, dy, bits, pool_sizes_of(N, H, W, C, KH, KW, SH, SW, PH, PW), packed_words(C), SH >= KH && SW >= KW};
  if (task.apart) parallel_for(apart_range, &task, N * larger(1, task.of.OH), rows_per_chunk(smaller(SH, H) * W * C));
  else parallel_for(sharing_range, &task, N, rows_per_chunk(H * W * C));
}
