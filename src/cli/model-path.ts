/** A network named on the command line: a model file, or a run folder. */

import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { spellCommand } from "./command-line.js";
import { UsageError } from "./exit-codes.js";
import { whoIsBusy } from "../experiment/run-folder/busy-run.js";
import { RunFolder } from "../experiment/run-folder/run-folder.js";
import { runState, stateInWords } from "../experiment/run-folder/run-state.js";
import { isFolder } from "../platform/folders.js";

export interface ModelPlace {
  /** The model file. */
  readonly path: string;
  /** The experiment beside it, which knows where the data were on this machine; null if there is none. */
  readonly config: string | null;
}

/** @throws UsageError if a folder holds no model */
export function findModel(named: string): ModelPlace {
  const folder = new RunFolder(isFolder(named) ? named : dirname(named));
  const config = folder.hasConfig ? folder.configPath : null;
  if (!isFolder(named)) return { path: named, config };
  if (existsSync(folder.modelPath)) return { path: folder.modelPath, config };
  const holder = folder.holder();
  if (holder !== null) {
    throw new UsageError(
      `${whoIsBusy({ folder: folder.shortPath, holder })}, so it has no model yet; expected a run that has ended. ` +
        "Wait until it has.",
    );
  }
  if (!folder.isComplete && (folder.hasCheckpoint || folder.hasConfig)) {
    throw new UsageError(
      `the run in ${named} ${stateInWords(folder)}, so it has no model yet; expected a run that is complete. ` +
        (runState(folder) === "running"
          ? "Wait until it is."
          : `Continue it: ${spellCommand([folder.isQuantization ? "quantize" : "train", "--resume", folder.shortPath])}`),
    );
  }
  throw new UsageError(
    `${named} holds no model.safetensors; expected a model file, or the folder of a run that has ended.`,
  );
}
