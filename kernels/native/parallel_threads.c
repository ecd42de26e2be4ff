/*
 * parallel_for on several threads, each with its own scratch, that take chunks as they come. For ThreadSanitizer and to
 * show that results do not depend on who does what; the real pool is not this.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "../c/parallel.h"
#include "../c/scratch.h"

enum { THREADS = 4 };

static _Alignas(64) float scratch_of_threads[THREADS][THREAD_SCRATCH_ROOM];
_Alignas(64) float shared_scratch_block[SHARED_SCRATCH_ROOM];
_Thread_local struct thread this_thread = {0, scratch_of_threads[0]};

struct job {
  range_function *range;
  const void *task;
  int count, grain, index;
  atomic_int *next;
};

static void *work(void *argument) {
  struct job *job = argument;
  this_thread = (struct thread){job->index, scratch_of_threads[job->index]};
  int chunks = chunk_count(job->count, job->grain);
  for (int chunk = atomic_fetch_add(job->next, 1); chunk < chunks; chunk = atomic_fetch_add(job->next, 1)) {
    /* from the last chunk to the first */
    int begin = (chunks - 1 - chunk) * job->grain;
    job->range(job->task, begin, job->count - begin > job->grain ? begin + job->grain : job->count);
  }
  return NULL;
}

void parallel_for(range_function *range, const void *task, int count, int grain) {
  atomic_int next = 0;
  struct job jobs[THREADS];
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) jobs[i] = (struct job){range, task, count, grain, i, &next};
  for (int i = 1; i < THREADS; i++) pthread_create(&threads[i], NULL, work, &jobs[i]);
  work(&jobs[0]);
  for (int i = 1; i < THREADS; i++) pthread_join(threads[i], NULL);
}
