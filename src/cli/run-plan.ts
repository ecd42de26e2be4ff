/** What one `atif train` is to do: a new run or an old one continued, in which folder, with which experiment. */

import { existsSync } from "node:fs";
import type { Experiment } from "../experiment/description/experiment.js";
import { writeExperiment } from "../experiment/description/index.js";
import { singleRuns, withDataFolder, type SingleRun } from "../experiment/adjust.js";
import type { BackendName } from "../kernels/backend.js";
import { spellCommand } from "./command-line.js";
import type { ComputeArguments } from "./compute-arguments.js";
import { UsageError } from "./exit-codes.js";
import { experimentAsked, readExperiment, type ExperimentArguments } from "./experiment-source.js";
import { isEmptyFolder, isFolder, latestUnfinished, RunFolder } from "./run-folder.js";

export interface PlanArguments extends ExperimentArguments, ComputeArguments {
  readonly out?: string;
  /** A folder; true: the latest. */
  readonly resume?: string | true;
}

export interface RunPlan {
  readonly experiment: Experiment;
  /** At least one. */
  readonly runs: readonly SingleRun[];
  /** The folder of the run to continue; null for a new one. */
  readonly resumed: RunFolder | null;
  /** Makes the folder of a new run. */
  readonly claim: () => RunFolder;
  readonly backend: BackendName | undefined;
}

/** Where runs go that are given no folder. */
export const RUNS = "runs";

/** @throws UsageError, ConfigError, FileError */
export function planRun(args: PlanArguments, warn: (sentence: string) => void): RunPlan {
  const resumed = folderToResume(args);
  const experiment = resumed === null ? experimentAsked(args, warn) : experimentToResume(resumed, args, warn);
  const runs = singleRuns(experiment);
  if (runs.length === 0) {
    throw new UsageError(
      "all models of the experiment are disabled; expected one to train. Set disabled = false.",
    );
  }
  const { out } = args;
  const { name } = experiment.bench;
  const claim = (): RunFolder => (out === undefined ? RunFolder.next(RUNS, name) : RunFolder.claim(out));
  return { experiment, runs, resumed, claim, backend: backendFor(resumed, args) };
}

/** null: there is nothing to continue, and a new run is begun. */
function folderToResume({ resume, out }: PlanArguments): RunFolder | null {
  if (resume === undefined) return null;
  if (resume !== true && out !== undefined) {
    throw new UsageError(
      `--resume names ${resume} and --out names ${out}; expected one folder. Leave out --out, or give --resume no folder.`,
    );
  }
  if (resume !== true) return checkHoldsRun(resume);
  if (out !== undefined) return existsSync(out) && !isEmptyFolder(out) ? checkHoldsRun(out) : null;
  const latest = latestUnfinished(RUNS);
  if (latest !== null) return latest;
  throw new UsageError(
    `there is no unfinished run in ${RUNS}; expected one to continue. Name its folder: ` +
      `${spellCommand(["train", "--resume"])} FOLDER`,
  );
}

function checkHoldsRun(path: string): RunFolder {
  const folder = new RunFolder(path);
  if (isFolder(path) && folder.hasConfig) return folder;
  const problem = !existsSync(path) ? "does not exist" : isFolder(path) ? "holds no run" : "is a file";
  throw new UsageError(
    `${path} ${problem}; expected the folder of a run to continue, with its config.toml. ` +
      "An experiment file goes before --resume.",
  );
}

/** The experiment of the run, which no option may change. */
function experimentToResume(
  folder: RunFolder,
  args: PlanArguments,
  warn: (sentence: string) => void,
): Experiment {
  const recorded = readExperiment(folder.configPath, {}, warn);
  const asked =
    args.config === undefined
      ? readExperiment(folder.configPath, args, () => undefined)
      : experimentAsked(args, warn);
  const compared = args.data === undefined ? asked : withDataset(asked, recorded);
  const difference = firstDifference(writeExperiment(recorded), writeExperiment(compared));
  if (difference === null) return asked;
  throw new UsageError(
    `${folder.shortPath} was started with ${difference.recorded}, but now it is ${difference.asked}; a run continues as it ` +
      "was started. Leave out what changes it, or start a new run without --resume.",
  );
}

/** The same files may have moved to another folder. */
function withDataset(experiment: Experiment, { dataset }: Experiment): Experiment {
  return dataset.kind !== experiment.dataset.kind || dataset.kind === "Digits"
    ? experiment
    : withDataFolder(experiment, dataset.params.path);
}

/** The first lines that differ, "epochs = 3" with their section in front. */
function firstDifference(recorded: string, asked: string): { recorded: string; asked: string } | null {
  if (recorded === asked) return null;
  const [a, b] = [recorded.split("\n"), asked.split("\n")];
  let section = "";
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== b[i]) {
      const show = (line: string | undefined): string =>
        line ? `${section} ${line}`.trim() : "nothing there";
      return { recorded: show(a[i]), asked: show(b[i]) };
    }
    if (a[i].startsWith("[")) section = a[i];
  }
  return null;
}

/** Backends differ in the last bits, so a run stays with its own. */
function backendFor(folder: RunFolder | null, { backend }: PlanArguments): BackendName | undefined {
  const recorded = folder?.readSummary()?.backend;
  if (recorded !== "wasm" && recorded !== "reference") return backend;
  if (backend === undefined || backend === recorded) return recorded;
  throw new UsageError(
    `the run was started with the backend ${recorded}, but --backend is ${backend}; a run continues as it was started. ` +
      "Leave out --backend.",
  );
}
