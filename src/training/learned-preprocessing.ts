/** What a network that learns from given samples expects to have been done to all others. */

import { StateError } from "../errors.js";
import type { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import type { Batch } from "../datasets/batch.js";
import type { Dataset } from "../datasets/dataset.js";
import { afterStepsOfData, inUnitsOf } from "../measuring/batch-input.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { describePreprocessing } from "../preprocessing/describe.js";
import {
  readPreprocessing,
  samePreprocessing,
  stepsLeft,
  type PreprocessingStep,
} from "../preprocessing/table.js";
import type { Generator } from "../random/generator.js";

export interface LearnedPreprocessing {
  /** What the model says since. */
  readonly steps: readonly PreprocessingStep[];
  /** In the units that the network learns from. */
  readonly train: Dataset;
  /** Whether data and augmentations say what the model's preprocessing is: then no other run has the same and another one. */
  readonly isDerived: boolean;
  /** Whether nothing is left to be done to a batch after the augmentations. */
  readonly isDone: boolean;
}

interface Learned {
  readonly train: Dataset;
  readonly validation: Dataset | null;
  readonly augmentations: AugmentationPipeline | null;
}

/**
 * Gives the model the preprocessing that its data and the augmentations have, unless it says the same already.
 *
 * @throws RangeError where the model says something else, or what is done does not fit it; the model is as before then
 */
export function learnPreprocessing(
  model: SpikingModel,
  { train, validation, augmentations }: Learned,
): LearnedPreprocessing {
  const said = model.preprocessing;
  const prepares = augmentations?.preparesSamples === true;
  const { steps, isDerived } = agreed(said, train, augmentations);
  const isDone = isDerived || prepares;
  model.preprocessing = steps;
  try {
    if (validation !== null) inUnitsOf(model, validation);
    return {
      steps: model.preprocessing,
      train: isDone ? train : inUnitsOf(model, train),
      isDerived,
      isDone,
    };
  } catch (error) {
    model.preprocessing = said;
    throw error;
  }
}

/**
 * A batch as the network learns from it, after the augmentations.
 *
 * @throws StateError if the model says something else than when its trainer was made
 */
export function learnedBatch(
  model: SpikingModel,
  { steps, isDone }: LearnedPreprocessing,
  augmentations: AugmentationPipeline | null,
  stored: Batch,
  generator: Generator,
): Batch {
  if (!samePreprocessing(model.preprocessing, steps)) {
    throw new StateError(
      `Trainer: model.preprocessing is ${describePreprocessing(model.preprocessing)}, but was ` +
        `${describePreprocessing(steps)} when the trainer was made; expected the same. Set it before new Trainer(...).`,
    );
  }
  const batch = augmentations?.apply(afterStepsOfData(model, stored), generator, true) ?? stored;
  return isDone ? { ...batch, preprocessing: steps } : batch;
}

/** What was done to the data, and what augmentations do to every sample alike; or else what the model says. */
function agreed(
  said: readonly PreprocessingStep[],
  train: Dataset,
  augmentations: AugmentationPipeline | null,
): { readonly steps: readonly PreprocessingStep[]; readonly isDerived: boolean } {
  const done = train.preprocessing;
  const own = augmentations?.preprocessing ?? [];
  const prepares = augmentations?.preparesSamples === true;
  const plain = [...done, ...own];
  const derived = [...done, ...unitsOf(train, plain, prepares && own.length === 0), ...own];
  if (said.length === 0 || samePreprocessing(said, derived)) return { steps: derived, isDerived: true };
  const agrees = prepares ? samePreprocessing(said, plain) : stepsLeft(said, done) !== null;
  if (agrees) return { steps: said, isDerived: false };
  const what = prepares ? "the data and augmentations prepare samples by" : "the data are prepared by";
  throw new RangeError(
    `Trainer: ${what} ${describePreprocessing(prepares ? plain : done)}, but the model's preprocessing is ` +
      `${describePreprocessing(said)}; expected the same. Leave it to the model, or set model.preprocessing = [] before.`,
  );
}

/** Bytes come as 0 to 255 or from 0 to 1: a network that learned from whole numbers expects them. */
function unitsOf(
  { x, divisor }: Dataset,
  others: readonly PreprocessingStep[],
  isElsewhere: boolean,
): readonly PreprocessingStep[] {
  const isRaw = x instanceof Uint8Array && divisor === 1;
  if (!isRaw || isElsewhere || others.some(({ kind }) => kind === "IntToFloat32")) return [];
  return readPreprocessing("Trainer", [{ kind: "IntToFloat32", options: { scale: false } }]);
}
