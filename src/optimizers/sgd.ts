/**
 * Stochastic gradient descent with momentum.
 *
 *   g += weightDecay p;  b = g at the first step, then momentum b + (1 - dampening) g
 *   g = g + momentum b (Nesterov) or b;  p -= lr g
 *
 * @source I. Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013
 */

import { checkBetween, checkBoolean, checkFinite, checkNonNegative, checkOptions } from "../checks.js";
import type { Tensor } from "../tensor/tensor.js";
import { Optimizer } from "./optimizer.js";

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

export class SGD extends Optimizer {
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;

  constructor(params: Iterable<Tensor>, options: SGDOptions) {
    checkOptions("SGD", options ?? null, ["lr", "momentum", "dampening", "weightDecay", "nesterov"]);
    const momentum = checkBetween("SGD: momentum", options.momentum ?? 0, 0, 1);
    super(params, options.lr, momentum === 0 ? [] : ["momentum"]);
    this.momentum = momentum;
    this.dampening = checkFinite("SGD: dampening", options.dampening ?? 0);
    this.weightDecay = checkNonNegative("SGD: weightDecay", options.weightDecay ?? 0);
    this.nesterov = checkBoolean("SGD: nesterov", options.nesterov ?? false);
    if (this.nesterov && (momentum === 0 || this.dampening !== 0)) {
      throw new RangeError(
        `SGD: nesterov with momentum ${momentum} and dampening ${this.dampening}; expected a momentum above 0 and no dampening.`,
      );
    }
  }

  protected update(
    param: Tensor,
    grad: Tensor,
    array: (name: string) => Float32Array,
    decays: boolean,
    move: number,
  ): void {
    const buffer = this.momentum === 0 ? null : array("momentum");
    param.backend.kernels.sgdStep(
      param.data, buffer, grad.data, param.size,
      this.lr, this.momentum, this.dampening, decays ? this.weightDecay : 0, this.nesterov, move === 1,
    ); // prettier-ignore
  }
}
