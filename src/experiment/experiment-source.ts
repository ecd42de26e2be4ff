/** What a program may give as an experiment: one that was read, a file, or plain data with the keys of a file. */

import { ConfigError } from "../errors.js";
import { show } from "../show.js";
import type { Experiment } from "./description/experiment.js";
import {
  readText,
  readTree,
  writeExperiment,
  type parseExperiment,
  type ReadOptions,
} from "./description/index.js";
import { readExperimentFile } from "./experiment-file.js";

/** An experiment as parseExperiment gives it; the path of a file; or the tables of a file as plain objects. */
export type ExperimentSource = Experiment | string | Readonly<Record<string, unknown>>;

type Read = ReturnType<typeof parseExperiment>;

const EXPECTED =
  "expected an experiment as parseExperiment gives it, the path of an experiment file that ends in .toml, " +
  "or an object with the keys of such a file.";

/** @throws ConfigError if it is no experiment; FileError if the file cannot be read */
export function readSource(where: string, source: ExperimentSource, options: ReadOptions): Read {
  if (typeof source === "string") {
    if (source.endsWith(".toml")) return readExperimentFile(source, options);
    const hint = source.includes("\n") ? " Text is read by parseExperiment." : "";
    throw new ConfigError(`${where}: the experiment is ${show(source)}; ${EXPECTED}${hint}`);
  }
  if (typeof source !== "object" || source === null || Array.isArray(source)) {
    throw new ConfigError(`${where}: the experiment is ${show(source)}; ${EXPECTED}`);
  }
  if ("experiment" in source) {
    throw new ConfigError(
      `${where}: the experiment is in an object, under the key experiment; ${EXPECTED} ` +
        "Of what parseExperiment returns, give the experiment alone.",
    );
  }
  if (!isExperiment(source)) return readTree(source, { source: "the experiment", ...options });
  // Written and read again: it may have been put together or changed by hand.
  return readText(writeExperiment(source), { source: "the experiment", ...options });
}

/** Told from a file's tables by two names that those spell otherwise. */
function isExperiment(source: Experiment | Readonly<Record<string, unknown>>): source is Experiment {
  return "learningFramework" in source && "models" in source;
}
