/** An experiment in a file. */

import { readTextFile } from "../platform/text-file.js";
import type { Experiment } from "./description/experiment.js";
import { readText, type ReadOptions } from "./description/index.js";

const MAX_CONFIG_BYTES = 2 ** 20;

/** @throws FileError; ConfigError as parseExperiment does */
export function readExperimentFile(
  path: string,
  options: ReadOptions,
): { experiment: Experiment; warnings: string[] } {
  const text = readTextFile(path, MAX_CONFIG_BYTES);
  return readText(text, { source: path, ...options });
}
