/** How the runs of a sweep are, told from their folders. */

import type { LockHolder } from "../../platform/lock-file.js";
import type { RunProgress } from "../run-folder/run-progress.js";
import { runProgress } from "../run-folder/run-progress.js";
import { runState, type RunState } from "../run-folder/run-state.js";
import { runFolderOf } from "./job-results.js";
import type { SweepJob, SweepPlan } from "./sweep-plan.js";

export interface JobStatus {
  readonly folder: string;
  readonly settings: readonly string[];
  readonly model: string;
  readonly seed: number;
  readonly state: RunState;
  /** Of one that is not complete and has begun; null if it has no checkpoint. */
  readonly progress: RunProgress | null;
  /** Who is working on it, as the folder says. */
  readonly holder: LockHolder | null;
  /** Why it failed. */
  readonly error: string | null;
}

/** One for each job, in the order of the plan. @param known of jobs that have ended, from an earlier look: they are not read again */
export function sweepStatus(
  root: string,
  { jobs }: Pick<SweepPlan, "jobs">,
  known: ReadonlyMap<string, JobStatus> = new Map(),
): JobStatus[] {
  return jobs.map((job) => {
    const before = known.get(job.folder);
    return before?.state === "complete" ? before : jobStatus(root, job);
  });
}

function jobStatus(root: string, job: SweepJob): JobStatus {
  const { folder, settings, model, seed } = job;
  const run = runFolderOf(root, job);
  const state = runState(run);
  const error: unknown = state === "failed" ? run.readSummary()?.error : null;
  return {
    folder,
    settings,
    model,
    seed,
    state,
    progress: state === "complete" || state === "not begun" ? null : runProgress(run),
    holder: state === "complete" ? null : run.holder(),
    error: typeof error === "string" ? error : null,
  };
}
