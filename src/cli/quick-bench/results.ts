/** What a run of the bench finds, as --json prints it. */

import type { Check } from "./check.js";
import type { Timed } from "./timing.js";

/** Contestants that computed the same, side by side. */
export interface Row {
  readonly name: string;
  /** Every comparison made before the timing. */
  readonly checks: readonly Check[];
  /** false: a result was wrong, and nothing was timed. */
  readonly valid: boolean;
  /** Atif first; empty if it is not valid. */
  readonly times: readonly Timed[];
  /** Median time of each other contestant in units of the first one's: 3 takes three times as long. */
  readonly ratios: Readonly<Record<string, number>>;
  /** How many images, neurons, ... a run computes, for figures per second. */
  readonly items?: { readonly count: number; readonly name: string };
  /** Contestants that could not take part, and why. */
  readonly notes: readonly string[];
}

/** A size or a time that is no contest of medians. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "bytes" | "ms";
  /** What exactly was measured. */
  readonly note?: string;
}
