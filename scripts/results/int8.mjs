/** What was trained, brought to integers of 8 bits as `atif quantize --fold` does it, and tested with the same samples. */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { main } from "./run-sweep.mjs";

/**
 * @param name of the row @param from the folder of the final sweep @param out where the quantized runs go
 * @param words of the command line: --data
 * @returns accuracies in the order of the seeds
 */
export const int8Of = ({ runs }, name, { from, out, words }) =>
  runs
    .filter(({ settings, state }) => settings[0] === name && state === "complete")
    .map(({ folder }) => quantized(join(from, folder), join(out, folder), words))
    .map(({ quantization }) => quantization.test.calibrated.accuracy);

function quantized(run, out, words) {
  const summary = join(out, "summary.json");
  if (!existsSync(summary)) {
    rmSync(out, { recursive: true, force: true });
    const args = ["quantize", run, "--fold", "--out", out, "--quiet", ...words];
    const { status, signal } = spawnSync(process.execPath, [main, ...args], { stdio: "inherit" });
    if (status !== 0) {
      console.error(`${run} could not be quantized: ${signal ?? status}; the same command goes on with it.`);
      process.exit(status ?? 130);
    }
  }
  return JSON.parse(readFileSync(summary, "utf8"));
}
