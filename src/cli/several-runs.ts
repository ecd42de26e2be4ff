/** A folder of several runs, named on the command line in the place of one. */

import type { SingleRun } from "../experiment/adjust.js";
import { singleRuns } from "../experiment/adjust.js";
import { whoIsBusy } from "../experiment/run-folder/busy-run.js";
import { RunFolder } from "../experiment/run-folder/run-folder.js";
import { folderOfRun } from "../experiment/run-folder/run-places.js";
import { ConfigError } from "../errors.js";
import { counted } from "../counted.js";
import { exists, isFolder } from "../platform/folders.js";
import { spellCommand } from "./command-line.js";
import { UsageError } from "./exit-codes.js";
import { readExperiment } from "./experiment-source.js";
import type { ModelPlace } from "./model-path.js";

/** A run that has a trained network. */
export interface RunInFolder {
  readonly run: SingleRun;
  readonly folder: RunFolder;
  readonly place: ModelPlace;
}

export interface SeveralRuns {
  readonly root: RunFolder;
  /** Those with a trained network, in the order of the experiment: at least one. */
  readonly complete: readonly RunInFolder[];
  /** The others. */
  readonly unfinished: readonly RunFolder[];
}

/**
 * The runs of an experiment in a folder; null if the name is that of something else.
 * @throws UsageError if none of them is complete
 */
export function findRuns(named: string): SeveralRuns | null {
  const root = new RunFolder(named);
  if (!isFolder(named) || exists(root.modelPath) || !root.hasConfig) return null;
  const runs = runsOf(root);
  if (runs.length < 2) return null;
  const folders = runs.map((run) => ({ run, folder: folderOfRun(root, run) }));
  const isTrained = ({ folder }: { readonly folder: RunFolder }): boolean => exists(folder.modelPath);
  const several = {
    root,
    complete: folders.filter(isTrained).map(({ run, folder }) => ({
      run,
      folder,
      place: { path: folder.modelPath, config: folder.hasConfig ? folder.configPath : null },
    })),
    unfinished: folders.filter((each) => !isTrained(each)).map(({ folder }) => folder),
  };
  if (several.complete.length > 0) return several;
  throw new UsageError(
    `none of the ${counted(runs.length, "run")} in ${named} is complete, so there is no model yet; expected one that has ` +
      `ended. ${howToGoOn(root)}`,
  );
}

/** What is said of runs that were left out, a sentence for each reason. */
export function leftOut({ root, unfinished }: SeveralRuns): string[] {
  const names = (isComplete: boolean): string =>
    unfinished
      .filter((folder) => folder.isComplete === isComplete)
      .map((folder) => folder.shortPath)
      .join(", ");
  const [lost, begun] = [names(true), names(false)];
  return [
    ...(begun === "" ? [] : [`not complete, and left out: ${begun}. ${howToGoOn(root)}`]),
    // Somebody has taken it away: the run is not repeated over its results.
    ...(lost === "" ? [] : [`complete, but without its model.safetensors, and left out: ${lost}.`]),
  ];
}

function howToGoOn(root: RunFolder): string {
  const holder = root.holder();
  return holder === null
    ? `Continue with: ${spellCommand(["train", "--resume", root.shortPath])}`
    : `Wait: ${whoIsBusy({ folder: root.shortPath, holder })}.`;
}

/** None if there is nothing in the folder that could be read as an experiment. */
function runsOf(root: RunFolder): SingleRun[] {
  try {
    return singleRuns(readExperiment(root.configPath, { lenient: true }, () => undefined));
  } catch (thrown) {
    if (thrown instanceof ConfigError) return [];
    throw thrown;
  }
}
