/*
 * Many short jobs on the pool, between which it grows, shrinks, spins and sleeps: every chunk must run once, on its own
 * indices, and be done when parallel_for returns. For ThreadSanitizer.
 */

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../c/pool.h"
#include "../c/scratch.h"

enum { MOST_THREADS = 6, ROUNDS = 40, JOBS = 250, MOST_COUNT = 500 };

static _Alignas(64) float scratch_of_threads[MOST_THREADS][THREAD_SCRATCH_ROOM];

struct job {
  int *seen; /* by index */
  int grain, count;
};

static void see_range(const void *argument, int begin, int end) {
  const struct job *job = argument;
  if (begin % job->grain != 0 || end - begin > job->grain || (end != job->count && end - begin != job->grain)) abort();
  /* What a thread writes to its scratch stays while it works. */
  thread_scratch()[0] = (float)begin;
  for (int i = begin; i < end; i++) job->seen[i]++;
  if (thread_scratch()[0] != (float)begin) abort();
}

static void *serve(void *argument) {
  int index = *(const int *)argument;
  poolServe(index, scratch_of_threads[index]);
  return NULL;
}

static uint32_t state = 1;
static int draw(int below) {
  state = state * 1664525u + 1013904223u;
  return (int)((uint64_t)state * (uint32_t)below >> 32);
}

int main(void) {
  static int indices[MOST_THREADS] = {0, 1, 2, 3, 4, 5};
  static int seen[MOST_COUNT];
  pthread_t threads[MOST_THREADS];
  int running = 1;
  for (int round = 0; round < ROUNDS; round++) {
    int wanted = 1 + draw(MOST_THREADS), spins = (int[]){0, 10, 1000}[draw(3)], may_sleep = draw(4) > 0;
    double worth_waking = draw(2) * 0.01;
    poolResize(smaller(wanted, running), wanted, spins, worth_waking, may_sleep);
    for (; running > wanted; running--) pthread_join(threads[running - 1], NULL);
    for (; running < wanted; running++)
      if (pthread_create(&threads[running], NULL, serve, &indices[running]) != 0) abort();
    poolResize(running, running, spins, worth_waking, may_sleep);
    for (int k = 0; k < JOBS; k++) {
      struct job job = {.seen = seen, .grain = 1 + draw(20), .count = draw(MOST_COUNT)};
      for (int i = 0; i < job.count; i++) seen[i] = 0;
      parallel_for(see_range, &job, job.count, job.grain);
      for (int i = 0; i < job.count; i++) {
        if (seen[i] == 1) continue;
        fprintf(stderr, "sanitize: the pool ran index %d of %d %d times, on %d threads\n", i, job.count, seen[i], running);
        return 1;
      }
    }
  }
  poolResize(1, 1, 0, 0, 1);
  for (; running > 1; running--) pthread_join(threads[running - 1], NULL);
  return 0;
}
