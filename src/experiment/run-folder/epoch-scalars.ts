/** The numbers of an epoch, each by a name, as tables and TensorBoard show them. */

import type { EpochMetrics } from "../../training/epoch-metrics.js";

function measured(validation: EpochMetrics["validation"]): [name: string, value: number | null][] {
  return [
    ["val_loss", validation?.loss ?? null],
    ["val_acc", validation?.accuracy ?? null],
    ["val_avgclsacc", validation?.averageClassAccuracy ?? null],
  ];
}

/** Names are those of `checkpoint_metric` where there are such. null: this epoch does not have it. */
export function epochScalars(metrics: EpochMetrics): [name: string, value: number | null][] {
  const { validation, layers, thresholdLr } = metrics;
  const own = Object.entries(validation?.metrics ?? {}).map(([name, value]): [string, number] => [
    `val_${name}`,
    value,
  ]);
  const isTaken = (name: string): boolean => own.some(([taken]) => taken === name);
  return [
    ["lr", metrics.lr],
    ...(thresholdLr === undefined ? [] : [["threshold_lr", thresholdLr] as [string, number]]),
    ["train_loss", metrics.trainLoss],
    ["train_acc", metrics.trainAccuracy],
    ["train_avgclsacc", metrics.trainAverageClassAccuracy],
    ...measured(validation).filter(([name]) => !isTaken(name)),
    ...own,
    ["spikes_per_inference", metrics.spikesPerInference],
    ...layers.map(({ name, theta }): [string, number] => [`theta/${name}`, theta]),
    ...layers.flatMap(({ name, thetas }): [string, number][] =>
      thetas === undefined
        ? []
        : [
            [`theta_min/${name}`, thetas.min],
            [`theta_max/${name}`, thetas.max],
          ],
    ),
    ...layers.map(({ name, firingRate }): [string, number] => [`firing_rate/${name}`, firingRate]),
    ["seconds", metrics.seconds],
    ["samples_per_second", metrics.samplesPerSecond],
  ];
}
