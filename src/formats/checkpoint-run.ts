/** The part of a checkpoint that is JSON, and its check. */

import type { GeneratorState } from "../random/generator.js";
import type { EpochMetrics } from "../training/epoch-metrics.js";
import type { Evaluation } from "../training/evaluate.js";
import type { LayerReport } from "../measuring/layer-report.js";
import type { ThetaSpread } from "../measuring/theta-spread.js";
import type { TrainingState } from "../training/training-state.js";
import {
  isBoolean,
  isCount,
  isNumber,
  isText,
  listOf,
  nullOr,
  objectOf,
  optional,
  recordOf,
} from "./json-shape.js";
import type { Check } from "./json-shape.js";

export interface CheckpointRun extends Omit<
  TrainingState,
  "weights" | "bestWeights" | "optimizer" | "preprocessing"
> {
  readonly hasBestWeights: boolean;
  readonly optimizer: {
    readonly steps: number;
    readonly moves: number[];
    readonly arrays: readonly string[];
  };
}

/** Its words are checked where it is set. */
const generator = listOf(isCount) as unknown as Check<GeneratorState>;

const confusion = listOf(listOf(isCount));

const layers = listOf(
  objectOf<LayerReport>({
    name: isText,
    kind: isText,
    theta: isNumber,
    thetas: optional(objectOf<ThetaSpread>({ min: isNumber, median: isNumber, max: isNumber })),
    firingRate: isNumber,
    spikesPerInference: isNumber,
    neurons: isNumber,
  }),
);

const evaluation = objectOf<Evaluation>({
  samples: isCount,
  loss: isNumber,
  accuracy: isNumber,
  averageClassAccuracy: isNumber,
  spikesPerInference: isNumber,
  confusion,
  layers,
  metrics: optional(recordOf(isNumber)),
});

const metrics = objectOf<EpochMetrics>({
  epoch: isCount,
  lr: isNumber,
  thresholdLr: optional(isNumber),
  loss: optional(isText),
  trainLoss: isNumber,
  trainAccuracy: nullOr(isNumber),
  trainAverageClassAccuracy: nullOr(isNumber),
  seconds: isNumber,
  samplesPerSecond: isNumber,
  validation: nullOr(evaluation),
  spikesPerInference: isNumber,
  layers,
});

export const checkpointRun = objectOf<CheckpointRun>({
  fingerprint: recordOf(isText),
  epoch: isCount,
  batch: isCount,
  stopped: isBoolean,
  hasBestWeights: isBoolean,
  optimizer: objectOf<CheckpointRun["optimizer"]>({
    steps: isCount,
    moves: listOf(isCount),
    arrays: listOf(isText),
  }),
  epochStart: generator,
  generator,
  dropout: generator,
  totals: objectOf<TrainingState["totals"]>({
    samples: isCount,
    loss: isNumber,
    seconds: isNumber,
    confusion: nullOr(confusion),
    spikes: listOf(
      objectOf<{ spikes: number; opportunities: number }>({ spikes: isCount, opportunities: isCount }),
    ),
  }),
  selection: objectOf<TrainingState["selection"]>({
    best: nullOr(objectOf<{ epoch: number; value: number }>({ epoch: isCount, value: isNumber })),
    patience: nullOr(objectOf<{ value: number; waited: number }>({ value: isNumber, waited: isCount })),
  }),
  history: listOf(metrics),
});
