/** What a network learns to see is what it is shown everywhere, once. */

import { beforeAll, describe, expect, it } from "vitest";
import { Crop } from "../../src/datasets/augmentations/crop.js";
import { GaussianNoise } from "../../src/datasets/augmentations/gaussian-noise.js";
import { HorizontalFlip } from "../../src/datasets/augmentations/horizontal-flip.js";
import { IntToFloat32 } from "../../src/datasets/augmentations/int-to-float32.js";
import { Mixup } from "../../src/datasets/augmentations/mixup.js";
import { Normalize } from "../../src/datasets/augmentations/normalize.js";
import { AugmentationPipeline } from "../../src/datasets/augmentations/pipeline.js";
import type { Augmentation } from "../../src/datasets/augmentations/augmentation.js";
import { Dataset } from "../../src/datasets/dataset.js";
import { NormalizeDataset } from "../../src/datasets/preprocessing/normalize-dataset.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/formats/checkpoint.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";
import { recordActivity } from "../../src/inspection/activity.js";
import { inspectLayers } from "../../src/inspection/inspect-layers.js";
import { init } from "../../src/kernels/select.js";
import { createModel } from "../../src/models/table.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { Generator } from "../../src/random/generator.js";
import { tensor } from "../../src/tensor/tensor.js";
import { evaluate as measure, type EvaluateOptions, type Evaluation } from "../../src/training/evaluate.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { gradientsOf } from "../../src/training/gradients.js";
import { Trainer, type TrainerOptions } from "../../src/training/trainer.js";
import { expectSameModel, stripes, timeless, tinySCNN, tinySMLP } from "./tiny.js";

beforeAll(() => init({ threads: 1 }));

const adam: Pick<TrainerOptions, "optimizer" | "batchSize" | "seed"> = {
  optimizer: { kind: "Adam", params: { lr: 0.01 } },
  batchSize: 8,
  seed: 3,
};
/** In the batches of the trainer's validation: the mean loss is rounded alike. */
const evaluate = (model: SpikingModel, data: Dataset, options: EvaluateOptions = {}): Promise<Evaluation> =>
  measure(model, data, { batchSize: 8, ...options });
const pipeline = (...steps: Augmentation[]): AugmentationPipeline => new AugmentationPipeline(steps);
const normalize = { mean: 0.5, std: 0.25 };
const step = { kind: "Normalize", options: { mean: [0.5], std: [0.25] } };
const train = stripes(24, 1);
const test = stripes(16, 2);

/** The samples as Normalize makes them, by hand. */
function byHand(data: Dataset): Dataset {
  const x = data.toFloat32().map((value) => Math.fround(value - 0.5) / 0.25);
  return new Dataset({ name: data.name, x, labels: data.labels, sampleShape: data.sampleShape, classes: 3 });
}

/** The same samples as whole numbers from 0 to 255. */
function bytes(data: Dataset, divisor: number): Dataset {
  const x = Uint8Array.from(data.x, (value) => Math.round(255 * Math.min(1, value)));
  const { name, labels, sampleShape, classes } = data;
  return new Dataset({ name, x, labels, sampleShape, classes, divisor });
}

