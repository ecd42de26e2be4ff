/** How far a run on another machine is, from its folder. */

import { parseExperiment } from "../../experiment/description/index.js";
import type { RunFolder } from "../../experiment/run-folder/run-folder.js";
import { runProgress } from "../../experiment/run-folder/run-progress.js";
import { readTextFile } from "../../platform/text-file.js";

const MAX_BYTES = 2 ** 20;

/** Of runs whose experiment was read before. */
const epochs = new Map<string, number>();

/** The epochs that a run is to train; 0 if that cannot be told. */
export function epochsOf(run: Pick<RunFolder, "configPath">): number {
  const known = epochs.get(run.configPath);
  if (known !== undefined) return known;
  let planned = 0;
  try {
    const { experiment } = parseExperiment(readTextFile(run.configPath, MAX_BYTES), {
      source: run.configPath,
      lenient: true,
    });
    planned = Math.max(0, ...experiment.models.filter(({ train }) => train).map((model) => model.epochs));
  } catch {
    // Then it is not known.
  }
  epochs.set(run.configPath, planned);
  return planned;
}

/** 0 to 1. */
export function runPart(run: RunFolder): number {
  const planned = epochsOf(run);
  return planned === 0 ? 0 : Math.min(1, (runProgress(run)?.epoch ?? 0) / planned);
}
