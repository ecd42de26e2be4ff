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

import type { Schema } from "../schema/schema.js";
import type { Tensor } from "../tensor/tensor.js";
import { AdamFamily, adamFields, type AdamOptions, type ResolvedAdamOptions } from "./adam-family.js";
import type { Params } from "./optimizer.js";

export const adamSchema: Schema<ResolvedAdamOptions> = { fields: adamFields(1e-3, 0) };
export const adamWSchema: Schema<ResolvedAdamOptions> = { fields: adamFields(1e-3, 1e-2) };

export class Adam extends AdamFamily<ResolvedAdamOptions> {
  constructor(params: Params<AdamOptions>, options: AdamOptions = {}) {
    super(new.target.name, params, options, new.target.schema);
  }

  protected static get schema(): Schema<ResolvedAdamOptions> {
    return adamSchema;
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
    { lr, betas, eps, weightDecay }: ResolvedAdamOptions,
  ): void {
    const [beta1, beta2] = betas;
    param.backend.kernels.adamStep(
      param.data, array("m"), array("v"), grad.data, param.size,
      lr, beta1, beta2, eps, decays ? weightDecay : 0, this.decoupled,
      1 - beta1 ** move, 1 - beta2 ** move,
    ); // prettier-ignore
  }
}

export class AdamW extends Adam {
  protected static override get schema(): Schema<ResolvedAdamOptions> {
    return adamWSchema;
  }

  protected override get decoupled(): boolean {
    return true;
  }
}
