/** How to go on with a run: as it was started, by ranks or by one process. */

import { spellCommand } from "./command-line.js";
import { STARTED } from "./mpi/launched.js";

/** @param path of a run; null: the latest. @param more words for the training */
export function resumeCommand(path: string | null, more: readonly string[] = []): string {
  const ranks = process.env[STARTED];
  return spellCommand([
    "train",
    "--resume",
    ...(path === null ? [] : [path]),
    ...more,
    ...(ranks === undefined ? [] : ["--ranks", ranks]),
  ]);
}
