/** What steps are made of: accumulation, clipping, weights of classes, smoothing, and what fits together. */

import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/formats/checkpoint.js";
import { init } from "../../src/kernels/select.js";
import { crossEntropyWith } from "../../src/losses/cross-entropy-with.js";
import type { LayerOutputs } from "../../src/losses/table.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { SGD } from "../../src/optimizers/sgd.js";
import { Generator } from "../../src/random/generator.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { clipGradNorm, clipGradValue } from "../../src/training/clip-gradients.js";
import { evaluate } from "../../src/training/evaluate.js";
import { applyGradients, gradientsOf } from "../../src/training/gradients.js";
import { Trainer, type TrainerOptions } from "../../src/training/trainer.js";
import { expectClose, expectSameBits } from "../closeness.js";
import { stripes, tinySCNN, tinySMLP } from "./tiny.js";

beforeAll(() => init({ backend: "wasm", threads: 1 }));

const weightsOf = (model: SpikingModel): Float32Array =>
  Float32Array.from(model.parameters().flatMap((each) => [...each.data]));
const sgd = { optimizer: { kind: "SGD", params: { lr: 0.3, momentum: 0.9 } }, seed: 5 } as const;

async function trained(data: Dataset, options: Partial<TrainerOptions>): Promise<Float32Array> {
  const model = tinySMLP();
  await new Trainer(model, data, { ...sgd, epochs: 1, ...options }).fit();
  return weightsOf(model);
}

describe("accumulateGradBatches", () => {
  it.each([
    ["of cross-entropy", {}],
    ["with weights of classes, whose mean is a weighted one", { classWeights: [1, 4, 0.25] }],
    ["of the squared error", { loss: "mse" }],
    ["with a target of firing rates", { firingRate: { target: 0.3, weight: 2 } }],
  ] as const)("takes the steps of large batches, ragged ones too: %s", async (_, options) => {
    // 22 samples: steps of 12 and 10, made of batches of 4, 4, 4 and 4, 4, 2
    const data = stripes(22);
    const large = await trained(data, { ...options, batchSize: 12, epochs: 2 });
    const small = await trained(data, { ...options, batchSize: 4, accumulateGradBatches: 3, epochs: 2 });
    expectClose(small, large, 1e-5, { floor: 1 });
    const single = await trained(data, { ...options, batchSize: 4, epochs: 2 });
    expect(Math.max(...single.map((value, i) => Math.abs(value - large[i])))).toBeGreaterThan(1e-2);
  });

  it("is told after each step: batches that are done, and the mean loss of the step", async () => {
    const seen: [number, number][] = [];
    const losses: number[] = [];
    const model = tinySMLP();
    const callbacks = [
      {
        onBatch: ({ batch, samples, loss }: { batch: number; samples: number; loss: number }) =>
          void (seen.push([batch, samples]), losses.push(loss)),
      },
    ];
    const options = { ...sgd, epochs: 1, batchSize: 4, accumulateGradBatches: 3, callbacks };
    const { history } = await new Trainer(model, stripes(22), options).fit();
    expect(seen).toEqual([[3, 12], [6, 22]]); // prettier-ignore
    expect((losses[0] * 12 + losses[1] * 10) / 22).toBeCloseTo(history[0].trainLoss, 6);
  });

  it("changes nothing where it is 1, and takes one batch alone as it is", async () => {
    const data = stripes(22);
    const plain = await trained(data, { batchSize: 5 });
    expectSameBits(await trained(data, { batchSize: 5, accumulateGradBatches: 1 }), plain);
    const all = await trained(data, { batchSize: 22 });
    expectClose(await trained(data, { batchSize: 22, accumulateGradBatches: 9 }), all, 1e-6, { floor: 1 });
  });

  it("leaves the weights from before the step when a later batch of it diverges, and names that batch", async () => {
    const model = tinySMLP();
    const before = weightsOf(model);
    let calls = 0;
    const loss = {
      name: "third is lost",
      loss: (outputs: Tensor, labels: ArrayLike<number>): Tensor =>
        crossEntropyWith({})(outputs, labels).mul(++calls === 3 ? Infinity : 1),
    };
    const trainer = new Trainer(model, stripes(22), {
      ...sgd,
      loss,
      epochs: 1,
      batchSize: 4,
      accumulateGradBatches: 3,
    });
    await expect(trainer.fit()).rejects.toThrow(
      "training diverged in batch 3 of 6 in epoch 1: the loss is Infinity",
    );
    expectSameBits(weightsOf(model), before);
    expect(trainer.state().batch).toBe(0);
  });
});

