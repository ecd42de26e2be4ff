/** Runs a sweep file with the command line of this checkout; what is complete is not run again. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** @returns what results.json of the sweep says, as text */
export function runSweep(file, out, words) {
  const { status, signal } = spawnSync(process.execPath, [main, "sweep", file, "--out", out, ...words], {
    stdio: "inherit",
  });
  if (status !== 0) {
    console.error(`${file} ended with ${signal ?? status}; the same command goes on with it.`);
    process.exit(status ?? 130);
  }
  return readFileSync(join(out, "results.json"), "utf8");
}
