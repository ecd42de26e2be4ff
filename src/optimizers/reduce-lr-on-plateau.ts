/**
 * The rate decays when what is measured has not improved for some epochs. It goes by what came out of the epochs, not by
 * their number: observe() is told each in turn, and a resumed run tells them again.
 */

import { readOptions, withDefault, type Schema } from "../schema/schema.js";
import { oneOf, real, whole } from "../schema/value-types.js";
import { checkFinite } from "../checks.js";
import type { Optimizer } from "./optimizer.js";
import { Scheduler } from "./schedulers.js";

export interface ReduceLROnPlateauOptions {
  /** Whether less is better, or more (default "min"). */
  mode?: "min" | "max";
  /** What the rate is multiplied by, below 1 (default 0.1). */
  factor?: number;
  /** Epochs without improvement that pass before the rate decays (default 10). */
  patience?: number;
  /** What counts as an improvement must exceed this (default 1e-4). */
  threshold?: number;
  /** "rel": the threshold is a share of the best value (default); "abs": a difference. */
  thresholdMode?: "rel" | "abs";
  /** Epochs after a decay that do not count (default 0). */
  cooldown?: number;
  /** Default 0. */
  minLr?: number;
  /** A smaller decay than this is left out (default 1e-8). */
  eps?: number;
}

type Resolved = Readonly<Required<ReduceLROnPlateauOptions>>;

export const reduceLROnPlateauSchema: Schema<Resolved> = {
  fields: {
    mode: withDefault(
      oneOf(["min", "max"]),
      "min",
      "Whether less is better, or more; that of checkpoint_metric.",
    ),
    factor: withDefault(real({ above: 0, below: 1 }), 0.1, "What the rate is multiplied by."),
    patience: withDefault(whole(0), 10, "Epochs without improvement that pass before the rate decays."),
    threshold: withDefault(real({ from: 0 }), 1e-4, "What counts as an improvement must exceed this."),
    thresholdMode: withDefault(
      oneOf(["rel", "abs"]),
      "rel",
      "Whether the threshold is a share of the best value, or a difference.",
    ),
    cooldown: withDefault(whole(0), 0, "Epochs after a decay that do not count."),
    minLr: withDefault(real({ from: 0 }), 0, "The lowest rate."),
    eps: withDefault(real({ from: 0 }), 1e-8, "A smaller decay than this is left out."),
  },
};

export class ReduceLROnPlateau extends Scheduler {
  readonly #options: Resolved;
  #best: number | null = null;
  #bad = 0;
  #cooling = 0;
  /** By epoch: whether the rate decayed after it. */
  #decays: boolean[] = [];

  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    super(optimizer);
    this.#options = readOptions("ReduceLROnPlateau", options, reduceLROnPlateauSchema);
  }

  get options(): Resolved {
    return { ...this.#options };
  }

  /** The epochs that were observed. */
  get observed(): number {
    return this.#decays.length;
  }

  /** What came out of the next epoch. step() goes on to the one after. @throws RangeError unless finite */
  observe(value: number): void {
    checkFinite("ReduceLROnPlateau: the value", value);
    const { patience, cooldown } = this.#options;
    if (this.#isBetter(value)) {
      this.#best = value;
      this.#bad = 0;
    } else this.#bad++;
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#bad = 0;
    }
    const decays = this.#bad > patience;
    if (decays) {
      this.#cooling = cooldown;
      this.#bad = 0;
    }
    this.#decays.push(decays);
  }

  /** Nothing was observed: what follows is told again from the first epoch on. */
  forget(): void {
    this.#best = null;
    this.#bad = 0;
    this.#cooling = 0;
    this.#decays = [];
  }

  lrAt(epoch: number): number {
    const { factor, minLr, eps } = this.#options;
    let rate = this.baseLr;
    for (const decays of this.#decays.slice(0, epoch)) {
      const lower = Math.max(rate * factor, minLr);
      if (decays && rate - lower > eps) rate = lower;
    }
    return rate;
  }

  #isBetter(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const best = this.#best;
    if (best === null) return true;
    const sign = mode === "min" ? -1 : 1;
    const margin = thresholdMode === "rel" ? best * threshold : threshold;
    return sign * (value - (best + sign * margin)) > 0;
  }
}
