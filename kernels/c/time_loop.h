/*
 * How the neurons' kernels walk through time.
 *
 * The forward pass keeps no states. Backward, a block of neurons runs forward once more and leaves what the steps back
 * need in the thread's scratch. Long sequences are cut into segments, so that any T fits: the state at the start of each
 * segment is noted first, and a segment is recomputed when the way back reaches it.
 */
#ifndef ATIF_TIME_LOOP_H
#define ATIF_TIME_LOOP_H

#include "parallel.h"
#include "scratch.h"
#include "tail.h"
#include "wide.h"

enum {
  NEURONS_PER_CHUNK = 4096, /* what a thread takes at once; one partial sum of a parameter's gradient */
  /* Forward, so many go through all steps before the next, their v in the level 1 cache: ATIF, T = 4 and 1,048,576
   * neurons take 1.1 times as long as a copy of the same bytes, with 4096 at once 1.6 times. */
  NEURONS_AT_ONCE = 512,
  /* Backward. */
  NEURONS_PER_BLOCK = 64,
  STEPS_PER_SEGMENT = 32, /* of 64 neurons: 8 KiB for each number that a step leaves */
};

/* Neurons first to first + count - 1, steps t to t_end - 1. A row of scratch is `stride` long. */
struct stretch {
  int first, count, t, t_end, stride;
};

/* Takes v through the steps of a stretch; leaves up to three rows of numbers a step in `rows` if that is not null. */
typedef void run_function(const void *task, struct stretch at, float *v, float *rows);
/* Goes back through a stretch that was just run; returns its share of the parameter's gradient. */
typedef double back_function(const void *task, struct stretch at, float *rows);

/* A row of `from` or, if that is null, of zeros, as lanes beyond count are. */
static inline void start_row(float *row, const float *from, int count, int width) {
  for (int i = 0; i < width; i += 4) store4(row + i, splat4(0));
  for (int i = 0; from && i < count; i += 4) store4(row + i, load_up_to4(from + i, count - i));
}

/* Backward for neurons begin to end - 1: the gradient of the parameter. v0 may be null: zeros. */
static inline double back_through_time(const void *task, const float *v0, int T, int begin, int end, run_function *run,
                                       back_function *back) {
  /* Half of the scratch for states. 3 rows of 2^20 / 2048 steps of 64 neurons fit the other half; in 4 GiB with x, gy
   * and dx of one neuron T is below 2^32 / 12, and 3 rows of that / 32768 steps of 4 fit: a row of them
   * is a vector, and wide vectors have as much more scratch. The block is an order of sums, so it is the same for all. */
  int half = THREAD_SCRATCH_ROOM / 2, block = T <= 1 << 20 ? NEURONS_PER_BLOCK : 4, stride = larger(block, LANES);
  int steps = grain_for(T, STEPS_PER_SEGMENT, half / stride), segments = chunk_count(T, steps);
  float *states = thread_scratch(), *rows = states + half;
  double total = 0;
  for (int first = begin; first < end; first += block) {
    struct stretch at = {.first = first, .count = smaller(end - first, block), .stride = stride};
    start_row(states, v0 ? v0 + first : 0, at.count, stride);
    for (int k = 1; k < segments; k++) {
      float *v = states + k * stride;
      for (int i = 0; i < stride; i += 4) store4(v + i, load4(v + i - stride));
      at.t = (k - 1) * steps;
      at.t_end = k * steps;
      run(task, at, v, 0);
    }
    for (int k = segments - 1; k >= 0; k--) {
      at.t = k * steps;
      at.t_end = smaller(at.t + steps, T);
      run(task, at, states + k * stride, rows);
      total += back(task, at, rows);
    }
  }
  return total;
}

#endif
