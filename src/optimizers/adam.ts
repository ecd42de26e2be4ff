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

import { checkFloat32, checkNonNegative, checkOptions, checkPositive, isList } from "../checks.js";
import { show } from "../show.js";
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
    this.betas = checkBetas(where, options.betas ?? [0.9, 0.999]);
    this.eps = checkPositive(`${where}: eps`, options.eps ?? 1e-8);
    // A vanishing eps would divide by 0 where a gradient is 0.
    checkFloat32(`${where}: eps`, this.eps);
    this.weightDecay = checkNonNegative(`${where}: weightDecay`, options.weightDecay ?? this.defaultDecay);
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

function checkBetas(where: string, betas: readonly [number, number]): readonly [number, number] {
  const isBeta = (beta: unknown): boolean => typeof beta === "number" && beta >= 0 && beta < 1;
  if (!isList(betas) || betas.length !== 2 || !betas.every(isBeta)) {
    throw new RangeError(
      `${where}: betas are ${show(betas)}; expected two numbers from 0 to below 1, such as [0.9, 0.999].`,
    );
  }
  return [betas[0], betas[1]];
}

export class AdamW extends Adam {
  protected override get defaultDecay(): number {
    return 1e-2;
  }

  protected override get decoupled(): boolean {
    return true;
  }
}
