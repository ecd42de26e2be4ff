/** What a run of the bench finds, as --json prints it. */

import type { Check } from "./check.js";
import type { Timed } from "./timing.js";

export type SuiteLetter = "a" | "b" | "c" | "d" | "e" | "f";

/** Contestants that computed the same, side by side. */
export interface Row {
  readonly name: string;
  /** Every comparison made before the timing. */
  readonly checks: readonly Check[];
  /** false: a result was wrong, and nothing was timed. */
  readonly valid: boolean;
  /** Atif first; empty if it is not valid. */
  readonly times: readonly Timed[];
  /** Median time of each other contestant in units of atif's: 3 is three times as slow as atif. */
  readonly ratios: Readonly<Record<string, number>>;
  /** How many images, neurons, ... a run computes, for figures per second. */
  readonly items?: { readonly count: number; readonly name: string };
  /** Peers that could not take part, and why. */
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

export interface SuiteResult {
  readonly suite: SuiteLetter;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly figures: readonly Figure[];
  /** What could not be measured, and what there is to know about the rest. */
  readonly notes: readonly string[];
}
