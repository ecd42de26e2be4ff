/**
 * Stochastic gradient descent with momentum.
 *
 *   g += weightDecay p;  b = g at the first step, then momentum b + (1 - dampening) g
 *   g = g + momentum b (Nesterov) or b;  p -= lr g
 *
 * @source I. Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013
 */

import { LiveOptions } from "../schema/live-options.js";
import { required, withDefault, type Schema } from "../schema/schema.js";
import { flag, real } from "../schema/value-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { learningRate, weightDecayType } from "./hyperparameters.js";
import { Optimizer, type Params } from "./optimizer.js";

export interface SGDOptions {
  lr: number;
  /** Default 0. */
  momentum?: number;
  /** Default 0. */
  dampening?: number;
  /** Default 0. Thresholds are left out (Parameter.decays). */
  weightDecay?: number;
  /** Default false; needs momentum and no dampening. */
  nesterov?: boolean;
}

/** Every default filled in. */
export type ResolvedSGDOptions = Readonly<Required<SGDOptions>>;

export const sgdSchema: Schema<ResolvedSGDOptions> = {
  fields: {
    lr: required(learningRate, "The learning rate."),
    momentum: withDefault(real({ from: 0, to: 1 }), 0, "What the running sum keeps at each step."),
    dampening: withDefault(real(), 0, "Share of a gradient that the sum leaves out."),
    weightDecay: withDefault(weightDecayType, 0, "Pull of weights to 0, thresholds excepted."),
    nesterov: withDefault(flag, false, "Nesterov's momentum."),
  },
  check({ nesterov, momentum, dampening }, place) {
    if (!nesterov || (momentum > 0 && dampening === 0)) return;
    place
      .at("nesterov")
      .fail(
        `is true with momentum ${momentum} and dampening ${dampening}; expected a momentum above 0 and no dampening.`,
      );
  },
};

/** The running sum. */
const SUM = "momentum";

export class SGD extends Optimizer<ResolvedSGDOptions> {
  constructor(params: Params<SGDOptions>, options: SGDOptions) {
    super(params, new LiveOptions(new.target.name, options, sgdSchema), []);
    if ([this.options, ...this.paramGroups].some(({ momentum = 0 }) => momentum > 0)) this.addArray(SUM);
  }

  get momentum(): number {
    return this.options.momentum;
  }

  /** Counts from the next step on; where there was none, the sum starts at 0. @throws TypeError, RangeError */
  set momentum(momentum: number) {
    this.setOption("momentum", momentum);
    if (this.momentum > 0) this.addArray(SUM);
  }

  get dampening(): number {
    return this.options.dampening;
  }

  get weightDecay(): number {
    return this.options.weightDecay;
  }

  /** Counts from the next step on. @throws TypeError, RangeError */
  set weightDecay(weightDecay: number) {
    this.setOption("weightDecay", weightDecay);
  }

  get nesterov(): boolean {
    return this.options.nesterov;
  }

  protected update(
    param: Tensor,
    grad: Tensor,
    array: (name: string) => Float32Array,
    decays: boolean,
    move: number,
    { lr, momentum, dampening, weightDecay, nesterov }: ResolvedSGDOptions,
  ): void {
    const sum = momentum === 0 ? null : array(SUM);
    param.backend.kernels.sgdStep(
      param.data, sum, grad.data, param.size,
      lr, momentum, dampening, decays ? weightDecay : 0, nesterov, move === 1,
    ); // prettier-ignore
  }
}
