/** Everything from which a run continues to the same bits, as plain data. */

import type { StateDict } from "../module/state-dict.js";
import type { SpikeCount } from "../neurons/spike-count.js";
import type { PreprocessingStep } from "../preprocessing/table.js";
import type { OptimizerState } from "../optimizers/optimizer.js";
import type { GeneratorState } from "../random/generator.js";
import type { EpochMetrics } from "./epoch-metrics.js";
import type { SelectionState } from "./epoch-selection.js";
import type { Fingerprint } from "./fingerprint.js";

/** What has been measured of the epoch under way. */
export interface EpochTotals {
  samples: number;
  /** Sum of the batches' losses, each times its samples. */
  loss: number;
  seconds: number;
  /** confusion[label][predicted]; null with Mixup. */
  confusion: number[][] | null;
  /** One per spiking layer; empty while nothing was counted. */
  spikes: SpikeCount[];
}

export interface TrainingState {
  readonly fingerprint: Fingerprint;
  /** Epochs that are over. */
  readonly epoch: number;
  /** Batches done of the epoch under way. */
  readonly batch: number;
  /** The run ended before its last epoch, because nothing improved any more. */
  readonly stopped: boolean;
  /** Of the model; nothing if it is left out. */
  readonly preprocessing?: readonly PreprocessingStep[];
  readonly weights: StateDict;
  /** Only where the best epoch is to be used. */
  readonly bestWeights: StateDict | null;
  readonly optimizer: OptimizerState;
  /** Of the order of samples and augmentations: when the epoch began, and now. */
  readonly epochStart: GeneratorState;
  readonly generator: GeneratorState;
  /** Of dropout. */
  readonly dropout: GeneratorState;
  readonly totals: EpochTotals;
  readonly selection: SelectionState;
  readonly history: readonly EpochMetrics[];
}

/** Totals before the first batch. */
export function noTotals(): EpochTotals {
  return { samples: 0, loss: 0, seconds: 0, confusion: null, spikes: [] };
}
