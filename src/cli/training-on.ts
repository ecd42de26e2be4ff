/** How a trained network is trained on: with the data, the loss and the optimizer of its run. */

import type { Dataset } from "../datasets/dataset.js";
import { withBatchSize, withEpochs, singleRuns, type SingleRun } from "../experiment/adjust.js";
import { augmentationsOf, prepareData, type DatasetLoader } from "../experiment/data.js";
import type { Experiment } from "../experiment/description/experiment.js";
import { trainerOptions } from "../experiment/training.js";
import type { TrainerOptions } from "../training/trainer-options.js";
import { UsageError } from "./exit-codes.js";
import type { TestData } from "./test-data.js";

export interface TrainingOn {
  readonly train: Dataset;
  readonly options: TrainerOptions;
}

export interface TrainingAsked {
  readonly epochs: number;
  readonly batchSize?: number;
  /** Stays as it is; the rate and the schedule of the run if it is left out. */
  readonly lr?: number;
}

/** Of networks that were saved without the experiment that they were trained by. */
const USUAL_RATE = 1e-3;

/** The one run of the experiment in a model file. @throws UsageError if there are several, or none */
export function runOf(experiment: Experiment): SingleRun {
  const runs = singleRuns(experiment);
  if (runs.length === 1) return runs[0];
  throw new UsageError(
    `the experiment in the model file has ${runs.length} runs; expected the one that made the network. Name the folder of one run.`,
  );
}

/** @throws as prepareData; ConfigError for settings that make no training */
export async function trainingOn(
  experiment: Experiment | null,
  { train, loss }: Pick<TestData, "train" | "loss">,
  { epochs, batchSize, lr }: TrainingAsked,
  load: DatasetLoader,
): Promise<TrainingOn> {
  const usual = { kind: "Adam", params: { lr: lr ?? USUAL_RATE } } as const;
  if (experiment === null) {
    const size = batchSize === undefined ? {} : { batchSize };
    return { train, options: { optimizer: usual, loss, epochs, ...size } };
  }
  const longer = withEpochs(experiment, epochs);
  const run = runOf(batchSize === undefined ? longer : withBatchSize(longer, batchSize));
  const sets = await prepareData(run.experiment, { load });
  const { scheduler, ...options } = trainerOptions(run, sets, augmentationsOf(run.experiment));
  const { optimizer } = options;
  return {
    train: sets.train,
    options: {
      ...options,
      epochs,
      ...(lr !== undefined || scheduler === undefined ? {} : { scheduler }),
      optimizer: run.model.optimizer === null ? usual : withRate(optimizer, lr),
    },
  };
}

function withRate(
  optimizer: TrainerOptions["optimizer"],
  lr: number | undefined,
): TrainerOptions["optimizer"] {
  if (lr === undefined) return optimizer;
  return { ...optimizer, params: { ...optimizer.params, lr } };
}
