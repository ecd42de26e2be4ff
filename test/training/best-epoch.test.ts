/** The choice of an epoch, with validation figures by script. */

import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { init } from "../../src/kernels/select.js";
import type { Evaluation } from "../../src/training/evaluate.js";
import { EpochSelection } from "../../src/training/epoch-selection.js";
import { Trainer, type TrainerOptions, type TrainingResult } from "../../src/training/trainer.js";
import { expectSameWeights, stripes, tinySMLP } from "./tiny.js";

const script: Partial<Evaluation>[] = [];

vi.mock("../../src/training/evaluate.js", () => ({
  evaluate: (): Promise<Evaluation> => {
    const figures = script.shift() ?? {};
    return Promise.resolve({
      samples: 1,
      loss: 1,
      accuracy: 0,
      averageClassAccuracy: 0,
      spikesPerInference: 0,
      confusion: [],
      layers: [],
      ...figures,
    });
  },
}));

const train = stripes(10);
const options: TrainerOptions = {
  optimizer: { kind: "SGD", params: { lr: 0.1 } },
  epochs: 5,
  validation: stripes(2, 2),
  checkpointMetric: { name: "val_acc", mode: "max" },
};

interface Run {
  result: TrainingResult;
  /** The model's threshold after each epoch, and at the end: it tells which weights the model has. */
  thetas: number[];
  theta: number;
}

async function run(accuracies: number[], changes: Partial<TrainerOptions> = {}): Promise<Run> {
  script.push(...accuracies.map((accuracy) => ({ accuracy })));
  const model = tinySMLP();
  const theta = (): number => model.spikingLayers()[0][1].theta;
  const thetas: number[] = [];
  const trainer = new Trainer(model, train, {
    ...options,
    epochs: accuracies.length,
    callbacks: [{ onEpoch: () => void thetas.push(theta()) }],
    ...changes,
  });
  const result = await trainer.fit();
  return { result, thetas, theta: theta() };
}

