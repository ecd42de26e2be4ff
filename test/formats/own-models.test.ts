/** Model files of any network of known layers: to the same bits, with every setting, or refused when they are saved. */

import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { encodeCheckpoint } from "../../src/formats/checkpoint.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { init } from "../../src/kernels/select.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { SMLP } from "../../src/models/smlp.js";
import { SResNet } from "../../src/models/sresnet.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { createModel } from "../../src/models/table.js";
import { Module } from "../../src/module/module.js";
import { Parameter } from "../../src/module/parameter.js";
import { ATIF } from "../../src/neurons/atif.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import "../../src/ops/install.js";
import { defaultGenerator, Generator, manualSeed } from "../../src/random/generator.js";
import { Tensor, tensor } from "../../src/tensor/tensor.js";
import { Trainer } from "../../src/training/trainer.js";
import { expectSameBits } from "../closeness.js";
import { inOwnForward, OwnResidual } from "../models/own-models.js";
import { stripes, tinySMLP } from "../training/tiny.js";

beforeAll(() => init({ backend: "wasm", threads: 1 }));

function input(model: SpikingModel, N = 3): Tensor {
  const generator = new Generator(2);
  const shape = [N, ...model.inputShape];
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Array.from({ length: size }, () => generator.normal()),
    shape,
  );
}

/** Gradients of all parameters, after one pass. */
function gradients(model: SpikingModel): number[] {
  model.zeroGrad();
  const x = input(model);
  crossEntropy(model.run(x), new Int32Array(x.shape[0])).backward();
  return model.parameters().flatMap(({ grad }) => (grad === null ? [] : [...grad.toArray()]));
}

function expectSame(model: SpikingModel): SpikingModel {
  const again = decodeModel(encodeModel(model)).model;
  expect(Object.keys(again.stateDict())).toEqual(Object.keys(model.stateDict()));
  expectSameBits(again.run(input(model)).toArray(), model.run(input(model)).toArray());
  expectSameBits(
    noGrad(() => again.eval().run(input(model))).toArray(),
    noGrad(() => model.eval().run(input(model))).toArray(),
  );
  return again;
}

const listed: readonly AnyLayerSpec[] = [
  { name: "stem", kind: "Conv2d", options: { inChannels: 1, outChannels: 3, kernelSize: 3, padding: 1 } },
  { name: "blocks.0.norm", kind: "BatchNorm2d", options: { numFeatures: 3 } },
  { name: "blocks.0.fire", kind: "IFSRL" },
  { name: "blocks.1.same", kind: "Conv2d", options: { inChannels: 3, outChannels: 3, kernelSize: 1 } },
  { name: "blocks.1.fire", kind: "LIFNode", options: { vReset: null } },
  { name: "sum", kind: "Add", inputs: ["blocks.0.fire", "blocks.1.fire", "stem"] },
  { name: "pool", kind: "AvgPool2d", options: { kernelSize: 2 } },
  { name: "flat", kind: "Flatten" },
  { name: "out", kind: "Linear", options: { inFeatures: 12, outFeatures: 2 } },
];

const models: readonly [string, () => SpikingModel][] = [
  [
    "a list of layers with branches",
    () => new GraphModel({ inputShape: [4, 4, 1], outputShape: [2], layers: listed, timesteps: 3 }),
  ],
  [
    "the same in step mode 'm'",
    () =>
      new GraphModel({
        inputShape: [4, 4, 1],
        outputShape: [2],
        layers: listed,
        timesteps: 3,
        stepMode: "m",
      }),
  ],
  [
    "a residual network",
    () =>
      new SResNet({
        inputShape: [6, 6, 2], outputShape: [3], filters: [3, 3, 4], kernelSizes: [3, 3, 3], paddings: [1, 1, 1],
        strides: [1, 1, 2], numBlocks: [1, 1], batchNorm: true, neuron: { kind: "ATIF" }, timesteps: 3,
      }), // prettier-ignore
  ],
  ["a class of one's own with blocks, in step mode 's'", () => new OwnResidual("s")],
  ["a class of one's own with blocks, in step mode 'm'", () => new OwnResidual("m")],
  [
    "a class with a forward() of its own",
    () =>
      inOwnForward(new Sequential({ fc: new Linear(4, 2), neuron: new ATIF() }), (own, x) => own.forward(x)),
  ],
];

