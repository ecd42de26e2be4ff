/** What summary.json says of a quantization, beside what it says of any run. */

import type { FoldedThresholds } from "../../deployment/fold-thresholds.js";
import type { QuantParams } from "../../quantization/quantizer-options.js";
import type { Evaluation } from "../../training/evaluate.js";

/** One figure at each point of the way; null where it is not known. */
export interface ByStage<T> {
  readonly float: T | null;
  readonly calibrated: T | null;
  readonly trained: T | null;
}

export type Measured = Pick<Evaluation, "accuracy" | "loss" | "spikesPerInference">;

export function measuredOf({ accuracy, loss, spikesPerInference }: Measured): Measured {
  return { accuracy, loss, spikesPerInference };
}

export interface QuantizedLayerSummary {
  readonly name: string;
  readonly q: number | null;
  readonly weightsQ: number | null;
  readonly theta: ByStage<number>;
  readonly saturation: ByStage<number>;
  readonly silence: ByStage<number>;
}

/** What summary.json says of a quantization, beside what it says of any run. */
export interface QuantizationSummary {
  /** Whose thresholds were folded; null if that was not asked for. */
  readonly folded: Pick<FoldedThresholds, "folded" | "kept"> | null;
  /** In the training, or before its test. */
  readonly interrupted: boolean;
  /** The network that was quantized. */
  readonly of: string;
  readonly params: QuantParams;
  readonly words: string;
  readonly test: ByStage<Measured>;
  readonly layers: readonly QuantizedLayerSummary[];
}
