/** The figures of one run that combinations of settings are compared by. */

import type { OperationRow } from "../../energy/count-operations.js";
import type { Evaluation } from "../../training/evaluate.js";

/** Of one set. */
export type Measured = Pick<
  Evaluation,
  "samples" | "loss" | "accuracy" | "averageClassAccuracy" | "spikesPerInference"
>;

export interface JobFigures {
  readonly epochs: number;
  /** From which the weights are; null: the last one. */
  readonly bestEpoch: number | null;
  readonly parameters: number | null;
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  /** Of the epoch that the weights are from. */
  readonly validation: Measured | null;
  readonly test: Measured | null;
  /** From the test; else from the last epoch. */
  readonly spikesPerInference: number | null;
  readonly layers: readonly {
    readonly name: string;
    readonly kind: string;
    readonly theta: number;
    readonly firingRate: number;
  }[];
  /** Of an inference, where the experiment has them counted (OperationCounter). */
  readonly operations?: OperationRow;
}
