/*
 * The forward pass of ATIF and IFSRL (atif.c) with packed spikes as output: a step reads 4 bytes a neuron and writes one
 * bit. 16 neurons go through all steps with their v in registers.
 */

#include "atif_step.h"
#include "packed.h"
#include "parallel.h"
#include "simd.h"
#include "tail.h"
#include "time_loop.h"

struct packed_atif_task {
  int *bits;
  float *v, *v_seq;
  const float *x, *v0, *scale, *shift;
  float theta;
  int T, n, C, words;    /* channels and words of a row */
  int bits_step, x_step; /* elements from a step to the next; x_step is 0 for the same x at every step */
  int quick;             /* run_finite4 is exact while v is finite */
};

/* Half a word: 16 neurons, whose v and x fit the registers of the processor. */
enum { HALF = WORD_BITS / 2 };
typedef unsigned short half_word __attribute__((may_alias));

/* `vectors` times four neurons, as long as v stays finite: returns 0 if it does not. */
static inline __attribute__((always_inline)) int run_vectors(const struct packed_atif_task *task, unsigned char *bits,
                                                              int first, int channel, const int vectors,
                                                              const int keep, const int affine, const int still) {
  f32x4 v[4], u[4], scale[4], shift[4], bound = {0};
  const float *x = task->x + first;
  float *v_seq = keep ? task->v_seq + first : 0;
  for (int k = 0; k < vectors; k++) {
    v[k] = task->v0 ? load4(task->v0 + first + 4 * k) : splat4(0);
    if (affine) {
      scale[k] = load4(task->scale + channel + 4 * k);
      shift[k] = load4(task->shift + channel + 4 * k);
    }
    if (still) u[k] = load4(x + 4 * k) * scale[k] + shift[k];
  }
  for (int t = 0; t < task->T; t++, x += task->x_step, bits += 4 * task->bits_step) {
    i32x4 z[4];
    for (int k = 0; k < vectors; k++) {
      if (!still) u[k] = load4(x + 4 * k);
      if (!still && affine) u[k] = u[k] * scale[k] + shift[k];
      z[k] = run_finite4(&v[k], u[k], task->theta);
    }
    if (vectors == 4)
      *(half_word *)bits = (half_word)bits_of16(z[0], z[1], z[2], z[3]);
    else
      *bits = (unsigned char)bits_of16(z[0], z[1], z[0], z[1]);
    if (!keep) continue;
    for (int k = 0; k < vectors; k++) store4(v_seq + 4 * k, v[k]);
    v_seq += task->n;
  }
  for (int k = 0; k < vectors; k++) {
    store4(task->v + first + 4 * k, v[k]);
    bound += v[k];
  }
  return is_finite4(bound);
}

#if LANES > 4
/* Scaled and shifted inputs of whole words: word `word` of `count` has the channels of word (from + word) % words. */
static void transform_words(const struct packed_atif_task *task, int from, int count, const float *x, float *inputs) {
  for (int word = 0; word < count; word++)
    for (int k = 0; k < WORD_BITS; k += LANES) {
      int i = word * WORD_BITS + k, channel = (from + word) % task->words * WORD_BITS + k;
      fetch_ahead(x + i + NEURONS_AT_ONCE);
      storeN(inputs + i, loadN(x + i) * loadN(task->scale + channel) + loadN(task->shift + channel));
    }
}

/*
 * `count` whole words side by side, step by step: what a step reads lies in one piece, and there are many chains of
 * additions at once. Returns 0 if v does not stay finite.
 */
static inline __attribute__((always_inline)) int run_words(const struct packed_atif_task *task, int index, int count,
                                                           const int keep, const int affine) {
  float inputs[NEURONS_AT_ONCE];
  int from = index % task->words, first = index / task->words * task->C + from * WORD_BITS, n = count * WORD_BITS;
  float *v = task->v + first;
  for (int i = 0; i < n; i += LANES) storeN(v + i, task->v0 ? loadN(task->v0 + first + i) : splatN(0));
  for (int t = 0; t < task->T; t++) {
    const float *x = task->x + t * task->x_step + first;
    int *bits = task->bits + t * task->bits_step + index;
    if (affine && (t == 0 || task->x_step)) transform_words(task, from, count, x, inputs);
    if (affine) x = inputs;
    for (int word = 0; word < count; word++) {
      unsigned fired = 0;
      for (int k = 0; k < WORD_BITS; k += LANES) {
        int i = word * WORD_BITS + k;
        if (!affine) fetch_ahead(x + i + NEURONS_AT_ONCE);
        fN state = loadN(v + i);
        fired |= fire_finiteN(&state, loadN(x + i), task->theta) << k;
        storeN(v + i, state);
        if (keep) storeN(task->v_seq + t * task->n + first + i, state);
      }
      bits[word] = (int)fired;
    }
  }
  fN bound = {0};
  for (int i = 0; i < n; i += LANES) bound += loadN(v + i);
  return is_finiteN(bound);
}

