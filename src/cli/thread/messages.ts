/**
 * What the two threads of a command say to each other. One computes, and may not come to wait for seconds; the other one
 * waits, and hears signals meanwhile.
 */

import type { ExitCode } from "../exit-codes.js";
import type { PulseMemory } from "../mpi/pulse.js";
import type { Sentences, StopSignal } from "../signals.js";

/** From the thread that computes. */
export type Report =
  /** To be printed as it is. */
  | { readonly stream: "out" | "err"; readonly text: string }
  /** Signals are to be heard, and answered with these sentences; null: in silence. */
  | { readonly listen: Sentences | null }
  /** The system obeys signals again. */
  | { readonly listen: false }
  /** The folder of the run that is under way. */
  | { readonly working: string }
  /** A folder that is held, or about to be: before its data are read. */
  | { readonly holding: string }
  /** The last one. */
  | { readonly end: ExitCode };

/** To it. */
export interface Told {
  readonly signal: StopSignal;
}

/** Places in the memory that both see. */
export const SIGNAL = 0;
export const COLUMNS = { out: 1, err: 2 } as const;

/** What the thread that computes is given. */
export interface Given {
  readonly argv: readonly string[];
  /** process.argv[1], as the command was called. */
  readonly script: string | undefined;
  /** The number of the signal that has come; how wide the terminals are, 0 if that is not known. */
  readonly seen: Int32Array<SharedArrayBuffer>;
  /** What a rank of several tells the one that watches it; null for others. */
  readonly pulse: PulseMemory | null;
  readonly isTTY: { readonly out: boolean; readonly err: boolean };
}
