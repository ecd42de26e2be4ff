/** A residual network learns the digits, and is the same network in both step modes. */

import { beforeAll, describe, expect, it } from "vitest";
import { loadDigits } from "../../src/datasets/digits.js";
import { init } from "../../src/kernels/select.js";
import { SResNet } from "../../src/models/sresnet.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { manualSeed } from "../../src/random/generator.js";
import { evaluate } from "../../src/training/evaluate.js";
import { Trainer } from "../../src/training/trainer.js";

/** A block that adds what came in, and one with a projection, whose 32 channels are kept as bits. */
function network(stepMode: StepMode): SResNet {
  manualSeed(2);
  return new SResNet({
    inputShape: [8, 8, 1],
    outputShape: [10],
    filters: [8, 8, 32],
    kernelSizes: [3, 3, 3],
    paddings: [1, 1, 1],
    strides: [1, 1, 2],
    numBlocks: [1, 1],
    batchNorm: true,
    timesteps: 3,
    stepMode,
    neuron: { kind: "ATIF" },
  });
}

describe("a residual network on the digits", () => {
  beforeAll(async () => {
    await init({ threads: 1 });
  });

  it("learns in four epochs, step by step the same as all steps at once", async () => {
    const { train, test } = await loadDigits();
    const model = network("m");
    const thetas = model.spikingLayers().map(([, { theta }]) => theta);
    const trainer = new Trainer(model, train, {
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
      epochs: 4,
      batchSize: 32,
      seed: 2,
    });
    const { history } = await trainer.fit();
    const learned = await evaluate(model.eval(), test);
    // A guess is right once in ten.
    expect(learned.accuracy).toBeGreaterThan(0.8);
    expect(history[3].trainLoss).toBeLessThan(history[0].trainLoss / 2);
    // Every threshold is learned, also those of the projection.
    model.spikingLayers().forEach(([name, { theta }], i) => expect(theta, name).not.toBe(thetas[i]));
    const stepwise = network("s").eval();
    stepwise.loadStateDict(model.stateDict());
    const { loss, ...measured } = await evaluate(stepwise, test);
    expect({ ...measured, loss: learned.loss }).toEqual(learned);
    // Outputs are added up over time in another order.
    expect(loss).toBeCloseTo(learned.loss, 6);
  });
});
