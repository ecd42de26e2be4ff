/** The results of a complete run, read from the files of its folder. */

import { FormatError } from "../../errors.js";
import type { EpochMetrics } from "../../training/epoch-metrics.js";
import type { Evaluation } from "../../training/evaluate.js";
import type { PostprocessingSummary } from "../postprocessing/results.js";
import type { CompleteSummary } from "./run-summary.js";

export interface RunResults {
  readonly history: readonly EpochMetrics[];
  readonly bestEpoch: number | null;
  readonly test: Evaluation | null;
  readonly postprocessing: readonly PostprocessingSummary[];
}

/**
 * @param source what messages call summary.json
 * @param metrics a line of JSON per epoch
 * @throws FormatError if they are not what a run writes
 */
export function readResults(source: string, summary: object | null, metrics: string): RunResults {
  const {
    status,
    bestEpoch,
    test,
    layers,
    postprocessing = [],
  } = (summary ?? {}) as Partial<CompleteSummary>;
  if (status !== "complete" || bestEpoch === undefined || test === undefined || layers === undefined) {
    throw new FormatError(
      `${source} does not say what came out of the run; expected the summary of a complete one. Run it again.`,
    );
  }
  const lines = metrics.split("\n").filter((line) => line !== "");
  return {
    history: lines.map((line) => JSON.parse(line) as EpochMetrics),
    bestEpoch,
    test: test === null ? null : { ...test, layers: layers.map(({ levels: _, ...layer }) => layer) },
    postprocessing,
  };
}
