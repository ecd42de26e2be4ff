/**
 * Batch normalisation over the rows of x [rows, C]. Sums over rows are kept in float64, as PyTorch keeps them on a CPU:
 * in float32 the rounding of some thousand rows is enough to move a spike near its threshold.
 *
 * @source S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015, section 3
 */

import type { F32, Kernels } from "../contract.js";

const { fround } = Math;

/** With no rows both are 0. */
export const batchNormStatistics: Kernels["batchNormStatistics"] = (mean, variance, x, rows, C) => {
  for (let c = 0; c < C; c++) {
    let total = 0;
    for (let r = 0; r < rows; r++) total += x[r * C + c];
    mean[c] = rows === 0 ? 0 : fround(total / rows);

    let squares = 0;
    for (let r = 0; r < rows; r++) {
      const centred = fround(x[r * C + c] - mean[c]);
      squares += centred * centred;
    }
    variance[c] = rows === 0 ? 0 : fround(squares / rows);
  }
};

/** sqrt(variance + eps) */
function deviation(variance: number, eps: number): number {
  return fround(Math.sqrt(fround(variance + fround(eps))));
}

/** y = x * scale + shift; scale = gamma * (1 / deviation), shift = beta - mean * scale */
export const batchNormForward: Kernels["batchNormForward"] = (
  y,
  x,
  mean,
  variance,
  gamma,
  beta,
  rows,
  C,
  eps,
) => {
  for (let c = 0; c < C; c++) {
    const scale = fround(fround(1 / Math.sqrt(variance[c] + fround(eps))) * gamma[c]);
    const shift = fround(beta[c] - fround(mean[c] * scale));
    for (let r = 0; r < rows; r++) y[r * C + c] = fround(fround(x[r * C + c] * scale) + shift);
  }
};

/** dgamma = sum dy (x - mean) / deviation, dbeta = sum dy; both kinds of backward share these */
function parameterGrads(
  dgamma: F32,
  dbeta: F32,
  dy: F32,
  x: F32,
  mean: F32,
  variance: F32,
  rows: number,
  C: number,
  eps: number,
): void {
  for (let c = 0; c < C; c++) {
    let scale = 0;
    let shift = 0;
    for (let r = 0; r < rows; r++) {
      const normal = fround(fround(x[r * C + c] - mean[c]) / deviation(variance[c], eps));
      scale += dy[r * C + c] * normal;
      shift += dy[r * C + c];
    }
    dgamma[c] = scale;
    dbeta[c] = shift;
  }
}

/** dx = gamma / deviation * (dy - dbeta / rows - normal * dgamma / rows) */
export const batchNormBackward: Kernels["batchNormBackward"] = (
  dx,
  dgamma,
  dbeta,
  dy,
  x,
  mean,
  variance,
  gamma,
  rows,
  C,
  eps,
) => {
  parameterGrads(dgamma, dbeta, dy, x, mean, variance, rows, C, eps);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < C; c++) {
      const normal = fround(fround(x[r * C + c] - mean[c]) / deviation(variance[c], eps));
      const throughMean = fround(dbeta[c] / rows);
      const throughVariance = fround(normal * fround(dgamma[c] / rows));
      const centred = fround(fround(dy[r * C + c] - throughMean) - throughVariance);
      dx[r * C + c] = fround(fround(gamma[c] / deviation(variance[c], eps)) * centred);
    }
  }
};

/** dx = dy * gamma / deviation */
export const batchNormEvalBackward: Kernels["batchNormEvalBackward"] = (
  dx,
  dgamma,
  dbeta,
  dy,
  x,
  mean,
  variance,
  gamma,
  rows,
  C,
  eps,
) => {
  parameterGrads(dgamma, dbeta, dy, x, mean, variance, rows, C, eps);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < C; c++) {
      dx[r * C + c] = fround(fround(dy[r * C + c] * gamma[c]) / deviation(variance[c], eps));
    }
  }
};
