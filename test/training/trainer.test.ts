import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { GaussianNoise } from "../../src/datasets/augmentations/gaussian-noise.js";
import { Mixup } from "../../src/datasets/augmentations/mixup.js";
import { AugmentationPipeline } from "../../src/datasets/augmentations/pipeline.js";
import { Dataset } from "../../src/datasets/dataset.js";
import { loadDigits } from "../../src/datasets/digits.js";
import { init } from "../../src/kernels/select.js";
import { Dropout } from "../../src/layers/dropout.js";
import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { Adam } from "../../src/optimizers/adam.js";
import { manualSeed } from "../../src/random/generator.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor } from "../../src/tensor/tensor.js";
import { evaluate } from "../../src/training/evaluate.js";
import {
  Trainer,
  type BatchProgress,
  type EpochMetrics,
  type TrainerOptions,
} from "../../src/training/trainer.js";
import { describeBackends } from "../backends.js";
import { expectSameModel, stripes, timeless, tinySCNN, tinySMLP } from "./tiny.js";

const train = stripes(22);
const validation = stripes(13, 2);
const adam: TrainerOptions = { optimizer: { kind: "Adam", params: { lr: 0.02 } }, epochs: 2, batchSize: 5 };

describeBackends("Trainer", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it("gives the same bits for the same seed, and others for another", async () => {
    const run = async (seed: number): Promise<SCNN> => {
      const model = tinySCNN();
      await new Trainer(model, train, { ...adam, seed }).fit();
      return model;
    };
    expectSameModel(await run(3), await run(3));
    expect(() => expectSameModel(tinySCNN(), tinySCNN())).not.toThrow();
    const [a, b] = [await run(3), await run(4)];
    expect(() => expectSameModel(a, b)).toThrow("expected exactly");
  });

  it("learns: an SMLP of 64 ATIF neurons reads digits", async () => {
    const { train: digits, test } = await loadDigits();
    manualSeed(1);
    const model = new SMLP({
      inputShape: [8, 8, 1], outputShape: [10], units: [64], timesteps: 4, neuron: { kind: "ATIF" }, stepMode: "m",
    }); // prettier-ignore
    const result = await new Trainer(model, digits, {
      optimizer: { kind: "Adam", params: { lr: 5e-3 } },
      epochs: 6,
      validation: test,
    }).fit();
    const [first, last] = [result.history[0], result.history[5]];
    // 0.914 for this seed; guessing gives 0.1
    expect(last.validation?.accuracy).toBeGreaterThan(0.88);
    expect(last.trainLoss).toBeLessThan(0.3 * first.trainLoss);
    expect(last.layers[0].theta).not.toBe(first.layers[0].theta);
    expect((await evaluate(model, test)).accuracy).toBe(last.validation?.accuracy);
  });
});

