/**
 * Batch normalisation over all axes but the channels, with running statistics for evaluation. In step mode 's' the
 * statistics are those of one time step (T updates per batch), in 'm' those of all T N samples (one update).
 */

import { ShapeError } from "../errors.js";
import { Parameter } from "../module/parameter.js";
import { batchNorm, batchNormAffine, batchStatistics, type BatchStatistics } from "../ops/batch-norm.js";
import { close, fix } from "../schema/fixed.js";
import { readArguments, required, withDefault, type Schema } from "../schema/schema.js";
import { float32, real, whole } from "../schema/value-types.js";
import { formatShape, sizeOf } from "../shapes.js";
import type { ChannelAffine } from "../tensor/affine-map.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import { checkChannelsLast, type FullLayerRow } from "./layer-row.js";
import { StatelessLayer } from "./stateless-layer.js";

export interface BatchNormOptions {
  /** Added to the variance (default 1e-5), > 0. */
  eps?: number;
  /** Weight of the newest batch in the running statistics (default 0.1). */
  momentum?: number;
}

/** All of it, by name. */
export interface BatchNormSpec {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number;
}

const schema: Schema<BatchNormSpec> = {
  fields: {
    numFeatures: required(whole(1)),
    eps: withDefault(float32({ above: 0 }), 1e-5),
    momentum: withDefault(real({ from: 0, to: 1 }), 0.1),
  },
};

export abstract class BatchNorm extends StatelessLayer {
  /** gamma [C], starts at 1. */
  readonly weight: Parameter;
  /** beta [C], starts at 0. */
  readonly bias: Parameter;
  readonly runningMean: Tensor;
  /** Unbiased. */
  readonly runningVar: Tensor;
  declare readonly numFeatures: number;
  declare readonly eps: number;
  declare readonly momentum: number;

  /** @throws TypeError, RangeError */
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super();
    fix<BatchNorm>(this, readArguments(new.target.name, { numFeatures }, options, schema));
    this.weight = this.registerParameter("weight", new Parameter(Tensor.full([numFeatures], 1)));
    this.bias = this.registerParameter("bias", new Parameter(Tensor.full([numFeatures], 0)));
    this.runningMean = this.registerBuffer("running_mean", keep(Tensor.full([numFeatures], 0)));
    this.runningVar = this.registerBuffer("running_var", keep(Tensor.full([numFeatures], 1)), {
      check: checkVariance,
    });
    close<BatchNorm>(this, "weight", "bias", "runningMean", "runningVar");
  }

  /** Ranks of a batch that this layer takes. */
  protected abstract get ranks(): readonly number[];

  protected apply(x: Tensor): Tensor {
    return this.#normalize(x, 1);
  }

  /** The statistics of T equal batches are those of one; only the number of values, and of updates, is another. */
  override applyStill(x: Tensor, T: number): Tensor {
    return this.#normalize(x, T);
  }

  /** What it does in evaluation, as a scale and a shift per channel. */
  affine(): ChannelAffine {
    const running = { mean: this.runningMean, variance: this.runningVar };
    return batchNormAffine(running, this.weight, this.bias, this.eps);
  }

  #normalize(x: Tensor, T: number): Tensor {
    const where = this.constructor.name;
    if (!this.ranks.includes(x.rank) || x.shape.at(-1) !== this.numFeatures) {
      const expected = this.ranks.map(
        (rank) => `[${["N", "H", "W"].slice(0, rank - 1).join(", ")}, ${this.numFeatures}]`,
      );
      throw new ShapeError(
        `${where}: x is ${formatShape(x.shape)}; expected ${expected.join(" or ")}, channels last.`,
      );
    }
    if (!this.training) {
      const running = { mean: this.runningMean, variance: this.runningVar };
      return batchNorm(x, running, this.weight, this.bias, this.eps, false);
    }
    const each = x.size / this.numFeatures;
    const [rows, updates] = this.stepMode === "m" ? [T * each, 1] : [each, T];
    if (rows < 2) {
      throw new ShapeError(
        `${where}: x is ${formatShape(x.shape)} in training; expected more than one value per channel. Use a larger batch, or eval().`,
      );
    }
    const statistics = batchStatistics(x);
    for (let update = 0; update < updates; update++) this.#update(statistics, rows / (rows - 1));
    return batchNorm(x, statistics, this.weight, this.bias, this.eps, true);
  }

  #update({ mean, variance }: BatchStatistics, unbias: number): void {
    const { runningMean, runningVar, momentum, numFeatures } = this;
    const { kernels } = runningMean.backend;
    kernels.exponentialAverage(runningMean.data, mean.data, momentum, 1, numFeatures);
    kernels.exponentialAverage(runningVar.data, variance.data, momentum, unbias, numFeatures);
    runningMean.storage.version++;
    runningVar.storage.version++;
  }
}

function checkVariance(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] < 0)
      throw new RangeError(`${name} holds ${values[i]} at element ${i}; expected variances of at least 0.`);
  }
}

/** x [N, C] or [N, S, C] */
export class BatchNorm1d extends BatchNorm {
  protected get ranks(): readonly number[] {
    return [2, 3];
  }
}

/** x [N, H, W, C] */
export class BatchNorm2d extends BatchNorm {
  protected get ranks(): readonly number[] {
    return [4];
  }
}

function rowOf(
  layer: typeof BatchNorm1d | typeof BatchNorm2d,
  axes: readonly (readonly string[])[],
  create: (options: BatchNormSpec) => BatchNorm,
): FullLayerRow<BatchNormSpec> {
  return {
    layer,
    schema,
    inputs: 1,
    scaling: "stays",
    create,
    outputShape({ numFeatures }, [input], where) {
      const own = axes.find(({ length }) => length + 1 === input.length) ?? axes[axes.length - 1];
      checkChannelsLast(where, input, own, numFeatures);
      return input;
    },
    weights: () => 0,
    // In evaluation: a scale and a shift.
    operations: (_options, _inputs, output) => ({ macs: sizeOf(output), adds: 0 }),
    options(layer) {
      const { numFeatures, eps, momentum } = layer as BatchNorm;
      return { numFeatures, eps, momentum };
    },
  };
}

export const batchNorm1dRow = rowOf(
  BatchNorm1d,
  [[], ["S"]],
  ({ numFeatures, ...options }) => new BatchNorm1d(numFeatures, options),
);
export const batchNorm2dRow = rowOf(
  BatchNorm2d,
  [["H", "W"]],
  ({ numFeatures, ...options }) => new BatchNorm2d(numFeatures, options),
);
