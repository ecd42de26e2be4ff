/** Options of a trainer: what they mean, their defaults, and which make no sense together. */

import { checkFunction } from "../checks.js";
import { ArgumentPlace, refuse, type Place } from "../schema/place.js";
import { groupOf, optional, readOptions, required, withDefault, type Schema } from "../schema/schema.js";
import { flag, listOf, oneOf, orNone, real, whole, type ValueType } from "../schema/value-types.js";
import { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import { Dataset } from "../datasets/dataset.js";
import { show } from "../show.js";
import { firingRateSchema, type FiringRateOptions, type ResolvedFiringRate } from "../losses/firing-rate.js";
import { lossSpec, type LossSpec } from "../losses/loss-spec.js";
import { lossNames } from "../losses/table.js";
import { learningRate, MAX_EPOCHS } from "../optimizers/hyperparameters.js";
import type { ReduceLROnPlateauOptions } from "../optimizers/reduce-lr-on-plateau.js";
import type { OptimizerGroup, OptimizerGroups, OptimizerSpec, SchedulerSpec } from "../optimizers/table.js";
import {
  checkpointMetricNames,
  metricNames,
  type CheckpointMetric,
  type EpochMetrics,
} from "./epoch-metrics.js";
import type { EarlyStop } from "./epoch-selection.js";
import { namedMetrics, type NamedMetric } from "./named-metrics.js";
import { parallelTraining, type ParallelTraining } from "./parallel-training.js";

/** Where a run is, after a batch. */
export interface BatchProgress {
  /** The epoch under way, 1 for the first, and how many there are to be. */
  epoch: number;
  epochs: number;
  /** Batches of this epoch that are done, and how many it has. */
  batch: number;
  batches: number;
  /** Samples of this epoch that are done. */
  samples: number;
  /** Of this batch. */
  loss: number;
  /** Since the epoch before began: a batch or two say little. */
  samplesPerSecond: number;
}

/** What is returned is waited for. state() may be called in each: it is that of the moment. */
export interface TrainerCallbacks {
  onBatch?(progress: BatchProgress): void | Promise<void>;
  onEpoch?(metrics: EpochMetrics): void | Promise<void>;
  /** While the validation set is measured: batches done, and in all. */
  onValidation?(done: number, total: number): void;
}

export interface TrainerOptions {
  /** { kind: "Adam", params: { lr: 1e-3 } } */
  optimizer: OptimizerSpec;
  /** Sets the learning rate at the start of every epoch; without it, it stays. */
  scheduler?: SchedulerSpec;
  /** By name, or a function of one's own: { name, loss }. Default "crossentropy". */
  loss?: LossSpec;
  /** Of cross-entropy: how much each class counts, one number per class. Default null: all alike. */
  classWeights?: readonly number[] | null;
  /** Of cross-entropy: share of every label that is spread over all classes, 0 to 1 (default 0). */
  labelSmoothing?: number;
  /** Added to the training loss: how far layers fire from how often they should. Default null: nothing. */
  firingRate?: FiringRateOptions | null;
  /** At least 0: with 0 the model stays as it is. */
  epochs: number;
  /** Default 32; the last batch of an epoch holds what is left. */
  batchSize?: number;
  /** Batches whose gradients are one step of the optimizer, that of a batch of all their samples (default 1). */
  accumulateGradBatches?: number;
  /** The norm of all gradients, as one vector, is made at most this before each step. Default null: it is not. */
  clipGradNorm?: number | null;
  /** Every element of the gradients is put into [-clipGradValue, clipGradValue]. Default null: it is not. */
  clipGradValue?: number | null;
  /** Truncated backpropagation: see PassOptions.detachEvery. Default null: through all time steps. */
  detachEvery?: number | null;
  /** Fixes the order of the samples, the augmentations and dropout (default 0). */
  seed?: number;
  /** Measured after every epoch. */
  validation?: Dataset;
  /** Figures of one's own, of the validation set: validation.metrics of an epoch has them by name. */
  metrics?: readonly NamedMetric[];
  /** What they do to every sample alike (Normalize, IntToFloat32) becomes model.preprocessing. */
  augmentations?: AugmentationPipeline;
  /** true: after the last epoch the model gets the weights of the best one (default false). */
  useBestEpoch?: boolean;
  /**
   * By what epochs are compared: a metric of one's own, "top3", is "val_top3". Default: val_avgclsacc, or train_loss without a
   * validation set.
   */
  checkpointMetric?: CheckpointMetric;
  /** Stops when the checkpoint metric does not improve; default: it does not stop. */
  earlyStop?: EarlyStop;
  callbacks?: readonly TrainerCallbacks[];
  /** Cuts every batch into shards, which processes may share: new DataParallel({ shards: 12 }) of atif/parallel. Default null. */
  parallel?: ParallelTraining | null;
}

/** Every default filled in; null for what is not used. */
export interface ResolvedTrainerOptions {
  readonly optimizer: OptimizerSpec;
  readonly scheduler: SchedulerSpec | null;
  readonly loss: LossSpec;
  readonly classWeights: readonly number[] | null;
  readonly labelSmoothing: number;
  readonly firingRate: ResolvedFiringRate | null;
  readonly epochs: number;
  readonly batchSize: number;
  readonly accumulateGradBatches: number;
  readonly clipGradNorm: number | null;
  readonly clipGradValue: number | null;
  readonly detachEvery: number | null;
  readonly seed: number;
  readonly validation: Dataset | null;
  readonly metrics: readonly NamedMetric[];
  readonly augmentations: AugmentationPipeline | null;
  readonly useBestEpoch: boolean;
  readonly checkpointMetric: CheckpointMetric;
  readonly earlyStop: EarlyStop | null;
  readonly callbacks: readonly TrainerCallbacks[];
  readonly parallel: ParallelTraining | null;
}

/** Options as they are read: what epochs are compared by may depend on the others. */
type ReadOptions = Omit<ResolvedTrainerOptions, "checkpointMetric"> &
  Pick<TrainerOptions, "checkpointMetric">;

const knownMetric = oneOf<CheckpointMetric["name"]>(checkpointMetricNames);

/** Any name: whether it is that of a metric of one's own, other options say. */
const metricName: typeof knownMetric = {
  ...knownMetric,
  read: (value, place) =>
    typeof value === "string" ? (value as CheckpointMetric["name"]) : knownMetric.read(value, place),
};

/** @throws through the place, listing the names there are. @param own names of metrics of one's own */
export function checkMetricName(name: string, own: readonly string[], place: Place): void {
  oneOf(metricNames(own)).read(name, place);
}

export const checkpointMetricSchema: Schema<Readonly<CheckpointMetric>> = {
  fields: {
    name: required(metricName, "What is compared."),
    mode: required(oneOf(["max", "min"]), "Whether more is better, or less."),
  },
};

const earlyStopSchema: Schema<Required<EarlyStop>> = {
  fields: {
    patience: required(whole(1), "Epochs without improvement after which training stops."),
    minDelta: withDefault(real({ from: 0 }), 0, "What counts as an improvement must exceed this."),
  },
};

export const trainerSchema: Schema<ReadOptions> = {
  fields: {
    optimizer: required(
      spec<OptimizerSpec>('{ kind: "Adam", params: { lr: 1e-3 } }', ["thresholdLr", "groups"]),
      "What moves the weights.",
    ),
    scheduler: withDefault(
      orNone(spec<SchedulerSpec>('{ kind: "StepLR", params: { stepSize: 10 } }')),
      null,
      "What sets the learning rate at the start of every epoch.",
    ),
    loss: withDefault(
      lossSpec,
      "crossentropy",
      'What is made small; "mse" compares the mean outputs with the one-hot target.',
    ),
    classWeights: withDefault(
      orNone(listOf(real({ from: 0 }), 1)),
      null,
      "How much each class counts in the cross-entropy, one number per class.",
    ),
    labelSmoothing: withDefault(
      real({ from: 0, to: 1 }),
      0,
      "Share of every label that the cross-entropy spreads over all classes.",
    ),
    firingRate: withDefault(
      orNone(groupOf(firingRateSchema)),
      null,
      "Adds to the loss how far layers fire from how often they should.",
    ),
    epochs: required(whole(0, MAX_EPOCHS), "How often all samples are learned; 0 leaves the model as it is."),
    batchSize: withDefault(
      whole(1),
      32,
      "Samples learned together; the last batch of an epoch holds what is left.",
    ),
    accumulateGradBatches: withDefault(
      whole(1),
      1,
      "Batches whose gradients are one step of the optimizer, that of a batch of all their samples; the last step of an epoch takes what is left.",
    ),
    clipGradNorm: withDefault(
      orNone(real({ above: 0 })),
      null,
      "The norm of all gradients, as one vector, is made at most this before each step.",
    ),
    clipGradValue: withDefault(
      orNone(real({ above: 0 })),
      null,
      "Every element of the gradients is put between this and its negative before each step.",
    ),
    detachEvery: withDefault(
      orNone(whole(1)),
      null,
      "Time steps that gradients go back at most, which bounds the memory of long samples.",
    ),
    seed: withDefault(whole(0), 0, "Fixes the order of the samples, the augmentations and dropout."),
    validation: withDefault(
      orNone(instanceOf<Dataset>(Dataset, "a Dataset")),
      null,
      "Measured after every epoch.",
    ),
    metrics: withDefault(namedMetrics, [], "Figures of one's own, of the validation set."),
    augmentations: withDefault(
      orNone(instanceOf<AugmentationPipeline>(AugmentationPipeline, "new AugmentationPipeline([...])")),
      null,
      "What changes the batches.",
    ),
    useBestEpoch: withDefault(
      flag,
      false,
      "Whether the model gets the weights of the best epoch after the last one.",
    ),
    checkpointMetric: optional(groupOf(checkpointMetricSchema), "By what epochs are compared."),
    earlyStop: withDefault(
      orNone(groupOf(earlyStopSchema)),
      null,
      "Stops when the checkpoint metric does not improve.",
    ),
    callbacks: withDefault(callbackList(), [], "Told what happens."),
    parallel: withDefault(orNone(parallelTraining), null, "Cuts every batch into shards."),
  },
};

/** @throws TypeError, RangeError */
export function resolveTrainerOptions(options: TrainerOptions): ResolvedTrainerOptions {
  const { checkpointMetric, ...read } = readOptions("Trainer", options, trainerSchema);
  const resolved = { ...read, checkpointMetric: checkpointMetric ?? defaultMetric(read.validation) };
  const place = new ArgumentPlace("Trainer").at("checkpointMetric").at("name");
  const own = read.metrics.map(({ name }) => name);
  checkMetricName(resolved.checkpointMetric.name, own, place);
  const isPlateau = resolved.scheduler?.kind === "ReduceLROnPlateau";
  if (resolved.useBestEpoch || resolved.earlyStop !== null || isPlateau) checkMeasured(resolved);
  checkPlateauMode(resolved);
  checkLoss(resolved);
  return resolved;
}

function defaultMetric(validation: Dataset | null): CheckpointMetric {
  return validation === null ? { name: "train_loss", mode: "min" } : { name: "val_avgclsacc", mode: "max" };
}

function instanceOf<T>(kind: abstract new (...args: never[]) => T, expects: string): ValueType<T> {
  return {
    expects,
    read: (value, place) => (value instanceof kind ? value : refuse(place, value, expects, "type")),
    write: () => undefined,
  };
}

/** Its kind and params are checked by whoever makes it. */
function spec<S extends OptimizerSpec | SchedulerSpec>(
  example: string,
  more: readonly string[] = [],
): ValueType<S> {
  const expects = `{ kind, params }, such as ${example}`;
  return {
    expects,
    read(value, place) {
      const isSpec = typeof value === "object" && value !== null && "kind" in value;
      if (!isSpec || typeof value.kind !== "string") return refuse(place, value, expects, "type");
      place.open(
        value,
        ["kind", "params", ...more].map((name) => ({ name })),
      );
      checkGroups(value as OptimizerGroups, place);
      return value as unknown as S;
    },
    write: () => undefined,
  };
}

/** What is in a group is checked by whoever makes the optimizer. */
function checkGroups({ thresholdLr, groups = [] }: OptimizerGroups, place: Place): void {
  if (thresholdLr !== undefined) learningRate.read(thresholdLr, place.at("thresholdLr"));
  const expects = 'a list such as [{ parameters: ["layers.fc1.*"], params: { lr: 1e-4 } }]';
  const isGroup = (each: unknown): boolean => {
    const { parameters, params } = (each ?? {}) as Partial<OptimizerGroup>;
    const areNames = Array.isArray(parameters) && parameters.every((name) => typeof name === "string");
    return (parameters === "thresholds" || areNames) && typeof params === "object";
  };
  const areGroups = Array.isArray(groups) && groups.every(isGroup);
  if (!areGroups) refuse(place.at("groups"), groups, expects, "type");
}

const callbackNames = ["onBatch", "onEpoch", "onValidation"] as const;

function callbackList(): ValueType<readonly TrainerCallbacks[]> {
  const expects = "an array such as [{ onEpoch }]";
  const list = listOf({ expects, read: readCallback, write: () => undefined });
  return {
    expects,
    read(value, place) {
      const isList = Array.isArray(value) && value.every((each) => typeof each === "object" && each !== null);
      return isList ? list.read(value, place) : refuse(place, value, expects, "type");
    },
    write: () => undefined,
  };
}

/** A misspelt name would never be called. */
function readCallback(value: unknown, place: Place): TrainerCallbacks {
  const callback = value as TrainerCallbacks;
  if (!callbackNames.some((name) => name in callback)) {
    place.fail(
      `is ${place.show(value)} without one of ${callbackNames.join(", ")}; expected an array such as [{ onEpoch }].`,
      "type",
    );
  }
  for (const name of callbackNames) {
    const given: unknown = callback[name];
    if (given !== undefined)
      checkFunction(`Trainer: callbacks: ${name}`, given, "(event) => console.log(event)");
  }
  return callback;
}

/** @throws RangeError for what would not be obeyed */
function checkLoss({ loss, classWeights, labelSmoothing, ...options }: ResolvedTrainerOptions): void {
  const name = typeof loss === "string" ? loss : loss.name;
  if (typeof loss !== "string" && lossNames.some((each) => each === name)) {
    throw new RangeError(
      `Trainer: loss.name is ${show(name)}, which is a loss of this library; expected another name.`,
    );
  }
  if (loss !== "crossentropy" && (classWeights !== null || labelSmoothing > 0)) {
    const given = classWeights === null ? "labelSmoothing" : "classWeights";
    throw new RangeError(
      `Trainer: ${given} is given, but the loss is ${show(name)}; expected "crossentropy", which knows them.`,
    );
  }
  if (options.metrics.length > 0 && options.validation === null)
    throw new RangeError("Trainer: metrics are given without a validation set; expected one to measure.");
  if (classWeights !== null && !classWeights.some((weight) => weight > 0))
    throw new RangeError("Trainer: classWeights are all 0; expected a class that counts.");
  const { clipGradNorm, clipGradValue, accumulateGradBatches, parallel } = options;
  if (parallel !== null && accumulateGradBatches > 1) {
    throw new RangeError(
      `Trainer: accumulateGradBatches is ${accumulateGradBatches}, but batches are cut into shards, which accumulate; ` +
        `expected one of the two. Give a batchSize ${accumulateGradBatches} times as large, and so many times the shards.`,
    );
  }
  if (clipGradNorm === null || clipGradValue === null) return;
  throw new RangeError(
    `Trainer: clipGradNorm is ${clipGradNorm} and clipGradValue ${clipGradValue}; expected one of them. Leave out the other.`,
  );
}

/** Or the rate would fall while the network gets better. */
function checkPlateauMode({ scheduler, checkpointMetric: { name, mode } }: ResolvedTrainerOptions): void {
  if (scheduler?.kind !== "ReduceLROnPlateau") return;
  const own = (scheduler.params as ReduceLROnPlateauOptions | undefined)?.mode ?? "min";
  if (own === mode || (own !== "min" && own !== "max")) return;
  throw new RangeError(
    `Trainer: the mode of ReduceLROnPlateau is "${own}", but epochs are compared by ${name}, of which "${mode}" is better; ` +
      `expected the same mode. Give it mode "${mode}", or compare by another checkpointMetric.`,
  );
}

/** The best epoch, or a schedule that goes by it, is asked for: its metric must exist. */
function checkMeasured({
  checkpointMetric: { name },
  validation,
  augmentations,
}: ResolvedTrainerOptions): void {
  if (name.startsWith("val_") && validation === null) {
    throw new RangeError(
      `Trainer: checkpointMetric is ${name} but there is no validation set; expected one. ` +
        `Give one, or compare epochs by train_loss.`,
    );
  }
  if (name.startsWith("train_") && name !== "train_loss" && augmentations?.mixesLabels === true) {
    throw new RangeError(
      `Trainer: checkpointMetric is ${name} but Mixup mixes the labels; expected a metric that it leaves. ` +
        `Use train_loss, or one of a validation set.`,
    );
  }
}
