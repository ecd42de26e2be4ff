/** A network that learned from samples that change over time: what its file says of them, and what it can be given. */

import { Dataset, latencyEncoder } from "atif";
import { describe, expect, it } from "vitest";
import { sequenceKindOf } from "../../playground/worker/sequence-kind.js";
import { timeInData } from "../../playground/worker/time-in-data.js";
import { readSource } from "../../src/experiment/experiment-source.js";
import { writeExperiment } from "../../src/experiment/description/index.js";

const one = new Dataset({ name: "one", x: new Float32Array(1), labels: [0], sampleShape: [1] });

/** As a model file has it. */
function experiment(kind: string, coder: string | null): string {
  const tables = {
    bench: { name: "time", seed: 1 },
    learningframework: { kind },
    dataset: { kind: "Digits" },
    ...(coder === null ? {} : { data_augmentation: [{ kind: coder, params: { timesteps: 4 } }] }),
    model: [
      {
        name: "small",
        kind: "SMLP",
        epochs: 1,
        optimizer: { kind: "Adam", params: { lr: 0.01 } },
        params: {
          units: [4],
          timesteps: 4,
          neuron: { kind: "ATIF", params: kind.includes("MultiStep") ? { step_mode: "m" } : {} },
        },
      },
    ],
  };
  return writeExperiment(readSource("test", tables, {}).experiment);
}

const qualia = `[learningframework]\nkind = 'SpikingJellyTimeStepsInData'\n[dataset]\nkind = 'DVSGesture'\n`;

describe("whether a network learned from samples with time", () => {
  it.each([
    ["SpikingJellyTimeStepsInData", "LatencyEncoder"],
    ["SpikingJellyMultiStepTimeStepsInData", "RateEncoder"],
  ])("%s: its file says so, and which encoder made them", (kind, coder) => {
    const found = timeInData({ experiment: experiment(kind, coder) });
    expect([found?.encoder?.name, found?.integration, found?.movingDigits]).toEqual([coder, null, null]);
    expect(found?.encoder?.encode(one).sampleShape).toEqual([4, 1]);
  });

  it.each([
    ['kind = "MovingDigits"\nparams = { timesteps = 4, seed = 7 }', { frames: 4, by: "time" }, null, 7],
    [
      'kind = "EventFolder"\nparams = { path = "a", sensor_shape = [34, 34], classes = 10, timesteps = 4, split_by = "number", frames = 12, max_count = 9 }',
      { frames: 12, by: "number" },
      9,
      null,
    ],
    [
      'kind = "DVSGesture"\nparams = { path = "a", timesteps = 4, split_by = "duration", duration = 5000 }',
      { duration: 5000 },
      null,
      null,
    ],
  ])("how recordings are cut: %s", (dataset, integration, maxCount, movingDigits) => {
    const text = `[bench]\nname = "a"\nseed = 1\n[learningframework]\nkind = "SpikingJellyTimeStepsInData"\n[dataset]\n${dataset}
[[model]]\nname = "m"\nkind = "SMLP"\nepochs = 1\noptimizer = { kind = "Adam", params = { lr = 0.01 } }
params = { units = [5], timesteps = 4, neuron = { kind = "ATIF" } }\n`;
    expect(timeInData({ experiment: text })).toEqual({ encoder: null, integration, maxCount, movingDigits });
  });

  it("an experiment file of Qualia that is not understood says it, too, and so does a fact", () => {
    const unsaid = { encoder: null, integration: null, maxCount: null, movingDigits: null };
    expect(timeInData({ experiment: qualia })).toEqual(unsaid);
    expect(timeInData({ time: true })).toEqual(unsaid);
  });

  it.each([
    { experiment: experiment("SpikingJelly", null) },
    {},
    { experiment: "no experiment" },
    { experiment: 3 },
    { experiment: qualia.replace("TimeStepsInData", "") },
    { time: 1 },
  ])("what learned from still samples, and what does not say: %#", (facts) => {
    expect(timeInData(facts)).toBe(null);
  });
});

describe("what can be given to it", () => {
  const still = { encoder: null };
  it.each([
    [[16, 16, 2], "events"],
    [[16, 16, 1], "video"],
    [[16, 16, 3], "rows"],
    [[700, 2], "rows"],
    [[64], "rows"],
    [[4, 4, 2], "rows"],
    [[2, 16, 16, 2], "rows"],
  ])("%j: %s", (inputShape, kind) => {
    expect(sequenceKindOf({ inputShape, preprocessing: [] }, still)).toBe(kind);
  });

  it("a picture, where an encoder makes sequences of them", () => {
    const coded = { encoder: latencyEncoder({ timesteps: 4 }) };
    const kinds = [[8, 8, 1], [64], [5], [30, 2], [2, 8, 8, 1]].map((inputShape) =>
      sequenceKindOf({ inputShape, preprocessing: [] }, coded),
    );
    expect(kinds).toEqual(["coded", "coded", "rows", "rows", "rows"]);
  });
});
