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

import { LiveOptions } from "../schema/live-options.js";
import { withDefault, type Fields, type Schema } from "../schema/schema.js";
import { float32, pairOf, real } from "../schema/value-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { learningRate, weightDecayType } from "./hyperparameters.js";
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

/** Every default filled in. */
export type ResolvedAdamOptions = Readonly<Required<AdamOptions>>;

/** The rows of all that descend from Adam, with defaults of their own. */
/* @__NO_SIDE_EFFECTS__ */
export function adamFields(lr: number, weightDecay: number): Fields<ResolvedAdamOptions> {
  return {
    lr: withDefault(learningRate, lr, "The learning rate."),
    betas: withDefault(
      pairOf(real({ from: 0, below: 1 })),
      [0.9, 0.999],
      "What the running means of the gradient and of its square keep at each step.",
    ),
    // A vanishing eps would divide by 0 where a gradient is 0.
    eps: withDefault(float32({ above: 0 }), 1e-8, "Added to the root that a step is divided by."),
    weightDecay: withDefault(
      weightDecayType,
      weightDecay,
      "How strongly weights are drawn to 0; thresholds are left out.",
    ),
  };
}

export const adamSchema: Schema<ResolvedAdamOptions> = { fields: adamFields(1e-3, 0) };
export const adamWSchema: Schema<ResolvedAdamOptions> = { fields: adamFields(1e-3, 1e-2) };

export class Adam extends Optimizer {
  readonly #options: LiveOptions<ResolvedAdamOptions>;

  constructor(params: Iterable<Tensor>, options: AdamOptions = {}) {
    const live = new LiveOptions(new.target.name, options, new.target.schema);
    super(params, live, ["m", "v"]);
    this.#options = live;
  }

  protected static get schema(): Schema<ResolvedAdamOptions> {
    return adamSchema;
  }

  /** It may be set, and counts from the next step on. @throws TypeError, RangeError, here and in those below */
  get betas(): readonly [number, number] {
    return this.#options.current.betas;
  }

  set betas(betas: readonly [number, number]) {
    this.#options.set("betas", betas);
  }

  get eps(): number {
    return this.#options.current.eps;
  }

  set eps(eps: number) {
    this.#options.set("eps", eps);
  }

  get weightDecay(): number {
    return this.#options.current.weightDecay;
  }

  set weightDecay(weightDecay: number) {
    this.#options.set("weightDecay", weightDecay);
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
    const { lr, betas, eps, weightDecay } = this.#options.current;
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