describe.each(models)("%s", (_, make) => {
  it("is stored and made again, to the bit, forward and backward, and nobody's random numbers change", () => {
    manualSeed(1);
    const model = make();
    const before = defaultGenerator().state;
    const again = expectSame(model);
    expect(defaultGenerator().state).toEqual(before);
    expectSameBits(gradients(again.train()), gradients(model.train()));
    expect(again.architecture).toEqual(decodeModel(encodeModel(again)).model.architecture);
  });
});

describe("a template", () => {
  const scnn = {
    inputShape: [8, 8, 1], outputShape: [10], filters: [4], kernelSizes: [3], paddings: [1], strides: [1], poolSizes: [2],
    fcUnits: [5], neuron: { kind: "ATIF" },
  }; // prettier-ignore

  it.each([{}, { dims: 2 }, { separables: [false] }, { dropouts: 0.1 }, { gsp: true, fcUnits: [] }])(
    "that is loaded is written again to the same bytes: %j",
    (changes) => {
      const bytes = encodeModel(createModel({ kind: "SCNN", options: { ...scnn, ...changes } }));
      expect(encodeModel(decodeModel(bytes).model)).toEqual(bytes);
    },
  );
});

describe("settings that change numbers", () => {
  const smlp = (): SMLP =>
    new SMLP({ inputShape: [4], outputShape: [2], units: [5, 5], timesteps: 4, neuron: { kind: "ATIF" } });

  it.each([
    ["detachReset", (model: SMLP) => (model.neurons()[0].detachReset = true)],
    ["alpha", (model: SMLP) => (model.neurons()[1].alpha = 3)],
    ["backend", (model: SMLP) => (model.neurons()[1].backend = "eager")],
    ["the guard of a threshold", (model: SMLP) => ((model.neurons()[0] as ATIF).vThreshold.minimum = 0.25)],
  ])("%s is stored", (_, change) => {
    const model = smlp();
    const plain = gradients(expectSame(model).train());
    change(model);
    const again = expectSame(model).train();
    const changed = gradients(model.train());
    expectSameBits(gradients(again), changed);
    expect(again.parameters().map(({ minimum }) => minimum)).toEqual(
      model.parameters().map(({ minimum }) => minimum),
    );
    expect(again.neurons().map(({ backend, alpha }) => [backend, alpha])).toEqual(
      model.neurons().map(({ backend, alpha }) => [backend, alpha]),
    );
    if (_ === "detachReset" || _ === "alpha") expect(changed).not.toEqual(plain);
  });

  it("frozen and undecayed parameters stay so", () => {
    const model = smlp();
    const [weight, bias] = model.parameters();
    weight.requiresGrad = false;
    bias.decays = false;
    bias.minimum = -2;
    const [first, second, third] = expectSame(model).parameters();
    expect([first.requiresGrad, first.decays, first.minimum]).toEqual([false, true, null]);
    expect([second.requiresGrad, second.decays, second.minimum]).toEqual([true, false, -2]);
    expect(third.settings).toEqual({});
  });

  it("a batch normalisation in evaluation inside of a model in training stays there", () => {
    const model = new SResNet({
      inputShape: [4, 4, 1], outputShape: [2], filters: [2, 2], kernelSizes: [3, 3], paddings: [1, 1], strides: [1, 1],
      numBlocks: [1], batchNorm: true, neuron: { kind: "ATIF" },
    }); // prettier-ignore
    const norm = model.namedModules().find(([name]) => name === "layers.0.0.bn1")?.[1];
    if (norm !== undefined) norm.training = false;
    const again = decodeModel(encodeModel(model)).model;
    const still = again.namedModules().filter(([, { training }]) => !training);
    expect(still.map(([name]) => name)).toEqual(["layers.0.0.bn1"]);
  });

  it("a run with another setting is not resumed without a word", async () => {
    const options = { optimizer: { kind: "SGD" as const, params: { lr: 0.1 } }, epochs: 1, batchSize: 4 };
    const saved = tinySMLP();
    saved.neurons()[0].detachReset = true;
    const trainer = new Trainer(saved, stripes(8), options);
    await trainer.fit();
    expect(() => new Trainer(tinySMLP(), stripes(8), options).loadState(trainer.state())).toThrow(
      "the state belongs to another run: its model is",
    );
    const undecayed = tinySMLP();
    undecayed.parameters()[0].decays = false;
    const other = new Trainer(undecayed, stripes(8), options);
    await other.fit();
    expect(() => new Trainer(tinySMLP(), stripes(8), options).loadState(other.state())).toThrow(
      "its treatment of parameters is",
    );
  });
});

