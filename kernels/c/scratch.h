/* Working memory of kernels, which must not allocate. All blocks are 64-byte aligned; their content is undefined. */
#ifndef ATIF_SCRATCH_H
#define ATIF_SCRATCH_H

#include "parallel.h"
#include "wide.h"

enum {
  THREAD_SCRATCH_FLOATS = 1 << 18, /* 1 MiB: the panels that a thread packs stay in its level 2 cache */
  SHARED_SCRATCH_FLOATS = 9 << 17,    /* 4.5 MiB: a packed matrix of 4 MiB and partial sums */
  /* What is there: panels of wide vectors end in more zeros, and rows of few neurons are as long as a vector. What depends
   * on the room of 4 lanes (cuts, limits, ways) asks for the numbers above. */
  THREAD_SCRATCH_ROOM = THREAD_SCRATCH_FLOATS * (LANES / 4),
  SHARED_SCRATCH_ROOM = SHARED_SCRATCH_FLOATS * (LANES > 4 ? 2 : 1),
};

INTERNAL_BEGIN

#ifdef ATIF_CONTEXTS
extern _Thread_local float *shared_scratch_block; /* pool.h */
#else
extern float shared_scratch_block[SHARED_SCRATCH_ROOM];
#endif

INTERNAL_END

/* This thread's block, THREAD_SCRATCH_ROOM long. Valid until the range function returns. */
static inline float *thread_scratch(void) { return this_thread.scratch; }

/*
 * The running kernel's block, SHARED_SCRATCH_ROOM long: range functions write each its own part of it
 * (a partial sum at index begin / grain, say), and the kernel reads it after parallel_for. One kernel runs at a time.
 */
static inline float *shared_scratch(void) { return shared_scratch_block; }

#endif
