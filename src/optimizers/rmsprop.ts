/**
 * RMSprop.
 *
 *   g += weightDecay p;  v = alpha v + (1 - alpha) g g;  a = alpha a + (1 - alpha) g where centered
 *   r = g / (sqrt(v) + eps), or g / (sqrt(v - a a) + eps) where centered
 *   b = momentum b + r;  p -= lr b
 *
 * @source T. Tieleman, G. Hinton, "RMSprop", Coursera lecture 6.5, 2012; centered: A. Graves, "Generating sequences with
 *   recurrent neural networks", 2013, eq. 38 to 40; eps beside the root, as PyTorch has it
 */

import { LiveOptions } from "../schema/live-options.js";
import { withDefault, type Schema } from "../schema/schema.js";
import { flag, float32, real } from "../schema/value-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { learningRate, weightDecayType } from "./hyperparameters.js";
import { Optimizer, type Params } from "./optimizer.js";

export interface RMSpropOptions {
  /** Default 1e-2. */
  lr?: number;
  /** What the running mean of the squares keeps at each step (default 0.99). */
  alpha?: number;
  /** Default 1e-8. */
  eps?: number;
  /** Default 0. Thresholds are left out (Parameter.decays). */
  weightDecay?: number;
  /** Default 0. */
  momentum?: number;
  /** Whether the square of the mean gradient is taken from that of the squares (default false). */
  centered?: boolean;
}

/** Every default filled in. */
export type ResolvedRMSpropOptions = Readonly<Required<RMSpropOptions>>;

export const rmspropSchema: Schema<ResolvedRMSpropOptions> = {
  fields: {
    lr: withDefault(learningRate, 1e-2, "The learning rate."),
    alpha: withDefault(
      real({ from: 0, below: 1 }),
      0.99,
      "What the running mean of the squares keeps at each step.",
    ),
    eps: withDefault(float32({ above: 0 }), 1e-8, "Added to what divides a step."),
    weightDecay: withDefault(weightDecayType, 0, "Pull of weights to 0, thresholds excepted."),
    momentum: withDefault(
      real({ from: 0, to: 1 }),
      0,
      "What the running sum of the steps keeps at each step.",
    ),
    centered: withDefault(flag, false, "Whether steps are divided by a deviation from the mean gradient."),
  },
};

export class RMSprop extends Optimizer<ResolvedRMSpropOptions> {
  constructor(params: Params<RMSpropOptions>, options: RMSpropOptions = {}) {
    super(params, new LiveOptions("RMSprop", options, rmspropSchema), ["v"]);
    const all = [this.options, ...this.paramGroups];
    if (all.some(({ centered = false }) => centered)) this.addArray("mean");
    if (all.some(({ momentum = 0 }) => momentum > 0)) this.addArray("momentum");
  }

  /** It may be set, and counts from the next step on. @throws TypeError, RangeError, here and in those below */
  get alpha(): number {
    return this.options.alpha;
  }

  set alpha(alpha: number) {
    this.setOption("alpha", alpha);
  }

  get eps(): number {
    return this.options.eps;
  }

  set eps(eps: number) {
    this.setOption("eps", eps);
  }

  get weightDecay(): number {
    return this.options.weightDecay;
  }

  set weightDecay(weightDecay: number) {
    this.setOption("weightDecay", weightDecay);
  }

  get momentum(): number {
    return this.options.momentum;
  }

  /** Where there was none, the sum starts at 0. */
  set momentum(momentum: number) {
    this.setOption("momentum", momentum);
    if (this.momentum > 0) this.addArray("momentum");
  }

  get centered(): boolean {
    return this.options.centered;
  }

  protected update(
    { data }: Tensor,
    grad: Tensor,
    array: (name: string) => Float32Array,
    decays: boolean,
    _move: number,
    { lr, alpha, eps, weightDecay, momentum, centered }: ResolvedRMSpropOptions,
  ): void {
    const [g, v] = [grad.data, array("v")];
    const mean = centered ? array("mean") : null;
    const sum = momentum > 0 ? array("momentum") : null;
    const decay = decays ? weightDecay : 0;
    for (let i = 0; i < data.length; i++) {
      const gradient = g[i] + decay * data[i];
      v[i] = alpha * v[i] + (1 - alpha) * gradient * gradient;
      let spread = v[i];
      if (mean !== null) {
        mean[i] = alpha * mean[i] + (1 - alpha) * gradient;
        // Rounding may take the difference of two equal numbers below 0.
        spread = Math.max(0, v[i] - mean[i] * mean[i]);
      }
      const step = gradient / (Math.sqrt(spread) + eps);
      if (sum === null) data[i] -= lr * step;
      else {
        sum[i] = momentum * sum[i] + step;
        data[i] -= lr * sum[i];
      }
    }
  }
}
