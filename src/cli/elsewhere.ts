/** Somebody who runs the jobs of a sweep on other machines: a cluster, a queue. */

import type { PreparedSweep } from "./prepared-sweep.js";
import type { StopSignal } from "./signals.js";

/** A command that has ended before its runs have. */
export interface Stopped {
  readonly signal: StopSignal;
  /** What has become of them: "stopped", "they go on on the cluster". */
  readonly words: string;
}

export interface EndElsewhere {
  /** Of runs that have failed, by folder. */
  readonly errors: ReadonlyMap<string, string>;
  /** null: all runs have ended. */
  readonly stopped: Stopped | null;
}

export interface Elsewhere {
  /** Of the command line: `--slurm`. */
  readonly words: readonly string[];
  /** The commands by which a user hands the runs over himself; null if there are none. */
  byHand(prepared: PreparedSweep): readonly string[] | null;
  /**
   * Hands over what is not complete, and waits until all is complete, has truly failed, or a signal has come.
   * @param again the command that goes on
   * @returns "handed over" if nobody is to wait; what is to be said of it has been said
   */
  work(prepared: PreparedSweep, again: string): Promise<EndElsewhere | "handed over">;
}
