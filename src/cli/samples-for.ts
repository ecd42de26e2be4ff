/** What a trained network is given, and what is done to it on its way: what its file remembers of its training decides. */

import type { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import { augmentationsOf } from "../experiment/data.js";
import { datasetFacts, isFromFiles } from "../experiment/description/data-schema.js";
import { parseExperiment } from "../experiment/description/index.js";
import type { Experiment } from "../experiment/description/experiment.js";
import type { TrainingFacts } from "../experiment/run-folder/training-facts.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { shapeBefore } from "../preprocessing/table.js";
import type { SamplePlan } from "./given-samples.js";
import { UsageError } from "./exit-codes.js";

export interface SamplesFor {
  readonly model: SpikingModel;
  readonly plan: SamplePlan;
  /** Those that run outside training; null: the network does all that is done. */
  readonly augmentations: AugmentationPipeline | null;
}

/** @throws UsageError where the file says that the data were prepared, and not how */
export function samplesFor(model: SpikingModel, { experiment: text }: TrainingFacts): SamplesFor {
  const [classes] = model.outputShape;
  const own = shapeBefore(model.preprocessing, model.inputShape);
  const { timesteps } = model;
  if (text === undefined) {
    // Whole numbers are left to a network that divides them itself.
    const divisor = model.preprocessing[0]?.kind === "IntToFloat32" ? 1 : 255;
    return { model, plan: { shape: own, classes, timesteps, divisor }, augmentations: null };
  }
  const { experiment } = parseExperiment(text, { source: "the experiment in the model file", lenient: true });
  const isPrepared = model.preprocessing.length > 0;
  checkPrepared(experiment, isPrepared);
  const augmentations = augmentationsOf(experiment);
  const runs = isPrepared
    ? augmentations.variesOutsideTraining
    : augmentations.steps.some(({ evaluate }) => evaluate);
  // What crops or resizes, or makes time, is given what the data were.
  const shape = runs && isPlain(experiment) ? datasetFacts(experiment.dataset).shape : own;
  const divisor = isFromFiles(experiment.dataset) ? 1 : 255;
  return { model, plan: { shape, classes, timesteps, divisor }, augmentations: runs ? augmentations : null };
}

/** Files of earlier versions keep no statistics of the training set. */
function checkPrepared({ preprocessing }: Experiment, isPrepared: boolean): void {
  const lost = isPrepared
    ? undefined
    : preprocessing.find(({ kind }) => kind === "Normalize" || kind === "Split2TimeSteps");
  if (lost === undefined) return;
  throw new UsageError(
    `the network learned from data that ${lost.kind} had prepared, and its file does not say how; expected a file that does. ` +
      "Measure it with atif eval, or train it again.",
  );
}

/** Whether nothing that changes the shape comes before the augmentations. */
function isPlain({ preprocessing }: Experiment): boolean {
  return preprocessing.every(({ kind }) => kind !== "Reshape2DTo1D" && kind !== "Split2TimeSteps");
}
