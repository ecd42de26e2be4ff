/* system.h and kernels/c/waiting.h by Windows 8 and newer. */

#define _WIN32_WINNT 0x0602
#include <windows.h>

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../kernels/c/waiting.h"
#include "system.h"

struct started_thread {
  HANDLE handle;
  void (*body)(void *);
  void *argument;
};

static DWORD WINAPI run(LPVOID started) {
  struct started_thread *thread = started;
  thread->body(thread->argument);
  return 0;
}

void *start_thread(void (*body)(void *), void *argument, size_t stack_bytes) {
  struct started_thread *thread = malloc(sizeof *thread);
  if (thread == NULL) return NULL;
  thread->body = body;
  thread->argument = argument;
  thread->handle = CreateThread(NULL, stack_bytes, run, thread, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
  if (thread->handle != NULL) return thread;
  free(thread);
  return NULL;
}

void join_thread(void *joined) {
  struct started_thread *thread = joined;
  WaitForSingleObject(thread->handle, INFINITE);
  CloseHandle(thread->handle);
  free(thread);
}

void *aligned_block(size_t boundary, size_t bytes) { return _aligned_malloc(bytes, boundary); }

void free_aligned_block(void *block) { _aligned_free(block); }

void wait_while(_Atomic uint64_t *at, uint64_t expected) {
  if (atomic_load(at) == expected) WaitOnAddress((volatile VOID *)at, &expected, sizeof expected, INFINITE);
}

void wake(_Atomic uint64_t *at, int count) {
  if (count == 1) WakeByAddressSingle((PVOID)at);
  else WakeByAddressAll((PVOID)at);
}

double clock_milliseconds(void) {
  LARGE_INTEGER now, frequency;
  QueryPerformanceCounter(&now);
  QueryPerformanceFrequency(&frequency);
  return (double)now.QuadPart * 1e3 / (double)frequency.QuadPart;
}
