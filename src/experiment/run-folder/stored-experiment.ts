/** The experiment in the folder of its run: config.toml. */

import { parseExperiment, writeExperiment } from "../description/index.js";
import type { Experiment } from "../description/experiment.js";
import { readTextFile } from "../../platform/text-file.js";
import { changeInWords, changesOnTheWay, type RunChange } from "./run-changes.js";
import type { RunFolder } from "./run-folder.js";

const MAX_BYTES = 2 ** 20;

/** Writes it, unless it stands there already. @param changes that were made on the way, for who reads the file */
export function storeExperiment(
  folder: RunFolder,
  experiment: Experiment,
  changes: readonly RunChange[] = [],
): void {
  if (folder.hasConfig && changes.length === 0 && isStored(folder, experiment)) return;
  folder.writeConfig(noteOf(changes) + writeExperiment(experiment));
}

/** Perhaps in other words, or those of an older version. */
function isStored({ configPath }: RunFolder, experiment: Experiment): boolean {
  const stored = parseExperiment(readTextFile(configPath, MAX_BYTES), { source: configPath, lenient: true });
  return writeExperiment(stored.experiment) === writeExperiment(experiment);
}

function noteOf(all: readonly RunChange[]): string {
  const changes = changesOnTheWay(all);
  if (changes.length === 0) return "";
  const lines = [
    "Changed on the way, so that this file alone does not repeat the run:",
    ...changes.map(changeInWords),
  ];
  return `${lines.map((line) => `# ${line}\n`).join("")}\n`;
}
