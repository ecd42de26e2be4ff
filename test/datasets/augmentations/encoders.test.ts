import { describe, expect, it } from "vitest";
import { deltaEncoder } from "../../../src/datasets/augmentations/delta-encoder.js";
import { latencyEncoder } from "../../../src/datasets/augmentations/latency-encoder.js";
import { AugmentationPipeline } from "../../../src/datasets/augmentations/pipeline.js";
import { rateEncoder } from "../../../src/datasets/augmentations/rate-encoder.js";
import { repeatEncoder } from "../../../src/datasets/augmentations/repeat-encoder.js";
import { Dataset } from "../../../src/datasets/dataset.js";
import { loadDigits } from "../../../src/datasets/digits.js";
import { init } from "../../../src/kernels/select.js";
import { SMLP } from "../../../src/models/smlp.js";
import { Generator, manualSeed } from "../../../src/random/generator.js";
import "../../../src/ops/install.js";
import { evaluate } from "../../../src/training/evaluate.js";
import { Trainer } from "../../../src/training/trainer.js";

const still = new Dataset({
  name: "still",
  x: Float32Array.of(0, 1, 0.5, 0.1),
  labels: [0, 1],
  sampleShape: [2],
});

describe("encoders", () => {
  it("latency: one spike at round((T - 1)(1 - x)), none at or below the threshold", () => {
    const batch = latencyEncoder({ timesteps: 5 }).apply(still.batch([0, 1]), new Generator(0));
    expect(batch).toMatchObject({ shape: [2, 5, 2], time: true });
    // 1 at step 0, 0.5 at step 2, 0.1 at step round(3.6) = 4, 0 never
    expect([...batch.x.slice(0, 10)]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...batch.x.slice(10)]).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    const cut = latencyEncoder({ timesteps: 5, threshold: 0.1 }).encode(still);
    expect([...cut.x].filter((x) => x === 1)).toHaveLength(2);
    const bright = still.with({ x: Float32Array.of(2, -1, 1, 1) });
    expect([...latencyEncoder({ timesteps: 2 }).encode(bright).x.slice(0, 4)]).toEqual([1, 0, 0, 0]);
  });

  it("rate: as often as the value says, the same for the same seed", () => {
    const encoder = rateEncoder({ timesteps: 2000 });
    const coded = encoder.encode(still, 7);
    const rate = (sample: number, i: number): number => {
      let sum = 0;
      for (let t = 0; t < 2000; t++) sum += coded.x[(sample * 2000 + t) * 2 + i];
      return sum / 2000;
    };
    expect([rate(0, 0), rate(0, 1)]).toEqual([0, 1]);
    expect(Math.abs(rate(1, 0) - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(rate(1, 1) - 0.1)).toBeLessThan(0.03);
    expect([...encoder.encode(still, 7).x]).toEqual([...coded.x]);
    expect([...encoder.encode(still, 8).x]).not.toEqual([...coded.x]);
    expect(rateEncoder({ timesteps: 1, gain: 10 }).encode(still).x[3]).toBe(1);
  });

  it("delta: changes of at least the threshold, from 0 on", () => {
    const signal = new Dataset({
      name: "signal",
      x: Float32Array.of(0.5, 0.5, 1, 0, 0.25, 0),
      labels: [0, 1],
      sampleShape: [3, 1],
      time: true,
    });
    expect([...deltaEncoder({ threshold: 0.25 }).encode(signal).x]).toEqual([1, 0, 1, 0, 1, 0]);
    const both = deltaEncoder({ threshold: 0.25, offSpikes: true }).encode(signal);
    expect([...both.x]).toEqual([1, 0, 1, 0, 1, -1]);
    expect(() => deltaEncoder().encode(still)).toThrow(/expected samples that change over time/);
  });

  it("repeat: what run() shows, to the bit", async () => {
    await init({ backend: "wasm", threads: 1 });
    const { test } = await loadDigits();
    const data = test.subset({ start: 0, end: 50 });
    manualSeed(1);
    const model = new SMLP({
      inputShape: [8, 8, 1],
      outputShape: [10],
      units: [16],
      timesteps: 4,
      neuron: { kind: "ATIF" },
    });
    const coded = repeatEncoder({ timesteps: 4 }).encode(data);
    expect(coded.sampleShape).toEqual([4, 8, 8, 1]);
    expect(await evaluate(model, coded)).toEqual(await evaluate(model, data));
    expect(() => repeatEncoder({ timesteps: 4 }).encode(coded)).toThrow(
      /with time in it; expected still samples/,
    );
  });

  it("train a network as layers of the data path, and measure it the same way", async () => {
    await init({ backend: "wasm", threads: 1 });
    const { train, test } = await loadDigits();
    manualSeed(2);
    const model = new SMLP({
      inputShape: [8, 8, 1],
      outputShape: [10],
      units: [64],
      timesteps: 6,
      neuron: { kind: "ATIF" },
      stepMode: "m",
    });
    const augmentations = new AugmentationPipeline([rateEncoder({ timesteps: 6 })]);
    const trainer = new Trainer(model, train, {
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
      epochs: 4,
      validation: test,
      augmentations,
    });
    const { history } = await trainer.fit();
    const measured = await evaluate(model, test, { augmentations, batchSize: 32 });
    expect(measured.accuracy).toBeGreaterThan(0.85);
    expect(history.at(-1)?.validation?.accuracy).toBe(measured.accuracy);
  });
});
