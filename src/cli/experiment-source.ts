/** The experiment that a command line asks for: a file or the default, and the options laid over it. */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../errors.js";
import { isFromFiles } from "../experiment/description/data-schema.js";
import type { Experiment, Logger } from "../experiment/description/experiment.js";
import {
  parseExperiment,
  parseOverride,
  writeExperiment,
  type Override,
  type ParseExperimentOptions,
} from "../experiment/description/index.js";
import { readExperimentFile } from "../experiment/experiment-file.js";
import {
  withBatchSize,
  withDataFolder,
  withEpochs,
  withLimit,
  withLoggers,
  withSeed,
  withValidation,
} from "../experiment/adjust.js";
import { UsageError } from "./exit-codes.js";
import { isFolder } from "../platform/folders.js";

/** The options of `atif train` that say what to train. */
export interface ExperimentArguments {
  readonly config?: string;
  /** An experiment that was made for this command line, in the place of a file. */
  readonly made?: MadeExperiment;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly seed?: number;
  /** Samples of each set at most. */
  readonly limit?: number;
  /** The part of the training data to hold back for validation. */
  readonly val?: number;
  readonly data?: string;
  /** What the numbers of each epoch are written for. */
  readonly loggers?: readonly Logger[];
  readonly set?: readonly string[];
  readonly lenient?: boolean;
}

export interface MadeExperiment {
  /** TOML. */
  readonly text: string;
  /** What messages call it. */
  readonly source: string;
}

/** Ships with the package, beside dist. */
const DEFAULT_CONFIG = new URL("../../examples/digits.toml", import.meta.url);

/**
 * @param warn told what was ignored or looks like a slip
 * @throws ConfigError, FileError, UsageError
 */
export function experimentAsked(args: ExperimentArguments, warn: (sentence: string) => void): Experiment {
  if (args.config !== undefined && isFolder(args.config)) {
    throw new UsageError(
      `${args.config} is a folder; expected an experiment file in TOML. To continue a run, put --resume in front of it.`,
    );
  }
  if (args.made !== undefined) return adjustedBy(args, parsed(args, args.made), warn, args.made.source);
  const path = args.config ?? fileURLToPath(DEFAULT_CONFIG);
  return readExperiment(path, args, warn, args.config ?? "the digits experiment");
}

/**
 * The experiment of a file, with the options laid over it. The folder of its data is made absolute.
 * @param overrides keys to set after those of the options
 */
export function readExperiment(
  path: string,
  args: ExperimentArguments,
  warn: (sentence: string) => void,
  source = path,
  overrides: readonly Override[] = [],
): Experiment {
  return adjustedBy(args, readExperimentFile(path, readingOptions(args, source, overrides)), warn, source);
}

type Read = ReturnType<typeof parseExperiment>;

function parsed(args: ExperimentArguments, { text, source }: MadeExperiment): Read {
  return parseExperiment(text, readingOptions(args, source, []));
}

function readingOptions(
  { lenient = false, set = [] }: ExperimentArguments,
  source: string,
  overrides: readonly Override[],
): ParseExperimentOptions {
  return { source, lenient, overrides: [...set.map(parseOverride), ...overrides] };
}

function adjustedBy(
  args: ExperimentArguments,
  { experiment, warnings }: Read,
  warn: (sentence: string) => void,
  source: string,
): Experiment {
  for (const warning of warnings) warn(warning);
  let adjusted = experiment;
  if (args.epochs !== undefined) adjusted = withEpochs(adjusted, args.epochs);
  if (args.batchSize !== undefined) adjusted = withBatchSize(adjusted, args.batchSize);
  if (args.seed !== undefined) adjusted = withSeed(adjusted, args.seed);
  // In this order the limit is what is drawn first.
  if (args.val !== undefined) adjusted = withValidation(adjusted, args.val);
  if (args.limit !== undefined) adjusted = withLimit(adjusted, args.limit);
  if (args.loggers !== undefined) adjusted = withLoggers(adjusted, args.loggers);
  const placed = withDataPlace(adjusted, args.data, source);
  if (adjusted !== experiment) checkStored(placed, source);
  return placed;
}

/** What is stored with the run must be read again, so it is read once: options may make no sense together with the file. */
function checkStored(experiment: Experiment, source: string): void {
  parseExperiment(writeExperiment(experiment), { source: `${source}, with the options given` });
}

function withDataPlace(experiment: Experiment, data: string | undefined, source: string): Experiment {
  const { dataset } = experiment;
  if (isFromFiles(dataset)) return withDataFolder(experiment, resolve(data ?? dataset.params.path));
  if (dataset.kind === "InMemory") {
    throw new ConfigError(
      `${source} asks for samples that a program gives (dataset.kind is "InMemory"); expected a set that is ` +
        "built in, or files. Run it in a program, with runExperiment and data.",
    );
  }
  if (data === undefined || data === "digits") return experiment;
  throw new UsageError(
    `--data is ${data}, but ${source} uses the built-in digits; expected an experiment whose data are files. ` +
      "atif init --dataset fashion-mnist writes one.",
  );
}
