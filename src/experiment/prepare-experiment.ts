/**
 * Experiments for programs that train in a time of their own, with pauses or batch by batch: everything that
 * runExperiment makes before it trains, to the bit.
 */

import { checkBoolean, checkFunction, checkOptions } from "../checks.js";
import type { TrainTest } from "../datasets/dataset.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Trainer, TrainerCallbacks } from "../training/trainer.js";
import { loadDataset } from "./data.js";
import { readSource, type ExperimentSource } from "./experiment-source.js";
import { givenLoader, withDatasetOf, type GivenSamples } from "./in-memory.js";
import { givenNames, type GivenFunctions } from "./own-functions.js";
import { createTrainer, prepareRun } from "./prepared-run.js";
import { planRuns } from "./run-plan.js";
import { trainedEpochs } from "./training.js";

export interface PrepareExperimentOptions extends GivenSamples, GivenFunctions {
  /** Undeclared keys and parameters that can be left out become warnings. */
  lenient?: boolean;
  /** What was ignored or looks like a slip, in a sentence. */
  onWarning?: (sentence: string) => void;
}

/** One model, ready to be trained once. */
export interface PreparedExperimentRun {
  /** Of the model. */
  readonly name: string;
  readonly seed: number;
  /** Number of the run, from first_run to last_run. */
  readonly run: number;
  readonly epochs: number;
  /** With its first weights. */
  readonly model: SpikingModel;
  /**
   * What trains the model: once, since it moves its weights.
   * @throws ConfigError if the settings of the training make no sense
   */
  trainer(callbacks?: TrainerCallbacks): Trainer;
}

const OPTIONS = ["data", "load", "loss", "metrics", "lenient", "onWarning"];

/**
 * The runs of an experiment, each with its model and what trains it; nothing is trained, tested or written. All models
 * are in memory at once.
 *
 * @param source as runExperiment takes it
 * @returns in the order in which runExperiment would train them
 * @throws ConfigError if the experiment cannot be obeyed; FileError; FormatError on data that are missing or damaged
 */
export async function prepareExperiment(
  source: ExperimentSource,
  options: PrepareExperimentOptions = {},
): Promise<PreparedExperimentRun[]> {
  const where = "prepareExperiment";
  checkOptions(where, options, OPTIONS);
  const { lenient = false, onWarning } = options;
  checkBoolean(`${where}: lenient`, lenient);
  if (onWarning !== undefined)
    checkFunction(`${where}: onWarning`, onWarning, "(sentence) => console.log(sentence)");
  const warn = (sentence: string): void => onWarning?.(sentence);
  const given = givenLoader(where, options) ?? loadDataset;
  const read = readSource(where, withDatasetOf(source, options), {
    lenient,
    given: givenNames(where, options),
  });
  read.warnings.forEach(warn);
  const { experiment } = read;
  let samples: Promise<TrainTest> | null = null;
  const load = (): Promise<TrainTest> => (samples ??= given(experiment.dataset));
  const runs: PreparedExperimentRun[] = [];
  const plan = planRuns(experiment, { resumed: null, claim: null }, options);
  for (const single of plan.runs) {
    const prepared = await prepareRun(single, { load, warn, own: plan.own });
    const { model: config, seed, run } = single;
    runs.push({
      name: config.name,
      seed,
      run,
      epochs: trainedEpochs(config),
      model: prepared.model,
      trainer: (callbacks) => createTrainer(prepared, callbacks),
    });
  }
  return runs;
}
