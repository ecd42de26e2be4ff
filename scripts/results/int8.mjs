/** What was trained, brought to integers of 8 bits as `atif quantize --fold` does it, and tested with the same samples. */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { main } from "./run-sweep.mjs";

/**
 * @param from the folder of the final sweep @param out where the quantized runs go @param words of the command line: --data
 * @param isQuantizable whether a row has a quantized form, by its name
 * @returns accuracies by the name of the row, in the order of the seeds
 */
export function int8Of({ runs }, { from, out, words, isQuantizable }) {
  const accuracies = {};
  for (const { folder, state, settings } of runs) {
    const [name] = settings;
    if (state !== "complete" || !isQuantizable(name)) continue;
    const summary = quantized(join(from, folder), join(out, folder), words);
    (accuracies[name] ??= []).push(summary.quantization.test.calibrated.accuracy);
  }
  return accuracies;
}

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
