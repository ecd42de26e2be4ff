/** How far a run is that is not complete, by its checkpoint: also from another machine, while it is written. */

import { FormatError } from "../../errors.js";
import { readSafetensorsHeader } from "../../formats/safetensors-file.js";
import { FileError } from "../../platform/files.js";
import type { RunFolder } from "./run-folder.js";

export interface RunProgress {
  /** Whole epochs that are trained. */
  readonly epoch: number;
  /** Batches of the next one. */
  readonly batch: number;
}

/** null if there is no checkpoint, or none that can be read. */
export function runProgress({ checkpointPath }: Pick<RunFolder, "checkpointPath">): RunProgress | null {
  return progressIn(checkpointPath);
}

/** Two folders of one run that say the same have come equally far. */
export function progressMark(folder: RunFolder): string {
  return JSON.stringify([
    progressIn(folder.checkpointPath),
    folder.readSteps(),
    progressIn(folder.stepCheckpointPath),
  ]);
}

function progressIn(checkpoint: string): RunProgress | null {
  try {
    const { metadata } = readSafetensorsHeader(checkpoint);
    const run: unknown = JSON.parse(metadata.get("atif.run") ?? "null");
    const { epoch, batch } = (run ?? {}) as Partial<RunProgress>;
    return typeof epoch === "number" && typeof batch === "number" ? { epoch, batch } : null;
  } catch (thrown) {
    if ([FileError, FormatError, SyntaxError].some((kind) => thrown instanceof kind)) return null;
    throw thrown;
  }
}
