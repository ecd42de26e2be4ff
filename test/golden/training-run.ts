/** The networks and optimizers that training traces are of (README.md). */

import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import type { StepMode } from "../../src/module/module.js";
import { Adam } from "../../src/optimizers/adam.js";
import type { Optimizer } from "../../src/optimizers/optimizer.js";
import { SGD } from "../../src/optimizers/sgd.js";

export interface TrainingRun {
  readonly T: number;
  readonly step_mode: StepMode;
  readonly model: { kind: "SMLP"; units: number[] } | { kind: "SCNN"; filters: number[] };
  readonly neuron: { kind: "ATIF" | "IFSRL"; alpha: number; detach_reset: boolean };
  readonly optimizer: { kind: "SGD"; lr: number; momentum?: number } | { kind: "Adam"; lr: number };
}

type Untold = Omit<TrainingRun, "T" | "step_mode">;

const smlp = (optimizer: Untold["optimizer"]): Untold => ({
  model: { kind: "SMLP", units: [32, 16] },
  neuron: { kind: "ATIF", alpha: 1, detach_reset: false },
  optimizer,
});
const sgd = { kind: "SGD", lr: 0.1, momentum: 0.9 } as const;
const scnn: Untold = { ...smlp(sgd), model: { kind: "SCNN", filters: [8, 16] } };

/** What the traces of the reference are of, which they do not say themselves. */
export const referenceRuns: Readonly<Record<string, Untold>> = {
  train_smlp_sgd: smlp(sgd),
  train_smlp_adam: smlp({ kind: "Adam", lr: 0.005 }),
  train_scnn_s: scnn,
  train_scnn_m: scnn,
};

export function buildNetwork({ T, step_mode: stepMode, model, neuron }: TrainingRun): SpikingModel {
  const shared = {
    outputShape: [10],
    timesteps: T,
    stepMode,
    neuron: { kind: neuron.kind, params: { alpha: neuron.alpha } },
  };
  const network =
    model.kind === "SMLP"
      ? new SMLP({ ...shared, inputShape: [64], units: model.units })
      : new SCNN({
          ...shared,
          inputShape: [8, 8, 1],
          filters: model.filters,
          kernelSizes: model.filters.map(() => 3),
          paddings: model.filters.map(() => 1),
          strides: model.filters.map(() => 1),
          poolSizes: model.filters.map(() => 2),
          fcUnits: [],
          batchNorm: true,
        });
  for (const [, layer] of network.spikingLayers()) layer.detachReset = neuron.detach_reset;
  return network;
}

export function buildOptimizer({ optimizer }: TrainingRun, network: SpikingModel): Optimizer {
  const { kind, ...options } = optimizer;
  return kind === "SGD" ? new SGD(network.parameters(), options) : new Adam(network.parameters(), options);
}
