/** An experiment in a file. */

import { readFileBounded } from "../platform/files.js";
import type { Experiment } from "./description/experiment.js";
import { parseExperiment, type ParseExperimentOptions } from "./description/index.js";

const MAX_CONFIG_BYTES = 2 ** 20;

/** @throws FileError; ConfigError as parseExperiment does */
export function readExperimentFile(
  path: string,
  options: ParseExperimentOptions,
): { experiment: Experiment; warnings: string[] } {
  const text = new TextDecoder().decode(readFileBounded(path, MAX_CONFIG_BYTES));
  return parseExperiment(text, { source: path, ...options });
}