describe("clipping, weights and smoothing in a Trainer", () => {
  const data = stripes(12);
  const batch = [...data.batches({ batchSize: 12, shuffle: new Generator(new Generator(5).uint32()) })][0];

  it.each<[string, Partial<TrainerOptions>, (model: SpikingModel) => void]>([
    [
      "clipGradNorm",
      { clipGradNorm: 0.05 },
      (model: SpikingModel) => void clipGradNorm(model.parameters(), 0.05),
    ],
    [
      "clipGradValue",
      { clipGradValue: 0.01 },
      (model: SpikingModel) => clipGradValue(model.parameters(), 0.01),
    ],
  ])("%s does what the function does between the two parts of a step", async (_, options, clip) => {
    const model = tinySMLP();
    const optimizer = new SGD(model.parameters(), { lr: 0.3, momentum: 0.9 });
    const pass = gradientsOf(model, batch, crossEntropyWith({ weight: [1, 2, 3], labelSmoothing: 0.2 }));
    applyGradients(model, optimizer, [pass], () => clip(model));
    const choice = { classWeights: [1, 2, 3], labelSmoothing: 0.2, batchSize: 12 };
    expectSameBits(await trained(data, { ...choice, ...options }), weightsOf(model));
    const free = await trained(data, choice);
    expect(free.some((value, i) => Math.abs(value - weightsOf(model)[i]) > 1e-3)).toBe(true);
  });

  it("does not hide a gradient that is not finite", async () => {
    const loss = {
      name: "steep",
      loss: (outputs: Tensor): Tensor => outputs.sum().mul(1e38).mul(10).mul(0).add(outputs.mul(3e38).sum()),
    };
    const trainer = new Trainer(tinySMLP(), data, {
      ...sgd,
      epochs: 1,
      batchSize: 12,
      clipGradValue: 1,
      loss,
    });
    await expect(trainer.fit()).rejects.toThrow(/training diverged/);
  });

  it("learns nothing from classes of weight 0, a whole batch of them too", async () => {
    const one = stripes(9).subset([...stripes(9).labels.keys()].filter((i) => stripes(9).labels[i] === 0));
    const model = tinySMLP();
    const before = weightsOf(model);
    await new Trainer(model, one, { ...sgd, epochs: 1, classWeights: [0, 1, 1] }).fit();
    expectSameBits(weightsOf(model), before);
  });

  it("measures the validation set by the same loss, whatever the size of batches", async () => {
    const model = tinySMLP();
    const choice = { classWeights: [1, 5, 2], labelSmoothing: 0.1 };
    const trainer = new Trainer(model, data, {
      ...sgd,
      ...choice,
      epochs: 1,
      batchSize: 5,
      validation: stripes(11, 3),
    });
    const { history } = await trainer.fit();
    const whole = crossEntropyWith({ weight: choice.classWeights, labelSmoothing: 0.1 });
    const { loss } = await evaluate(model, stripes(11, 3), {
      batchSize: 11,
      loss: { name: "w", loss: whole },
    });
    expect(history[0].validation?.loss).toBeCloseTo(loss, 5);
    expect((await evaluate(model, stripes(11, 3))).loss).not.toBeCloseTo(loss, 2);
  });
});

