/**
 * Batch normalisation as the scale and shift per channel that integer code computes, quantized:
 *
 *   a = gamma / sqrt(variance + eps),  b = beta - gamma mean / sqrt(variance + eps)
 *   y = Qa(Qi(x) Qw(a) + Qw(b))
 *
 * In training, mean and biased variance are those of Qi(x). The running variance is updated with the unbiased one; compat
 * "qualia": with the biased one.
 */

import {
  BatchNorm1d,
  batchNorm1dRow,
  BatchNorm2d,
  batchNorm2dRow,
  type BatchNorm,
  type BatchNormSpec,
} from "../layers/batch-norm.js";
import { addDerivedLayer } from "../layers/table.js";
import { noGrad } from "../autograd/grad-mode.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { applyOnce, type QuantizedSettings } from "./layer-quantizers.js";
import { quantizedRow } from "./quantized-row.js";
import { WeightQuantizers } from "./weight-quantizers.js";

export class QuantizedBatchNorm1d extends BatchNorm1d {
  readonly #settings: QuantizedSettings;
  readonly #quantizers: WeightQuantizers;

  constructor({ numFeatures, ...options }: BatchNormSpec, settings: QuantizedSettings) {
    super(numFeatures, options);
    this.#settings = settings;
    this.#quantizers = new WeightQuantizers(settings, (name, each) => this.registerChild(name, each));
  }

  get settings(): QuantizedSettings {
    return this.#settings;
  }

  observeWeights(): void {
    const { scale, shift } = scaleAndShift(this);
    this.#quantizers.observe(scale, shift);
  }

  protected override apply(x: Tensor): Tensor {
    return this.applyStill(x, 1);
  }

  override applyStill(x: Tensor, T: number): Tensor {
    checkRank(this, x, this.ranks);
    return applyOnce(this, T, () => normalized(this, this.#quantizers, this.#settings, x, T));
  }
}

export class QuantizedBatchNorm2d extends BatchNorm2d {
  readonly #settings: QuantizedSettings;
  readonly #quantizers: WeightQuantizers;

  constructor({ numFeatures, ...options }: BatchNormSpec, settings: QuantizedSettings) {
    super(numFeatures, options);
    this.#settings = settings;
    this.#quantizers = new WeightQuantizers(settings, (name, each) => this.registerChild(name, each));
  }

  get settings(): QuantizedSettings {
    return this.#settings;
  }

  observeWeights(): void {
    const { scale, shift } = scaleAndShift(this);
    this.#quantizers.observe(scale, shift);
  }

  protected override apply(x: Tensor): Tensor {
    return this.applyStill(x, 1);
  }

  override applyStill(x: Tensor, T: number): Tensor {
    checkRank(this, x, this.ranks);
    return applyOnce(this, T, () => normalized(this, this.#quantizers, this.#settings, x, T));
  }
}

function checkRank({ constructor, numFeatures }: BatchNorm, x: Tensor, ranks: readonly number[]): void {
  if (ranks.includes(x.rank) && x.shape.at(-1) === numFeatures) return;
  throw new ShapeError(
    `${constructor.name}: x is ${formatShape(x.shape)}; expected rank ${ranks.join(" or ")} and ${numFeatures} channels, the last axis.`,
  );
}

/** @param T how many time steps x is the same at */
function normalized(
  layer: BatchNorm,
  quantizers: WeightQuantizers,
  settings: QuantizedSettings,
  x: Tensor,
  T: number,
): Tensor {
  const present = (): readonly [Tensor, Tensor | null] => {
    const { scale, shift } = scaleAndShift(layer);
    return quantizers.weights(scale, shift);
  };
  return quantizers.around(
    x,
    (input) => {
      const statistics = layer.training ? batchStatistics(layer, settings, input, T) : undefined;
      const { scale, shift } = scaleAndShift(layer, statistics);
      const [a, b] = quantizers.weights(scale, shift);
      return b === null ? input.mul(a) : input.mul(a).add(b);
    },
    (input) => affine(input, ...noGrad(present)),
  );
}

/** x a + b per channel, exact. @param x [N, ..., C] */
function affine({ data }: Tensor, { data: a }: Tensor, b: Tensor | null): Float64Array {
  const C = a.length;
  return Float64Array.from(data, (value, i) => value * a[i % C] + (b?.data[i % C] ?? 0));
}

/** a and b, not quantized; by default of the running statistics. [C] each */
export function scaleAndShift(
  { weight, bias, eps, runningMean, runningVar }: BatchNorm,
  { mean, variance }: { readonly mean: Tensor; readonly variance: Tensor } = {
    mean: runningMean,
    variance: runningVar,
  },
): { scale: Tensor; shift: Tensor } {
  const sigma = variance.add(eps).sqrt();
  return { scale: weight.div(sigma), shift: bias.sub(weight.mul(mean).div(sigma)) };
}

/** Differentiable; the running statistics move. */
function batchStatistics(
  layer: BatchNorm,
  { compat }: QuantizedSettings,
  x: Tensor,
  T: number,
): { mean: Tensor; variance: Tensor } {
  const { numFeatures, runningMean, runningVar, momentum, stepMode } = layer;
  const each = x.size / numFeatures;
  const [count, updates] = stepMode === "m" ? [T * each, 1] : [each, T];
  if (count < 2) {
    throw new ShapeError(
      `${layer.constructor.name}: x is ${formatShape(x.shape)} in training; expected more than one value per channel. Use a larger batch, or eval().`,
    );
  }
  const rows = x.reshape([each, numFeatures]);
  const mean = rows.mean(0);
  const centred = rows.sub(mean);
  const variance = centred.mul(centred).mean(0);
  const { kernels } = x.backend;
  const unbias = compat === undefined ? count / (count - 1) : 1;
  for (let update = 0; update < updates; update++) {
    kernels.exponentialAverage(runningMean.data, mean.data, momentum, 1, numFeatures);
    kernels.exponentialAverage(runningVar.data, variance.data, momentum, unbias, numFeatures);
    runningMean.storage.version++;
    runningVar.storage.version++;
  }
  return { mean, variance };
}

/** Their kinds. */
export const batchNormKinds = [
  addDerivedLayer(
    "QuantizedBatchNorm1d",
    quantizedRow(
      batchNorm1dRow,
      QuantizedBatchNorm1d,
      (options, settings) => new QuantizedBatchNorm1d(options, settings),
    ),
  ),
  addDerivedLayer(
    "QuantizedBatchNorm2d",
    quantizedRow(
      batchNorm2dRow,
      QuantizedBatchNorm2d,
      (options, settings) => new QuantizedBatchNorm2d(options, settings),
    ),
  ),
];
