/** Runs a sweep file with the command line of this checkout; what is complete is not run again. */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/**
 * @returns what results.json of the sweep says, of a sweep that was stopped with what is complete, null without any; and how it
 *   ended: 0, the exit code or the signal
 */
export function runSweep(file, out, words) {
  const { status, signal } = spawnSync(process.execPath, [main, "sweep", file, "--out", out, ...words], {
    stdio: "inherit",
  });
  const ended = status ?? signal;
  // A sweep that is stopped has written what is complete.
  if (ended !== 0)
    console.error(
      `${file} ended with ${ended}; what is complete is kept, and the same command goes on with it.`,
    );
  const path = join(out, "results.json");
  return { results: existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null, ended };
}
