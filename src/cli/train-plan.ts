/** What one `atif train` is to do: a new run or an old one continued, in which folder, with which experiment. */

import type { Experiment } from "../experiment/description/experiment.js";
import { busySentence, whoIsBusy, type BusyRun } from "../experiment/run-folder/busy-run.js";
import type { RunAdvice } from "../experiment/run-folder/run-advice.js";
import { isEmptyFolder, latestUnfinished, RunFolder } from "../experiment/run-folder/run-folder.js";
import { checkContinues, planRuns, runIn, withDataOf, type RunPlan } from "../experiment/run-plan.js";
import type { BackendName } from "../kernels/backend.js";
import { exists } from "../platform/folders.js";
import { spellCommand } from "./command-line.js";
import type { ComputeArguments } from "./compute-arguments.js";
import { UsageError } from "./exit-codes.js";
import { experimentAsked, readExperiment, type ExperimentArguments } from "./experiment-source.js";

export interface PlanArguments extends ExperimentArguments, ComputeArguments {
  readonly out?: string;
  /** A folder; true: the latest. */
  readonly resume?: string | true;
}

export interface TrainPlan extends RunPlan {
  readonly backend: BackendName | undefined;
}

/** Where runs go that are given no folder. */
export const RUNS = "runs";

const advice: RunAdvice = {
  holdsRun: "Add --resume to continue that run, or name another.",
  notEmpty: "Name another with --out.",
  full: "Use --out to name a folder.",
  holdsNoRun: "An experiment file goes before --resume.",
  isQuantization: "Go on with it by atif quantize --resume.",
  otherExperiment: "Leave out what changes it, or start a new run without --resume.",
};

/** @throws UsageError, ConfigError, FileError */
export function planTraining(args: PlanArguments, warn: (sentence: string) => void): TrainPlan {
  const resumed = folderToResume(args, warn);
  const experiment = resumed === null ? experimentAsked(args, warn) : experimentToResume(resumed, args, warn);
  const { out } = args;
  const claim = (): RunFolder =>
    out === undefined ? RunFolder.next(RUNS, experiment.bench.name, advice) : RunFolder.claim(out, advice);
  return { ...planRuns(experiment, { resumed, claim }), backend: backendFor(resumed, args) };
}

/** null: there is nothing to continue, and a new run is begun. */
function folderToResume({ resume, out }: PlanArguments, warn: (sentence: string) => void): RunFolder | null {
  if (resume === undefined) return null;
  if (resume !== true && out !== undefined) {
    throw new UsageError(
      `--resume names ${resume} and --out names ${out}; expected one folder. Leave out --out, or give --resume no folder.`,
    );
  }
  if (resume !== true) return runIn(resume, advice);
  if (out !== undefined) return exists(out) && !isEmptyFolder(out) ? runIn(out, advice) : null;
  const busy: BusyRun[] = [];
  const latest = latestUnfinished(RUNS, (run) => busy.push(run));
  if (latest !== null) {
    for (const run of busy) warn(`${whoIsBusy(run)}; going on with ${latest.shortPath}.`);
    return latest;
  }
  if (busy.length > 0) throw new UsageError(busySentence(busy));
  throw new UsageError(
    `there is no unfinished run in ${RUNS}; expected one to continue. Name its folder: ` +
      `${spellCommand(["train", "--resume"])} FOLDER`,
  );
}

/** The experiment of the run, which options may change in a few things. */
function experimentToResume(
  folder: RunFolder,
  args: PlanArguments,
  warn: (sentence: string) => void,
): Experiment {
  // What an older version has stored of a lenient run may not be all that strict reading asks for.
  const recorded = readExperiment(folder.configPath, { lenient: true }, warn);
  const asked =
    args.config === undefined
      ? readExperiment(folder.configPath, { ...args, lenient: true }, () => undefined)
      : experimentAsked(args, warn);
  const compared = args.data === undefined ? asked : withDataOf(asked, recorded);
  checkContinues(folder, recorded, compared, advice);
  return asked;
}

/** The reference differs in the last bits from the others, so a run stays with its own. */
export function backendFor(folder: RunFolder | null, { backend }: ComputeArguments): BackendName | undefined {
  const recorded = folder?.backend ?? null;
  if (recorded === null || (recorded !== "reference" && backend !== "reference")) return backend;
  if (backend === undefined || backend === recorded) return recorded;
  throw new UsageError(
    `the run was started with the backend ${recorded}, but --backend is ${backend}; a run continues as it was started. ` +
      "Leave out --backend.",
  );
}
