/* Which sets run on this processor. Compiled for any processor of the architecture. */

#if defined(__x86_64__)

#include <cpuid.h>

/* Bits of cpuid's leaves 1 and 7, and of the registers that the system keeps (xgetbv). */
enum {
  FMA = 1 << 12, XSAVE_USED = 1 << 27, F16C = 1 << 29, /* 1, ecx */
  BMI1 = 1 << 3, AVX2 = 1 << 5, BMI2 = 1 << 8, AVX512F = 1 << 16, AVX512DQ = 1 << 17, AVX512CD = 1 << 28,
  AVX512BW = 1 << 30, /* 7, ebx */
  LZCNT = 1 << 5, /* 0x80000001, ecx: lzcnt */
  KEPT_256 = 0x6, KEPT_512 = 0xe6,
};
#define AVX512VL (1u << 31)

static unsigned kept_registers(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static int has(unsigned word, unsigned bits) { return (word & bits) == bits; }

static int runs_here(unsigned seventh, unsigned kept) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !has(c, FMA | XSAVE_USED | F16C)) return 0;
  if (!has(kept_registers(), kept)) return 0;
  if (!__get_cpuid(0x80000001, &a, &b, &c, &d) || !has(c, LZCNT)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && has(b, seventh);
}

/* x86-64-v3 and -v4. */
int avx2_runs_here(void) { return runs_here(BMI1 | AVX2 | BMI2, KEPT_256); }
int avx512_runs_here(void) {
  return runs_here(BMI1 | AVX2 | BMI2 | AVX512F | AVX512DQ | AVX512CD | AVX512BW | AVX512VL, KEPT_512);
}

#else

int neon_runs_here(void) { return 1; }

#endif
