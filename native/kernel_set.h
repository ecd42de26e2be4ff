/* The kernels compiled for one instruction set. */
#ifndef ATIF_KERNEL_SET_H
#define ATIF_KERNEL_SET_H

struct kernel_set {
  const char *name; /* "avx512", "avx2", "neon" */
  int (*runs_here)(void);
  /*
   * Calls the kernel or limit of this number on `values`, its arguments in the contract's order: numbers, and of arrays the
   * byte offset from `base`, 0 for none. What a limit says is written to values[0].
   */
  void (*call)(int number, double *values, char *base);

  /* kernels/c/pool.h */
  unsigned (*context_bytes)(void);
  void (*begin)(void *context);
  void (*enter)(void *context);
  void (*resize)(int threads, int limit, int spins, double worth_waking, int may_sleep);
  void (*serve)(int index, float *scratch);
  int (*scratch_floats)(void);
};

#endif