/* How many words from index on run_words took: whole ones that lie side by side, or none. */
static int run_whole_words(const struct packed_atif_task *task, int index, int end) {
  int whole = task->C / WORD_BITS, left = whole == task->words ? end - index : whole - index % task->words;
  int count = smaller(smaller(left, end - index), NEURONS_AT_ONCE / WORD_BITS), finite;
  if (!task->quick || count <= 0) return 0;
  if (task->v_seq) finite = task->scale ? run_words(task, index, count, 1, 1) : run_words(task, index, count, 1, 0);
  else finite = task->scale ? run_words(task, index, count, 0, 1) : run_words(task, index, count, 0, 0);
  return finite ? count : 0;
}
#endif

/* A whole half, eight neurons at a time where more would not fit the registers. */
static int run_half(const struct packed_atif_task *task, half_word *half, int first, int channel) {
  unsigned char *bits = (unsigned char *)half;
  if (!task->quick || (task->v_seq && task->scale)) return 0;
  if (task->v_seq) return run_vectors(task, bits, first, channel, 4, 1, 0, 0);
  if (!task->scale) return run_vectors(task, bits, first, channel, 4, 0, 0, 0);
  if (task->x_step == 0) return run_vectors(task, bits, first, channel, 4, 0, 1, 1);
  return run_vectors(task, bits, first, channel, 2, 0, 1, 0) &
         run_vectors(task, bits + 1, first + 8, channel + 8, 2, 0, 1, 0);
}

/* The first `count` neurons of a half, whatever their numbers. */
static void run_any_half(const struct packed_atif_task *task, half_word *bits, int first, int channel, int count) {
  float *v = task->v + first;
  for (int i = 0; i < count; i++) v[i] = task->v0 ? task->v0[first + i] : 0.0f;
  for (int t = 0; t < task->T; t++, bits += 2 * task->bits_step) {
    const float *from = task->x + t * task->x_step + first;
    unsigned word = 0;
    for (int i = 0; i < count; i += 4) {
      f32x4 state = load_up_to4(v + i, count - i), x = load_up_to4(from + i, count - i);
      if (task->scale)
        x = x * load_up_to4(task->scale + channel + i, count - i) + load_up_to4(task->shift + channel + i, count - i);
      f32x4 q = run4(&state, x, task->theta);
      word |= bits_of4(q >= 0.0f) << i;
      store_up_to4(v + i, state, count - i);
      if (task->v_seq) store_up_to4(task->v_seq + t * task->n + first + i, state, count - i);
    }
    *bits = (half_word)(count ? word & lowest_bits(count) : 0);
  }
}

/* An index is a word of a step. */
static void packed_atif_forward_range(const void *argument, int begin, int end) {
  const struct packed_atif_task *task = argument;
  for (int index = begin; index < end; index++) {
#if LANES > 4
    for (int taken; index < end && (taken = run_whole_words(task, index, end)) > 0;) index += taken;
    if (index == end) break;
#endif
    int word = index % task->words, left = channels_of_word(word, task->C);
    int channel = word * WORD_BITS, first = index / task->words * task->C + channel;
    half_word *bits = (half_word *)(task->bits + index);
    for (int half = 0; half < 2; half++, bits++, first += HALF, channel += HALF, left -= HALF) {
      if (left >= HALF && run_half(task, bits, first, channel)) continue;
      run_any_half(task, bits, first, channel, larger(0, smaller(left, HALF)));
    }
  }
}

void packedAtifForward(int *bits, float *v, float *vSeq, const float *x, const float *v0, const float *scale,
                       const float *shift, const float *theta, int T, int rows, int C, int still) {
  int n = rows * C, words = packed_words(C), per_word = larger(1, smaller(C, WORD_BITS));
  struct packed_atif_task task = {bits, v, vSeq, x, v0, scale, shift, theta[0], T, n, C, words, rows * words, still ? 0 : n,
                                  is_usual_theta(theta[0])};
  parallel_for(packed_atif_forward_range, &task, rows * words, NEURONS_PER_CHUNK / per_word);
}
