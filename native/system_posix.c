/* system.h by POSIX. */

#define _POSIX_C_SOURCE 200809L
#include "system.h"

#include <pthread.h>
#include <stdlib.h>

struct thread {
  pthread_t id;
  void (*body)(void *);
  void *argument;
};

static void *run(void *started) {
  struct thread *thread = started;
  thread->body(thread->argument);
  return NULL;
}

void *start_thread(void (*body)(void *), void *argument, size_t stack_bytes) {
  struct thread *thread = malloc(sizeof *thread);
  if (thread == NULL) return NULL;
  thread->body = body;
  thread->argument = argument;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes); /* musl gives 128 KiB */
  int failed = pthread_create(&thread->id, &attributes, run, thread);
  pthread_attr_destroy(&attributes);
  if (!failed) return thread;
  free(thread);
  return NULL;
}

void join_thread(void *thread) {
  pthread_join(((struct thread *)thread)->id, NULL);
  free(thread);
}

void *aligned_block(size_t boundary, size_t bytes) {
  void *block = NULL;
  return posix_memalign(&block, boundary, bytes) == 0 ? block : NULL;
}

void free_aligned_block(void *block) { free(block); }