describe("what cannot be stored is refused when it is saved", () => {
  class Odd extends Module {
    forward(x: Tensor): Tensor {
      return x.mul(1);
    }
  }
  class Steeper extends ATIF {}

  it.each<[string, () => SpikingModel, string]>([
    [
      "a layer of a class that no table knows",
      () =>
        inOwnForward(new Sequential({ odd: new Odd(), fc: new Linear(4, 2) }), (own, x) => own.forward(x)),
      "Own: body.odd is a Odd, which no table knows, so it cannot be described as data; expected one of Linear,",
    ],
    [
      "a subclass of a known layer",
      () =>
        inOwnForward(new Sequential({ fc: new Linear(4, 2), fire: new Steeper() }), (own, x) =>
          own.forward(x),
        ),
      "Own: body.fire is a Steeper, which no table knows",
    ],
    [
      "an operation between layers",
      () => inOwnForward(new Linear(4, 2)),
      "Own: the operation mul between its layers is no layer",
    ],
    [
      "a layer that is used twice",
      () => {
        const [fc, out] = [new Linear(4, 4), new Linear(4, 2)];
        return inOwnForward(new Sequential({ fc, out }), (_own, x) => out.forward(fc.forward(fc.forward(x))));
      },
      "Own: the layer body.fc_1 is used twice, and its weights would become two",
    ],
    [
      "parameters outside of layers",
      () => {
        const model = inOwnForward(new Linear(4, 2), (own, x) => own.forward(x));
        (model as unknown as { registerParameter(name: string, p: Parameter): void }).registerParameter(
          "extra",
          new Parameter(Tensor.full([2], 1)),
        );
        return model;
      },
      "Own: it has parameters or buffers that none of the layers it runs has",
    ],
    [
      "a forward() that does something else at later steps",
      () => {
        let calls = 0;
        return inOwnForward(new Linear(4, 2), (own, x) =>
          ++calls % 4 === 0 ? own.forward(x).mul(3) : own.forward(x),
        );
      },
      "Own: its layers alone give something else than its forward()",
    ],
  ])("%s", (_, make, message) => {
    const model = make();
    expect(() => encodeModel(model)).toThrow(TypeError);
    expect(() => encodeModel(model)).toThrow(message);
  });

  it("a checkpoint with an architecture that no model can be made of", () => {
    const trainer = new Trainer(tinySMLP(), stripes(4), {
      optimizer: { kind: "SGD", params: { lr: 0.1 } },
      epochs: 1,
    });
    expect(() => encodeCheckpoint(trainer.state(), { kind: "Mine", options: {} })).toThrow(
      'encodeCheckpoint: the architecture is of the kind "Mine", from which no model can be made again',
    );
  });
});
