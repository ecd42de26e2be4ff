import { beforeAll, describe, expect, it, vi } from "vitest";
import { GaussianNoise } from "../../src/datasets/augmentations/gaussian-noise.js";
import { Normalize } from "../../src/datasets/augmentations/normalize.js";
import { AugmentationPipeline } from "../../src/datasets/augmentations/pipeline.js";
import { Dataset } from "../../src/datasets/dataset.js";
import { init } from "../../src/kernels/select.js";
import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import { neuronKinds } from "../../src/neurons/table.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { manualSeed } from "../../src/random/generator.js";
import { tensor } from "../../src/tensor/tensor.js";
import {
  accuracyOf,
  averageClassAccuracyOf,
  countInto,
  emptyConfusion,
} from "../../src/training/confusion.js";
import { evaluate, type EvaluateOptions } from "../../src/training/evaluate.js";
import { describeBackends } from "../backends.js";
import { expectSameModel, stripes, tinySCNN, tinySMLP } from "./tiny.js";

const theta = 0.5;

/** One input, one neuron with threshold 0.5, T = 4; outputs [y, 0.625] with y = mean of the neuron's. */
function oneNeuron(stepMode: "s" | "m"): SMLP {
  const model = new SMLP({
    inputShape: [1], outputShape: [2], units: [1], timesteps: 4, neuron: { kind: "ATIF" }, stepMode,
  }); // prettier-ignore
  model.loadStateDict({
    "layers.fc1.weight": { shape: [1, 1], data: [1] },
    "layers.fc1.bias": { shape: [1], data: [0] },
    "layers.neuron1.v_threshold": { shape: [1], data: [theta] },
    "layers.fc2.weight": { shape: [2, 1], data: [2, 0] },
    "layers.fc2.bias": { shape: [2], data: [0, 0.625] },
  });
  return model;
}

/** Spikes in four steps by hand: 0.25 gives 0101, 0.5 1111, 0 0000, 0.375 0111. */
const inputs = new Dataset({
  name: "four",
  x: Float32Array.of(0.25, 0.5, 0, 0.375),
  labels: [1, 0, 0, 1],
  sampleShape: [1],
  classes: 2,
});

describeBackends("evaluate", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it.each(["s", "m"] as const)("agrees with figures by hand in step mode %s", async (stepMode) => {
    const model = oneNeuron(stepMode);
    const measured = await evaluate(model, inputs, { batchSize: 3 });
    // Outputs 2 theta spikes / 4 of 2, 4, 0 and 3 spikes: 0.5, 1, 0 and 0.75 against 0.625: classes 1, 0, 1, 0.
    expect(measured).toMatchObject({ samples: 4, accuracy: 0.5, averageClassAccuracy: 0.5 });
    expect(measured.confusion).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(measured.layers).toEqual([
      {
        name: "layers.neuron1",
        kind: "ATIF",
        theta,
        firingRate: 9 / 16,
        spikesPerInference: 9 / 4,
        neurons: 1,
      },
    ]);
    expect(measured.spikesPerInference).toBe(9 / 4);
    const nll = (right: number, wrong: number): number => Math.log(1 + Math.exp(wrong - right));
    const loss = (nll(0.625, 0.5) + nll(1, 0.625) + nll(0, 0.625) + nll(0.625, 0.75)) / 4;
    expect(measured.loss).toBeCloseTo(loss, 6);
    const squares = await evaluate(model, inputs, { loss: "mse" });
    // Targets are 1 at the label: sample 1 has (0.5, 0.625 - 1), and so on.
    const mse = (0.25 + 0.375 ** 2 + 0 + 0.625 ** 2 + 1 + 0.625 ** 2 + 0.75 ** 2 + 0.375 ** 2) / 8;
    expect(squares.loss).toBeCloseTo(mse, 6);
  });

  it("gives the same figures for every batch size", async () => {
    const model = tinySCNN();
    const data = stripes(50);
    const { loss, ...all } = await evaluate(model, data, { batchSize: 50 });
    for (const batchSize of [1, 7, 64]) {
      const measured = await evaluate(model, data, { batchSize });
      expect(measured.loss).toBeCloseTo(loss, 5);
      expect({ ...measured, loss }).toEqual({ ...all, loss });
    }
  });
});

