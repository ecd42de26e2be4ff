/** The ReLU of a few bits: its values and gradients by hand, in networks, in files. */

import { beforeAll, describe, expect, it } from "vitest";
import {
  crossEntropy,
  createNeuron,
  decodeModel,
  encodeModel,
  evaluate,
  init,
  loadDigits,
  manualSeed,
  noGrad,
  parseExperiment,
  QuantReLU,
  SCNN,
  SMLP,
  tensor,
  Trainer,
} from "../../src/index.js";

beforeAll(() => init({ threads: 1 }));

describe("QuantReLU", () => {
  it("gives multiples of its step, halves to even, from 0 to 2^bits - 1 of them", () => {
    const relu = new QuantReLU({ bits: 2, initialStep: 0.5 });
    const x = tensor([-1, -0.1, 0.2, 0.25, 0.3, 0.75, 1.25, 1.3, 1.7, 9], [1, 10]);
    expect([...relu.forward(x).toArray()]).toEqual([0, 0, 0, 0, 0.5, 1, 1, 1.5, 1.5, 1.5]);
  });

  it("with one bit gives 0 or its step", () => {
    const relu = new QuantReLU({ bits: 1, initialStep: 2 });
    expect([...relu.forward(tensor([-3, 0.9, 1.1, 50])).toArray()]).toEqual([0, 0, 2, 2]);
  });

  it("learns x and the step by the gradients of LSQ", () => {
    const relu = new QuantReLU({ bits: 2, initialStep: 0.5 });
    // r = -2, 0.5, 1.75, 8: below, inside, inside, above; high = 3, n = 4
    const x = tensor([-1, 0.25, 0.875, 4], [1, 4], { requiresGrad: true });
    relu
      .forward(x)
      .mul(tensor([1, 2, 4, 8], [1, 4]))
      .sum()
      .backward();
    expect([...(x.grad?.toArray() ?? [])]).toEqual([0, 2, 4, 0]);
    const sum = 1 * 0 + 2 * (0 - 0.5) + 4 * (2 - 1.75) + 8 * 3;
    expect(relu.parameters()[0].grad?.item()).toBe(Math.fround(sum / Math.sqrt(3 * 4)));
  });

  it("has no state: time steps neither know of each other nor of the batch before", () => {
    const [relu, multi] = [new QuantReLU({ bits: 3 }), new QuantReLU({ bits: 3, stepMode: "m" })];
    const x = tensor(
      Array.from({ length: 12 }, (_, i) => Math.sin(i) * 3),
      [3, 4],
    );
    const all = multi.forward(x).toArray();
    expect([...relu.forward(x).toArray()]).toEqual([...all]);
    expect([...relu.forward(x).toArray()]).toEqual([...all]);
    expect([...relu.v.toArray()]).toEqual(new Array(12).fill(0));
  });

  it.each([1, 2, 3, 4])("with %i bits starts from 1.6 / sqrt(2^bits - 1)", (bits) => {
    expect(new QuantReLU({ bits }).theta).toBe(Math.fround(1.6 / Math.sqrt(2 ** bits - 1)));
  });

  it("is refused with bits and steps that make none", () => {
    expect(() => new QuantReLU({ bits: 0 })).toThrow("QuantReLU: bits is 0; expected");
    expect(() => new QuantReLU({ bits: 1.5 })).toThrow("QuantReLU: bits is 1.5; expected");
    expect(() => new QuantReLU({ initialStep: 0 })).toThrow("QuantReLU: initialStep is 0; expected");
  });

  it("is made by name, and by an experiment file, which lists it", () => {
    expect(createNeuron({ kind: "QuantReLU", params: { bits: 4 } })).toBeInstanceOf(QuantReLU);
    const text = (kind: string): string => `
      [bench]
      name = "relu"
      seed = 1
      first_run = 1
      last_run = 1
      [learningframework]
      kind = "SpikingJellyMultiStep"
      [dataset]
      kind = "Digits"
      [model_template]
      epochs = 1
      batch_size = 8
      optimizer = { kind = "Adam" }
      [[model]]
      name = "a"
      kind = "SMLP"
      params = { units = [4], timesteps = 1, neuron = { kind = "${kind}", params = { bits = 3, step_mode = "m" } } }`;
    expect(JSON.stringify(parseExperiment(text("QuantReLU")))).toContain('"bits":3');
    expect(() => parseExperiment(text("QuantRelu"))).toThrow('"QuantReLU"');
  });

  it("trains a network, which a file gives back to the bit", async () => {
    manualSeed(1);
    const { train, test } = await loadDigits();
    const neuron = { kind: "QuantReLU", params: { bits: 3 } } as const;
    const model = new SMLP({
      inputShape: [8, 8, 1],
      outputShape: [10],
      units: [32],
      timesteps: 1,
      stepMode: "m",
      neuron,
    });
    const start = model.neurons().map(({ theta }) => theta);
    const optimizer = { kind: "Adam", params: { lr: 0.01 } } as const;
    await new Trainer(model, train, { optimizer, epochs: 3, batchSize: 32, seed: 1 }).fit();
    const { accuracy } = await evaluate(model, test);
    expect(accuracy).toBeGreaterThan(0.85);
    expect(model.neurons().map(({ theta }) => theta)).not.toEqual(start);
    const again = decodeModel(encodeModel(model)).model;
    const { x } = test.batch([0, 1, 2]);
    const answers = [model, again].map((each) =>
      noGrad(() =>
        each
          .eval()
          .run(tensor(x, [3, 8, 8, 1]))
          .toArray()
          .join(),
      ),
    );
    expect(answers[1]).toBe(answers[0]);
  });

  it("stands behind batch normalisation and before pooling in an SCNN, in training and in evaluation", () => {
    manualSeed(2);
    const model = new SCNN({
      inputShape: [6, 6, 1],
      outputShape: [2],
      filters: [4],
      kernelSizes: [3],
      paddings: [1],
      strides: [1],
      poolSizes: [2],
      fcUnits: [5],
      batchNorm: true,
      timesteps: 1,
      stepMode: "m",
      neuron: { kind: "QuantReLU", params: { bits: 2 } },
    });
    const x = tensor(
      Array.from({ length: 72 }, (_, i) => Math.cos(i * i)),
      [2, 6, 6, 1],
    );
    crossEntropy(model.run(x), Int32Array.of(0, 1)).backward();
    for (const each of model.parameters()) expect(each.grad).not.toBeNull();
    const [first, second] = [0, 1].map(() => noGrad(() => model.eval().run(x).toArray().join()));
    expect(second).toBe(first);
    expect(first).not.toBe(new Array(4).fill(0).join());
  });
});
