/** Sees that a rank does not come on, from another thread of its process. */

import { seconds, type Patience } from "./patience.js";
import type { Pulse, Work } from "./pulse.js";

/** Milliseconds between two looks. */
export const LOOK_MS = 100;

/** A look that comes later than this was not late: the process, or its machine, stood still. */
const MOST_OF_A_LOOK_MS = 2 * LOOK_MS;

export class Watchdog {
  readonly #pulse: Pulse;
  readonly #patience: Patience;
  #beats: number;
  #work: Work = "apart";
  #silence = 0;
  #longest = 0;
  #lookedAt: number;

  constructor(pulse: Pulse, patience: Patience, now = performance.now()) {
    this.#pulse = pulse;
    this.#patience = patience;
    this.#beats = pulse.beats;
    this.#lookedAt = now;
  }

  /**
   * Looks once. The clock counts between looks that come about when they should: a machine or a job that was stopped as a whole goes
   * on afterwards.
   * @returns why the process must end, in words that follow its name; null: it need not
   */
  look(now = performance.now()): string | null {
    const { work, beats, limit } = this.#pulse;
    const passed = Math.min(now - this.#lookedAt, MOST_OF_A_LOOK_MS);
    this.#lookedAt = now;
    if (work === "apart" || beats !== this.#beats) {
      // Steps are like one another, but for the first.
      if (this.#work === "computing") this.#longest = Math.max(this.#longest, this.#silence);
      this.#work = work;
      this.#beats = beats;
      this.#silence = 0;
      return null;
    }
    this.#silence += passed;
    if (work === "exchanging") {
      if (this.#silence <= limit) return null;
      return `has been in an exchange with the others for ${seconds(this.#silence)}: one of them hangs, was stopped, or is cut off`;
    }
    if (this.#silence <= this.#patience.silence(work === "first step", this.#longest)) return null;
    return `hangs: its computation has given no sign of life for ${seconds(this.#silence)}`;
  }
}
