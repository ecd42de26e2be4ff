/** A run before it is trained: its data in memory, its network made. Nothing has been written. */

import type { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import type { TrainTest } from "../datasets/dataset.js";
import type { DatasetSets } from "../datasets/preprocessing/preprocessing.js";
import { ConfigError, messageOf, OutOfMemoryError } from "../errors.js";
import type { SingleRun } from "./adjust.js";
import { augmentationsOf, networkInputShape, prepareData } from "./data.js";
import type { Experiment } from "./description/experiment.js";
import { buildModel } from "./model.js";
import type { OwnFunctions } from "./own-functions.js";
import { trainerOptions } from "./training.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Communicator } from "../parallel/communicator.js";
import type { ParallelTraining } from "../training/parallel-training.js";
import { Trainer } from "../training/trainer.js";
import type { TrainerCallbacks, TrainerOptions } from "../training/trainer-options.js";

export interface PreparedRun {
  readonly run: SingleRun;
  readonly sets: DatasetSets;
  readonly augmentations: AugmentationPipeline;
  readonly model: SpikingModel;
  readonly options: TrainerOptions;
  readonly own: OwnFunctions;
}

export interface PrepareOptions {
  /** The processes that train the network together; this one alone if it is left out. */
  readonly communicator?: Communicator;
  readonly load: () => Promise<TrainTest>;
  readonly warn: (sentence: string) => void;
  readonly own: OwnFunctions;
}

/** @throws ConfigError if settings and data do not fit each other; FormatError if files are missing or damaged */
export async function prepareRun(
  run: SingleRun,
  { load, warn, own, communicator }: PrepareOptions,
): Promise<PreparedRun> {
  const sets = await prepareData(run.experiment, { load, warn });
  const parallel = await parallelOf(run, communicator);
  return blamingTheExperiment(run, () => {
    const augmentations = augmentationsOf(run.experiment);
    const inputShape = networkInputShape(sets, augmentations);
    const model = buildModel(run.model, { inputShape, classes: sets.train.classes, seed: run.seed });
    const options = { ...trainerOptions(run, sets, augmentations, own), parallel };
    return { run, sets, augmentations, model, options, own };
  });
}

/** Loaded where batches are cut into shards. @throws ConfigError if there are more processes than shards */
async function parallelOf(
  run: SingleRun,
  communicator: Communicator | undefined,
): Promise<ParallelTraining | null> {
  const { name, shards, reduce = "exact", overlap = "auto", bucketCapMb = null } = run.model;
  if (shards === undefined) {
    const size = communicator?.size ?? 1;
    if (size === 1) return null;
    throw new ConfigError(
      `model "${name}": ${size} processes are to train it, but its batches are not cut; expected shards of at least ${size}. ` +
        `Add shards = ${size}, or a multiple of it, beside batch_size: it decides the bits, and not how many processes there are.`,
    );
  }
  const { DataParallel } = await import("../parallel/data-parallel.js");
  return blamingTheExperiment(
    run,
    () =>
      new DataParallel({
        shards,
        reduce,
        overlap,
        bucketCapMb,
        ...(communicator === undefined ? {} : { communicator }),
      }),
  );
}

/** Whether anything is to be done after the training. */
export function hasSteps({ postprocessing }: Experiment): boolean {
  return postprocessing.some(({ disabled }) => !disabled);
}

/** @throws ConfigError if the settings of the training make no sense */
export function createTrainer(
  { run, model, sets, options }: PreparedRun,
  callbacks?: TrainerCallbacks,
): Trainer {
  return blamingTheExperiment(
    run,
    () =>
      new Trainer(model, sets.train, { ...options, callbacks: callbacks === undefined ? [] : [callbacks] }),
  );
}

/** What constructors refuse here came out of the experiment. */
function blamingTheExperiment<T>({ model: { name } }: SingleRun, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    const isArgument = thrown instanceof RangeError || thrown instanceof TypeError;
    if (!isArgument || thrown instanceof OutOfMemoryError) throw thrown;
    throw new ConfigError(`model "${name}": ${messageOf(thrown)}`, { cause: thrown });
  }
}
