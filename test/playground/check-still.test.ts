/** A network that learned from samples that change over time is not asked about what stands still. */

import { init as initPage } from "atif";
import { beforeAll, describe, expect, it } from "vitest";
import { checkStill } from "../../playground/worker/check-still.js";
import { Session } from "../../playground/worker/session.js";
import { readSource } from "../../src/experiment/experiment-source.js";
import { writeExperiment } from "../../src/experiment/description/index.js";
import { encodeModel, init, SMLP } from "../../src/index.js";

const model = (): SMLP =>
  new SMLP({ inputShape: [8, 8, 1], outputShape: [10], units: [4], timesteps: 4, neuron: { kind: "ATIF" } });

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

describe("the page and samples with time", () => {
  beforeAll(async () => {
    await init({ backend: "wasm", threads: 1 });
    // The page imports the library as it is published.
    await initPage({ backend: "wasm", threads: 1 });
  });

  it.each([
    ["SpikingJellyTimeStepsInData", "LatencyEncoder"],
    ["SpikingJellyMultiStepTimeStepsInData", "RateEncoder"],
  ])("%s: a file is not opened, and the sentence says what the network takes", async (kind, coder) => {
    const bytes = encodeModel(model(), { experiment: experiment(kind, coder) });
    const session = new Session(() => undefined);
    await expect(session.load({ bytes, name: "model.safetensors" })).rejects.toThrow(
      "This network learned from samples that change over time: 4 time steps of [8, 8, 1], coded by " +
        `${coder}. The page shows pictures that stand still, and its answers to them would mean nothing.`,
    );
  });

  it("an experiment file of Qualia that is not understood says it, too", () => {
    expect(() => checkStill(model(), { experiment: qualia })).toThrow(
      "over time: 4 time steps of [8, 8, 1]. The page",
    );
  });

  it.each([
    experiment("SpikingJelly", null),
    undefined,
    "no experiment",
    3,
    qualia.replace("TimeStepsInData", ""),
  ])("takes what learned from still samples, and what does not say: %#", (text) => {
    expect(() => checkStill(model(), { experiment: text })).not.toThrow();
  });
});
