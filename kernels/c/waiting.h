/*
 * Time, and sleeping until a number in shared memory changes: WebAssembly's own instructions and a clock that the loader
 * brings, or pthreads (native/waiting.c).
 */
#ifndef ATIF_WAITING_H
#define ATIF_WAITING_H

#include <stdint.h>

#include "parallel.h"

#ifdef __wasm__

__attribute__((import_module("env"), import_name("now"))) double clock_milliseconds(void);

/* Sleeps if *at is `expected`, until woken. May return early. Traps on the main thread of a browser's page. */
static inline void wait_while(_Atomic uint64_t *at, uint64_t expected) {
  __builtin_wasm_memory_atomic_wait64((long long *)at, (long long)expected, -1);
}

/* Wakes up to `count` of those who sleep on *at. */
static inline void wake(_Atomic uint64_t *at, int count) {
  __builtin_wasm_memory_atomic_notify((int *)at, (unsigned)count);
}

#else

INTERNAL_BEGIN

double clock_milliseconds(void);
void wait_while(_Atomic uint64_t *at, uint64_t expected);
void wake(_Atomic uint64_t *at, int count);

INTERNAL_END

#endif

#endif