describe("after training with Normalize", () => {
  it("evaluate gives what the last validation gave, and what prepared samples give", async () => {
    const augmentations = pipeline(new HorizontalFlip(), new Normalize(normalize));
    const model = tinySCNN();
    const trainer = new Trainer(model, train, { ...adam, epochs: 3, validation: test, augmentations });
    const { history } = await trainer.fit();
    expect(model.preprocessing).toEqual([step]);
    const measured = await evaluate(model, test);
    expect(measured).toEqual(history[2].validation);

    const plain = tinySCNN();
    plain.loadStateDict(model.stateDict());
    expect(await evaluate(plain, byHand(test))).toEqual(measured);
    expect((await evaluate(plain, test)).loss).not.toBe(measured.loss);
  });

  it("is trained to the bits of a network that learns from prepared samples", async () => {
    const options = { ...adam, epochs: 2 };
    const [own, other, said] = [tinySCNN(), tinySCNN(), tinySCNN()];
    await new Trainer(own, train, { ...options, augmentations: pipeline(new Normalize(normalize)) }).fit();
    await new Trainer(other, byHand(train), options).fit();
    said.preprocessing = [{ kind: "Normalize", options: normalize }];
    await new Trainer(said, train, options).fit();
    expectSameModel(own, other);
    expectSameModel(said, other);
    expect(other.preprocessing).toEqual([]);
    expect(said.preprocessing).toEqual(own.preprocessing);
  });

  it("layers, activity and single passes see the same", async () => {
    const model = tinySCNN();
    model.preprocessing = [step];
    const plain = tinySCNN();
    expect(await inspectLayers(model, test)).toEqual(await inspectLayers(plain, byHand(test)));
    const [raw, prepared] = [test, byHand(test)].map((data) => tensor(data.batch([0]).x, [1, 4, 4, 1]));
    expect(recordActivity(model, raw)).toEqual(recordActivity(plain, prepared));
    const ran = model.eval().run(model.prepare(raw));
    expect([...recordActivity(model, raw).scores.slice(-3)]).toEqual([...ran.data]);
    const batch = test.batch([0, 1, 2, 3]);
    const passes = [
      gradientsOf(Object.assign(tinySMLP(), { preprocessing: [step] }), batch, crossEntropy),
      gradientsOf(tinySMLP(), byHand(test).batch([0, 1, 2, 3]), crossEntropy),
    ];
    expect(passes[0].loss).toBe(passes[1].loss);
  });

  it("files keep it, and what is loaded measures the same", async () => {
    const model = tinySCNN();
    const augmentations = pipeline(new Normalize(normalize));
    const trainer = new Trainer(model, train, { ...adam, epochs: 1, augmentations });
    await trainer.fit();
    const measured = await evaluate(model, test);
    const loaded = decodeModel(encodeModel(model)).model;
    expect(loaded.preprocessing).toEqual(model.preprocessing);
    expect(await evaluate(loaded, test)).toEqual(measured);
    const copy = createModel(model.architecture);
    copy.loadStateDict(model.stateDict());
    expect(await evaluate(copy, test)).toEqual(measured);
  });
});

describe("nothing is done twice", () => {
  it("to a batch that the augmentations prepared, in their order", async () => {
    const steps = [
      new Crop({ size: 4, padding: 1 }),
      new Normalize(normalize),
      new GaussianNoise({ sigma: 0.1 }),
    ];
    const losses: number[] = [];
    const trainer = new Trainer(tinySMLP(), train, {
      ...adam,
      epochs: 1,
      augmentations: pipeline(...steps),
      callbacks: [{ onBatch: ({ loss }) => void losses.push(loss) }],
    });
    await trainer.fit();
    // Zeros around the image are normalized, the noise is not.
    const generator = new Generator(new Generator(adam.seed ?? 0).uint32());
    const [first] = train.batches({ batchSize: 8, shuffle: generator });
    const { x, shape, labels } = steps.reduce((each, one) => one.apply(each, generator), first);
    expect(losses[0]).toBe(gradientsOf(tinySMLP(), { x, shape, labels }, crossEntropy).loss);
  });

  it("to data that say what was done to them", async () => {
    const model = tinySMLP();
    model.preprocessing = [step];
    const marked = byHand(test).with({ preprocessing: model.preprocessing });
    const measured = await evaluate(model, test);
    expect(await evaluate(model, marked)).toEqual(measured);
    for (const part of [marked.subset({ start: 0, end: 16 }), marked.with({ name: "other" })])
      expect((await evaluate(model, part)).loss).toBe(measured.loss);
    await expect(evaluate(model, byHand(test))).resolves.not.toEqual(measured);
  });

  it("and what was done otherwise is refused", async () => {
    const model = tinySMLP();
    model.preprocessing = [step];
    const other = [{ kind: "Normalize", options: { mean: 0.4, std: 0.25 } }];
    const sentence =
      "SMLP: the samples were prepared by Normalize (mean 0.4, std 0.25), but the model expects Normalize (mean 0.5, std 0.25); " +
      "expected samples as they were measured, or prepared as the model says. Set model.preprocessing to what is right.";
    const marked = test.with({ preprocessing: other });
    await expect(evaluate(model, marked)).rejects.toThrow(new RangeError(sentence));
    await expect(inspectLayers(model, marked)).rejects.toThrow(sentence);
    expect(() => gradientsOf(model, marked.batch([0]), crossEntropy)).toThrow(sentence);
    expect(() => new Trainer(model, train, { ...adam, epochs: 1, validation: marked })).toThrow(sentence);
    // A model that says nothing takes samples as they come.
    await expect(evaluate(tinySMLP(), marked)).resolves.toEqual(await evaluate(tinySMLP(), test));
  });
});

