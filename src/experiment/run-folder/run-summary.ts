/** summary.json: what is running, and what came out. */

import type { Experiment } from "../description/experiment.js";
import type { SingleRun } from "../adjust.js";
import type { Backend } from "../../kernels/backend.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import type { EpochMetrics } from "../../training/epoch-metrics.js";
import type { Evaluation } from "../../training/evaluate.js";
import type { LayerReport } from "../../measuring/layer-report.js";
import type { TrainingResult } from "../../training/trainer.js";
import type { PostprocessingSummary } from "../postprocessing/results.js";
import type { RunChange } from "./run-changes.js";
import { levels } from "../../measuring/levels.js";

export interface RunFacts {
  readonly name: string;
  readonly model: string;
  readonly dataset: Experiment["dataset"]["kind"];
  readonly run: number;
  readonly seed: number;
  /** Of a loss of a program's own, what it is called; left out otherwise. */
  readonly loss?: string;
  readonly timesteps: number;
  readonly parameters: number;
  readonly backend: Backend["name"];
  readonly version: string;
  /** Left out if nothing was. */
  readonly changes?: readonly RunChange[];
}

/** A run that is under way, or was when its process ended. */
export interface UnfinishedSummary extends RunFacts {
  readonly status: "running" | "interrupted" | "failed";
  readonly error?: string;
}

export interface CompleteSummary extends RunFacts {
  readonly status: "complete";
  /** Trained; fewer than planned when training stopped early. */
  readonly epochs: number;
  readonly bestEpoch: number | null;
  readonly stoppedEarly: boolean;
  /** Of training without validation, over all processes that took part. */
  readonly seconds: number;
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  /** null if the experiment says not to test. */
  readonly test: Omit<Evaluation, "layers"> | null;
  readonly layers: readonly LayerSummary[];
  /** What was done to the network afterwards; left out if nothing was. */
  readonly postprocessing?: readonly PostprocessingSummary[];
}

export interface LayerSummary extends LayerReport {
  /** T + 1 */
  readonly levels: number;
}

export function runFacts(
  { experiment, model: { name }, run, seed }: SingleRun,
  model: SpikingModel,
  version: string,
): RunFacts {
  const parameters = model.parameters();
  const { loss } = experiment.learningFramework.params;
  return {
    name: experiment.bench.name,
    model: name,
    dataset: experiment.dataset.kind,
    run,
    seed,
    ...(typeof loss === "string" ? {} : { loss: loss.name }),
    timesteps: model.timesteps,
    parameters: parameters.reduce((sum, { size }) => sum + size, 0),
    backend: parameters[0].backend.name,
    version,
  };
}

export function completeSummary(
  facts: RunFacts,
  { epochs, bestEpoch, stoppedEarly, history }: TrainingResult,
  test: Evaluation | null,
): CompleteSummary {
  const last: EpochMetrics | undefined = history.at(-1);
  const { layers, ...measured } = test ?? { layers: last?.layers ?? [] };
  return {
    status: "complete",
    ...facts,
    epochs,
    bestEpoch,
    stoppedEarly,
    seconds: history.reduce((sum, { seconds }) => sum + seconds, 0),
    trainLoss: last?.trainLoss ?? null,
    trainAccuracy: last?.trainAccuracy ?? null,
    test: "samples" in measured ? measured : null,
    layers: layers.map((layer) => ({ ...layer, levels: levels(facts.timesteps) })),
  };
}
