/** What is known about an epoch when it is over, and the one figure by which epochs are compared. */

import type { Evaluation } from "./evaluate.js";
import type { LayerReport } from "../measuring/layer-report.js";

export interface EpochMetrics {
  /** 1 for the first. */
  epoch: number;
  /** Learning rate of this epoch. */
  lr: number;
  /** That of learned thresholds, where they have one of their own. */
  thresholdLr?: number;
  /** Of a loss of one's own, what it is called; left out otherwise. */
  loss?: string;
  /** Mean over the samples, each measured when it was its turn to be learned. */
  trainLoss: number;
  /** null with Mixup: a mixed sample belongs to two classes. */
  trainAccuracy: number | null;
  /** Mean over the classes; null with Mixup. */
  trainAverageClassAccuracy: number | null;
  /** Of training, without validation. */
  seconds: number;
  samplesPerSecond: number;
  /** null without a validation set. */
  validation: Evaluation | null;
  /** Spikes of all layers and time steps for one sample; from validation if there is one, else from training. */
  spikesPerInference: number;
  /** Thresholds at the end of the epoch; firing rates from validation if there is one, else from training. */
  layers: LayerReport[];
}

type Figure = "loss" | "acc" | "prec" | "rec" | "f1" | "avgclsacc";

/** prec, rec, f1 and acc are one number: each sample has one class (micro average). */
export type CheckpointMetricName = `${"train" | "val"}_${Figure}`;

export interface CheckpointMetric {
  /** A figure of this library, or that of a metric of one's own: "val_top3", if it is called "top3". */
  name: CheckpointMetricName | `val_${string}`;
  mode: "max" | "min";
}

type Read = (metrics: EpochMetrics) => number | null;

const trainAccuracy: Read = ({ trainAccuracy }) => trainAccuracy;
const valAccuracy: Read = ({ validation }) => validation?.accuracy ?? null;

const metricTable: { readonly [Name in CheckpointMetricName]: Read } = {
  train_loss: ({ trainLoss }) => trainLoss,
  train_acc: trainAccuracy,
  train_prec: trainAccuracy,
  train_rec: trainAccuracy,
  train_f1: trainAccuracy,
  train_avgclsacc: ({ trainAverageClassAccuracy }) => trainAverageClassAccuracy,
  val_loss: ({ validation }) => validation?.loss ?? null,
  val_acc: valAccuracy,
  val_prec: valAccuracy,
  val_rec: valAccuracy,
  val_f1: valAccuracy,
  val_avgclsacc: ({ validation }) => validation?.averageClassAccuracy ?? null,
};

export const checkpointMetricNames = Object.keys(metricTable) as CheckpointMetricName[];

/** What epochs may be compared by. @param own names of metrics of one's own */
export function metricNames(own: readonly string[]): CheckpointMetric["name"][] {
  return [...new Set([...checkpointMetricNames, ...own.map(ownMetric)])];
}

function ownMetric(name: string): `val_${string}` {
  return `val_${name}`;
}

/** null if this epoch does not have it. A metric of one's own stands before a figure of the same name. */
export function readMetric(name: CheckpointMetric["name"], metrics: EpochMetrics): number | null {
  const own = Object.entries(metrics.validation?.metrics ?? {}).find(([each]) => ownMetric(each) === name);
  if (own !== undefined) return own[1];
  return Object.hasOwn(metricTable, name) ? metricTable[name as CheckpointMetricName](metrics) : null;
}
