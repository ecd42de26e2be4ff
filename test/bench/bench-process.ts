/** Runs the built bench in a process of its own. */

import { fileURLToPath } from "node:url";
import { start, type Ended, type RunOptions, type Running } from "../cli/atif.js";

const script = fileURLToPath(new URL("../../bench/out/main.js", import.meta.url));

/** Starts the bench with these words. */
export function startBench(words: readonly string[], options: RunOptions): Running {
  return start(words, { ...options, script });
}

export function bench(words: readonly string[], options: RunOptions): Promise<Ended> {
  return startBench(words, options).ended;
}
