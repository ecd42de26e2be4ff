/** What is to be run: new runs or old ones continued, in which folder, with which experiment. */

import { ConfigError } from "../errors.js";
import { exists, isFolder } from "../platform/folders.js";
import { singleRuns, withDataFolder, type SingleRun } from "./adjust.js";
import { isFromFiles } from "./description/data-schema.js";
import type { Experiment } from "./description/experiment.js";
import { writeExperiment } from "./description/index.js";
import { MAY_CHANGE, withChanges } from "./continuing.js";
import { functionsOf, type GivenFunctions, type OwnFunctions } from "./own-functions.js";
import { adviceInCode, type RunAdvice } from "./run-folder/run-advice.js";
import { RunFolder } from "./run-folder/run-folder.js";

export interface RunPlan {
  readonly experiment: Experiment;
  /** At least one. */
  readonly runs: readonly SingleRun[];
  /** The folder of the runs to continue; null for new ones. */
  readonly resumed: RunFolder | null;
  /** Makes the folder of new runs; null: nothing is written. */
  readonly claim: (() => RunFolder) | null;
  /** Those that the experiment names. */
  readonly own: OwnFunctions;
}

/** @throws ConfigError if there is nothing to run, or nobody has given what the experiment names */
export function planRuns(
  experiment: Experiment,
  { resumed, claim }: Pick<RunPlan, "resumed" | "claim">,
  given: GivenFunctions = {},
): RunPlan {
  const own = functionsOf(experiment, given);
  const runs = singleRuns(experiment);
  if (runs.length === 0) {
    throw new ConfigError(
      "all models of the experiment are disabled; expected one to train. Set disabled = false.",
    );
  }
  return { experiment, runs, resumed, claim, own };
}

/** @throws ConfigError unless the folder holds a run */
export function runIn(path: string, advice: RunAdvice = adviceInCode): RunFolder {
  const folder = new RunFolder(path);
  if (isFolder(path) && folder.hasConfig) {
    if (folder.isComplete || !folder.isQuantization) return folder;
    throw new ConfigError(
      `${path} holds a network that is being quantized; expected the folder of a run that trains. ${advice.isQuantization}`,
    );
  }
  const problem = !exists(path) ? "does not exist" : isFolder(path) ? "holds no run" : "is a file";
  throw new ConfigError(
    `${path} ${problem}; expected the folder of a run to continue, with its config.toml. ${advice.holdsNoRun}`,
  );
}

/** @throws ConfigError naming the first difference between the experiment of a run and that asked for, unless it may be changed */
export function checkContinues(
  folder: RunFolder,
  recorded: Experiment,
  asked: Experiment,
  advice: RunAdvice = adviceInCode,
): void {
  const { isComplete } = folder;
  const known = isComplete ? recorded : withChanges(recorded, asked);
  const difference = firstDifference(writeExperiment(known), writeExperiment(asked));
  if (difference === null) return;
  throw new ConfigError(
    `${folder.shortPath} was started with ${difference.recorded}, but now it is ${difference.asked}; a run continues as it ` +
      `was started${isComplete ? "" : `, but for ${MAY_CHANGE}`}. ${advice.otherExperiment}`,
  );
}

/** The experiment with the data of another one: the same files may have moved to another folder. */
export function withDataOf(experiment: Experiment, { dataset }: Experiment): Experiment {
  return dataset.kind === experiment.dataset.kind && isFromFiles(dataset)
    ? withDataFolder(experiment, dataset.params.path)
    : experiment;
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
