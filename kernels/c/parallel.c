/*
 * parallel_for on a pool of threads over one memory.
 *
 * A job is published by one store to `ticket`: its number in the upper half, the chunks that nobody has taken in the
 * lower. Whoever counts the lower half down by one owns a chunk, so a thread that comes late can neither take a chunk of
 * a job that is over nor mistake one job for another; and as long as it owns a chunk the job cannot end, so what
 * it reads of the job stands still. `undone` counts the chunks that are not finished.
 *
 * A thread without work first looks at the ticket again and again, since the next kernel mostly comes within
 * microseconds; then it sleeps. `sleepers` tells the caller whether there is anybody to wake, which costs a system call
 * and is done for longer work only. A sleeper counts itself before it looks at the ticket for the last time, and the
 * caller looks at the sleepers after it wrote the ticket: one of the two sees the other.
 */

#include "parallel.h"

#include <stdatomic.h>

#include "pool.h"
#include "scratch.h"
#include "waiting.h"

#ifdef ATIF_CONTEXTS
_Thread_local struct thread this_thread;
_Thread_local float *shared_scratch_block;
#else
static _Alignas(64) float first_thread_scratch[THREAD_SCRATCH_ROOM];
_Alignas(64) float shared_scratch_block[SHARED_SCRATCH_ROOM];

_Thread_local struct thread this_thread = {0, first_thread_scratch};
#endif

/* Chunks that this thread owns, or has run and not yet counted as done. */
static _Thread_local int taken;

/* What many threads write lies on cache lines of its own. */
struct thread_pool {
  _Alignas(64) _Atomic uint64_t ticket;
  _Alignas(64) _Atomic uint64_t undone; /* plus CALLER_SLEEPS */
  _Alignas(64) atomic_int sleepers;
  atomic_int failed;

  /* The job. Written while no chunk is undone. */
  _Alignas(64) range_function *range;
  const void *task;
  int count, grain, chunks;

  int threads;
  atomic_int limit, spins;
  double worth_waking;
  int may_sleep;
};

#ifdef ATIF_CONTEXTS
static _Thread_local struct thread_pool *pool_of_context;
#define pool (*pool_of_context)
#else
static struct thread_pool pool = {.threads = 1, .limit = 1};
#endif

/*
 * A thread that was woken and came too late for the work goes back to sleep sooner by this factor: kernels that short
 * gain nothing from it, and on a busy machine it looks around on the core that the caller needs.
 */
enum { FEWER_SPINS = 32 };

static const uint64_t NEXT_JOB = (uint64_t)1 << 32;
static const uint64_t CALLER_SLEEPS = (uint64_t)1 << 32;

/* What the lower half counts. */
static int left(uint64_t number) { return (int)(uint32_t)number; }

static void run_chunk(range_function *range, const void *task, int count, int grain, int chunk) {
  int begin = chunk * grain;
  range(task, begin, count - begin > grain ? begin + grain : count);
}

/* Takes chunks and runs them until none is left. */
static void take_chunks(void) {
  uint64_t ticket = atomic_load(&pool.ticket);
  while (left(ticket) > 0) {
    if (!atomic_compare_exchange_weak(&pool.ticket, &ticket, ticket - 1)) continue;
    taken++;
    run_chunk(pool.range, pool.task, pool.count, pool.grain, pool.chunks - left(ticket));
    ticket = atomic_load(&pool.ticket);
  }
}

/* Looks at a number until something is left, or nothing is, but only so often. */
static uint64_t spin(_Atomic uint64_t *at, int until_some, int spins) {
  uint64_t number = atomic_load(at);
  for (int i = spins; i > 0; i--) {
    if ((left(number) > 0) == until_some) break;
    number = atomic_load(at);
  }
  return number;
}

/* Counts this thread's chunks as done. */
static void finish_chunks(void) {
  uint64_t done = (uint64_t)taken;
  if (done == 0) return;
  taken = 0;
  if (atomic_fetch_sub(&pool.undone, done) == CALLER_SLEEPS + done) wake(&pool.undone, 1);
}

static void wait_for_the_others(void) {
  for (;;) {
    uint64_t undone = spin(&pool.undone, 0, atomic_load_explicit(&pool.spins, memory_order_relaxed));
    if (left(undone) == 0) return;
    if (!pool.may_sleep) continue;
    undone = atomic_fetch_add(&pool.undone, CALLER_SLEEPS) + CALLER_SLEEPS;
    while (left(undone) != 0) {
      wait_while(&pool.undone, undone);
      undone = atomic_load(&pool.undone);
    }
    atomic_fetch_sub(&pool.undone, CALLER_SLEEPS);
    return;
  }
}

