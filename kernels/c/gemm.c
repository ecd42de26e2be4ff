#include "parallel.h"
#include "scratch.h"
#include "simd.h"

void gemm(float *c, const float *a, const float *b, int m, int n, int k, int transpose_a, int transpose_b,
          int accumulate) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      float sum = accumulate ? c[i * n + j] : 0;
      for (int p = 0; p < k; p++) sum += (transpose_a ? a[p * m + i] : a[i * k + p]) * (transpose_b ? b[j * k + p] : b[p * n + j]);
      c[i * n + j] = sum;
    }
}
