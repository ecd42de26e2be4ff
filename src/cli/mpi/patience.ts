/** How long a rank waits for the others, and may be without a sign of life, before the job is ended. */

import { UsageError } from "../exit-codes.js";
import type { Environment, Launched } from "./launched.js";

/** Milliseconds. A job ends within 5 s of a rank that hangs or is stopped: launchers take 2 s to kill the others. */
const USUAL = 2500;

/**
 * For ranks on other machines, of which nobody here can know whether they are cut off or stand still for a minute, as virtual ones
 * do that are saved or moved. One that hangs there is ended by its own second thread, one that dies by the launcher, and at once.
 */
const ELSEWHERE = 90_000;

/** The first step compiles and takes memory. */
const FIRST_STEP = 10;

/** All ranks have about the same work: those who have computed for long may wait for long. */
const SHARE = 5;

/** Of what was computed longest, between two exchanges: what was long ago counts no more. */
const FORGETTING = 0.9;

export class Patience {
  /** Without a sign of life of one's own: milliseconds. */
  readonly base: number;
  /** For others. */
  readonly others: number;
  #longest = 0;

  /** @param base milliseconds; Infinity: for ever. @param others the same, for other ranks */
  constructor(base = USUAL, others = base) {
    this.base = base;
    this.others = others;
  }

  /** Of ATIF_PATIENCE, in seconds; or as is usual for ranks on one machine or on several. @throws UsageError */
  static of(
    { ATIF_PATIENCE: text }: Environment,
    { size, localSize }: Pick<Launched, "size" | "localSize">,
  ): Patience {
    if (text === undefined || text === "") return new Patience(USUAL, size === localSize ? USUAL : ELSEWHERE);
    const seconds = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : NaN;
    if (Number.isNaN(seconds)) {
      throw new UsageError(
        `ATIF_PATIENCE is ${JSON.stringify(text)}; expected seconds for which a rank waits for the others beyond what it has computed ` +
          "itself, as in ATIF_PATIENCE=30, or 0 to wait for ever.",
      );
    }
    return new Patience(seconds === 0 ? Infinity : 1000 * seconds);
  }

  /** @param ms since the exchange before */
  computed(ms: number): void {
    this.#longest = Math.max(ms, FORGETTING * this.#longest);
  }

  /** Milliseconds to wait for the others. */
  limit(isFirstStep: boolean): number {
    return Math.max(this.others, this.silence(isFirstStep, this.#longest));
  }

  /** Milliseconds without a sign of life of its own. @param longest that there were before */
  silence(isFirstStep: boolean, longest: number): number {
    return Math.max((isFirstStep ? FIRST_STEP : 1) * this.base, SHARE * longest);
  }
}

/** "4.2 s" */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
