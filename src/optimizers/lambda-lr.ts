/** The rate times what a function says of the epoch. Of code alone: a file cannot hold a function. */

import { show } from "../show.js";
import { readOptions, required, type Schema } from "../schema/schema.js";
import { functionOf } from "../schema/value-types.js";
import type { Optimizer } from "./optimizer.js";
import { Scheduler } from "./schedulers.js";

export interface LambdaLROptions {
  /** From the epoch, 0 for the first, to what the rate is multiplied by: at least 0. */
  lrLambda: (epoch: number) => number;
}

const lambdaLRSchema: Schema<Readonly<LambdaLROptions>> = {
  fields: { lrLambda: required(functionOf<LambdaLROptions["lrLambda"]>("(epoch) => 0.95 ** epoch")) },
};

/** lr lrLambda(n) */
export class LambdaLR extends Scheduler {
  readonly #options: Readonly<LambdaLROptions>;

  constructor(optimizer: Optimizer, options: LambdaLROptions) {
    super(optimizer);
    this.#options = readOptions("LambdaLR", options, lambdaLRSchema);
    this.setEpoch(0);
  }

  /** @throws RangeError unless the function gives a finite number of at least 0 */
  lrAt(epoch: number): number {
    const times: unknown = this.#options.lrLambda(epoch);
    if (typeof times === "number" && Number.isFinite(times) && times >= 0) return this.baseLr * times;
    throw new RangeError(
      `LambdaLR: lrLambda(${epoch}) is ${show(times)}; expected a finite number of at least 0, by which the rate is multiplied.`,
    );
  }
}
