/* Which sets run on this processor. Compiled for any processor of the architecture. */

#if defined(__x86_64__)

/* x86-64-v3 and -v4; where the system does not keep the registers, __builtin_cpu_supports says no. */
int avx2_runs_here(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
}

int avx512_runs_here(void) {
  return avx2_runs_here() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

#else

int neon_runs_here(void) { return 1; }

#endif