describe("augmentations given to evaluate", () => {
  it("stand for what the model says, if they say how samples are prepared", async () => {
    const model = tinySMLP();
    model.preprocessing = [{ kind: "Normalize", options: { mean: 3, std: 2 } }];
    const augmentations = pipeline(new Normalize(normalize));
    expect(await evaluate(model, test, { augmentations })).toEqual(await evaluate(tinySMLP(), byHand(test)));
    const nothing = pipeline(new Normalize({ ...normalize, evaluate: false }));
    expect(await evaluate(model, test, { augmentations: nothing })).toEqual(await evaluate(tinySMLP(), test));
  });

  it("leave it to the model otherwise", async () => {
    const model = tinySMLP();
    model.preprocessing = [step];
    const flip = pipeline(new HorizontalFlip({ p: 1, evaluate: true }));
    const measured = await evaluate(model, test, { augmentations: flip });
    expect(measured).toEqual(await evaluate(tinySMLP(), byHand(test), { augmentations: flip }));
    expect(await evaluate(model, test, { augmentations: pipeline() })).toEqual(await evaluate(model, test));
  });

  it("of chance run in training's order in validation", async () => {
    const augmentations = pipeline(
      new GaussianNoise({ sigma: 0.5, evaluate: true }),
      new Normalize(normalize),
    );
    const model = tinySMLP();
    const options = { ...adam, epochs: 1, validation: test, augmentations };
    const { history } = await new Trainer(model, train, options).fit();
    const plain = tinySMLP();
    plain.loadStateDict(model.stateDict());
    expect(await evaluate(plain, test, { augmentations })).toEqual(history[0].validation);
    expect(await evaluate(model, test, { augmentations })).toEqual(history[0].validation);
  });
});

