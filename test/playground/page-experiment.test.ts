/** The page trains what `atif train` would: the same experiment, by the same functions, to the bits of a trainer by hand. */

import { beforeAll, describe, expect, it } from "vitest";
import { experimentOf } from "../../playground/state/page-experiment.js";
import { defaultSettings, ranges, type Settings } from "../../playground/state/settings.js";
import {
  Dataset,
  init,
  loadDigits,
  manualSeed,
  prepareExperiment,
  runExperiment,
  SCNN,
  SMLP,
  Trainer,
  type EpochMetrics,
  type SpikingModel,
  type TrainTest,
} from "../../src/index.js";

/** A part of the digits: bits do not depend on how many there are. */
let data: TrainTest;

beforeAll(async () => {
  await init({ threads: 1 });
  const { train, test } = await loadDigits();
  data = { train: train.subset({ start: 0, end: 150 }), test: test.subset({ start: 0, end: 60 }) };
});

const settings: Settings = { ...defaultSettings, epochs: 2, seed: 3 };
const base = { inputShape: [8, 8, 1], outputShape: [10], timesteps: 4, stepMode: "m" } as const;
const neuron = { kind: "ATIF", params: { vThreshold: 1, vthInitL: 0.8, vthInitH: 1, alpha: 1 } } as const;
const convolutions = {
  filters: [12, 24],
  kernelSizes: [3, 3],
  paddings: [1, 1],
  strides: [1, 1],
  poolSizes: [2, 2],
  fcUnits: [48],
  batchNorm: true,
};

/** Without times. */
function numbers(history: readonly EpochMetrics[]): unknown {
  return history.map(({ seconds: _, samplesPerSecond: __, ...metrics }) => metrics);
}

async function prepared(changes: Partial<Settings> = {}) {
  const runs = await prepareExperiment(experimentOf({ ...settings, ...changes }, [8, 8, 1]), { data });
  expect(runs).toHaveLength(1);
  return runs[0];
}

describe("the experiment of the page", () => {
  it.each<[string, Partial<Settings>, () => SpikingModel]>([
    ["convolutions", {}, () => new SCNN({ ...base, ...convolutions, neuron })],
    ["a dense layer", { network: "dense" }, () => new SMLP({ ...base, units: [48], neuron })],
    ["a theta that stays", { fixedTheta: 0.75, alpha: 2 }, () => new SCNN({
      ...base, ...convolutions, neuron: { kind: "IFNode", params: { vThreshold: 0.75, vReset: null, alpha: 2 } },
    })],
    ["two dense layers", { network: "dense", hidden2: 12 }, () => new SMLP({ ...base, units: [48, 12], neuron })],
  ])("trains %s to the bits of a trainer that was made by hand", async (_, changes, make) => {
    const { model, trainer, seed, epochs } = await prepared(changes);
    expect([seed, epochs]).toEqual([3, 2]);
    const { history } = await trainer().fit();
    manualSeed(3);
    const own = make();
    const byHand = await new Trainer(own, data.train, {
      optimizer: { kind: "Adam", params: { lr: 0.008 } },
      scheduler: { kind: "CosineAnnealingLR", params: { tMax: 2 } },
      epochs: 2,
      batchSize: 32,
      seed: 3,
      validation: data.test,
    }).fit();
    expect(model.stateDict()).toEqual(own.stateDict());
    expect(numbers(history)).toEqual(numbers(byHand.history));
  }); // prettier-ignore

  it("shows a network of moving digits another frame at each step, to the bits of a trainer by hand", async () => {
    const x = Float32Array.from({ length: 40 * 2 * 16 * 16 * 2 }, (_, i) => (i * 7919) % 5);
    const labels = Array.from({ length: 40 }, (_, i) => i % 10);
    const moving = new Dataset({ name: "moving", x, labels, sampleShape: [2, 16, 16, 2], time: true });
    const small: Settings = { ...settings, data: "moving", timesteps: 2, channels: [2, 3], hidden: 5 };
    const [{ model, trainer }] = await prepareExperiment(
      experimentOf(small, moving.sampleShape, moving.time),
      {
        data: { train: moving, test: moving },
      },
    );
    expect([model.inputShape, model.timesteps]).toEqual([[16, 16, 2], 2]);
    await trainer().fit();
    manualSeed(3);
    const sizes = { ...convolutions, filters: [2, 3], fcUnits: [5] };
    const own = new SCNN({ ...base, ...sizes, inputShape: [16, 16, 2], timesteps: 2, neuron });
    await new Trainer(own, moving, {
      optimizer: { kind: "Adam", params: { lr: 0.008 } },
      scheduler: { kind: "CosineAnnealingLR", params: { tMax: 2 } },
      epochs: 2,
      batchSize: 32,
      seed: 3,
      validation: moving,
    }).fit();
    expect(model.stateDict()).toEqual(own.stateDict());
  });

  it("is what runExperiment trains, batch by batch or at once", async () => {
    const run = await prepared();
    let abort = new AbortController();
    const trainer = run.trainer({ onBatch: () => abort.abort() });
    let pauses = 0;
    for (; !(await trainer.fit({ signal: abort.signal })).completed; pauses++) abort = new AbortController();
    expect(pauses).toBeGreaterThan(8);
    const [result] = await runExperiment(experimentOf(settings, [8, 8, 1]), { data });
    expect(run.model.stateDict()).toEqual(result.model.stateDict());
    expect(result.test?.accuracy).toBe(result.history.at(-1)?.validation?.accuracy);
  });

  it("begins with the thresholds that the sliders bound", async () => {
    const { model } = await prepared({ thetaLow: 2, thetaHigh: 2, alpha: 4, timesteps: 7 });
    expect(model.timesteps).toBe(7);
    for (const [, layer] of model.spikingLayers()) expect(layer).toMatchObject({ theta: 2, alpha: 4 });
  });

  it("makes a network for samples of any shape, at both ends of every slider", async () => {
    for (const sampleShape of [[1, 1, 1], [2, 3, 1], [28, 28, 1], [5, 5, 3], [5], [6, 2]]) {
      const size = sampleShape.reduce((a, b) => a * b);
      const x = new Float32Array(4 * size);
      const set = new Dataset({ name: "any", x, labels: [0, 1, 0, 1], sampleShape });
      for (const end of ["low", "high"] as const) {
        const changes = Object.fromEntries(
          Object.entries(ranges).map(([name, range]) => [name, range[end]]),
        ) as unknown as Settings;
        for (const fixedTheta of [null, ranges.theta[end]]) {
          const extreme: Settings = {
            ...changes,
            fixedTheta,
            network: "convolutions",
            channels: [ranges.channels[end], ranges.channels[end]],
          };
          const [{ model, trainer }] = await prepareExperiment(experimentOf(extreme, sampleShape), {
            data: { train: set, test: set },
          });
          expect(model.architecture.kind).toBe(sampleShape.length === 3 ? "SCNN" : "SMLP");
          expect([model.inputShape, model.outputShape]).toEqual([sampleShape, [2]]);
          expect(() => trainer()).not.toThrow();
        }
      }
    }
  });
});
