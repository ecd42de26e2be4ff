/* kernels/c/waiting.h with the futexes of Linux. Elsewhere kernels/native/waiting.c serves. */

#define _GNU_SOURCE
#include "../kernels/c/waiting.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * A futex has 32 bits. Where the lower half of the number is 0, what is waited for is another upper half (parallel.c: a job);
 * else it is the lower half that changes (chunks that are done). Whoever wakes does not know, and wakes both.
 */
enum { LOWER = 0, UPPER = 1 };

static uint32_t *half_of(_Atomic uint64_t *at, int half) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  half = 1 - half;
#endif
  return (uint32_t *)at + half;
}

void wait_while(_Atomic uint64_t *at, uint64_t expected) {
  if (atomic_load(at) != expected) return;
  int half = (uint32_t)expected == 0 ? UPPER : LOWER;
  syscall(SYS_futex, half_of(at, half), FUTEX_WAIT_PRIVATE, (uint32_t)(expected >> (32 * half)), NULL, NULL, 0);
}

void wake(_Atomic uint64_t *at, int count) {
  syscall(SYS_futex, half_of(at, UPPER), FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
  syscall(SYS_futex, half_of(at, LOWER), FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

double clock_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}
