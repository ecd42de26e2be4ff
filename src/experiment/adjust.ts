/** An experiment with other settings: what command-line options and the runs of a bench change. */

import { ConfigError } from "../errors.js";
import { isFromFiles } from "./description/data-schema.js";
import type {
  Experiment,
  FilesConfig,
  Logger,
  ModelConfig,
  SchedulerConfig,
} from "./description/experiment.js";

/**
 * All models train this many epochs. A schedule that was written for the whole run (CosineAnnealingLR with
 * T_max = epochs, SinDescent with epoch = epochs) keeps spanning it.
 */
export function withEpochs(experiment: Experiment, epochs: number): Experiment {
  return withModels(experiment, (model) => {
    const { optimizer } = model;
    if (optimizer === null || optimizer.scheduler === null) return { ...model, epochs };
    const scheduler = spanning(optimizer.scheduler, model.epochs, epochs);
    return { ...model, epochs, optimizer: { ...optimizer, scheduler } };
  });
}

function spanning(scheduler: SchedulerConfig, before: number, after: number): SchedulerConfig {
  if (after < 1) return scheduler;
  if (scheduler.kind === "CosineAnnealingLR" && scheduler.params.tMax === before) {
    return { ...scheduler, params: { ...scheduler.params, tMax: after } };
  }
  if (scheduler.kind === "SinDescent" && scheduler.params.epochs === before) {
    return { ...scheduler, params: { ...scheduler.params, epochs: after } };
  }
  return scheduler;
}

export function withBatchSize(experiment: Experiment, batchSize: number): Experiment {
  return withModels(experiment, (model) => ({ ...model, batchSize }));
}

export function withSeed(experiment: Experiment, seed: number): Experiment {
  return { ...experiment, bench: { ...experiment.bench, seed } };
}

/**
 * A random part of the training data is held back, and measured after every epoch. It is taken before anything else is done
 * to the data, so that nothing that is measured on the training set has seen it.
 *
 * @param part between 0 and 1
 * @throws ConfigError if there is a validation set already
 */
export function withValidation(experiment: Experiment, part: number): Experiment {
  const { bench, preprocessing } = experiment;
  const own = preprocessing.some(({ kind, params }) => kind === "DatasetSplitter" && params.dest === "valid");
  if (own || bench.useTestAsValid) {
    throw new ConfigError(
      `the experiment has a validation set already, by ${own ? "DatasetSplitter" : "use_test_as_valid"}; expected one that has ` +
        "none. Leave one of the two out.",
    );
  }
  const params = { source: "train", dest: "valid", ratio: part } as const;
  return { ...experiment, preprocessing: [{ kind: "DatasetSplitter", params }, ...preprocessing] };
}

/** The numbers of the run written for these, too. */
export function withLoggers(experiment: Experiment, loggers: readonly Logger[]): Experiment {
  const { learningFramework } = experiment;
  return {
    ...experiment,
    learningFramework: { ...learningFramework, params: { ...learningFramework.params, loggers } },
  };
}

/** At most so many samples of each set, drawn from the data as they were loaded. */
export function withLimit(experiment: Experiment, samples: number): Experiment {
  const { preprocessing } = experiment;
  return { ...experiment, preprocessing: [{ kind: "DatasetLimit", params: { samples } }, ...preprocessing] };
}

/** The data set read from another folder. @throws ConfigError if it is not read from one */
export function withDataFolder(experiment: Experiment, path: string): Experiment {
  const { dataset } = experiment;
  if (!isFromFiles(dataset)) {
    const why = dataset.kind === "InMemory" ? "is given by a program" : "is built in";
    throw new ConfigError(
      `the data set ${dataset.kind} ${why} and cannot be read from ${path}; expected an experiment whose data are files, as ` +
        `dataset.kind = "MNIST" has.`,
    );
  }
  return { ...experiment, dataset: withPath(dataset, path) };
}

function withPath(dataset: FilesConfig, path: string): FilesConfig {
  return { ...dataset, params: { ...dataset.params, path } } as FilesConfig;
}

/** One model trained once. */
export interface SingleRun {
  readonly experiment: Experiment;
  readonly model: ModelConfig;
  /** Number of the run, from firstRun to lastRun. */
  readonly run: number;
  readonly seed: number;
}

/**
 * The runs of a bench: for every run number, every model that is not disabled. Run r has the seed
 * bench.seed + (r - firstRun), and each comes with an experiment that holds it alone.
 */
export function singleRuns(experiment: Experiment): SingleRun[] {
  const { bench, models } = experiment;
  const runs: SingleRun[] = [];
  for (let run = bench.firstRun; run <= bench.lastRun; run++) {
    const seed = bench.seed + run - bench.firstRun;
    const alone = { ...bench, seed, firstRun: run, lastRun: run };
    for (const model of models.filter(({ disabled }) => !disabled)) {
      runs.push({ experiment: { ...experiment, bench: alone, models: [model] }, model, run, seed });
    }
  }
  return runs;
}

function withModels(experiment: Experiment, change: (model: ModelConfig) => ModelConfig): Experiment {
  return { ...experiment, models: experiment.models.map(change) };
}
