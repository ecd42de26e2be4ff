/** Whether a run whose process has ended, wherever it ran, is to be handed over once more. */

import type { JobResult } from "../../experiment/sweep/job-results.js";

/** What is known of one run's earlier turns. */
export interface Turns {
  /** How far it was when it was handed over last (progressMark). */
  readonly mark: string;
  /** Turns one after the other that have brought it no further. */
  readonly fruitless: number;
}

export type Verdict =
  /** It has what it needs to go on: another turn. */
  | { readonly next: "again"; readonly turns: Turns }
  | { readonly next: "complete" }
  /** By its own fault, or nothing comes of it. */
  | { readonly next: "failed"; readonly error: string };

/** Turns without any progress after which nothing more is tried. */
export const MOST_FRUITLESS = 3;

/**
 * A run that says itself why it failed, as one that diverged does, would do so again. One that was stopped, killed, or never
 * began has another turn, as often as it gets on; after a few turns without progress it is given up.
 * @param mark how far it is now
 * @param why what is known of how its last process ended, for who reads that it was given up; null: nothing
 */
export function verdictOn(
  { state, error }: Pick<JobResult, "state" | "error">,
  before: Turns,
  mark: string,
  why: string | null,
): Verdict {
  if (state === "complete") return { next: "complete" };
  if (state === "failed") return { next: "failed", error: error ?? "it does not say why" };
  const fruitless = mark === before.mark ? before.fruitless + 1 : 0;
  if (fruitless < MOST_FRUITLESS) return { next: "again", turns: { mark, fruitless } };
  const how = why ?? "its process ended without a word";
  return { next: "failed", error: `${how} (${MOST_FRUITLESS} times, without getting any further)` };
}
