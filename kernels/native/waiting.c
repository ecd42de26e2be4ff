/* c/waiting.h for native code: one lock and one condition for all numbers. */

#include "../c/waiting.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;

void wait_while(_Atomic uint64_t *at, uint64_t expected) {
  pthread_mutex_lock(&lock);
  if (atomic_load(at) == expected) pthread_cond_wait(&woken, &lock);
  pthread_mutex_unlock(&lock);
}

double clock_milliseconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* All are woken: whoever waits for another number looks at its own and sleeps again. */
void wake(_Atomic uint64_t *at, int count) {
  (void)at;
  (void)count;
  pthread_mutex_lock(&lock);
  pthread_cond_broadcast(&woken);
  pthread_mutex_unlock(&lock);
}
