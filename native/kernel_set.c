/*
 * One set: compiled with the options of its instruction set, like the kernels beside it, whose names build.mjs puts
 * ATIF_SET before. ATIF_SET_NAME is its name as text; calls.h, written by build.mjs, has call_kernel().
 */

#include "kernel_set.h"

#include <stddef.h>
#include <stdint.h>

#include "../kernels/c/pool.h"

static inline void *at(char *base, double offset) { return offset == 0 ? NULL : base + (uint64_t)offset; }

#include "calls.h"

#define PASTE(a, b) a##b
#define NAMED(set, name) PASTE(set, name)

extern int NAMED(ATIF_SET, runs_here)(void);

const struct kernel_set NAMED(ATIF_SET, set) = {
    .name = ATIF_SET_NAME,
    .runs_here = NAMED(ATIF_SET, runs_here),
    .call = call_kernel,
    .context_bytes = poolContextBytes,
    .begin = poolBegin,
    .enter = poolEnter,
    .resize = poolResize,
    .serve = poolServe,
    .scratch_floats = poolScratch,
};
