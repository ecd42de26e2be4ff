/** What is measured of an epoch: when it is over, and on the way. */

import { layerReports, totalSpikes, type LayerReport } from "../measuring/layer-report.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { accuracyOf, averageClassAccuracyOf } from "./confusion.js";
import type { EpochMetrics } from "./epoch-metrics.js";
import type { Evaluation } from "./evaluate.js";
import { thresholdsOf } from "./parameter-groups.js";
import type { ResolvedTrainerOptions } from "./trainer-options.js";
import type { EpochTotals } from "./training-state.js";

interface Learner {
  readonly model: SpikingModel;
  readonly optimizer: Optimizer;
  readonly options: Pick<ResolvedTrainerOptions, "loss" | "optimizer">;
}

/** @param epoch 1 for the first */
export function measuredEpoch(
  epoch: number,
  { samples, loss, seconds, confusion, spikes }: EpochTotals,
  validation: Evaluation | null,
  { model, optimizer, options }: Learner,
): EpochMetrics {
  const layers: LayerReport[] = validation?.layers ?? layerReports(model, spikes, samples);
  return {
    epoch,
    lr: optimizer.lr,
    ...(options.optimizer.thresholdLr === undefined ? {} : { thresholdLr: thresholdRate(model, optimizer) }),
    ...(typeof options.loss === "string" ? {} : { loss: options.loss.name }),
    trainLoss: loss / samples,
    trainAccuracy: confusion === null ? null : accuracyOf(confusion),
    trainAverageClassAccuracy: confusion === null ? null : averageClassAccuracyOf(confusion),
    seconds,
    samplesPerSecond: rate(samples, seconds),
    validation,
    spikesPerInference: totalSpikes(layers),
    layers,
  };
}

function thresholdRate(model: SpikingModel, optimizer: Optimizer): number {
  const [theta] = thresholdsOf(model);
  const group = optimizer.paramGroups.find(({ params }) => params.includes(theta));
  return group?.lr ?? optimizer.lr;
}

/** Samples per second of the epoch under way and the one before. */
export function speedSoFar(
  { samples, seconds }: EpochTotals,
  before: Pick<EpochMetrics, "seconds" | "samplesPerSecond"> = { seconds: 0, samplesPerSecond: 0 },
): number {
  return rate(samples + before.samplesPerSecond * before.seconds, seconds + before.seconds);
}

/** 0 where the clock is too coarse to tell. */
function rate(samples: number, seconds: number): number {
  return seconds > 0 ? samples / seconds : 0;
}