describe("Trainer", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("does what a loop written by hand does", async () => {
    const options: TrainerOptions = { ...adam, epochs: 1, batchSize: 22 };
    const model = tinySMLP();
    const { history } = await new Trainer(model, train, options).fit();

    const byHand = tinySMLP();
    const optimizer = new Adam(byHand.parameters(), { lr: 0.02 });
    const loss = scope(() => {
      const value = crossEntropy(byHand.run(tensor(train.x, [22, 4, 4, 1])), train.labels);
      value.backward();
      optimizer.step();
      return value.item();
    });
    // One batch of all samples, in another order: sums differ by rounding.
    expect(history[0].trainLoss).toBeCloseTo(loss, 5);
    const [actual, expected] = [model.stateDict(), byHand.stateDict()];
    for (const [name, { data }] of Object.entries(expected)) {
      data.forEach((value, i) => expect(actual[name].data[i], `${name}[${i}]`).toBeCloseTo(value, 5));
    }
  });

  it("shuffles every epoch anew, and shows every sample once", async () => {
    const passes: number[][] = [[]];
    const batch = vi.spyOn(Dataset.prototype, "batch");
    await new Trainer(tinySMLP(), train, {
      ...adam,
      callbacks: [
        { onEpoch: () => void passes.push([]), onBatch: () => void passes.at(-1)?.push(...samplesOf(batch)) },
      ],
    }).fit();
    const all = Array.from({ length: 22 }, (_, i) => i);
    for (const pass of passes.slice(0, 2)) {
      expect(pass).not.toEqual(all);
      expect(pass.toSorted((a, b) => a - b)).toEqual(all);
    }
    expect(passes[0]).not.toEqual(passes[1]);
  });

  it("sets the rate of the scheduler for each epoch", async () => {
    const { history } = await new Trainer(tinySMLP(), train, {
      ...adam,
      epochs: 5,
      scheduler: { kind: "MultiStepLR", params: { milestones: [1, 3], gamma: 0.5 } },
    }).fit();
    expect(history.map(({ lr }) => lr)).toEqual([0.02, 0.01, 0.01, 0.005, 0.005]);
  });

  it("does not move a model at a rate of 0", async () => {
    const model = tinySMLP();
    await new Trainer(model, train, { ...adam, optimizer: { kind: "SGD", params: { lr: 0 } } }).fit();
    expectSameModel(model, tinySMLP());
  });

  it("leaves the model as it is with 0 epochs", async () => {
    const model = tinySMLP();
    const result = await new Trainer(model, train, { ...adam, epochs: 0, useBestEpoch: true }).fit();
    expect(result).toEqual({ completed: true, epochs: 0, bestEpoch: null, stoppedEarly: false, history: [] });
    expectSameModel(model, tinySMLP());
  });

  it("leaves the model in evaluation mode and without state, and trains all of it whatever its mode", async () => {
    const model = tinySCNN().eval();
    const expected = tinySCNN();
    await new Trainer(model, train, adam).fit();
    await new Trainer(expected, train, adam).fit();
    expectSameModel(model, expected);
    expect(model.namedModules().some(([, module]) => module.training)).toBe(false);
    expect(model.spikingLayers().map(([, neuron]) => neuron.v.shape)).toEqual([[1], [1]]);
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  describe("metrics", () => {
    it("are those of the batches, each with its samples", async () => {
      const losses: { loss: number; samples: number }[] = [];
      const { history } = await new Trainer(tinySMLP(), train, {
        ...adam,
        epochs: 1,
        callbacks: [{ onBatch: ({ loss, samples }) => void losses.push({ loss, samples }) }],
      }).fit();
      expect(losses.map(({ samples }) => samples)).toEqual([5, 10, 15, 20, 22]);
      const sizes = [5, 5, 5, 5, 2];
      const mean = losses.reduce((sum, { loss }, i) => sum + loss * sizes[i], 0) / 22;
      expect(history[0].trainLoss).toBeCloseTo(mean, 12);
    });

    it("measure the model before it learns from a batch", async () => {
      const model = tinySMLP();
      const before = await evaluate(model, train);
      const { history } = await new Trainer(model, train, { ...adam, epochs: 1, batchSize: 22 }).fit();
      const [{ trainLoss, trainAccuracy, trainAverageClassAccuracy, layers, spikesPerInference }] = history;
      expect(trainLoss).toBeCloseTo(before.loss, 5);
      expect(trainAccuracy).toBe(before.accuracy);
      expect(trainAverageClassAccuracy).toBe(before.averageClassAccuracy);
      expect(spikesPerInference).toBe(before.spikesPerInference);
      // Without a validation set the rates are those of training; the threshold is that after it.
      expect(layers).toEqual([{ ...before.layers[0], theta: model.spikingLayers()[0][1].theta }]);
      expect(layers[0].theta).not.toBe(before.layers[0].theta);
    });

    it("come from the validation set if there is one", async () => {
      const model = tinySCNN();
      const { history, bestEpoch } = await new Trainer(model, train, { ...adam, validation }).fit();
      const measured = await evaluate(model, validation, { batchSize: 5 });
      expect(history[1].validation).toEqual(measured);
      expect(history[1].layers).toEqual(measured.layers);
      expect(history[1].spikesPerInference).toBe(measured.spikesPerInference);
      const values = history.map((metrics) => metrics.validation?.averageClassAccuracy ?? NaN);
      expect(bestEpoch).toBe(values.indexOf(Math.max(...values)) + 1);
    });

    it("have no accuracy of training with Mixup, whose loss is that of both labels", async () => {
      const augmentations = new AugmentationPipeline([new Mixup()]);
      const apply = vi.spyOn(augmentations, "apply");
      const model = tinySMLP();
      const progress: BatchProgress[] = [];
      const { history } = await new Trainer(model, train, {
        ...adam,
        epochs: 1,
        batchSize: 22,
        augmentations,
        callbacks: [{ onBatch: (each) => void progress.push(each) }],
      }).fit();
      expect(history[0]).toMatchObject({ trainAccuracy: null, trainAverageClassAccuracy: null });
      const mixed = apply.mock.results[0].value as ReturnType<typeof augmentations.apply>;
      const untrained = tinySMLP();
      const outputs = untrained.run(tensor(mixed.x, mixed.shape));
      const { lambda = 0, labels = [] } = mixed.mixed ?? {};
      const expected =
        lambda * crossEntropy(outputs, mixed.labels).item() +
        (1 - lambda) * crossEntropy(outputs, labels).item();
      expect(lambda).toBeGreaterThan(0);
      expect(progress[0].loss).toBeCloseTo(expected, 5);
    });
  });

  describe("callbacks", () => {
    it("say where the run is", async () => {
      const progress: BatchProgress[] = [];
      const epochs: EpochMetrics[] = [];
      const measured: [number, number][] = [];
      const trainer = new Trainer(tinySMLP(), train, {
        ...adam,
        validation,
        callbacks: [
          {
            onBatch: (each) => void progress.push(each),
            onEpoch: (each) => void epochs.push(each),
            onValidation: (done, total) => void measured.push([done, total]),
          },
        ],
      });
      const { history } = await trainer.fit();
      expect(progress.map(({ epoch, epochs, batch, batches }) => [epoch, epochs, batch, batches])).toEqual(
        [1, 2].flatMap((epoch) => [1, 2, 3, 4, 5].map((batch) => [epoch, 2, batch, 5])),
      );
      expect(progress.every(({ samplesPerSecond }) => samplesPerSecond >= 0)).toBe(true);
      // Those of the epoch before count: a batch or two say little.
      const [first, second] = history;
      const samples = [first, second].reduce((sum, each) => sum + each.samplesPerSecond * each.seconds, 0);
      const said = progress.at(-1)?.samplesPerSecond ?? 0;
      expect(said * (first.seconds + second.seconds)).toBeCloseTo(samples, 3);
      expect(measured).toEqual([1, 2].flatMap(() => [[1, 3], [2, 3], [3, 3]])); // prettier-ignore
      expect(epochs).toEqual(history);
      expect(history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    });

    it("are waited for, in order", async () => {
      const log: string[] = [];
      const slow = {
        onBatch: () => new Promise<void>((resolve) => setTimeout(() => resolve(void log.push("slow")), 2)),
      };
      const fast = { onBatch: () => void log.push("fast") };
      await new Trainer(tinySMLP(), train, {
        ...adam,
        epochs: 1,
        batchSize: 11,
        callbacks: [slow, fast],
      }).fit();
      expect(log).toEqual(["slow", "fast", "slow", "fast"]);
    });

    it("stop the run with what they throw, after which it can go on", async () => {
      const model = tinySCNN();
      let batches = 0;
      const trainer = new Trainer(model, train, {
        ...adam,
        callbacks: [
          {
            onBatch: () => {
              if (++batches === 3) throw new Error("disk full");
            },
          },
        ],
      });
      await expect(trainer.fit()).rejects.toThrow("disk full");
      expect((await trainer.fit()).completed).toBe(true);
      const expected = tinySCNN();
      await new Trainer(expected, train, adam).fit();
      expectSameModel(model, expected);
    });

    it("may evaluate and use the model in between, in its own mode", async () => {
      const model = tinySCNN();
      const modes: boolean[] = [];
      await new Trainer(model, train, {
        ...adam,
        callbacks: [
          {
            onBatch: async () => {
              modes.push(model.training);
              await evaluate(model, validation);
              model.eval();
              scope(() => model.run(tensor(validation.x, [13, 4, 4, 1])));
            },
          },
        ],
      }).fit();
      expect(modes.slice(0, 2)).toEqual([true, false]);
      const expected = tinySCNN();
      await new Trainer(expected, train, adam).fit();
      expectSameModel(model, expected);
    });
  });

  it("turns the event loop while it works, and stops when a timer aborts", async () => {
    const model = tinySCNN();
    const controller = new AbortController();
    const turns: number[] = [];
    const timer = setInterval(() => {
      if (turns.push(performance.now()) === 3) controller.abort();
    }, 1);
    const result = await new Trainer(model, train, { ...adam, epochs: 100_000 }).fit({
      signal: controller.signal,
    });
    clearInterval(timer);
    expect(turns).toHaveLength(3);
    expect(result.completed).toBe(false);
  });

  describe("divergence", () => {
    /** Samples that are finite, and too large for the products. */
    const huge = train.with({ x: train.x.map((value) => value * 3e38) });

    it("stops with a sentence and leaves the model as it was", async () => {
      const model = tinySCNN();
      const trainer = new Trainer(model, huge, adam);
      const before = trainer.state();
      await expect(trainer.fit()).rejects.toThrow(
        /^training diverged in batch 1 of 5 in epoch 1: layers\.bn1\.running_(mean|var) is not finite after the forward pass; expected finite numbers\. The model has the weights from before\. Lower the learning rate, which is 0\.02, or scale the inputs to about 1\.$/,
      );
      expectSameModel(model, tinySCNN());
      expect(trainer.state()).toEqual(before);
    });

    it("is found in a later batch too, and the state is that of the batch before", async () => {
      const model = tinySMLP();
      let last = {};
      const trainer = new Trainer(model, train, {
        ...adam,
        epochs: 100,
        loss: "mse",
        optimizer: { kind: "SGD", params: { lr: 20 } },
        augmentations: new AugmentationPipeline([new GaussianNoise({ sigma: 0.1 })]),
        callbacks: [
          { onBatch: () => void (last = trainer.state()), onEpoch: () => void (last = trainer.state()) },
        ],
      });
      await expect(trainer.fit()).rejects.toThrow(
        /^training diverged in batch \d of 5 in epoch \d+: the (loss|gradient).* The model has the weights from before\. Lower the learning rate, which is 20,/,
      );
      expect(trainer.state()).toEqual(last);
      // in the middle of an epoch, where what augmentations have drawn counts
      expect(trainer.state().batch).toBeGreaterThan(0);
      for (const { data } of Object.values(model.stateDict())) expect(data.every(Number.isFinite)).toBe(true);
    });

    it("says so when a step destroys the weights, and refuses to go on from them", async () => {
      const trainer = new Trainer(tinySMLP(), train, {
        ...adam,
        optimizer: { kind: "SGD", params: { lr: 3e38, weightDecay: 3e38 } },
      });
      const before = trainer.state();
      await expect(trainer.fit()).rejects.toThrow(
        /the step took layers\.fc1\.weight out of the range of float32; .*The weights are lost: make the model again, or load a state from before\./,
      );
      const refusal =
        /: training diverged and the weights are not finite; .* Call loadState\(\) with a state from before\.$/;
      expect(() => trainer.state()).toThrow(refusal);
      await expect(trainer.fit()).rejects.toThrow(refusal);
      trainer.loadState(before);
      expect(trainer.state()).toEqual(before);
    });
  });

  it("explains what a last batch of one sample does to batch norm, and leaves the model of the batch before", async () => {
    manualSeed(1);
    const model = new SCNN({
      inputShape: [4, 4, 1], outputShape: [3], filters: [2], kernelSizes: [4], paddings: [0], strides: [1],
      poolSizes: [0], fcUnits: [], batchNorm: true, timesteps: 2, neuron: { kind: "ATIF" },
    }); // prettier-ignore
    let last = model.stateDict();
    const trainer = new Trainer(model, train, {
      ...adam,
      batchSize: 7,
      callbacks: [{ onBatch: () => void (last = model.stateDict()) }],
    });
    await expect(trainer.fit()).rejects.toThrow(
      "BatchNorm2d: x is [1, 1, 1, 2] in training; expected more than one value per channel. Use a larger batch, or eval(). " +
        "This was batch 4 of 4 in epoch 1, which holds the one sample that 22 samples leave at batchSize 7: another batchSize leaves more.",
    );
    expect(model.stateDict()).toEqual(last);
  });

  it("works with thresholds that are not guarded", async () => {
    manualSeed(1);
    const model = new SMLP({
      inputShape: [4, 4, 1], outputShape: [3], units: [4], timesteps: 2,
      neuron: { kind: "ATIF", params: { minThreshold: null } },
    }); // prettier-ignore
    const { completed } = await new Trainer(model, train, adam).fit();
    expect(completed).toBe(true);
  });

  it("draws dropout masks from its seed, whatever the default generator has drawn", async () => {
    const forward = vi.spyOn(Dropout.prototype, "forward");
    const run = async (others: number): Promise<SCNN> => {
      const model = tinySCNN();
      manualSeed(others);
      await new Trainer(model, train, adam).fit();
      return model;
    };
    expectSameModel(await run(1), await run(2));
    expect(forward).toHaveBeenCalled();
  });

  it("gives the same history with and without the clock's figures", async () => {
    const run = async (): Promise<EpochMetrics[]> =>
      (await new Trainer(tinySMLP(), train, adam).fit()).history;
    expect(timeless(await run())).toEqual(timeless(await run()));
  });
});

/** The samples of the last batch that was made. */
function samplesOf(batch: { mock: { calls: [ArrayLike<number>][] } }): number[] {
  return Array.from(batch.mock.calls.at(-1)?.[0] ?? []);
}
