/*
 * The pool of threads behind parallel_for, as its owner sees it: src/kernels/wasm/pool.ts, native/pool_threads.c.
 * These functions are exported beside the kernels.
 */
#ifndef ATIF_POOL_H
#define ATIF_POOL_H

/*
 * For the thread that calls kernels, while none runs: from now on parallel_for counts on `threads` threads, itself
 * included. Threads whose index is `limit` or more return from poolServe.
 * A thread that finds nothing to do looks `spins` times before it sleeps; sleepers are woken for work that would take
 * `worth_waking` milliseconds or more. The caller itself, when it waits for the others, sleeps only if it may: the main
 * thread of a browser's page must not.
 */
void poolResize(int threads, int limit, int spins, double worth_waking, int may_sleep);

/*
 * For every further thread: takes part in what parallel_for starts, until the pool is made smaller. index is from 1 on,
 * scratch is THREAD_SCRATCH_ROOM long.
 */
void poolServe(int index, float *scratch);

/* After a trap inside poolServe: gives up what this thread had taken, so that the caller does not wait for it. */
void poolAbandon(void);

/* Floats of scratch that a thread needs. */
int poolScratch(void);

/*
 * Where several call kernels at once (native/addon.c), each has a context: a pool and the blocks of scratch.h, in
 * poolContextBytes() on a cache line. poolBegin makes it one; poolEnter says, on any thread, that what follows belongs to
 * it: before each kernel and poolResize, and before poolServe.
 */
#ifdef ATIF_CONTEXTS
unsigned poolContextBytes(void);
void poolBegin(void *context);
void poolEnter(void *context);
#endif

#endif
