/** Batch normalisation over every axis but the last (the channels). */

import { record } from "../autograd/node.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { AffineMap, type ChannelAffine } from "../tensor/affine-map.js";
import { isPackable } from "../tensor/packed-spikes.js";
import { Tensor } from "../tensor/tensor.js";
import { checkSameBackend } from "../tensor/same-backend.js";

/** Mean and biased variance per channel [C]. */
export interface BatchStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Statistics of x [..., C] over all rows. Not differentiable by themselves. */
export function batchStatistics(x: Tensor): BatchStatistics {
  checkSameBackend("batchStatistics", x);
  const C = x.shape.at(-1);
  if (C === undefined) throw new ShapeError("batchStatistics: x is []; expected [..., C], channels last.");
  const [mean, variance] = [Tensor.empty([C], x.backend), Tensor.empty([C], x.backend)];
  x.backend.kernels.batchNormStatistics(mean.data, variance.data, x.data, C === 0 ? 0 : x.size / C, C);
  return { mean, variance };
}

/**
 * y = (x - mean) / sqrt(variance + eps) * gamma + beta
 *
 * @param x [..., C]; gamma, beta and the statistics [C]
 * @param fromBatch the statistics are x's own: their gradient flows too. Otherwise they are constants.
 * @throws ShapeError
 * @source S. Ioffe, C. Szegedy, "Batch Normalization", ICML 2015, Algorithm 1
 */
export function batchNorm(
  x: Tensor,
  { mean, variance }: BatchStatistics,
  gamma: Tensor,
  beta: Tensor,
  eps: number,
  fromBatch: boolean,
): Tensor {
  const { kernels } = checkSameBackend("batchNorm", x, gamma, beta, mean, variance);
  const C = gamma.size;
  if (x.rank < 2 || x.shape.at(-1) !== C) {
    throw new ShapeError(`batchNorm: x is ${formatShape(x.shape)}; expected [..., ${C}], channels last.`);
  }
  for (const [name, { shape }] of Object.entries({ gamma, beta, mean, variance })) {
    if (shape.length !== 1 || shape[0] !== C) {
      throw new ShapeError(`batchNorm: ${name} is ${formatShape(shape)}; expected [${C}].`);
    }
  }
  const rows = C === 0 ? 0 : x.size / C;
  const y = normalized(x, { mean, variance }, gamma, beta, eps);
  record("batchNorm", [x, gamma, beta], [y], [x, mean, variance, gamma], ([g], { tensor }) => {
    if (g === null) return [];
    const dx = Tensor.empty(x.shape, g.backend);
    const [dgamma, dbeta] = [Tensor.empty([C], g.backend), Tensor.empty([C], g.backend)];
    const [xs, m, v, scale] = [0, 1, 2, 3].map((i) => tensor(i).data);
    const kernel = fromBatch ? "batchNormBackward" : "batchNormEvalBackward";
    kernels[kernel](dx.data, dgamma.data, dbeta.data, g.data, xs, m, v, scale, rows, C, eps);
    return [dx, dgamma, dbeta];
  });
  return y;
}

function normalized(
  x: Tensor,
  statistics: BatchStatistics,
  gamma: Tensor,
  beta: Tensor,
  eps: number,
): Tensor {
  // The neurons of such a layer apply it themselves.
  if (isPackable(x.shape)) return AffineMap.tensor(x, batchNormAffine(statistics, gamma, beta, eps));
  const y = Tensor.empty(x.shape, x.backend);
  const { mean, variance } = statistics;
  const C = gamma.size;
  const rows = C === 0 ? 0 : x.size / C;
  const { kernels } = x.backend;
  kernels.batchNormForward(y.data, x.data, mean.data, variance.data, gamma.data, beta.data, rows, C, eps);
  return y;
}

/** What batchNorm does with these statistics, as a scale and a shift; rounded as its kernel rounds them. */
export function batchNormAffine(
  { mean, variance }: BatchStatistics,
  gamma: Tensor,
  beta: Tensor,
  eps: number,
): ChannelAffine {
  const { fround } = Math;
  const [scale, shift] = [Tensor.empty(gamma.shape, gamma.backend), Tensor.empty(gamma.shape, gamma.backend)];
  const [scales, shifts] = [scale.data, shift.data];
  const [means, variances, gammas, betas] = [mean.data, variance.data, gamma.data, beta.data];
  for (let c = 0; c < scales.length; c++) {
    const factor = fround(fround(1 / Math.sqrt(variances[c] + fround(eps))) * gammas[c]);
    scales[c] = factor;
    shifts[c] = fround(betas[c] - fround(means[c] * factor));
  }
  return { scale, shift };
}
