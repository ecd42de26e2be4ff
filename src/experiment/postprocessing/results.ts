/** What comes of the steps after a training, as plain data: what summary.json says of them. */

import type { OperationCount } from "../../energy/count-operations.js";
import type { EnergyEstimate } from "../../energy/estimate-energy.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import type { PostprocessingKinds } from "../description/experiment.js";
import type { Measured, QuantizationSummary } from "../quantized/quantization-summary.js";

export type PostprocessingKind = keyof PostprocessingKinds;

interface Step<K extends PostprocessingKind> {
  readonly kind: K;
  /** Of the network after the step: "net_fused". */
  readonly network: string;
  /** Where that is kept, in the folder of the run; null: it is not. */
  readonly folder: string | null;
}

export interface FusedSummary extends Step<"FuseBatchNorm"> {
  /** Names of the layers that are gone. */
  readonly fused: readonly string[];
  /** On the test set; null where it was not tested. */
  readonly test: { readonly before: Measured | null; readonly after: Measured | null };
}

export interface QuantizedStepSummary extends Step<"QuantizationAwareTraining"> {
  readonly quantization: QuantizationSummary;
}

export interface EnergySummary extends Step<"EnergyEstimationMetric"> {
  /** That rates were measured on. */
  readonly samples: number;
  readonly energy: EnergyEstimate;
}

export interface OperationsSummary extends Step<"OperationCounter"> {
  readonly samples: number;
  readonly operations: OperationCount;
}

export type PostprocessingSummary = FusedSummary | QuantizedStepSummary | EnergySummary | OperationsSummary;

/** What came out of a step, for programs. */
export type PostprocessingResult = PostprocessingSummary & {
  /** The network after the step; null if it was not kept, and the run was complete before. */
  readonly model: SpikingModel | null;
};

export type PostprocessingWork = "testing" | "calibrating" | "training" | "measuring";

/** How far the steps after a training are. */
export interface PostprocessingProgress {
  readonly kind: PostprocessingKind;
  /** 1 for the first, and how many there are. */
  readonly step: number;
  readonly steps: number;
  readonly work: PostprocessingWork;
  /** Batches of this work. */
  readonly done: number;
  readonly total: number;
}
