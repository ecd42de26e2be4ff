/** Small networks, and inputs for them. */

import type { StepMode } from "../../src/module/module.js";
import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { tensor } from "../../src/tensor/tensor.js";
import type { NeuronSpec } from "../../src/neurons/table.js";
import "../../src/ops/install.js";

export function convolutional(stepMode: StepMode = "m", neuron: NeuronSpec = { kind: "ATIF" }): SCNN {
  manualSeed(3);
  return new SCNN({
    inputShape: [6, 6, 1],
    outputShape: [3],
    filters: [4],
    kernelSizes: [3],
    paddings: [1],
    strides: [1],
    poolSizes: [2],
    fcUnits: [5],
    batchNorm: true,
    timesteps: 5,
    stepMode,
    neuron,
  });
}

/** One input, one hidden neuron, one output; weights 1, no biases: numbers by hand. */
export function single(theta: number, timesteps: number, stepMode: StepMode = "m"): SMLP {
  const model = new SMLP({
    inputShape: [1],
    outputShape: [1],
    units: [1],
    timesteps,
    stepMode,
    neuron: { kind: "ATIF", params: { minThreshold: null } },
  });
  model.loadStateDict({
    "layers.fc1.weight": { shape: [1, 1], data: [1] },
    "layers.fc1.bias": { shape: [1], data: [0] },
    "layers.neuron1.v_threshold": { shape: [1], data: [theta] },
    "layers.fc2.weight": { shape: [1, 1], data: [1] },
    "layers.fc2.bias": { shape: [1], data: [0] },
  });
  return model;
}

export function images(count: number, seed = 1): Tensor {
  const generator = new Generator(seed);
  return tensor(
    Float32Array.from({ length: count * 36 }, () => generator.uniform(0, 2)),
    [count, 6, 6, 1],
  );
}
