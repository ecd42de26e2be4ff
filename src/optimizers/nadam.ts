/**
 * NAdam: Adam that looks one step ahead, as Nesterov's momentum does.
 *
 *   mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2);  P_t = mu_1 mu_2 … mu_t
 *   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g g
 *   p -= lr ((1 - mu_t) / (1 - P_t) g + mu_(t+1) / (1 - P_(t+1)) m) / (sqrt(v / (1 - beta2^t)) + eps)
 *
 * weightDecay p is added to g; with decoupledWeightDecay, p is scaled by 1 - lr weightDecay instead.
 *
 * @source T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR 2016 workshop
 */

import { withDefault, type Schema } from "../schema/schema.js";
import { real } from "../schema/value-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { AdamFamily, adamFields, decoupledField, type AdamOptions } from "./adam-family.js";
import type { Params } from "./optimizer.js";

export interface NAdamOptions extends AdamOptions {
  /** Default 2e-3. */
  lr?: number;
  /** How fast mu comes to beta1 (default 4e-3). */
  momentumDecay?: number;
  /** Default false. */
  decoupledWeightDecay?: boolean;
}

/** Every default filled in. */
export type ResolvedNAdamOptions = Readonly<Required<NAdamOptions>>;

export const nadamSchema: Schema<ResolvedNAdamOptions> = {
  fields: adamFields(2e-3, 0, {
    momentumDecay: withDefault(
      real({ from: 0 }),
      4e-3,
      "How fast the momentum grows to the first of the betas.",
    ),
    decoupledWeightDecay: decoupledField,
  }),
};

export class NAdam extends AdamFamily<ResolvedNAdamOptions> {
  /** P_t by t, P_0 = 1, of each pair of options. A function of the options alone, so that no state holds it. */
  readonly #products = new Map<string, number[]>();

  constructor(params: Params<NAdamOptions>, options: NAdamOptions = {}) {
    super("NAdam", params, options, nadamSchema);
  }

  get momentumDecay(): number {
    return this.options.momentumDecay;
  }

  set momentumDecay(momentumDecay: number) {
    this.setOption("momentumDecay", momentumDecay);
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
    { lr, betas, eps, weightDecay, decoupledWeightDecay, momentumDecay }: ResolvedNAdamOptions,
  ): void {
    const [beta1, beta2] = betas;
    const [g, m, v] = [grad.data, array("m"), array("v")];
    const decay = decays ? weightDecay : 0;
    const momentum = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    const product = this.#productOf(`${beta1} ${momentumDecay}`, momentum);
    const ofGradient = (lr * (1 - momentum(move))) / (1 - product(move));
    const ofMean = (lr * momentum(move + 1)) / (1 - product(move + 1));
    const correction = 1 - beta2 ** move;
    for (let i = 0; i < data.length; i++) {
      const gradient = decoupledWeightDecay ? g[i] : g[i] + decay * data[i];
      const p = decoupledWeightDecay ? data[i] * (1 - lr * decay) : data[i];
      m[i] = beta1 * m[i] + (1 - beta1) * gradient;
      v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient;
      data[i] = p - (ofGradient * gradient + ofMean * m[i]) / (Math.sqrt(v[i] / correction) + eps);
    }
  }

  /** @param momentum mu_t */
  #productOf(options: string, momentum: (t: number) => number): (t: number) => number {
    const known = this.#products.get(options) ?? [1];
    this.#products.set(options, known);
    return (t) => {
      for (let n = known.length; n <= t; n++) known.push(known[n - 1] * momentum(n));
      return known[t];
    };
  }
}
