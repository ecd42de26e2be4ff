/** ReduceLROnPlateau in a Trainer: it goes by the checkpoint metric, and a resumed run to the same bits. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Trainer, type TrainerOptions } from "../../src/training/trainer.js";
import { expectSameModel, stripes, timeless, tinySMLP } from "./tiny.js";

const options: TrainerOptions = {
  optimizer: { kind: "SGD", params: { lr: 1e-7 } },
  // A threshold that no epoch passes: every one but the first is a bad one.
  scheduler: {
    kind: "ReduceLROnPlateau",
    params: { factor: 0.5, patience: 1, threshold: 10, thresholdMode: "abs" },
  },
  epochs: 6,
  batchSize: 8,
};

describe("ReduceLROnPlateau in training", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("decays after patience epochs without improvement", async () => {
    const { history } = await new Trainer(tinySMLP(), stripes(16), {
      ...options,
      scheduler: {
        kind: "ReduceLROnPlateau",
        params: { factor: 0.5, patience: 1, threshold: 10, thresholdMode: "abs", eps: 0 },
      },
    }).fit();
    // Epoch 1 is the best; 2 and 3 are bad, so 4 has half; 4 and 5 are bad, so 6 has a quarter.
    expect(history.map(({ lr }) => lr / 1e-7)).toEqual([1, 1, 1, 0.5, 0.5, 0.25]);
  });

  it("resumes to the same bits", async () => {
    const more: TrainerOptions = { ...options, optimizer: { kind: "SGD", params: { lr: 0.1 } } };
    const model = tinySMLP();
    const whole = await new Trainer(model, stripes(16), more).fit();
    const first = new Trainer(tinySMLP(), stripes(16), { ...more, epochs: 3 });
    await first.fit();
    const resumedModel = tinySMLP(7);
    const second = new Trainer(resumedModel, stripes(16), more);
    second.loadState(first.state());
    const resumed = await second.fit();
    expect(timeless(resumed.history)).toEqual(timeless(whole.history));
    expect(resumed.history.map(({ lr }) => lr)).toEqual([0.1, 0.1, 0.1, 0.05, 0.05, 0.025]);
    expectSameModel(resumedModel, model);
  });

  it("is refused with the mode of another metric, or a metric that is not measured", () => {
    const make = (more: Partial<TrainerOptions>) => () =>
      new Trainer(tinySMLP(), stripes(16), { ...options, ...more });
    expect(make({ validation: stripes(4, 2) })).toThrow(
      'Trainer: the mode of ReduceLROnPlateau is "min", but epochs are compared by val_avgclsacc, of which "max" is better; expected the same mode.',
    );
    expect(make({ checkpointMetric: { name: "val_loss", mode: "min" } })).toThrow(
      "Trainer: checkpointMetric is val_loss but there is no validation set; expected one.",
    );
  });
});
