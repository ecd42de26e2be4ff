/** Options of a trainer: what they mean, their defaults, and which make no sense together. */

import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNonNegative,
  checkOneOf,
  checkOptions,
  isList,
} from "../checks.js";
import { show } from "../show.js";
import { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import { Dataset } from "../datasets/dataset.js";
import { lossNames, type LossName } from "../losses/table.js";
import type { OptimizerSpec, SchedulerSpec } from "../optimizers/table.js";
import { checkpointMetricNames, type CheckpointMetric, type EpochMetrics } from "./epoch-metrics.js";
import type { EarlyStop } from "./epoch-selection.js";

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
  /** Since the epoch began. */
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
  /** Default "crossentropy". */
  loss?: LossName;
  /** At least 0: with 0 the model stays as it is. */
  epochs: number;
  /** Default 32; the last batch of an epoch holds what is left. */
  batchSize?: number;
  /** Fixes the order of the samples, the augmentations and dropout (default 0). */
  seed?: number;
  /** Measured after every epoch. */
  validation?: Dataset;
  augmentations?: AugmentationPipeline;
  /** true: after the last epoch the model gets the weights of the best one (default false). */
  useBestEpoch?: boolean;
  /** By what epochs are compared. Default: val_avgclsacc, or train_loss without a validation set. */
  checkpointMetric?: CheckpointMetric;
  /** Stops when the checkpoint metric does not improve; default: it does not stop. */
  earlyStop?: EarlyStop;
  callbacks?: readonly TrainerCallbacks[];
}

const optionNames = [
  "optimizer", "scheduler", "loss", "epochs", "batchSize", "seed", "validation", "augmentations", "useBestEpoch",
  "checkpointMetric", "earlyStop", "callbacks",
] as const; // prettier-ignore

/** Every default filled in; null for what is not used. */
export interface ResolvedTrainerOptions {
  readonly optimizer: OptimizerSpec;
  readonly scheduler: SchedulerSpec | null;
  readonly loss: LossName;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly validation: Dataset | null;
  readonly augmentations: AugmentationPipeline | null;
  readonly useBestEpoch: boolean;
  readonly checkpointMetric: CheckpointMetric;
  readonly earlyStop: EarlyStop | null;
  readonly callbacks: readonly TrainerCallbacks[];
}

/** @throws TypeError, RangeError */
export function resolveTrainerOptions(options: TrainerOptions): ResolvedTrainerOptions {
  // Not undefined: optimizer and epochs have no default.
  checkOptions("Trainer", options ?? null, optionNames);
  const { validation = null, augmentations = null, callbacks = [] } = options;
  if (validation !== null && !(validation instanceof Dataset)) {
    throw new TypeError(`Trainer: validation is ${show(validation)}; expected a Dataset.`);
  }
  if (augmentations !== null && !(augmentations instanceof AugmentationPipeline)) {
    throw new TypeError(
      `Trainer: augmentations is ${show(augmentations)}; ` + `expected new AugmentationPipeline([...]).`,
    );
  }
  if (!isList(callbacks) || !callbacks.every((each: unknown) => typeof each === "object" && each !== null)) {
    throw new TypeError(`Trainer: callbacks is ${show(callbacks)}; expected an array such as [{ onEpoch }].`);
  }
  callbacks.forEach(checkCallback);
  const resolved: ResolvedTrainerOptions = {
    optimizer: checkSpec("optimizer", options.optimizer),
    scheduler: options.scheduler === undefined ? null : checkSpec("scheduler", options.scheduler),
    loss: checkOneOf("Trainer: loss", options.loss ?? "crossentropy", lossNames),
    epochs: checkInteger("Trainer: epochs", options.epochs),
    batchSize: checkInteger("Trainer: batchSize", options.batchSize ?? 32, 1),
    seed: checkInteger("Trainer: seed", options.seed ?? 0),
    validation,
    augmentations,
    useBestEpoch: checkBoolean("Trainer: useBestEpoch", options.useBestEpoch ?? false),
    checkpointMetric: checkMetric(options.checkpointMetric ?? defaultMetric(validation)),
    earlyStop: options.earlyStop === undefined ? null : checkEarlyStop(options.earlyStop),
    callbacks,
  };
  if (resolved.useBestEpoch || resolved.earlyStop !== null) checkMeasured(resolved);
  return resolved;
}

function defaultMetric(validation: Dataset | null): CheckpointMetric {
  return validation === null ? { name: "train_loss", mode: "min" } : { name: "val_avgclsacc", mode: "max" };
}

const callbackNames = ["onBatch", "onEpoch", "onValidation"] as const;

/** A misspelt name would never be called. */
function checkCallback(callback: object): void {
  if (!callbackNames.some((name) => name in callback)) {
    throw new TypeError(
      `Trainer: callbacks has ${show(callback)} without one of ${callbackNames.join(", ")}; expected an array such as [{ onEpoch }].`,
    );
  }
  for (const name of callbackNames) {
    const value = (callback as Record<string, unknown>)[name];
    if (value !== undefined)
      checkFunction(`Trainer: callbacks: ${name}`, value, "(event) => console.log(event)");
  }
}

function checkSpec<S extends OptimizerSpec | SchedulerSpec>(what: string, spec: S): S {
  if (typeof spec === "object" && spec !== null && typeof spec.kind === "string") {
    checkOptions(`Trainer: ${what}`, spec, ["kind", "params"]);
    return spec;
  }
  throw new TypeError(
    `Trainer: ${what} is ${show(spec)}; expected { kind, params }, such as ` +
      `${what === "optimizer" ? '{ kind: "Adam", params: { lr: 1e-3 } }' : '{ kind: "StepLR", params: { stepSize: 10 } }'}.`,
  );
}

function checkMetric(metric: CheckpointMetric): CheckpointMetric {
  checkOptions("Trainer: checkpointMetric", metric, ["name", "mode"]);
  return {
    name: checkOneOf("Trainer: checkpointMetric.name", metric.name, checkpointMetricNames),
    mode: checkOneOf("Trainer: checkpointMetric.mode", metric.mode, ["max", "min"]),
  };
}

function checkEarlyStop(earlyStop: EarlyStop): Required<EarlyStop> {
  checkOptions("Trainer: earlyStop", earlyStop, ["patience", "minDelta"]);
  const minDelta = checkNonNegative("Trainer: earlyStop.minDelta", earlyStop.minDelta ?? 0);
  return { patience: checkInteger("Trainer: earlyStop.patience", earlyStop.patience, 1), minDelta };
}

/** The best epoch is asked for: its metric must exist. */
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
