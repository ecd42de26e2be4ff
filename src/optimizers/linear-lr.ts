/** The rate changes along a line over the first epochs: warm-up. */

import { readOptions, withDefault, type Schema } from "../schema/schema.js";
import { real, whole } from "../schema/value-types.js";
import { MAX_EPOCHS } from "./hyperparameters.js";
import type { Optimizer } from "./optimizer.js";
import { Scheduler } from "./schedulers.js";

export interface LinearLROptions {
  /** What the rate of the first epoch is multiplied by, above 0 and at most 1 (default 1/3). */
  startFactor?: number;
  /** The same from totalIters on, 0 to 1 (default 1). */
  endFactor?: number;
  /** Epochs from the one to the other (default 5). */
  totalIters?: number;
}

export const linearLRSchema: Schema<Readonly<Required<LinearLROptions>>> = {
  fields: {
    startFactor: withDefault(
      real({ above: 0, to: 1 }),
      1 / 3,
      "What the rate of the first epoch is multiplied by.",
    ),
    endFactor: withDefault(real({ from: 0, to: 1 }), 1, "What the rate is multiplied by in the end."),
    totalIters: withDefault(whole(1, MAX_EPOCHS), 5, "Epochs from the one to the other."),
  },
};

/** lr (startFactor + (endFactor - startFactor) min(n, totalIters) / totalIters) */
export class LinearLR extends Scheduler {
  readonly #options: Readonly<Required<LinearLROptions>>;

  constructor(optimizer: Optimizer, options: LinearLROptions = {}) {
    super(optimizer);
    this.#options = readOptions("LinearLR", options, linearLRSchema);
    this.setEpoch(0);
  }

  get startFactor(): number {
    return this.#options.startFactor;
  }

  get endFactor(): number {
    return this.#options.endFactor;
  }

  get totalIters(): number {
    return this.#options.totalIters;
  }

  lrAt(epoch: number): number {
    const { startFactor, endFactor, totalIters } = this.#options;
    const done = Math.min(epoch, totalIters) / totalIters;
    return this.baseLr * (startFactor + (endFactor - startFactor) * done);
  }
}
