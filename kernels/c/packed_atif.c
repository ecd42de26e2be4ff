/*
 * The forward pass of ATIF and IFSRL (atif.c) with packed spikes as output: a step reads 4 bytes a neuron and writes one
 * bit. 32 neurons go through all steps with their v in registers.
 */

#include "packed.h"
#include "parallel.h"
#include "simd.h"
#include "surrogate.h"
#include "tail.h"
#include "time_loop.h"

struct packed_atif_task {
  int *bits;
  float *v, *v_seq;
  const float *x;
  float theta;
  int T, n, C, words;   /* channels and words of a row */
  int bits_step, x_step; /* elements from a step to the next; x_step is 0 for the same x at every step */
};

/* A step of v; the comparison q >= 0. The reset as it stands, as in atif.c. */
static inline i32x4 fire4(f32x4 *v, f32x4 x, float theta) {
  f32x4 u = *v + x;
  f32x4 q = u - theta;
  f32x4 z = spike4(q);
  *v = (1.0f - z) * u + z * q;
  return q >= 0.0f;
}

/* The neurons of one whole word. */
static inline void run_word(const struct packed_atif_task *task, int index, int first, int keep) {
  f32x4 v[8];
  for (int k = 0; k < 8; k++) v[k] = load4(task->v + first + 4 * k);
  const float *x = task->x + first;
  float *v_seq = keep ? task->v_seq + first : 0;
  int *bits = task->bits + index;
  for (int t = 0; t < task->T; t++, x += task->x_step, bits += task->bits_step) {
    i32x4 z[8];
    for (int k = 0; k < 8; k++) z[k] = fire4(&v[k], load4(x + 4 * k), task->theta);
    *bits = (int)(bits_of16(z[0], z[1], z[2], z[3]) | bits_of16(z[4], z[5], z[6], z[7]) << 16);
    if (!keep) continue;
    for (int k = 0; k < 8; k++) store4(v_seq + 4 * k, v[k]);
    v_seq += task->n;
  }
  for (int k = 0; k < 8; k++) store4(task->v + first + 4 * k, v[k]);
}

/* The neurons of the last word of a row, fewer than 32. */
static inline void run_short_word(const struct packed_atif_task *task, int index, int first, int count) {
  for (int t = 0; t < task->T; t++) {
    const float *x = task->x + t * task->x_step + first;
    float *v = task->v + first;
    unsigned word = 0;
    for (int i = 0; i < count; i += 4) {
      f32x4 state = load_up_to4(v + i, count - i);
      word |= bits_of4(fire4(&state, load_up_to4(x + i, count - i), task->theta)) << i;
      store_up_to4(v + i, state, count - i);
      if (task->v_seq) store_up_to4(task->v_seq + t * task->n + first + i, state, count - i);
    }
    task->bits[t * task->bits_step + index] = (int)(word & lowest_bits(count));
  }
}

/* An index is a word of a step. */
static void packed_atif_forward_range(const void *argument, int begin, int end) {
  const struct packed_atif_task *task = argument;
  for (int index = begin; index < end; index++) {
    int word = index % task->words, count = channels_of_word(word, task->C);
    int first = index / task->words * task->C + word * WORD_BITS;
    if (count < WORD_BITS) run_short_word(task, index, first, count);
    else if (task->v_seq) run_word(task, index, first, 1);
    else run_word(task, index, first, 0);
  }
}

void packedAtifForward(int *bits, float *v, float *vSeq, const float *x, const float *theta, int T, int rows, int C,
                       int still) {
  int n = rows * C, words = packed_words(C), per_word = larger(1, smaller(C, WORD_BITS));
  struct packed_atif_task task = {bits, v, vSeq, x, theta[0], T, n, C, words, rows * words, still ? 0 : n};
  parallel_for(packed_atif_forward_range, &task, rows * words, NEURONS_PER_CHUNK / per_word);
}
