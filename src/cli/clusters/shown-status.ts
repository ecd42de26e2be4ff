/** How the runs of a sweep are, as it is shown and answered: what their folders say, and what somebody says who hands them out. */

import { hostname } from "node:os";
import { counted } from "../../counted.js";
import type { JobStatus } from "../../experiment/sweep/sweep-status.js";
import type { SweepColumn } from "../../experiment/sweep/sweep-plan.js";
import { formatTable } from "../report-table.js";

/**
 * In one word; "done" are those that are complete elsewhere and have to be fetched, "waiting" those that nobody has begun, "queued"
 * those of them that a scheduler has taken on.
 */
export type ShownState =
  "complete" | "done" | "running" | "queued" | "waiting" | "interrupted" | "died" | "failed";

export const SHOWN_STATES: readonly ShownState[] = [
  "complete",
  "done",
  "running",
  "queued",
  "waiting",
  "interrupted",
  "died",
  "failed",
];

/** What a scheduler knows of a run. */
export interface Scheduled {
  readonly state: "queued" | "running" | "done";
  /** "task 12_3 on node1", "job 12_3: Resources" */
  readonly where: string;
  /** Of workers that write elsewhere: what they say of how far it is. */
  readonly epoch?: number | null;
}

export interface ShownRun {
  readonly folder: string;
  readonly settings: readonly string[];
  readonly model: string;
  readonly seed: number;
  readonly state: ShownState;
  /** Whole epochs that are trained, and all of them; null where that is not known. */
  readonly epoch: number | null;
  readonly epochs: number | null;
  readonly where: string | null;
  readonly error: string | null;
}

/** @param epochs that the run is to train; 0: not known */
export function shownRun(job: JobStatus, scheduled: Scheduled | undefined, epochs: number): ShownRun {
  const { folder, settings, model, seed, error } = job;
  const state = stateOf(job, scheduled);
  const isBegun = state !== "waiting" && state !== "queued" && state !== "done";
  return {
    folder,
    settings,
    model,
    seed,
    state,
    epoch: isBegun ? (scheduled?.epoch ?? epochOf(job, state)) : null,
    epochs: epochs === 0 ? null : epochs,
    where: state === "complete" ? null : (scheduled?.where ?? holderOf(job)),
    error: state === "failed" ? error : null,
  };
}

function epochOf({ progress }: JobStatus, state: ShownState): number | null {
  return state === "complete" ? null : (progress?.epoch ?? 0);
}

/** Who holds the folder is at work on it, whatever was said of an earlier try. */
function stateOf({ state, holder }: JobStatus, scheduled: Scheduled | undefined): ShownState {
  if (state === "complete") return state;
  if (scheduled?.state === "done") return "done";
  if (scheduled?.state === "running" || holder !== null) return "running";
  if (scheduled !== undefined) return "queued";
  return state === "not begun" ? "waiting" : state;
}

function holderOf({ holder }: JobStatus): string | null {
  if (holder === null) return null;
  if (holder.state === "unreadable") return "somebody, by a lock that cannot be read";
  const { host, process } = holder.holder;
  return `process ${process}${host === hostname() ? "" : ` on ${host}`}`;
}

export function countsOf(runs: readonly Pick<ShownRun, "state">[]): Record<ShownState, number> {
  const counts = Object.fromEntries(SHOWN_STATES.map((state) => [state, 0])) as Record<ShownState, number>;
  for (const { state } of runs) counts[state]++;
  return counts;
}

/** "8 runs: 3 complete, 2 running, 3 queued" */
export function countsText(runs: readonly Pick<ShownRun, "state">[]): string {
  const counts = countsOf(runs);
  const words = SHOWN_STATES.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${state}`);
  return `${counted(runs.length, "run")}: ${words.join(", ")}`;
}

/** Lines of a table, in the order of the plan. */
export function statusTable(columns: readonly SweepColumn[], runs: readonly ShownRun[]): string[] {
  const withModel = new Set(runs.map(({ model }) => model)).size > 1;
  const lines = formatTable(
    [
      ...columns.map(({ title }) => ({ title })),
      ...(withModel ? [{ title: "model" }] : []),
      { title: "seed", align: "right" },
      { title: "state" },
      { title: "epoch", align: "right" },
      { title: "where" },
    ],
    runs.map(({ settings, model, seed, state, epoch, epochs, where, error }) => [
      ...settings,
      ...(withModel ? [model] : []),
      String(seed),
      state,
      epoch === null ? "" : epochs === null ? String(epoch) : `${epoch}/${epochs}`,
      where ?? error?.split("; ")[0] ?? "",
    ]),
  );
  return lines.map((line) => (typeof line === "string" ? line : line.words));
}