describe("best epoch", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });
  beforeEach(() => {
    script.length = 0;
  });

  it("is the first of equal ones; the last weights stay unless told otherwise", async () => {
    const { result, thetas, theta } = await run([0.3, 0.8, 0.5, 0.8, 0.7]);
    expect(result).toMatchObject({ completed: true, epochs: 5, bestEpoch: 2, stoppedEarly: false });
    expect(result.history.map(({ validation }) => validation?.accuracy)).toEqual([0.3, 0.8, 0.5, 0.8, 0.7]);
    expect(new Set(thetas).size).toBe(5);
    expect(theta).toBe(thetas[4]);
  });

  it("gives its weights back at the end", async () => {
    const { thetas, theta } = await run([0.3, 0.8, 0.5, 0.8, 0.7], { useBestEpoch: true });
    expect(theta).toBe(thetas[1]);
  });

  it("leaves a state that goes on from the last weights", async () => {
    script.push(...[0.9, 0.1, 0.2, 0.3].map((accuracy) => ({ accuracy })));
    const expected = tinySMLP();
    await new Trainer(expected, train, { ...options, epochs: 4 }).fit();
    script.push(...[0.9, 0.1, 0.2, 0.3].map((accuracy) => ({ accuracy })));
    const best = { ...options, useBestEpoch: true };
    const short = new Trainer(tinySMLP(), train, { ...best, epochs: 2 });
    await short.fit();
    const long = new Trainer(tinySMLP(2), train, { ...best, epochs: 4 });
    long.loadState(short.state());
    await long.fit();
    expectSameWeights(long.state().weights, expected.stateDict());
    expect(() => expectSameWeights(long.model.stateDict(), expected.stateDict())).toThrow("expected exactly");
  });

  it("is the one with the least where less is better", async () => {
    const checkpointMetric = { name: "val_f1", mode: "min" } as const;
    const { result, thetas, theta } = await run([0.5, 0.2, 0.7], { checkpointMetric, useBestEpoch: true });
    expect(result.bestEpoch).toBe(2);
    expect(theta).toBe(thetas[1]);
  });

  it.each([
    ["val_loss", "min", 3],
    ["val_avgclsacc", "max", 2],
    ["val_prec", "max", 1],
    ["val_rec", "max", 1],
  ] as const)("is chosen by %s", async (name, mode, best) => {
    script.push({ accuracy: 0.9, averageClassAccuracy: 0.1, loss: 3 });
    script.push({ accuracy: 0.1, averageClassAccuracy: 0.9, loss: 2 });
    script.push({ accuracy: 0.1, averageClassAccuracy: 0.1, loss: 1 });
    const trainer = new Trainer(tinySMLP(), train, {
      ...options,
      epochs: 3,
      checkpointMetric: { name, mode },
    });
    expect((await trainer.fit()).bestEpoch).toBe(best);
  });

  it("is that of val_avgclsacc by default, of train_loss without a validation set", async () => {
    const { checkpointMetric: _, ...defaults } = options;
    script.push({ averageClassAccuracy: 0.1, accuracy: 0.9 }, { averageClassAccuracy: 0.9, accuracy: 0.1 });
    expect((await new Trainer(tinySMLP(), train, { ...defaults, epochs: 2 }).fit()).bestEpoch).toBe(2);
    const { validation: _none, ...without } = defaults;
    const { history, bestEpoch } = await new Trainer(tinySMLP(), train, { ...without, epochs: 4 }).fit();
    const losses = history.map(({ trainLoss }) => trainLoss);
    expect(bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
  });

  it("is null for a metric that is not measured and not needed", async () => {
    const { validation: _, ...without } = options;
    expect((await new Trainer(tinySMLP(), train, without).fit()).bestEpoch).toBeNull();
  });

  it("ends the run when nothing improves for as long as the patience", async () => {
    const { result } = await run([0.3, 0.8, 0.8, 0.4, 0.9], { earlyStop: { patience: 2 } });
    expect(result).toMatchObject({ completed: true, epochs: 4, bestEpoch: 2, stoppedEarly: true });
    expect(result.history).toHaveLength(4);
  });

  it("counts the patience from the last improvement", async () => {
    const { result } = await run([0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.3], { earlyStop: { patience: 2 } });
    expect(result).toMatchObject({ epochs: 7, bestEpoch: 5, stoppedEarly: true });
  });

  it("has every improvement count, while the patience waits for those larger than minDelta", async () => {
    // 0.25 is an improvement by 0.125, and not more; so is 0.375 not, by 0.25 above 0.125
    const earlyStop = { patience: 2, minDelta: 0.25 };
    const { result } = await run([0.125, 0.25, 0.375, 0.5, 0.75], { earlyStop });
    expect(result).toMatchObject({ epochs: 3, bestEpoch: 3, stoppedEarly: true });
  });

  it("is found again in a state that was saved", () => {
    const first = new EpochSelection("max", { patience: 2 });
    first.observe(1, 0.5);
    first.observe(2, 0.4);
    const second = new EpochSelection("max", { patience: 2 });
    second.state = first.state;
    expect(second.state).toEqual({ best: { epoch: 1, value: 0.5 }, patience: { value: 0.5, waited: 1 } });
    expect(second.observe(3, 0.5)).toEqual({ improved: false, stop: true });
  });

  it("is not chosen among epochs whose loss is not finite: the run ends with a sentence", async () => {
    script.push({ loss: 0.5 }, { loss: NaN });
    const trainer = new Trainer(tinySMLP(), train, options);
    await expect(trainer.fit()).rejects.toThrow(
      "training diverged in epoch 2: the loss of the validation set is NaN; expected finite numbers. " +
        "The model has the weights from before. Lower the learning rate, which is 0.1, or scale the inputs to about 1.",
    );
    expect(trainer.state()).toMatchObject({ epoch: 1, batch: 1 });
    expect(trainer.state().history).toHaveLength(1);
  });
});
