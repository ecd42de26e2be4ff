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
  /** Told before the training, or before all is done where nothing is trained: from then on something may be written. */
  onCalibrated?(): void;
  readonly training?: TrainerCallbacks;
}

export type QuantizationWork = "float" | "calibration" | "calibrated" | "trained";

export interface QuantizedNetwork {
  readonly model: SpikingModel;
  /** Before anything was done. */
  readonly float: Stage;
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
  { params, fuse, fold }: Omit<QuantizationSettings, "batchSize">,
): Pick<QuantizedNetwork, "model" | "folded"> {
  const fused = fuse ? fuseBatchNorm(model) : model;
  const folded = fold ? foldThresholds(fused) : null;
  return {
    model: quantizeModel(folded?.model ?? fused, params),
    folded: folded === null ? null : { folded: folded.folded, kept: folded.kept },
  };
}

/**
 * @throws the signal's reason if it is aborted before the training; TypeError, RangeError for what has no quantized form and for
 *   data that do not fit; DivergenceError
 */
export async function quantizeTrained(
  model: SpikingModel,
  { calibration, test, training }: QuantizationData,
  settings: QuantizationSettings,
  { signal, ...listener }: QuantizationListener & { readonly signal?: AbortSignal },
): Promise<QuantizedNetwork> {
  const { batchSize } = settings;
  const measure = (measured: SpikingModel, work: QuantizationWork): Promise<Stage> =>
    measureStage(measured, test, {
      ...(batchSize === undefined ? {} : { batchSize }),
      ...(signal === undefined ? {} : { signal }),
      onBatch: (done, total) => listener.onProgress?.(work, done, total),
    });
  const made = quantized(model, settings);
  const float = await measure(model, "float");
  calibrate(made.model, calibration, {
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(signal === undefined ? {} : { signal }),
    onBatch: (done, total) => listener.onProgress?.("calibration", done, total),
  });
  const calibrated = await measure(made.model, "calibrated");
  await nextTurn();
  signal?.throwIfAborted();
  listener.onCalibrated?.();
  const before = { ...made, float, calibrated };
  if (training === null) return { ...before, trained: null, training: null, interrupted: false };
  const { train, options } = training;
  const callbacks = listener.training === undefined ? [] : [listener.training];
  const trainer = new Trainer(made.model, train, { ...options, callbacks });
  const result = await trainer.fit(signal === undefined ? {} : { signal });
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