describe("a trainer", () => {
  it("refuses augmentations that prepare otherwise than the model says, and changes nothing", () => {
    const model = tinySMLP();
    model.preprocessing = [step];
    const make =
      (...steps: Augmentation[]) =>
      (): Trainer =>
        new Trainer(model, train, { ...adam, epochs: 1, augmentations: pipeline(...steps) });
    expect(make(new Normalize({ mean: 0, std: 1 }))).toThrow(
      new RangeError(
        "Trainer: the data and augmentations prepare samples by Normalize (mean 0, std 1), but the model's preprocessing is " +
          "Normalize (mean 0.5, std 0.25); expected the same. Leave it to the model, or set model.preprocessing = [] before.",
      ),
    );
    expect(make(new Normalize({ ...normalize, evaluate: false }))).toThrow(
      "prepare samples by nothing, but the model's preprocessing is Normalize (mean 0.5, std 0.25)",
    );
    expect(make(new Normalize(normalize))).not.toThrow();
    expect(model.preprocessing).toEqual([step]);
  });

  it("refuses as many channels as the network does not have, before anything is trained", () => {
    const model = tinySMLP();
    const augmentations = pipeline(new Normalize({ mean: [0, 0, 0], std: 1 }));
    expect(() => new Trainer(model, train, { ...adam, epochs: 1, augmentations })).toThrow(
      "SMLP: preprocessing[0].options.mean has 3 numbers, but samples of [4, 4, 1] have 1 channel; expected one number.",
    );
    expect(model.preprocessing).toEqual([]);
  });

  it("refuses a model that says something else than when it was made", async () => {
    const model = tinySMLP();
    const trainer = new Trainer(model, train, { ...adam, epochs: 1 });
    model.preprocessing = [step];
    await expect(trainer.fit()).rejects.toThrow(
      "Trainer: model.preprocessing is Normalize (mean 0.5, std 0.25), but was nothing when the trainer was made; " +
        "expected the same. Set it before new Trainer(...).",
    );
    model.preprocessing = [];
    await expect(trainer.fit()).resolves.toMatchObject({ completed: true });
  });

  it("leaves alone what runs in training only", async () => {
    const model = tinySMLP();
    const augmentations = pipeline(new Normalize({ ...normalize, evaluate: false }), new Mixup());
    await new Trainer(model, train, { ...adam, epochs: 1, augmentations }).fit();
    expect(model.preprocessing).toEqual([]);
  });

  it("continues to the same bits, in this process and from a checkpoint", async () => {
    const augmentations = pipeline(new HorizontalFlip(), new Normalize(normalize));
    const options = { ...adam, epochs: 3, validation: test, augmentations };
    const whole = new Trainer(tinySCNN(), train, options);
    const { history } = await whole.fit();

    const model = tinySCNN();
    // Taken before the trainer is made, as a program may do.
    const { architecture } = model;
    const stop = new AbortController();
    const begun = new Trainer(model, train, {
      ...options,
      callbacks: [{ onBatch: ({ epoch, batch }) => void (epoch === 2 && batch === 1 && stop.abort()) }],
    });
    await begun.fit({ signal: stop.signal });
    const checkpoint = decodeCheckpoint(encodeCheckpoint(begun.state(), architecture));
    expect(checkpoint.architecture.preprocessing).toEqual([step]);
    expect(checkpoint.state).toEqual(begun.state());
    const resumed = new Trainer(createModel(checkpoint.architecture), train, options);
    resumed.loadState(checkpoint.state);
    expect(timeless((await resumed.fit()).history)).toEqual(timeless(history));
    expectSameModel(resumed.model, whole.model);
    // The model alone, from the checkpoint.
    expect(createModel(checkpoint.architecture).preprocessing).toEqual([step]);
  });

  it("does not continue a run whose model was said to prepare samples otherwise", async () => {
    const said = tinySMLP();
    said.preprocessing = [step];
    const trainer = new Trainer(said, train, { ...adam, epochs: 1 });
    await trainer.fit();
    const other = tinySMLP();
    other.preprocessing = [{ kind: "Normalize", options: { mean: 0.4, std: 0.25 } }];
    for (const model of [tinySMLP(), other]) {
      expect(() => new Trainer(model, train, { ...adam, epochs: 2 }).loadState(trainer.state())).toThrow(
        /the state belongs to another run: its preprocessing is .*0\.5.*expected the same/,
      );
    }
    const same = createModel(said.architecture);
    expect(() => new Trainer(same, train, { ...adam, epochs: 2 }).loadState(trainer.state())).not.toThrow();
  });
});

