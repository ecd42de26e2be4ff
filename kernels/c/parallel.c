/* parallel_for on the calling thread. */

#include "parallel.h"
#include "scratch.h"

static _Alignas(64) float first_thread_scratch[THREAD_SCRATCH_FLOATS];
_Alignas(64) float shared_scratch_block[SHARED_SCRATCH_FLOATS];

/* A further thread sets its own before it takes work. */
_Thread_local struct thread this_thread = {0, first_thread_scratch};

void parallel_for(range_function *range, const void *task, int count, int grain) {
  for (int begin = 0; begin < count;) {
    int end = count - begin > grain ? begin + grain : count;
    range(task, begin, end);
    begin = end;
  }
}