describe("a loss of one's own", () => {
  const focal = {
    name: "focal",
    loss: (outputs: Tensor, labels: ArrayLike<number>): Tensor =>
      crossEntropyWith({})(outputs, labels).mul(2),
  };

  it("is used for training and validation, and its name is kept in metrics and states", async () => {
    const [own, usual] = [tinySMLP(), tinySMLP()];
    const options = { ...sgd, epochs: 1, batchSize: 5, validation: stripes(9, 2) };
    const trainer = new Trainer(own, stripes(12), { ...options, loss: focal });
    const { history } = await trainer.fit();
    const twice = { ...options, optimizer: { kind: "SGD", params: { lr: 0.6, momentum: 0.9 } } } as const;
    const { history: expected } = await new Trainer(usual, stripes(12), twice).fit();
    expectClose(weightsOf(own), weightsOf(usual), 1e-5, { floor: 1 });
    expect(history[0].loss).toBe("focal");
    expect("loss" in expected[0]).toBe(false);
    expect(history[0].validation?.loss).toBeCloseTo(2 * (expected[0].validation?.loss ?? 0), 4);
    const resumed = new Trainer(tinySMLP(), stripes(12), options);
    expect(() => resumed.loadState(trainer.state())).toThrow(
      "its loss is focal, but here it is crossentropy",
    );
  });

  it("reads what layers give: in both step modes and in validation", async () => {
    const shapes: string[] = [];
    const loss = {
      name: "seeing",
      layers: ["layers.neuron1"],
      loss: (outputs: Tensor, labels: ArrayLike<number>, layers: LayerOutputs): Tensor => {
        const { output, spikes } = layers["layers.neuron1"];
        shapes.push(output.shape.join("x"));
        expect([...new Set(spikes.toArray())].every((each) => each === 0 || each === 1)).toBe(true);
        return crossEntropyWith({})(outputs, labels);
      },
    };
    for (const mode of ["s", "m"] as const)
      await new Trainer(tinySCNN(1, mode), stripes(4), {
        ...sgd,
        epochs: 1,
        loss,
        validation: stripes(3),
      }).fit();
    expect(shapes).toEqual(["3x4x4x4x4", "3x3x4x4x4", "3x4x4x4x4", "3x3x4x4x4"]);
  });
});

describe("metrics of one's own", () => {
  const top2 = {
    name: "top2",
    metric: (outputs: Tensor, labels: Int32Array): number => {
      const [rows, classes] = outputs.shape;
      const data = outputs.toArray();
      const found = labels.filter((label, n) => {
        const row = data.subarray(n * classes, (n + 1) * classes);
        return row.filter((value) => value > row[label]).length < 2;
      });
      return found.length / rows;
    },
  };
  const options = { ...sgd, epochs: 1, validation: stripes(11, 2) };

  it("are those of the whole validation set, in every epoch and through a checkpoint", async () => {
    const model = tinySMLP();
    const trainer = new Trainer(model, stripes(12), { ...options, batchSize: 4, metrics: [top2] });
    const { history } = await trainer.fit();
    const { metrics } = await evaluate(model, options.validation, { batchSize: 11, metrics: [top2] });
    expect(history[0].validation?.metrics).toEqual(metrics);
    expect(metrics?.top2).toBeGreaterThan(0.5);
    const state = trainer.state();
    expect(decodeCheckpoint(encodeCheckpoint(state, model.architecture)).state).toEqual(state);
    expect(() => new Trainer(tinySMLP(), stripes(12), { ...options, batchSize: 4 }).loadState(state)).toThrow(
      "its metrics is top2, but here it is missing",
    );
  });

  it.each<[string, object]>([
    [
      "Trainer: metrics are given without a validation set; expected one to measure.",
      { metrics: [top2], validation: undefined },
    ],
    ['Trainer: metrics has "top2" twice; expected names of their own.', { metrics: [top2, top2] }],
    [
      'Trainer: metrics[0] is an object; expected { name: "top3", metric: (outputs, labels) => … }.',
      { metrics: [{ name: "x" }] },
    ],
  ])("are refused: %s", (sentence, given) => {
    expect(() => new Trainer(tinySMLP(), stripes(12), { ...options, ...given })).toThrow(sentence);
  });

  it("that give no number are named", async () => {
    const metrics = [{ name: "odd", metric: (): number => NaN }];
    await expect(evaluate(tinySMLP(), stripes(3), { metrics })).rejects.toThrow(
      'the metric "odd" gave NaN; expected a finite number.',
    );
  });
});