/*
 * A kernel that trapped on the calling thread left its job open. What nobody took is withdrawn; the rest must end before
 * its memory is used for something else.
 */
static void withdraw_job(void) {
  uint64_t ticket = atomic_load(&pool.ticket);
  while (!atomic_compare_exchange_weak(&pool.ticket, &ticket, ticket & -NEXT_JOB)) {
  }
  taken += left(ticket);
  finish_chunks();
  wait_for_the_others();
  atomic_store(&pool.failed, 0);
}

/* The first chunk is this thread's own. */
static void publish_job(range_function *range, const void *task, int count, int grain, int chunks) {
  pool.range = range;
  pool.task = task;
  pool.count = count;
  pool.grain = grain;
  pool.chunks = chunks;
  atomic_store(&pool.undone, (uint64_t)chunks);
  taken = 1;
  uint64_t job = (atomic_load_explicit(&pool.ticket, memory_order_relaxed) & -NEXT_JOB) + NEXT_JOB;
  atomic_store(&pool.ticket, job + (uint64_t)(chunks - 1));
}

/* Those who are awake come by themselves. Sleepers are woken if, by the first chunk's time, it is worth it. */
static void run_first_chunk(range_function *range, const void *task, int count, int grain) {
  int sleepers = atomic_load(&pool.sleepers);
  double start = sleepers > 0 ? clock_milliseconds() : 0;
  run_chunk(range, task, count, grain, 0);
  if (sleepers == 0) return;
  int chunks = left(atomic_load(&pool.ticket));
  if (chunks > 0 && chunks * (clock_milliseconds() - start) >= pool.worth_waking)
    wake(&pool.ticket, smaller(sleepers, chunks));
}

void parallel_for(range_function *range, const void *task, int count, int grain) {
  int chunks = chunk_count(count, grain);
  if (chunks <= 1 || pool.threads == 1) {
    for (int chunk = 0; chunk < chunks; chunk++) run_chunk(range, task, count, grain, chunk);
    return;
  }
  if (atomic_load(&pool.undone) != 0) withdraw_job();
  publish_job(range, task, count, grain, chunks);
  run_first_chunk(range, task, count, grain);
  take_chunks();
  finish_chunks();
  wait_for_the_others();
  if (atomic_exchange(&pool.failed, 0)) __builtin_trap();
}

/* ---- the pool ---- */

void poolServe(int index, float *scratch) {
  this_thread = (struct thread){index, scratch};
  int useful = 0;
  while (index < atomic_load(&pool.limit)) {
    int spins = atomic_load_explicit(&pool.spins, memory_order_relaxed);
    uint64_t ticket = spin(&pool.ticket, 1, useful ? spins : spins / FEWER_SPINS);
    if (left(ticket) == 0) {
      useful = 0;
      atomic_fetch_add(&pool.sleepers, 1);
      /* The limit is lowered before the number of the job is raised, so one of the two is seen. */
      if (index < atomic_load(&pool.limit)) wait_while(&pool.ticket, ticket);
      atomic_fetch_sub(&pool.sleepers, 1);
    } else {
      take_chunks();
      useful |= taken > 0;
      finish_chunks();
    }
  }
}

void poolAbandon(void) {
  atomic_store(&pool.failed, 1);
  finish_chunks();
}

void poolResize(int threads, int limit, int spins, double worth_waking, int may_sleep) {
  if (atomic_load(&pool.undone) != 0) withdraw_job();
  pool.threads = threads;
  pool.worth_waking = worth_waking;
  pool.may_sleep = may_sleep;
  atomic_store(&pool.spins, spins);
  atomic_store(&pool.limit, limit);
  atomic_fetch_add(&pool.ticket, NEXT_JOB);
  wake(&pool.ticket, 1 << 30);
}

int poolScratch(void) { return THREAD_SCRATCH_ROOM; }

#ifdef ATIF_CONTEXTS

enum { SHARED_BYTES = sizeof shared_scratch_block[0] * SHARED_SCRATCH_ROOM };

/* In this order, each on a cache line of its own: the pool, the shared scratch, the scratch of the calling thread. */
unsigned poolContextBytes(void) { return sizeof(struct thread_pool) + SHARED_BYTES + sizeof(float) * THREAD_SCRATCH_ROOM; }

void poolBegin(void *context) {
  struct thread_pool *begun = context;
  *begun = (struct thread_pool){0};
  begun->threads = 1;
  atomic_store(&begun->limit, 1);
}

void poolEnter(void *context) {
  char *shared = (char *)context + sizeof(struct thread_pool);
  pool_of_context = context;
  shared_scratch_block = (float *)shared;
  this_thread = (struct thread){0, (float *)(shared + SHARED_BYTES)};
}

#endif
