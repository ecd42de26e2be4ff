/** What came out of one job, read from its folder. No times and no folders: equal runs say the same. */

import { FormatError } from "../../errors.js";
import { FileError } from "../../platform/files.js";
import { joinPaths } from "../../platform/paths.js";
import { totalSpikes } from "../../measuring/layer-report.js";
import type { EpochMetrics } from "../../training/epoch-metrics.js";
import type { Evaluation } from "../../training/evaluate.js";
import { RunFolder } from "../run-folder/run-folder.js";
import type { RunResults } from "../run-folder/run-results.js";
import { runState, type RunState } from "../run-folder/run-state.js";
import type { JobFigures, Measured } from "./job-figures.js";
import type { SweepJob } from "./sweep-plan.js";

export interface JobResult extends SweepJob {
  readonly state: RunState;
  /** Why it failed. */
  readonly error?: string;
  readonly figures: JobFigures | null;
}

/** The run of a job. @param root the folder of the sweep */
export function runFolderOf(root: string, { folder }: SweepJob): RunFolder {
  return new RunFolder(joinPaths(root, folder));
}

/** @param root the folder of the sweep */
export function jobResult(root: string, job: SweepJob): JobResult {
  const { folder, settings, model, seed, keeps } = job;
  const run = runFolderOf(root, job);
  const state = runState(run);
  const known = { folder, settings, model, seed, keeps };
  if (state !== "complete") {
    const error: unknown = run.readSummary()?.error;
    const failed = state === "failed" && typeof error === "string";
    return { ...known, state, ...(failed ? { error } : {}), figures: null };
  }
  try {
    return { ...known, state, figures: figuresOf(run.readResults(), keeps, run.readSummary()?.parameters) };
  } catch (thrown) {
    const isDamage = [FormatError, FileError, SyntaxError, TypeError].some((kind) => thrown instanceof kind);
    if (!isDamage) throw thrown;
    return {
      ...known,
      state: "failed",
      error: `${run.shortPath} cannot be read: ${(thrown as Error).message}`,
      figures: null,
    };
  }
}

function figuresOf(
  { history, bestEpoch, test, postprocessing }: RunResults,
  keeps: SweepJob["keeps"],
  parameters: unknown,
): JobFigures {
  const last: EpochMetrics | undefined = history.at(-1);
  const best = keeps === "best" && bestEpoch !== null ? bestEpoch : null;
  const chosen = best === null ? last : history[best - 1];
  const layers = test?.layers ?? last?.layers ?? [];
  const counted = postprocessing.findLast(({ kind }) => kind === "OperationCounter");
  return {
    epochs: history.length,
    bestEpoch: best,
    parameters: typeof parameters === "number" ? parameters : null,
    trainLoss: chosen?.trainLoss ?? null,
    trainAccuracy: chosen?.trainAccuracy ?? null,
    validation: measuredOf(chosen?.validation ?? null),
    test: measuredOf(test),
    spikesPerInference:
      test === null ? (last?.spikesPerInference ?? null) : (test.spikesPerInference ?? totalSpikes(layers)),
    layers: layers.map(({ name, kind, theta, thetas, firingRate }) => ({
      name,
      kind,
      theta,
      ...(thetas === undefined ? {} : { thetas }),
      firingRate,
    })),
    ...(counted === undefined || !("operations" in counted) ? {} : { operations: counted.operations.total }),
  };
}

function measuredOf(evaluation: Evaluation | null): Measured | null {
  if (evaluation === null) return null;
  const { samples, loss, accuracy, averageClassAccuracy, spikesPerInference } = evaluation;
  return { samples, loss, accuracy, averageClassAccuracy, spikesPerInference };
}
