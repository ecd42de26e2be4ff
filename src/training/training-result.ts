/** How a training ended. */

import type { EpochMetrics } from "./epoch-metrics.js";

export interface TrainingResult {
  /** false: aborted. fit() continues. */
  completed: boolean;
  /** Epochs that are over. */
  epochs: number;
  /** By the checkpoint metric, 1 for the first; null if no epoch has it. */
  bestEpoch: number | null;
  stoppedEarly: boolean;
  history: EpochMetrics[];
}
