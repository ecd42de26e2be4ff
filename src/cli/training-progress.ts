/** What is said while a network is trained: a line that moves, and one per epoch. */

import type { PostprocessingProgress } from "../experiment/postprocessing/results.js";
import type { EpochMetrics } from "../training/epoch-metrics.js";
import type { BatchProgress } from "../training/trainer-options.js";
import type { Progress } from "./progress.js";
import { percent, significant } from "./report-table.js";

export class TrainingProgress {
  readonly #progress: Progress;
  readonly #moves: boolean;
  /** Of all epochs. */
  #fraction = 0;
  #tests = false;

  /** @param moves false: only the lines of the epochs */
  constructor(progress: Progress, moves = true) {
    this.#progress = progress;
    this.#moves = moves;
    // The run before this one was other work.
    progress.begin();
  }

  batch({ epoch, epochs, batch, batches, loss, samplesPerSecond }: BatchProgress): void {
    this.#fraction = (epoch - 1 + batch / batches) / epochs;
    this.#update(epochLabel(epoch, epochs), this.#fraction, [
      `loss ${significant(loss)}`,
      `${samplesPerSecond.toFixed(0)} samples/s`,
    ]);
  }

  validation(done: number, total: number): void {
    this.#update(`validating ${done}/${total}`, this.#fraction);
  }

  epoch(metrics: EpochMetrics, epochs: number): void {
    this.#progress.line(epochLine(metrics, epochs));
  }

  test(done: number, total: number): void {
    if (!this.#tests) this.#progress.begin();
    this.#tests = true;
    this.#update(`testing ${done}/${total}`, done / total);
  }

  /** Each work begins anew. */
  postprocessing({ kind, step, steps, work, done, total }: PostprocessingProgress): void {
    if (done === 1) this.#progress.begin();
    const part = steps === 1 ? kind : `${kind} (${step}/${steps})`;
    this.#update(`${part}: ${work} ${done}/${total}`, done / total);
  }

  #update(label: string, fraction: number, details?: readonly string[]): void {
    if (this.#moves) this.#progress.update(label, fraction, details);
  }
}

/** As wide for the first epoch as for the last. */
function epochLabel(epoch: number, epochs: number): string {
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
}

/** "epoch  3/15  loss 0.2134  accuracy 94.1 %  theta 0.871 0.902 1.013  0.9 s" */
export function epochLine(metrics: EpochMetrics, epochs: number): string {
  const { epoch, trainLoss, trainAccuracy, validation, layers, seconds } = metrics;
  const parts = [
    epochLabel(epoch, epochs),
    `loss ${trainLoss.toFixed(4)}`,
    trainAccuracy === null ? "" : `accuracy ${percent(trainAccuracy)}`,
    validation === null ? "" : `validation ${percent(validation.accuracy)}`,
    thetas(layers.map(({ theta, thetas }) => thetas?.median ?? theta)),
    `${seconds.toFixed(1)} s`,
  ];
  return parts.filter((part) => part !== "").join("  ");
}

/** All of a few, the range of many. */
function thetas(values: readonly number[]): string {
  if (values.length === 0) return "";
  const shown =
    values.length <= 4
      ? values.map(significant)
      : [`${significant(Math.min(...values))} to ${significant(Math.max(...values))}`];
  return `theta ${shown.join(" ")}`;
}
