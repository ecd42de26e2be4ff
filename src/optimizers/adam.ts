/**
 * Adam and AdamW.
 *
 *   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g g
 *   p -= lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + eps)
 *
 * Adam adds weightDecay p to g; AdamW scales p by 1 - lr weightDecay instead.
 *
 * @source D. P. Kingma, J. Ba, "Adam", ICLR 2015; I. Loshchilov, F. Hutter, "Decoupled Weight Decay", ICLR 2019
 */

import { checkBetween, checkOptions, checkPositive } from "../checks.js";
import type { Tensor } from "../tensor/tensor.js";
import { Optimizer } from "./optimizer.js";

export interface AdamOptions {
  /** Default 1e-3. */
  lr?: number;
  /** Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Default 1e-8. */
  eps?: number;
  /** Default 0 (AdamW: 1e-2). Thresholds are left out (Parameter.decays). */
  weightDecay?: number;
}

export class Adam extends Optimizer {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;

  constructor(params: Iterable<Tensor>, options: AdamOptions = {}) {
    const where = new.target.name;
    checkOptions(where, options, ["lr", "betas", "eps", "weightDecay"]);
    super(params, options.lr ?? 1e-3, ["m", "v"]);
    const [beta1, beta2] = options.betas ?? [0.9, 0.999];
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new RangeError(
        `${where}: betas are [${beta1}, ${beta2}]; expected two numbers from 0 to below 1.`,
      );
    }
    this.betas = [beta1, beta2];
    this.eps = checkPositive(`${where}: eps`, options.eps ?? 1e-8);
    this.weightDecay = checkBetween(
      `${where}: weightDecay`,
      options.weightDecay ?? this.defaultDecay,
      0,
      Number.MAX_VALUE,
    );
  }

  protected get defaultDecay(): number {
    return 0;
  }

  /** AdamW: the decay does not pass through the moments. */
  protected get decoupled(): boolean {
    return false;
  }

  protected update(
    param: Tensor,
    grad: Tensor,
    array: (name: string) => Float32Array,
    decays: boolean,
    move: number,
  ): void {
    const [beta1, beta2] = this.betas;
    param.backend.kernels.adamStep(
      param.data, array("m"), array("v"), grad.data, param.size,
      this.lr, beta1, beta2, this.eps, decays ? this.weightDecay : 0, this.decoupled,
      1 - beta1 ** move, 1 - beta2 ** move,
    ); // prettier-ignore
  }
}

export class AdamW extends Adam {
  protected override get defaultDecay(): number {
    return 1e-2;
  }

  protected override get decoupled(): boolean {
    return true;
  }
}
