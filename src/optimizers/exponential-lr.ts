/** The rate decays by the same factor every epoch. */

import { readOptions, required, type Schema } from "../schema/schema.js";
import { factor } from "./hyperparameters.js";
import type { Optimizer } from "./optimizer.js";
import { Scheduler } from "./schedulers.js";

export interface ExponentialLROptions {
  /** What the rate is multiplied by every epoch. */
  gamma: number;
}

export const exponentialLRSchema: Schema<Readonly<ExponentialLROptions>> = {
  fields: { gamma: required(factor, "What the rate is multiplied by every epoch.") },
};

/** lr gamma^n */
export class ExponentialLR extends Scheduler {
  readonly #options: Readonly<ExponentialLROptions>;

  constructor(optimizer: Optimizer, options: ExponentialLROptions) {
    super(optimizer);
    this.#options = readOptions("ExponentialLR", options, exponentialLRSchema);
  }

  get gamma(): number {
    return this.#options.gamma;
  }

  lrAt(epoch: number): number {
    return this.baseLr * this.gamma ** epoch;
  }
}
