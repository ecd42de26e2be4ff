import { beforeAll, describe, expect, it } from "vitest";
import { testDataFor } from "../../src/cli/test-data.js";
import { Dataset } from "../../src/datasets/dataset.js";
import { runExperiment } from "../../src/experiment/run-experiment.js";
import { readSource } from "../../src/experiment/experiment-source.js";
import { writeExperiment } from "../../src/experiment/description/index.js";
import { inspectLayers } from "../../src/inspection/inspect-layers.js";
import { init } from "../../src/kernels/select.js";
import { evaluate } from "../../src/training/evaluate.js";
import { shownDataset } from "../../src/training/shown-dataset.js";
import { Generator } from "../../src/random/generator.js";
import "../../src/ops/install.js";

function tables(kind: string, more: object, timesteps = 4): Record<string, unknown> {
  const isMulti = kind.includes("MultiStep");
  return {
    bench: { name: "time", seed: 3 },
    learningframework: { kind },
    dataset: { kind: "Digits" },
    ...more,
    model: [
      {
        name: "small",
        kind: "SMLP",
        epochs: 3,
        params: {
          units: [32],
          timesteps,
          neuron: { kind: "ATIF", params: isMulti ? { step_mode: "m" } : {} },
        },
        optimizer: { kind: "Adam", params: { lr: 0.01 } },
      },
    ],
  };
}

const latency = { data_augmentation: [{ kind: "LatencyEncoder", params: { timesteps: 4 } }] };
const split = {
  preprocessing: [
    { kind: "Reshape2DTo1D" },
    { kind: "Split2TimeSteps", params: { chunks: 4 } },
    { kind: "Normalize", params: { axis: [0, 1] } },
  ],
};

describe("experiments whose samples change over time", () => {
  beforeAll(async () => {
    await init({ backend: "wasm", threads: 1 });
  });

  it.each([
    ["SpikingJellyTimeStepsInData", "latency", latency],
    ["SpikingJellyMultiStepTimeStepsInData", "latency", latency],
    ["SpikingJellyMultiStepTimeStepsInData", "pieces", split],
  ] as const)("%s, %s: trains, and the stored network is measured the same way", async (kind, _, more) => {
    const source = tables(kind, more);
    const [run] = await runExperiment(source);
    expect(run.test?.accuracy).toBeGreaterThan(0.5);
    // As the model file keeps it.
    const experiment = writeExperiment(readSource("test", source, {}).experiment);
    const found = await testDataFor(run.model, { experiment, dataset: "Digits" }, null, undefined);
    const again = await evaluate(run.model, found.data, {
      batchSize: 32,
      ...(found.augmentations === undefined ? {} : { augmentations: found.augmentations }),
    });
    expect(again.accuracy).toBe(run.test?.accuracy);
    const shown = shownDataset(run.model, found.data, found.augmentations ?? null);
    const [layer] = await inspectLayers(run.model, shown);
    expect(layer.timesteps).toBe(4);
    expect(layer.spikesPerInference).toBeCloseTo(run.test?.layers[0].spikesPerInference ?? 0, 6);
  });

  it("takes samples in memory, and says what does not fit", async () => {
    const generator = new Generator(1);
    const labels = Int32Array.from({ length: 40 }, () => generator.integer(2));
    const x = Float32Array.from({ length: 40 * 6 }, (_, i) => {
      const [sample, t] = [Math.floor(i / 6), Math.floor((i % 6) / 2)];
      return t === labels[sample] ? 1 : 0;
    });
    const train = new Dataset({ name: "order", x, labels, sampleShape: [3, 2], time: true });
    const { dataset: _, ...source } = tables("SpikingJellyTimeStepsInData", {}, 3);
    const data = { train, test: train };
    const [run] = await runExperiment(source, { data });
    expect(run.test?.samples).toBe(40);
    const still = train.with({ time: false });
    await expect(runExperiment(source, { data: { train: still, test: still } })).rejects.toThrow(
      /is "SpikingJellyTimeStepsInData", but the samples of order do not change over time; expected "SpikingJelly"/,
    );
    const { dataset: _other, ...wrong } = tables("SpikingJelly", {}, 3);
    await expect(runExperiment(wrong, { data })).rejects.toThrow(
      /have 3 time steps; expected "SpikingJellyTimeStepsInData"/,
    );
    const { dataset: _third, ...other } = tables("SpikingJellyTimeStepsInData", {}, 4);
    await expect(runExperiment(other, { data })).rejects.toThrow(
      /timesteps is 4, but samples of order have 3 time steps; expected 3/,
    );
  });
});
