/** Which epoch was the best so far, and whether it is time to stop. */

import type { CheckpointMetric } from "./epoch-metrics.js";

export interface EarlyStop {
  /** Epochs without improvement after which training stops, at least 1. */
  patience: number;
  /** What counts as an improvement must exceed this (default 0). */
  minDelta?: number;
}

export interface SelectionState {
  /** 1 for the first epoch; the earlier one of two equal ones. */
  best: { readonly epoch: number; readonly value: number } | null;
  /** The value that has to be improved on by minDelta, and the epochs since. */
  patience: { readonly value: number; readonly waited: number } | null;
}

export class EpochSelection {
  readonly #sign: 1 | -1;
  readonly #earlyStop: EarlyStop | null;
  #state: SelectionState = { best: null, patience: null };

  constructor(mode: CheckpointMetric["mode"], earlyStop: EarlyStop | null) {
    this.#sign = mode === "max" ? 1 : -1;
    this.#earlyStop = earlyStop;
  }

  get state(): SelectionState {
    return this.#state;
  }

  set state(state: SelectionState) {
    this.#state = state;
  }

  /** @returns improved: this epoch is the best so far; stop: the patience is over */
  observe(epoch: number, value: number): { improved: boolean; stop: boolean } {
    const { best, patience } = this.#state;
    const improved = best === null || this.#gain(value, best.value) > 0;
    const enough = patience === null || this.#gain(value, patience.value) > (this.#earlyStop?.minDelta ?? 0);
    const waited = enough ? 0 : patience.waited + 1;
    this.#state = {
      best: improved ? { epoch, value } : best,
      patience: { value: enough ? value : patience.value, waited },
    };
    return { improved, stop: this.#earlyStop !== null && waited >= this.#earlyStop.patience };
  }

  #gain(value: number, reference: number): number {
    return this.#sign * (value - reference);
  }
}
