/** What Adam and its descendants share: the options, and two running means to a parameter, m and v. */

import { LiveOptions } from "../schema/live-options.js";
import { withDefault, type Fields, type Schema } from "../schema/schema.js";
import { flag, float32, pairOf, real } from "../schema/value-types.js";
import { learningRate, weightDecayType } from "./hyperparameters.js";
import { Optimizer, type Params } from "./optimizer.js";

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

/** The rows of all that descend from Adam, with defaults and `others` of their own. */
/* @__NO_SIDE_EFFECTS__ */
export function adamFields<Others = unknown>(
  lr: number,
  weightDecay: number,
  others?: Fields<Others>,
): Fields<ResolvedAdamOptions & Others> {
  return {
    lr: withDefault(learningRate, lr, "The learning rate."),
    betas: withDefault(
      pairOf(real({ from: 0, below: 1 })),
      [0.9, 0.999],
      "What the running means keep at each step.",
    ),
    // A vanishing eps would divide by 0 where a gradient is 0.
    eps: withDefault(float32({ above: 0 }), 1e-8, "Added to what divides a step."),
    weightDecay: withDefault(weightDecayType, weightDecay, "Pull of weights to 0, thresholds excepted."),
    ...others,
  } as Fields<ResolvedAdamOptions & Others>;
}

/** Of those that can do either. */
export const decoupledField = withDefault(
  flag,
  false,
  "Whether weight decay is apart from the gradient, as in AdamW.",
);

/** @typeParam O the options of the class, every default filled in */
export abstract class AdamFamily<O extends ResolvedAdamOptions> extends Optimizer<O> {
  /** @throws TypeError, RangeError that begin with the name of the class */
  protected constructor(name: string, params: Params<O>, options: unknown, schema: Schema<O>) {
    super(params, new LiveOptions(name, options, schema), ["m", "v"]);
  }

  /** It may be set, and counts from the next step on. @throws TypeError, RangeError, here and in those below */
  get betas(): readonly [number, number] {
    return this.options.betas;
  }

  set betas(betas: readonly [number, number]) {
    this.setOption("betas", betas);
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
}
