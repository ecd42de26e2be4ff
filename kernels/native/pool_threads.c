/* The pool of c/parallel.c on four threads, the way src/kernels/wasm/pool.ts runs it: started before main(). */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "../c/pool.h"
#include "../c/scratch.h"

enum { THREADS = 4, SPINS = 200 };

static _Alignas(64) float scratch_of_threads[THREADS][THREAD_SCRATCH_ROOM];

static void *serve(void *argument) {
  int index = *(const int *)argument;
  poolServe(index, scratch_of_threads[index]);
  return NULL;
}

__attribute__((constructor)) static void start(void) {
  static int indices[THREADS] = {0, 1, 2, 3};
  poolResize(1, THREADS, SPINS, 0, 1);
  for (int i = 1; i < THREADS; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, &indices[i]) != 0 || pthread_detach(thread) != 0) {
      fputs("sanitize: a thread could not be started\n", stderr);
      exit(1);
    }
  }
  poolResize(THREADS, THREADS, SPINS, 0, 1);
}