describe("evaluate", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("works in evaluation mode and gives every layer its own mode back", async () => {
    const model = tinySCNN();
    const untouched = tinySCNN();
    const frozen = model.namedModules().find(([name]) => name === "layers.bn1")?.[1];
    frozen?.eval();
    const modes = model.namedModules().map(([, module]) => module.training);
    const data = stripes(9);
    const first = await evaluate(model, data);
    // Neither batch norm nor dropout did what they do in training: nothing moved, and it is repeatable.
    expect(await evaluate(model, data)).toEqual(first);
    expectSameModel(model, untouched);
    expect(model.namedModules().map(([, module]) => module.training)).toEqual(modes);
    expect(modes).toContain(true);
    expect(modes).toContain(false);
  });

  it("gives modes and counts back after a failure too, and leaves no state", async () => {
    const model = tinySMLP();
    const neuron = model.spikingLayers()[0][1];
    const own = { spikes: 3, opportunities: 5 };
    neuron.spikeCount = own;
    await evaluate(model, stripes(4));
    expect(neuron.spikeCount).toBe(own);
    expect(own).toEqual({ spikes: 3, opportunities: 5 });
    const run = vi.spyOn(model, "run").mockImplementation(() => {
      throw new Error("no");
    });
    await expect(evaluate(model, stripes(4))).rejects.toThrow("no");
    run.mockRestore();
    expect(neuron.spikeCount).toBe(own);
    expect(model.training).toBe(true);
    expect(neuron.v.shape).toEqual([1]);
  });

  it("names kinds, thresholds and sizes of all layers in order", async () => {
    for (const kind of neuronKinds) {
      manualSeed(1);
      const model = new SCNN({
        inputShape: [4, 4, 1], outputShape: [3], filters: [2], kernelSizes: [3], paddings: [1], strides: [1],
        poolSizes: [2], fcUnits: [5], timesteps: 2, neuron: { kind }, stepMode: "m",
      }); // prettier-ignore
      const { layers, spikesPerInference } = await evaluate(model, stripes(4));
      const thetas = model.spikingLayers().map(([, neuron]) => neuron.theta);
      expect(layers.map(({ name, kind, theta, neurons }) => [name, kind, theta, neurons])).toEqual([
        ["layers.neuron1", kind, thetas[0], 32],
        ["layers.neuron2", kind, thetas[1], 5],
      ]);
      expect(layers[0].spikesPerInference).toBeCloseTo(layers[0].firingRate * 2 * 32, 10);
      expect(spikesPerInference).toBe(layers[0].spikesPerInference + layers[1].spikesPerInference);
    }
  });

  it("applies the augmentations that are meant for evaluation, always the same way", async () => {
    const model = tinySMLP();
    const data = stripes(12);
    const shifted = data.with({
      x: data.x.map((value) => Math.fround(value - Math.fround(0.5)) / Math.fround(0.25)),
    });
    const normalize = { mean: 0.5, std: 0.25 };
    const pipeline = (evaluated: boolean): AugmentationPipeline =>
      new AugmentationPipeline([new Normalize({ ...normalize, evaluate: evaluated })]);
    expect(await evaluate(model, data, { augmentations: pipeline(true) })).toEqual(
      await evaluate(model, shifted),
    );
    expect(await evaluate(model, data, { augmentations: pipeline(false) })).toEqual(
      await evaluate(model, data),
    );
    const noise = new AugmentationPipeline([new GaussianNoise({ sigma: 1, evaluate: true })]);
    const noisy = await evaluate(model, data, { augmentations: noise });
    expect(await evaluate(model, data, { augmentations: noise })).toEqual(noisy);
    expect(noisy.loss).not.toBe((await evaluate(model, data)).loss);
  });

  it("reports its progress and stops when it is told to", async () => {
    const model = tinySMLP();
    const seen: [number, number][] = [];
    await evaluate(model, stripes(7), { batchSize: 3, onBatch: (...each) => void seen.push(each) });
    expect(seen).toEqual([[1, 3], [2, 3], [3, 3]]); // prettier-ignore
    const controller = new AbortController();
    const stopped = evaluate(model, stripes(7), {
      batchSize: 3,
      signal: controller.signal,
      onBatch: () => controller.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
    await expect(evaluate(model, stripes(7), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  it("gives up in the middle of a batch when the signal is seen to be aborted there", async () => {
    const model = tinySCNN();
    model.train();
    const controller = new AbortController();
    const { signal } = controller;
    let looks = 0;
    const abortedAt = (look: number): AbortSignal =>
      Object.defineProperty(signal, "aborted", {
        get: () => {
          if (++looks === look) controller.abort(new Error(`look ${look}`));
          return looks >= look;
        },
      });
    const stopped = evaluate(model, stripes(3), { batchSize: 3, signal: abortedAt(6) });
    await expect(stopped).rejects.toThrow("look 6");
    expect(model.training).toBe(true);
    expect(await evaluate(model, stripes(3))).toEqual(await evaluate(tinySCNN(), stripes(3)));
  });

  it("turns the event loop between batches", async () => {
    const model = tinySCNN();
    const turned = new AbortController();
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 2) turned.abort(new Error("turned twice"));
    }, 1);
    const data = stripes(100_000);
    await expect(evaluate(model, data, { batchSize: 5, signal: turned.signal })).rejects.toThrow(
      "turned twice",
    );
    clearInterval(timer);
  });

  it("does not learn and keeps no graph", async () => {
    const model = tinySMLP();
    await evaluate(model, stripes(5));
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
    const outputs = model.run(tensor(stripes(5).x, [5, 4, 4, 1]));
    expect(crossEntropy(outputs, stripes(5).labels).requiresGrad).toBe(true);
  });

  it.each<[string, (model: SMLP) => Promise<unknown>]>([
    [
      'evaluate: "wide" has 4 classes but the model has 3 outputs; expected at least as many. Use outputShape: [4].',
      (model) => evaluate(model, stripes(4).with({ name: "wide", classes: 4 })),
    ],
    [
      "evaluate: batchSize is 0; expected a whole number of at least 1.",
      (model) => evaluate(model, stripes(4), { batchSize: 0 }),
    ],
    [
      'evaluate: loss is "hinge"; expected one of "crossentropy", "mse".',
      (model) => evaluate(model, stripes(4), { loss: "hinge" } as unknown as EvaluateOptions),
    ],
    [
      'evaluate: unknown option "batch_size"; known options are batchSize, loss, metrics, augmentations, signal, onBatch. Did you mean "batchSize"?',
      (model) => evaluate(model, stripes(4), { batch_size: 3 } as unknown as EvaluateOptions),
    ],
    [
      "evaluate: data is [1, 2]; expected a Dataset, such as (await loadDigits()).test.",
      (model) => evaluate(model, [1, 2] as unknown as Dataset),
    ],
    [
      "evaluate: model is an object; expected a model such as new SMLP(...).",
      () => evaluate({} as unknown as SMLP, stripes(4)),
    ],
  ])("answers %s", async (sentence, work) => {
    await expect(work(tinySMLP())).rejects.toThrow(sentence);
  });
});

describe("confusion", () => {
  it("counts by label and prediction", () => {
    const counts = emptyConfusion(3);
    countInto(counts, [0, 0, 2, 2, 2], Int32Array.of(0, 1, 2, 2, 0));
    expect(counts).toEqual([
      [1, 1, 0],
      [0, 0, 0],
      [1, 0, 2],
    ]);
    expect(accuracyOf(counts)).toBe(3 / 5);
    // The class that does not occur does not count: (1/2 + 2/3) / 2
    expect(averageClassAccuracyOf(counts)).toBeCloseTo(7 / 12, 15);
  });

  it("is 0 without samples", () => {
    expect(accuracyOf(emptyConfusion(2))).toBe(0);
    expect(averageClassAccuracyOf(emptyConfusion(2))).toBe(0);
  });
});
