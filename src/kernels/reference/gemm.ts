/** Matrix product: the three loops, float32 accumulation over k from first to last. */

import type { Kernels } from "../contract.js";

const { fround } = Math;

export const gemm: Kernels["gemm"] = (c, a, b, m, n, k, transposeA, transposeB, accumulate) => {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let total = 0;
      for (let l = 0; l < k; l++) {
        const left = transposeA ? a[l * m + i] : a[i * k + l];
        const right = transposeB ? b[j * k + l] : b[l * n + j];
        total = fround(total + fround(left * right));
      }
      c[i * n + j] = accumulate ? fround(c[i * n + j] + total) : total;
    }
  }
};
