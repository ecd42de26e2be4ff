/** A trained network brought to integers of a few bits: quantized, calibrated, trained on, and measured on the way. */

import type { Dataset } from "../../datasets/dataset.js";
import { foldThresholds, type FoldedThresholds } from "../../deployment/fold-thresholds.js";
import { fuseBatchNorm } from "../../deployment/fuse-batch-norm.js";
import { ConfigError } from "../../errors.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { nextTurn } from "../../platform/event-loop.js";
import { calibrate, quantizersIn } from "../../quantization/calibrate.js";
import { quantizeModel } from "../../quantization/quantize-model.js";
import type { QuantParams } from "../../quantization/quantizer-options.js";
import type { TrainingCheckpoint } from "../run-folder/training-checkpoint.js";
import { Trainer, type TrainingResult } from "../../training/trainer.js";
import type { TrainerCallbacks, TrainerOptions } from "../../training/trainer-options.js";
import { measureStage, type Stage, type TestSet } from "./measure-stage.js";

export interface QuantizationSettings {
  /** Of the quantizers. */
  readonly params: QuantParams;
  /** Batch normalisation goes into the weights before it. */
  readonly fuse: boolean;
  /** Thresholds go into the weights behind them. */
  readonly fold: boolean;
  /** Samples at a time in calibration and tests; the defaults of those if it is left out. */
  readonly batchSize?: number;
  /** Whether the network is tested before anything is done (default true). */
  readonly evaluateBefore?: boolean;
}

/** What is measured before the training. */
export interface BeforeTraining {
  readonly float: Stage | null;
  readonly calibrated: Stage;
}

/** Keeps a quantization on disk, so that one that was interrupted goes on. */
export interface QuantizationKeeper {
  /** What an earlier process has measured, whose checkpoint is there; null: there was none. */
  readonly before: BeforeTraining | null;
  /**
   * Told when the ranges are known: from then on something may be written.
   * @param trainer null: nothing is trained
   * @returns the checkpoint of the training, from which the trainer goes on; null: nothing is kept
   */
  begin(network: QuantizedNetwork, trainer: Trainer | null): Promise<TrainingCheckpoint | null>;
}

export interface QuantizationData {
  /** What ranges are taken from, as the network is shown it. */
  readonly calibration: Dataset;
  readonly test: TestSet;
  /** How the quantized network is trained on; null: it is not. */
  readonly training: { readonly train: Dataset; readonly options: TrainerOptions } | null;
}

export interface QuantizationListener {
  /** Told how far a part of the work is. */
  onProgress?(work: QuantizationWork, done: number, total: number): void;
  readonly training?: TrainerCallbacks;
}

export type QuantizationWork = "float" | "calibration" | "calibrated" | "trained";

export interface QuantizedNetwork {
  readonly model: SpikingModel;
  /** Before anything was done; null if that was not asked for. */
  readonly float: Stage | null;
  /** With ranges from data. */
  readonly calibrated: Stage;
  /** After the training; null if there was none, or it was interrupted. */
  readonly trained: Stage | null;
  readonly training: TrainingResult | null;
  /** By the signal, after the calibration: the model is as it was then. */
  readonly interrupted: boolean;
  /** null if it was not asked for. */
  readonly folded: Pick<FoldedThresholds, "folded" | "kept"> | null;
}

/** Refuses a network that computes with integers already. @throws ConfigError */
export function checkIsFloat(name: string, model: SpikingModel): void {
  if (quantizersIn(model).length === 0) return;
  throw new ConfigError(
    `${name} is quantized already; expected a network of float32 numbers. Quantize the run that it was made of.`,
  );
}

/** The quantized network before its ranges are known. @throws TypeError, RangeError for what has no quantized form */
export function quantized(
  model: SpikingModel,
  { params, fuse, fold }: Pick<QuantizationSettings, "params" | "fuse" | "fold">,
): Pick<QuantizedNetwork, "model" | "folded"> {
  const fused = fuse ? fuseBatchNorm(model) : model;
  const folded = fold ? foldThresholds(fused) : null;
  return {
    model: quantizeModel(folded?.model ?? fused, params),
    folded: folded === null ? null : { folded: folded.folded, kept: folded.kept },
  };
}

/**
 * @param around what is told, and what keeps it on disk
 * @throws the signal's reason if it is aborted before the training; TypeError, RangeError for what has no quantized form and for
 *   data that do not fit; DivergenceError; ConfigError, FormatError for a checkpoint of something else
 */
export async function quantizeTrained(
  model: SpikingModel,
  { calibration, test, training }: QuantizationData,
  settings: QuantizationSettings,
  around: QuantizationListener & { readonly signal?: AbortSignal; readonly keeper?: QuantizationKeeper },
): Promise<QuantizedNetwork> {
  const { signal, keeper, ...listener } = around;
  const { batchSize, evaluateBefore = true } = settings;
  const measure = (measured: SpikingModel, work: QuantizationWork): Promise<Stage> =>
    measureStage(measured, test, {
      ...(batchSize === undefined ? {} : { batchSize }),
      ...(signal === undefined ? {} : { signal }),
      onBatch: (done, total) => listener.onProgress?.(work, done, total),
    });
  const made = quantized(model, settings);
  const known = training === null ? null : (keeper?.before ?? null);
  const calibrated = async (): Promise<BeforeTraining> => {
    const float = evaluateBefore ? await measure(model, "float") : null;
    calibrate(made.model, calibration, {
      ...(batchSize === undefined ? {} : { batchSize }),
      ...(signal === undefined ? {} : { signal }),
      onBatch: (done, total) => listener.onProgress?.("calibration", done, total),
    });
    return { float, calibrated: await measure(made.model, "calibrated") };
  };
  const before = { ...made, ...(known ?? (await calibrated())) };
  await nextTurn();
  signal?.throwIfAborted();
  if (training === null) {
    const network = { ...before, trained: null, training: null, interrupted: false };
    await keeper?.begin(network, null);
    return network;
  }
  const { train, options } = training;
  let checkpoint: TrainingCheckpoint | null = null;
  const saving: TrainerCallbacks = {
    onBatch: async () => {
      if (checkpoint?.isDueAfterBatch === true) await checkpoint.save();
    },
    onEpoch: async () => {
      if (checkpoint?.isDueAfterEpoch === true) await checkpoint.save();
    },
  };
  const callbacks = listener.training === undefined ? [saving] : [listener.training, saving];
  const trainer = new Trainer(made.model, train, { ...options, callbacks });
  const untrained = { ...before, trained: null, training: null, interrupted: true };
  checkpoint = (await keeper?.begin(untrained, trainer)) ?? null;
  const result = await trainer.fit(signal === undefined ? {} : { signal });
  await checkpoint?.save();
  const trained = result.completed ? await unlessStopped(() => measure(made.model, "trained"), signal) : null;
  return { ...before, trained, training: result, interrupted: trained === null };
}

async function unlessStopped<R>(work: () => Promise<R>, signal: AbortSignal | undefined): Promise<R | null> {
  try {
    return await work();
  } catch (thrown) {
    if (signal?.aborted === true && thrown === signal.reason) return null;
    throw thrown;
  }
}