describe("Trainer refuses", () => {
  const still = stripes(6);
  const moving = new Dataset({
    name: "moving",
    x: new Float32Array(3 * 3 * 16),
    labels: [0, 1, 2],
    sampleShape: [3, 4, 4, 1],
    time: true,
  });
  const good = { ...sgd, epochs: 1 };
  const tried =
    (options: object, data = still): (() => Trainer) =>
    () =>
      new Trainer(tinySMLP(), data, { ...good, ...options });

  it.each<[string, object]>([
    ["Trainer: clipGradNorm is 0; expected a number above 0.", { clipGradNorm: 0 }],
    [
      "Trainer: clipGradNorm is 1 and clipGradValue 2; expected one of them. Leave out the other.",
      { clipGradNorm: 1, clipGradValue: 2 },
    ],
    [
      "Trainer: accumulateGradBatches is 0; expected a whole number of at least 1.",
      { accumulateGradBatches: 0 },
    ],
    ["Trainer: classWeights has 2 entries for 3 outputs; expected one per class.", { classWeights: [1, 2] }],
    ["Trainer: classWeights[1] is -2; expected a number of at least 0.", { classWeights: [1, -2, 1] }],
    ["Trainer: classWeights are all 0; expected a class that counts.", { classWeights: [0, 0, 0] }],
    ["Trainer: labelSmoothing is 2; expected a number from 0 to 1.", { labelSmoothing: 2 }],
    [
      'Trainer: labelSmoothing is given, but the loss is "mse"; expected "crossentropy", which knows them.',
      { loss: "mse", labelSmoothing: 0.1 },
    ],
    [
      'Trainer: classWeights is given, but the loss is "mse"; expected "crossentropy", which knows them.',
      { loss: "mse", classWeights: [1, 1, 1] },
    ],
    ["Trainer: firingRate.target is 2; expected a number from 0 to 1.", { firingRate: { target: 2 } }],
    [
      "Trainer: firingRate.target has 2 entries, but no layers are named; expected one for each, or a number for all.",
      { firingRate: { target: [0.1, 0.2] } },
    ],
    [
      'Trainer: there is no spiking layer "fc"; expected "layers.neuron1".',
      { firingRate: { target: 0.1, layers: ["fc"] } },
    ],
    [
      "Trainer: detachEvery is 1, but firingRate reads what layers gave at all time steps; expected one of the two. Leave out the other.",
      { firingRate: { target: 0.1 }, detachEvery: 1 },
    ],
    [
      'Trainer: loss.name is "mse", which is a loss of this library; expected another name.',
      { loss: { name: "mse", loss: () => null } },
    ],
    [
      'Trainer: loss.name is undefined; expected what it is called, such as "focal".',
      { loss: { loss: () => null } },
    ],
    [
      "Trainer: loss.loss is undefined; expected a function, such as (outputs, labels) => ….",
      { loss: { name: "focal" } },
    ],
    [
      'Trainer: loss is a function; expected one of "crossentropy", "mse", or { name: "focal", loss: (outputs, labels) => … }.',
      { loss: () => null },
    ],
    [
      'Trainer: validation: the samples of "moving" change over time, but those of "stripes 1" are still; expected the same of both. Data sets say so with time: true.',
      { validation: moving },
    ],
  ])("%s", (sentence, options) => {
    expect(tried(options)).toThrow(sentence);
  });

  it("a validation set of still samples where the network learns from sequences", () => {
    expect(tried({ validation: still }, moving)).toThrow(
      'Trainer: validation: the samples of "stripes 1" are still, but those of "moving" change over time; expected the same of both.',
    );
  });

  it.each<[string, object]>([
    ["number of batches to a step is 2, but here it is missing", { accumulateGradBatches: 2 }],
    ["clipping of gradients is norm 1, but here it is missing", { clipGradNorm: 1 }],
    ["weights of classes is [1,2,3], but here it is missing", { classWeights: [1, 2, 3] }],
    ["smoothing of labels is 0.1, but here it is missing", { labelSmoothing: 0.1 }],
    ["target of firing rates is", { firingRate: { target: 0.1 } }],
  ])("to go on otherwise than a run began: its %s", (sentence, options) => {
    const state = tried(options)().state();
    expect(() => tried({})().loadState(state)).toThrow(sentence);
  });

  it("a state from the middle of a step", () => {
    const trainer = tried({ batchSize: 2, accumulateGradBatches: 2 })();
    expect(() => trainer.loadState({ ...trainer.state(), batch: 1 })).toThrow(
      "Trainer.loadState: batch is 1 of 3; expected one after a step of 2 batches.",
    );
  });
});
