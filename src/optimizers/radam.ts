/**
 * RAdam: Adam whose first steps, while the mean of the squares is uncertain, are those of momentum alone.
 *
 *   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g g;  rhoMax = 2 / (1 - beta2) - 1
 *   rho = rhoMax - 2 t beta2^t / (1 - beta2^t)
 *   r = sqrt((rho - 4) (rho - 2) rhoMax / ((rhoMax - 4) (rhoMax - 2) rho))
 *   p -= lr m / (1 - beta1^t) * (rho > 5 ? r sqrt(1 - beta2^t) / (sqrt(v) + eps) : 1)
 *
 * weightDecay p is added to g; with decoupledWeightDecay, p is scaled by 1 - lr weightDecay instead.
 *
 * @source L. Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020, algorithm 2
 */

import type { Schema } from "../schema/schema.js";
import type { Tensor } from "../tensor/tensor.js";
import { AdamFamily, adamFields, decoupledField, type AdamOptions } from "./adam-family.js";
import type { Params } from "./optimizer.js";

export interface RAdamOptions extends AdamOptions {
  /** Default false. */
  decoupledWeightDecay?: boolean;
}

/** Every default filled in. */
export type ResolvedRAdamOptions = Readonly<Required<RAdamOptions>>;

export const radamSchema: Schema<ResolvedRAdamOptions> = {
  fields: adamFields(1e-3, 0, { decoupledWeightDecay: decoupledField }),
};

/** From this length of the running mean on, its variance is known well enough. */
const CERTAIN = 5;

export class RAdam extends AdamFamily<ResolvedRAdamOptions> {
  constructor(params: Params<RAdamOptions>, options: RAdamOptions = {}) {
    super("RAdam", params, options, radamSchema);
  }

  get decoupledWeightDecay(): boolean {
    return this.options.decoupledWeightDecay;
  }

  set decoupledWeightDecay(decoupledWeightDecay: boolean) {
    this.setOption("decoupledWeightDecay", decoupledWeightDecay);
  }

  protected update(
    { data }: Tensor,
    grad: Tensor,
    array: (name: string) => Float32Array,
    decays: boolean,
    move: number,
    { lr, betas, eps, weightDecay, decoupledWeightDecay }: ResolvedRAdamOptions,
  ): void {
    const [beta1, beta2] = betas;
    const [g, m, v] = [grad.data, array("m"), array("v")];
    const decay = decays ? weightDecay : 0;
    const rectified = rectification(beta2, move);
    const rate = lr / (1 - beta1 ** move);
    for (let i = 0; i < data.length; i++) {
      const gradient = decoupledWeightDecay ? g[i] : g[i] + decay * data[i];
      const p = decoupledWeightDecay ? data[i] * (1 - lr * decay) : data[i];
      m[i] = beta1 * m[i] + (1 - beta1) * gradient;
      v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient;
      data[i] = p - rate * m[i] * (rectified === null ? 1 : rectified / (Math.sqrt(v[i]) + eps));
    }
  }
}

/** r sqrt(1 - beta2^t); null while the variance is uncertain */
function rectification(beta2: number, t: number): number | null {
  const power = beta2 ** t;
  const most = 2 / (1 - beta2) - 1;
  const rho = most - (2 * t * power) / (1 - power);
  if (rho <= CERTAIN) return null;
  const r = Math.sqrt(((rho - 4) * (rho - 2) * most) / ((most - 4) * (most - 2) * rho));
  return r * Math.sqrt(1 - power);
}
