/** How the networks of an experiment are trained, as the trainer takes it. */

import type { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import type { DatasetSets } from "../datasets/preprocessing/preprocessing.js";
import { ConfigError } from "../errors.js";
import { lossOf, type LossSpec } from "../losses/loss-spec.js";
import type { LossName } from "../losses/table.js";
import type { OptimizerSpec } from "../optimizers/table.js";
import type { TrainerOptions } from "../training/trainer-options.js";
import type {
  Experiment,
  LearningFrameworkParams,
  ModelConfig,
  OptimizerConfig,
} from "./description/experiment.js";
import { functionsOf, NO_FUNCTIONS, type OwnFunctions } from "./own-functions.js";
import type { SingleRun } from "./adjust.js";

/** Unused where nothing is trained. */
const NO_OPTIMIZER: OptimizerSpec = { kind: "SGD", params: { lr: 0 } };

/**
 * @param sets preprocessed
 * @throws ConfigError for settings that this library does not have or that need a validation set
 */
export function trainerOptions(
  { experiment, model, seed }: SingleRun,
  sets: DatasetSets,
  augmentations: AugmentationPipeline,
  own: OwnFunctions = functionsOf(experiment),
): TrainerOptions {
  const { params } = experiment.learningFramework;
  const { classWeights, labelSmoothing, useBestEpoch, checkpointMetric } = params;
  const validation = experiment.bench.useTestAsValid ? sets.test : sets.valid;
  const epochs = trainedEpochs(model);
  const isOwn = own.metrics.some(({ name }) => checkpointMetric.name === `val_${name}`);
  const isAsked = useBestEpoch && checkpointMetric.name.startsWith("val_") && epochs > 0;
  if (validation === undefined && (isAsked || isOwn)) {
    const asked = useBestEpoch ? "learningframework.params.use_best_epoch is true and " : "";
    throw new ConfigError(
      `${asked}epochs are compared by ${checkpointMetric.name}, but there is ` +
        'no validation set; expected one. Add [[preprocessing]] kind = "DatasetSplitter" with dest = "valid", ' +
        'or compare by checkpoint_metric = { name = "train_loss", mode = "min" }.',
    );
  }
  const { optimizer, accumulateGradBatches, clipGradNorm, clipGradValue, firingRate, detachEvery } = model;
  return {
    ...(optimizer === null ? { optimizer: NO_OPTIMIZER } : splitOptimizer(optimizer)),
    loss: own.loss ?? knownLoss(params),
    ...(validation === undefined || own.metrics.length === 0 ? {} : { metrics: own.metrics }),
    ...(classWeights === undefined ? {} : { classWeights }),
    ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
    ...(firingRate === undefined ? {} : { firingRate }),
    ...(accumulateGradBatches === undefined ? {} : { accumulateGradBatches }),
    ...(clipGradNorm === undefined ? {} : { clipGradNorm }),
    ...(clipGradValue === undefined ? {} : { clipGradValue }),
    epochs,
    batchSize: model.batchSize,
    ...(detachEvery === undefined ? {} : { detachEvery }),
    seed,
    ...(validation === undefined ? {} : { validation }),
    ...(augmentations.steps.length === 0 ? {} : { augmentations }),
    useBestEpoch,
    checkpointMetric,
  };
}

/** By which the networks of an experiment are measured: by cross-entropy, where the loss is a function that nobody has given. */
export function lossOfExperiment(
  { learningFramework }: Pick<Experiment, "learningFramework">,
  own: OwnFunctions = NO_FUNCTIONS,
): LossSpec {
  const { params } = learningFramework;
  const { classWeights, labelSmoothing } = params;
  if (own.loss !== null) return own.loss;
  const loss = knownLoss(params);
  if ((classWeights ?? labelSmoothing) === undefined) return loss;
  return lossOf({ loss, classWeights: classWeights ?? null, labelSmoothing: labelSmoothing ?? 0 });
}

function knownLoss({ loss }: LearningFrameworkParams): LossName {
  return typeof loss === "string" ? loss : "crossentropy";
}

function splitOptimizer(config: OptimizerConfig): Pick<TrainerOptions, "optimizer" | "scheduler"> {
  const { scheduler, ...optimizer } = config;
  return { optimizer, ...(scheduler === null ? {} : { scheduler }) };
}

/** 0 if the model is not to be trained. @throws ConfigError if it is to start from weights that are not here */
export function trainedEpochs({ name, load, train, epochs }: ModelConfig): number {
  if (load) {
    throw new ConfigError(
      `model "${name}": load is true, but training starts from new weights here; expected false.`,
    );
  }
  return train ? epochs : 0;
}
