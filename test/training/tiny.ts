/** Small data sets and models whose training takes milliseconds. */

import { Dataset } from "../../src/datasets/dataset.js";
import type { StateDict } from "../../src/module/state-dict.js";
import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import type { EpochMetrics } from "../../src/training/epoch-metrics.js";
import { expectSameBits } from "../closeness.js";
import "../../src/ops/install.js";

/** Images [4, 4, 1] of three classes: a bright row at the top, in the middle or at the bottom, and noise. */
export function stripes(length: number, seed = 1): Dataset {
  const generator = new Generator(seed);
  const labels = Int32Array.from({ length }, () => generator.integer(3));
  const x = new Float32Array(length * 16);
  labels.forEach((label, sample) => {
    for (let i = 0; i < 16; i++) {
      const lit = Math.floor(i / 4) === [0, 1, 3][label];
      x[sample * 16 + i] = (lit ? 0.9 : 0.1) + generator.uniform(-0.1, 0.1);
    }
  });
  return new Dataset({ name: `stripes ${seed}`, x, labels, sampleShape: [4, 4, 1], classes: 3 });
}

export function tinySMLP(seed = 1, units: readonly number[] = [12]): SMLP {
  manualSeed(seed);
  return new SMLP({ inputShape: [4, 4, 1], outputShape: [3], units, timesteps: 3, neuron: { kind: "ATIF" } });
}

/** With everything that has state: batch norm, dropout, thresholds. */
export function tinySCNN(seed = 1, stepMode: "s" | "m" = "m"): SCNN {
  manualSeed(seed);
  return new SCNN({
    inputShape: [4, 4, 1], outputShape: [3], filters: [4], kernelSizes: [3], paddings: [1], strides: [1],
    poolSizes: [2], fcUnits: [8], dropouts: 0.25, batchNorm: true, timesteps: 3, neuron: { kind: "ATIF" }, stepMode,
  }); // prettier-ignore
}

export function expectSameModel(actual: SpikingModel, expected: SpikingModel): void {
  expectSameWeights(actual.stateDict(), expected.stateDict());
}

export function expectSameWeights(actual: StateDict, expected: StateDict): void {
  const names = Object.keys(expected).sort();
  if (names.join() !== Object.keys(actual).sort().join())
    throw new Error(`names are ${Object.keys(actual).join()}`);
  for (const name of names) expectSameBits(actual[name].data, expected[name].data, name);
}

/** What of a history does not depend on the clock. */
export function timeless(history: readonly EpochMetrics[]): unknown[] {
  return history.map((metrics) => ({ ...metrics, seconds: 0, samplesPerSecond: 0 }));
}
