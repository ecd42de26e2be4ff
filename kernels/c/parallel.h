/*
 * Sharing a kernel's work out between threads.
 *
 *   struct relu_task { float *y; const float *x; };
 *
 *   static void relu_range(const void *argument, int begin, int end) {
 *     const struct relu_task *task = argument;
 *     for (int i = begin; i < end; i++) task->y[i] = ...;
 *   }
 *
 *   void relu(float *y, const float *x, int n) {
 *     struct relu_task task = {y, x};
 *     parallel_for(relu_range, &task, n, ELEMENTS_PER_CHUNK);
 *   }
 *
 * Functions that are neither static nor declared between INTERNAL_BEGIN and INTERNAL_END are kernels: the build
 * exports them, and refuses one that the contract does not name.
 */
#ifndef ATIF_PARALLEL_H
#define ATIF_PARALLEL_H

/* Declarations that other files of kernels/c may use, but that the module does not export. */
#define INTERNAL_BEGIN _Pragma("GCC visibility push(hidden)")
#define INTERNAL_END _Pragma("GCC visibility pop")

/* Elements per chunk of simple elementwise work: some 10 us, far above the cost of handing a chunk over. */
enum { ELEMENTS_PER_CHUNK = 1 << 15 };

INTERNAL_BEGIN

/* Works on indices begin <= i < end of a task. Must not call parallel_for. */
typedef void range_function(const void *task, int begin, int end);

/*
 * Cuts 0 <= i < count into chunks of grain indices, the last one shorter, and calls range once for each, on any
 * thread and in any order. begin / grain is the number of the chunk. The cuts depend on count and grain alone,
 * never on the number of threads, so a sum kept per chunk and added up in chunk order afterwards
 * (shared_scratch, scratch.h) is the same on any number of threads. Returns when all chunks are done.
 * grain >= 1; count may be 0.
 */
void parallel_for(range_function *range, const void *task, int count, int grain);

/* What one thread owns. index is 0 on the thread that calls kernels. */
struct thread {
  int index;
  float *scratch;
};
extern _Thread_local struct thread this_thread;

INTERNAL_END

static inline int smaller(int a, int b) { return a < b ? a : b; }
static inline int larger(int a, int b) { return a > b ? a : b; }

/* ceil(a / b) for a >= 0, b >= 1, without overflow */
static inline int ceil_divide(int a, int b) { return a / b + (a % b != 0); }

static inline int chunk_count(int count, int grain) { return ceil_divide(count, grain); }

/* A grain of at least `least` that makes at most `chunks` chunks, as a reduction needs that keeps one sum for each. */
static inline int grain_for(int count, int least, int chunks) { return larger(least, ceil_divide(count, chunks)); }

#endif