describe("whole numbers and scaled ones", () => {
  it.each([
    [[new IntToFloat32({ scale: true }), new Normalize(normalize)], 2],
    [[new IntToFloat32({ scale: true })], 1],
    [[new IntToFloat32({ scale: false })], 1],
    [[], 1],
    [[new Normalize({ mean: 128, std: 64 })], 2],
    [[new GaussianNoise({ sigma: 4 })], 1],
  ])("reach the network in the units it learned from, however bytes come: case %#", async (steps, count) => {
    const model = tinySMLP();
    const options = { ...adam, epochs: 1, validation: bytes(test, 1), augmentations: pipeline(...steps) };
    const { history } = await new Trainer(model, bytes(train, 1), options).fit();
    expect(model.preprocessing).toHaveLength(count);
    const scale = steps.some((each) => each instanceof IntToFloat32 && each.scale);
    expect(model.preprocessing[0]).toEqual({ kind: "IntToFloat32", options: { scale } });
    for (const divisor of [1, 255, 16])
      expect(await evaluate(model, bytes(test, divisor)), `${divisor}`).toEqual(history[0].validation);
    const inspected = await inspectLayers(model, bytes(test, 255));
    expect(inspected).toEqual(await inspectLayers(model, bytes(test, 1)));
    if (scale) {
      const floats = bytes(test, 255).with({ x: bytes(test, 255).toFloat32() });
      expect(await evaluate(model, floats)).toEqual(history[0].validation);
    } else {
      await expect(
        evaluate(model, bytes(test, 255).with({ x: bytes(test, 255).toFloat32() })),
      ).rejects.toThrow(
        "IntToFloat32: the samples lie from 0 to 1, but the network learned from pixels from 0 to 255",
      );
    }
  });

  it("that are scaled when they are made are no part of a model", async () => {
    const model = tinySMLP();
    await new Trainer(model, bytes(train, 255), { ...adam, epochs: 1 }).fit();
    expect(model.preprocessing).toEqual([]);
    expect(model.architecture).not.toHaveProperty("preprocessing");
  });
});

describe("statistics of a training set", () => {
  const context = { generator: new Generator(0) };

  it("go with the network: other samples are normalized by those of training", async () => {
    const sets = new NormalizeDataset().apply({ train, test }, context);
    const model = tinySMLP();
    const options = { ...adam, epochs: 2, validation: sets.test as Dataset };
    const { history } = await new Trainer(model, sets.train, options).fit();
    const [statistics] = model.preprocessing;
    if (statistics.kind !== "NormalizeDataset") throw new Error(statistics.kind);
    const mean = [...train.x].filter((_, i) => i % 16 === 5).reduce((sum, value) => sum + value, 0) / 24;
    expect(statistics.options.offset[5]).toBeCloseTo(mean, 12);
    expect(await evaluate(model, test)).toEqual(history[1].validation);
    expect(await evaluate(model, sets.test as Dataset)).toEqual(history[1].validation);
    const loaded = decodeModel(encodeModel(model)).model;
    expect(await evaluate(loaded, test)).toEqual(history[1].validation);
  });

  it.each([1, 255])("of bytes with the divisor %d know their units", async (divisor) => {
    const sets = new NormalizeDataset({ axis: [0, 1, 2] }).apply(
      { train: bytes(train, divisor), test: bytes(test, divisor) },
      context,
    );
    const model = tinySMLP();
    await new Trainer(model, sets.train, { ...adam, epochs: 1 }).fit();
    const measured = await evaluate(model, sets.test as Dataset);
    for (const other of [1, 255]) expect(await evaluate(model, bytes(test, other))).toEqual(measured);
  });

  it("come before augmentations, whether the data were normalized or not", async () => {
    const sets = new NormalizeDataset().apply({ train, test }, context);
    const augmentations = pipeline(new Normalize(normalize), new GaussianNoise({ sigma: 1, evaluate: true }));
    const model = tinySMLP();
    const options = { ...adam, epochs: 1, validation: sets.test as Dataset, augmentations };
    const { history } = await new Trainer(model, sets.train, options).fit();
    expect(model.preprocessing.map(({ kind }) => kind)).toEqual(["NormalizeDataset", "Normalize"]);
    expect(await evaluate(model, test, { augmentations })).toEqual(history[0].validation);

    const noise = pipeline(new GaussianNoise({ sigma: 1, evaluate: true }));
    const results = [sets.train, train].map(async (data, i) => {
      const own = tinySMLP();
      if (i === 1) own.preprocessing = model.preprocessing.slice(0, 1);
      const other = { ...adam, epochs: 1, validation: i === 1 ? (sets.test as Dataset) : test };
      await new Trainer(own, data, { ...other, augmentations: noise }).fit();
      return own;
    });
    const [one, two] = await Promise.all(results);
    expectSameModel(one, two);
    expect(await evaluate(one, test, { augmentations: noise })).toEqual(
      await evaluate(two, sets.test as Dataset, { augmentations: noise }),
    );
  });
});
