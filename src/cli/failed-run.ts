/** What is said when a run has failed, beside why: how it can go on. */

import { dirname } from "node:path";
import { OutOfMemoryError } from "../errors.js";
import type { SingleRun } from "../experiment/adjust.js";
import { RunFolder } from "../experiment/run-folder/run-folder.js";
import { DivergenceError } from "../training/divergence-error.js";
import { resumeCommand } from "./resume-command.js";
import { FileError } from "../platform/files.js";
import { ExitCode, failureOf, FoundFailure } from "./exit-codes.js";
import type { TrainPlan } from "./train-plan.js";

/** A run that is under way. */
export interface Begun {
  readonly run: SingleRun;
  readonly folder: RunFolder;
  /** Whether its training is over, and steps of [[postprocessing]] are under way. */
  readonly postprocessing: boolean;
}

/** A step of the rate that is worth trying after a divergence, and what it should not be above. */
const LOWER = 0.1;
const MOST = 0.1;

/** What was thrown while the run was under way, with how to go on where that may help. */
export function failedRun(thrown: unknown, plan: TrainPlan, { run, folder, postprocessing }: Begun): unknown {
  // The rate of a step is part of the experiment, with which a run is started.
  if (postprocessing && thrown instanceof DivergenceError) return thrown;
  const advice = adviceOn(thrown, plan, run, rootOf(plan, folder));
  if (advice === null) return thrown;
  return new FoundFailure(
    `${failureOf(thrown).sentence} ${advice}`,
    { folder: folder.path },
    { cause: thrown },
  );
}

function adviceOn(thrown: unknown, plan: TrainPlan, run: SingleRun, root: RunFolder): string | null {
  const resume = (...more: string[]): string => resumeCommand(root.shortPath, more);
  if (thrown instanceof DivergenceError) {
    const lower = lowerRate(run, plan.experiment.models.indexOf(run.model));
    return lower === null
      ? null
      : `To go on from the last checkpoint with a lower one: ${resume("--set", lower)}`;
  }
  if (thrown instanceof FileError && failureOf(thrown).exitCode === ExitCode.failed) {
    return `To go on when that is mended: ${resume()}`;
  }
  if (thrown instanceof OutOfMemoryError) {
    return `The run stays as it was started; begin another one with such settings, or go on where there is more memory: ${resume()}`;
  }
  return null;
}

/** One run has the folder of all. */
function rootOf(plan: TrainPlan, folder: RunFolder): RunFolder {
  return plan.runs.length === 1 ? folder : new RunFolder(dirname(folder.path));
}

/** "model.0.optimizer.params.lr=0.001"; null where there is no rate to lower. */
function lowerRate({ model: { optimizer } }: SingleRun, index: number): string | null {
  if (optimizer === null) return null;
  const { scheduler } = optimizer;
  const at = `model.${index}.optimizer`;
  // That schedule has a rate of its own.
  return scheduler?.kind === "SinDescent"
    ? `${at}.scheduler.params.lr0=${lowered(scheduler.params.lr0)}`
    : `${at}.params.lr=${lowered(optimizer.params.lr)}`;
}

function lowered(rate: number): string {
  return String(Number(Math.min(MOST, rate * LOWER).toPrecision(3)));
}
