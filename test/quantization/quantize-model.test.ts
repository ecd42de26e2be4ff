/** Whole networks: names and weights, ranges that are shared, calibration, files, training. */

import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { Dataset } from "../../src/datasets/dataset.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/formats/checkpoint.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";
import { init } from "../../src/kernels/select.js";
import { Linear } from "../../src/layers/linear.js";
import { ATIF } from "../../src/neurons/atif.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import { defineNeuron } from "../../src/neurons/table.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { repeat } from "../../src/ops/slice.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { networkGraph } from "../../src/models/network-graph.js";
import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import { SpikingModel } from "../../src/models/spiking-model.js";
import { createModel } from "../../src/models/table.js";
import { SResNet } from "../../src/models/sresnet.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { activationsRange, parseActivationsRange } from "../../src/quantization/activations-range.js";
import { calibrate, quantizersIn } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { Quantizer } from "../../src/quantization/quantizer.js";
import { defaultGenerator, Generator, manualSeed } from "../../src/random/generator.js";
import type { Shape } from "../../src/shapes.js";
import { scope } from "../../src/tensor/scope.js";
import { memory } from "../../src/tensor/memory.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { gradientsOf } from "../../src/training/gradients.js";
import { Trainer, type TrainerOptions } from "../../src/training/trainer.js";
import { expectClose, expectSameBits } from "../closeness.js";

type Kind = "ATIF" | "IFNode" | "LIFNode";

function scnn(kind: Kind = "ATIF", stepMode: StepMode = "s"): SCNN {
  manualSeed(1);
  return new SCNN({
    inputShape: [6, 6, 2], outputShape: [3], filters: [4, 5], kernelSizes: [3, 3], paddings: [1, 1], strides: [1, 1],
    poolSizes: [2, 0], fcUnits: [7], batchNorm: true, dropouts: [0.3, 0, 0], dims: 2, timesteps: 3, stepMode,
    neuron: { kind },
  }); // prettier-ignore
}

function sresnet(): SResNet {
  manualSeed(2);
  return new SResNet({
    inputShape: [8, 6, 2], outputShape: [3], filters: [4, 4], kernelSizes: [3, 3], numBlocks: [2], strides: [1, 2],
    paddings: [1, 1], dims: 2, timesteps: 2, batchNorm: true, postpool: "avg", neuron: { kind: "IFNode", params: { vReset: null } },
  }); // prettier-ignore
}

function dataset(shape: Shape, count = 12): Dataset {
  const random = new Generator(3);
  const size = shape.reduce((a, b) => a * b, 1);
  return new Dataset({
    name: "random",
    x: Float32Array.from({ length: count * size }, () => random.normal()),
    labels: Array.from({ length: count }, (_, i) => i % 3),
    sampleShape: [...shape],
  });
}

const inputOf = (data: Dataset): Tensor => tensor(data.x, [data.length, ...data.sampleShape]);
const outputs = (model: SpikingModel, x: Tensor): Float32Array =>
  scope(() => noGrad(() => model.eval().run(x)).toArray());

function quantizer(model: SpikingModel, name: string): Quantizer {
  const found = model.namedModules().find(([each]) => each === name)?.[1];
  if (found instanceof Quantizer) return found;
  throw new Error(`no quantizer ${name}`);
}

beforeAll(() => init({ backend: "wasm", threads: 1 }));

const networks: [string, () => SpikingModel][] = [
  ["SCNN of ATIF with batch norm", () => scnn()],
  ["SCNN of LIF in step mode 'm'", () => scnn("LIFNode", "m")],
  ["SResNet of IF", sresnet],
  ["SMLP", () => new SMLP({ inputShape: [4, 3], outputShape: [3], units: [5], timesteps: 2, neuron: { kind: "IFNode" } })],
  ["Conv1d, average pooling, a global sum", () => new GraphModel({
    inputShape: [9, 2], outputShape: [3], timesteps: 2,
    layers: [
      { name: "conv", kind: "Conv1d", options: { inChannels: 2, outChannels: 3, kernelSize: 2 } },
      { name: "bn", kind: "BatchNorm1d", options: { numFeatures: 3 } },
      { name: "avg", kind: "AvgPool1d", options: { kernelSize: 2 } },
      { name: "neuron", kind: "ATIF" },
      { name: "max", kind: "MaxPool1d", options: { kernelSize: 2 } },
      { name: "sum", kind: "GlobalSumPool" },
    ],
  })],
]; // prettier-ignore

describe.each(networks)("%s", (_, make) => {
  it("quantized has its names and weights, and gives them back", () => {
    const float = make();
    const quantized = quantizeModel(float, { bits: 8, bias: {} });
    expect(quantized.stateDict()).toEqual(float.stateDict());
    expect(quantized.loadStateDict(float.stateDict())).toEqual({ missing: [], unexpected: [] });
    calibrate(quantized, dataset(float.inputShape), { batchSize: 5 });
    expect(make().loadStateDict(quantized.stateDict())).toEqual({ missing: [], unexpected: [] });
    expect(quantized.training).toBe(true);
    expect(quantizeModel(make().eval(), {}).training).toBe(false);
  });

  it("with 16 bits gives nearly what it gives, and less so with 4", () => {
    const float = make();
    const data = dataset(float.inputShape);
    const expected = outputs(float, inputOf(data));
    const errorOf = (bits: number): number => {
      const quantized = quantizeModel(float, { bits });
      calibrate(quantized, data);
      const given = outputs(quantized, inputOf(data));
      return given.reduce((sum, value, i) => sum + Math.abs(value - expected[i]), 0) / given.length;
    };
    const size = expected.reduce((sum, value) => sum + Math.abs(value), 0) / expected.length;
    const [fine, coarse] = [errorOf(16), errorOf(3)];
    expect(fine).toBeLessThan(0.02 * size);
    expect(coarse).toBeGreaterThan(fine);
  });

  it("stored and loaded gives the same bits, in the same step mode", () => {
    const float = make();
    const data = dataset(float.inputShape);
    for (const params of [
      { bits: 6, roundtype: "floor" },
      { bits: 5, LSQ: true },
    ] as const) {
      const quantized = quantizeModel(float, params);
      calibrate(quantized, data);
      const expected = outputs(quantized, inputOf(data));
      const { model } = decodeModel(encodeModel(quantized));
      expect(model.stateDict({ extras: true })).toEqual(quantized.stateDict({ extras: true }));
      expectSameBits(outputs(model, inputOf(data)), expected);
    }
  });

  it("computes with whole steps alone: every output of every layer", () => {
    const float = make();
    const data = dataset(float.inputShape);
    const quantized = quantizeModel(float, { bits: 6 });
    calibrate(quantized, data);
    const ranges = parseActivationsRange(activationsRange(quantized));
    let seen = 0;
    for (const { name, module, kind } of networkGraph(quantized).nodes) {
      if (module === null || !kind.startsWith("Quantized")) continue;
      const q = ranges.get(name.replaceAll(".", "_"))?.activationQ ?? NaN;
      const forward = module.forward.bind(module);
      module.forward = (...inputs: [Tensor]) => {
        const y = forward(...inputs);
        for (const value of y.data)
          if (!Number.isInteger(value * 2 ** q)) throw new Error(`${name}: ${value}, q ${q}`);
        seen++;
        return y;
      };
    }
    outputs(quantized, inputOf(data));
    expect(seen).toBeGreaterThan(2);
  });
});

describe("ranges where layers meet", () => {
  it("are one: inputs are quantized once, by what they come from", () => {
    const quantized = quantizeModel(scnn(), { bits: 8 });
    const enabled = quantized
      .namedModules()
      .flatMap(([name, each]) => (each instanceof Quantizer && each.quantEnable ? [name] : []))
      .filter((name) => !/quantizer_(w|v)$/.test(name));
    expect(enabled).toEqual([
      "layers.conv1.quantizer_input",
      ...["conv1", "bn1", "neuron1", "conv2", "bn2", "neuron2", "fc1", "neuron3", "fc2"].map(
        (name) => `layers.${name}.quantizer_act`,
      ),
    ]);
    // With options of their own, inputs are on another grid.
    const apart = quantizeModel(scnn(), { bits: 8, input: { bits: 4 } });
    expect(quantizer(apart, "layers.fc1.quantizer_input").quantEnable).toBe(true);
  });

  it("an extreme that is rounded to -2^k stays: the reference takes a bit from the next layer", () => {
    // fc1 gives -0.999, which 4 bits round to -1: range 0.999, q = 3; on a grid of its own, 1 has q = 2
    const build = (compat?: "qualia") => {
      const quantized = quantizeModel(
        createModel({
          kind: "GraphModel",
          options: {
            inputShape: [1], outputShape: [1], timesteps: 1,
            layers: [
              { name: "fc1", kind: "Linear", options: { inFeatures: 1, outFeatures: 2, bias: false } },
              { name: "fc2", kind: "Linear", options: { inFeatures: 2, outFeatures: 1, bias: false } },
            ],
          },
        }),
        { bits: 4 },
        { compat },
      ); // prettier-ignore
      const x = [-0.999, 0.125];
      quantized.loadStateDict({
        "fc1.weight": { shape: [2, 1], data: [0.875, 0.125] },
        "fc2.weight": { shape: [1, 2], data: [0, 1] },
      });
      const data = new Dataset({ name: "d", x: Float32Array.from(x), labels: [0, 0], sampleShape: [1] });
      calibrate(quantized, data);
      return quantized;
    };
    const shared = parseActivationsRange(activationsRange(build()));
    expect(shared.get("fc2")?.inputQ).toBe(shared.get("fc1")?.activationQ);
    const apart = build("qualia");
    expect(quantizer(apart, "fc2.quantizer_input").quantEnable).toBe(true);
  });
});

describe("calibrate", () => {
  it("changes ranges alone: no statistics, no modes, no random numbers, no memory", () => {
    const quantized = quantizeModel(scnn(), { bits: 8 });
    const data = dataset(quantized.inputShape);
    quantizer(quantized, "layers.fc1.quantizer_act").training = false;
    const modes = quantized.namedModules().map(([, { training }]) => training);
    const [before, drawn] = [quantized.stateDict(), defaultGenerator().state];
    calibrate(quantized, data, { batchSize: 4 });
    const bytes = memory().liveBytes;
    calibrate(quantized, data, { batchSize: 4 });
    expect(memory().liveBytes).toBe(bytes);
    expect(quantized.stateDict()).toEqual(before);
    expect(defaultGenerator().state).toEqual(drawn);
    expect(quantized.namedModules().map(([, { training }]) => training)).toEqual(modes);
    expect(quantizersIn(quantized).every(({ hasRange, quantEnable }) => hasRange || !quantEnable)).toBe(true);
  });

  it("begins anew; ranges are of all of the data", () => {
    const quantized = quantizeModel(scnn(), { bits: 8 });
    const data = dataset(quantized.inputShape);
    const input = quantizer(quantized, "layers.conv1.quantizer_input");
    const largest = Math.max(...Float32Array.from(data.x, Math.abs));
    for (const batchSize of [1, 5, 12]) {
      input.globalMax = 1000;
      calibrate(quantized, data, { batchSize });
      expect(input.globalMax).toBe(largest);
    }
    const once = quantized.stateDict({ extras: true });
    calibrate(quantized, data, { batchSize: 12 });
    expect(quantized.stateDict({ extras: true })).toEqual(once);
  });

  it("as the reference: in training mode", () => {
    const quantized = quantizeModel(scnn(), { bits: 8 }, { compat: "qualia" });
    const before = quantized.stateDict();
    calibrate(quantized, dataset(quantized.inputShape));
    expect(quantized.stateDict()["layers.bn1.running_mean"]).not.toEqual(before["layers.bn1.running_mean"]);
    expect(quantized.namedModules().map(([name]) => name)).toContain("layers.identity1.quantizer_act");
  });

  it("refuses a model without quantizers, and no data", () => {
    expect(() => calibrate(scnn(), dataset([6, 6, 2]))).toThrow(
      "calibrate: the model has no quantizers; expected a quantized one.",
    );
    expect(() => calibrate(quantizeModel(scnn(), {}), 3 as unknown as Dataset)).toThrow(
      "calibrate: data is 3; expected a Dataset",
    );
    expect(() => calibrate(quantizeModel(scnn(), {}), dataset([6, 6, 2]), { batchSize: 0 })).toThrow(
      "calibrate: batchSize is 0",
    );
  });

  it("leaves ranges as they were where data do not fit", () => {
    const quantized = quantizeModel(scnn(), { bits: 8 });
    expect(() => calibrate(quantized, dataset([3, 3, 2]))).toThrow("expected [N, 6, 6, 2]");
    expect(() => activationsRange(quantized)).toThrow("has no range");
    calibrate(quantized, dataset([6, 6, 2]));
    const before = quantized.stateDict({ extras: true });
    expect(() => calibrate(quantized, dataset([3, 3, 2]))).toThrow("expected [N, 6, 6, 2]");
    expect(quantized.stateDict({ extras: true })).toEqual(before);
  });
});

describe("weights that change", () => {
  it("take their ranges along: those that are loaded, and those of the last step", () => {
    const quantized = quantizeModel(scnn("IFNode"), { bits: 8 });
    const data = dataset(quantized.inputShape);
    calibrate(quantized, data);
    const w = quantizer(quantized, "layers.fc2.quantizer_w");
    const q = w.fractionalBits ?? NaN;
    const dict = quantized.stateDict();
    const { shape, data: weights } = dict["layers.fc2.weight"];
    quantized.loadStateDict({
      ...dict,
      "layers.fc2.weight": { shape, data: weights.map((value) => value * 4) },
    });
    expect(parseActivationsRange(activationsRange(quantized)).get("layers_fc2")?.weightsQ).toBe(q - 2);
    quantized.loadStateDict(dict);
    outputs(quantized, inputOf(data));
    expect(w.fractionalBits).toBe(q);
  });
});

describe("training a quantized model", () => {
  const options: TrainerOptions = {
    optimizer: { kind: "Adam", params: { lr: 0.01 } }, epochs: 3, batchSize: 4, seed: 5,
  }; // prettier-ignore

  it.each([{ bits: 6 }, { bits: 4, LSQ: true }])(
    "goes on from a checkpoint to the same bits: %j",
    async (params) => {
      const data = dataset([6, 6, 2]);
      const start = (): SpikingModel => quantizeModel(scnn(), params);
      const whole = start();
      const result = await new Trainer(whole, data, options).fit();
      expect(result.completed).toBe(true);
      const first = start();
      const trainer = new Trainer(first, data, { ...options, epochs: 1 });
      await trainer.fit();
      const { state } = decodeCheckpoint(encodeCheckpoint(trainer.state(), first.architecture));
      const second = start();
      const resumed = new Trainer(second, data, options);
      resumed.loadState(state);
      await resumed.fit();
      expect(second.stateDict({ extras: true })).toEqual(whole.stateDict({ extras: true }));
      if ("LSQ" in params)
        expect(Object.keys(whole.stateDict())).toContain("layers.conv1.quantizer_w.LSQscale");
      const [a, b] = [whole, second].map((each) => outputs(each, inputOf(data)));
      expectSameBits(a, b);
    },
  );
});

describe("what is computed once for all time steps", () => {
  it.each(["s", "m"] as const)("teaches learned steps as much, in step mode '%s'", (stepMode) => {
    const made = quantizeModel(scnn("IFNode", stepMode), { bits: 6, LSQ: true });
    // Above 2^14 values over all time steps, layers before the first neuron run once.
    const x = tensor(
      new Float32Array(80 * 72).map((_, i) => Math.sin(i)),
      [80, 6, 6, 2],
    );
    const learned = (run: (model: SpikingModel) => Tensor) => {
      const model = decodeModel(encodeModel(made)).model;
      model.train();
      run(model).sum().backward();
      const steps = model.namedParameters().filter(([name]) => /(conv1|bn1).*LSQscale/.test(name));
      return steps.flatMap(([, { grad }]) => (grad === null ? [] : [grad.item()]));
    };
    calibrate(made, dataset([6, 6, 2]));
    for (const [, dropout] of made.namedModules()) if ("p" in dropout) dropout.p = 0;
    const once = learned((model) => model.run(x));
    const each = learned((model) => model.runSequence(repeat(x, 3)));
    expect(once.length).toBe(5);
    expectClose(once, each, 1e-3, { floor: 1e-3 });
  });
});

describe("a step that fails", () => {
  it("leaves the ranges as they were", () => {
    const quantized = quantizeModel(scnn(), { bits: 6 });
    const data = dataset([6, 6, 2], 4);
    calibrate(quantized, data);
    const before = quantized.stateDict({ extras: true });
    const [batch] = [...data.batches({ batchSize: 4 })];
    const wide = { ...batch, x: batch.x.map((value) => value * 100) };
    const fails = (): never => {
      throw new Error("no loss");
    };
    expect(() => gradientsOf(quantized, wide, fails)).toThrow("no loss");
    expect(quantized.stateDict({ extras: true })).toEqual(before);
    gradientsOf(quantized, wide, crossEntropy).restore();
    expect(quantized.stateDict({ extras: true })).toEqual(before);
  });
});

describe("a model of one's own class", () => {
  class Own extends SpikingModel {
    readonly fc1 = this.registerChild("fc1", new Linear(4, 4));
    readonly neuron = this.registerChild("neuron", new ATIF());
    readonly fc2 = this.registerChild("fc2", new Linear(4, 3));
    constructor() {
      super([4], [3], 2, "s");
    }
    override forward(x: Tensor): Tensor {
      const y = this.neuron.forward(this.fc1.forward(x));
      return this.fc2.forward(y.add(y));
    }
  }

  it("is quantized as the layers that are seen when it runs, its sums among them", () => {
    const float = new Own();
    const quantized = quantizeModel(float, { bits: 12 });
    const data = dataset([4]);
    calibrate(quantized, data);
    expect(Object.keys(quantized.stateDict())).toEqual(Object.keys(float.stateDict()));
    expect(networkGraph(quantized).nodes.map(({ kind }) => kind)).toEqual([
      "Input", "QuantizedLinear", "QuantizedATIF", "QuantizedAdd", "QuantizedLinear",
    ]); // prettier-ignore
    expectClose(outputs(quantized, inputOf(data)), outputs(float, inputOf(data)), 0.02, { floor: 1 });
  });
});

/** Of a package that has no quantized form for it. */
class OwnNeuron extends IFSRL {}

describe("quantizeModel", () => {
  beforeAll(() =>
    defineNeuron("OwnNeuron", { create: (_, stepMode) => Object.assign(new OwnNeuron(), { stepMode }) }),
  );

  it("draws nothing, and keeps what is frozen", () => {
    const float = scnn();
    float.parameters()[0].requiresGrad = false;
    const before = defaultGenerator().state;
    const quantized = quantizeModel(float, { bits: 8 });
    expect(defaultGenerator().state).toEqual(before);
    expect(quantized.parameterSettings()).toEqual(float.parameterSettings());
  });

  it.each<[string, () => SpikingModel, object, string]>([
    ["a layer without a quantized form", () => new SMLP({ inputShape: [2], outputShape: [2], units: [2], timesteps: 1, neuron: { kind: "OwnNeuron" as never } }), {}, "quantizeModel: layers.neuron1 is of the kind OwnNeuron, which has no quantized form; expected one of Linear, Conv1d,"],
    ["a quantized model", () => quantizeModel(scnn(), {}), {}, "The model is quantized already: take the one that it was made of."],
    ["bits that are none", () => scnn(), { bits: 40 }, "quantizeModel: bits is 40; expected a whole number from 2 to 16."],
    ["an option that is not known", () => scnn(), { bit: 8 }, 'quantizeModel: unknown option "bit"'],
    ["options of a kind that there is not", () => scnn(), { v: { bits: 8, w: 1 } }, 'quantizeModel: v: unknown option "w"'],
  ])("refuses %s", (_, make, params, message) => {
    expect(() => quantizeModel(make(), params)).toThrow(message);
  }); // prettier-ignore

  it("refuses what is no model, no options, and faults of others", () => {
    expect(() => quantizeModel(3 as unknown as SpikingModel, {})).toThrow(
      "quantizeModel: model is 3; expected a model",
    );
    expect(() => quantizeModel(scnn(), undefined as unknown as object)).toThrow(
      "quantizeModel: no options were given; expected an object like { bits: … }.",
    );
    expect(() => quantizeModel(scnn(), 8 as unknown as object)).toThrow(
      "quantizeModel: options are 8; expected an object like { bits: … }.",
    );
    expect(() => quantizeModel(scnn(), {}, { compat: "torch" as "qualia" })).toThrow(
      'quantizeModel: compat is "torch"',
    );
  });

  it("before it knows ranges it does not evaluate, and tells none", () => {
    const quantized = quantizeModel(scnn(), {});
    expect(() => outputs(quantized, inputOf(dataset([6, 6, 2])))).toThrow("call calibrate(model, dataset)");
    expect(() => activationsRange(quantized)).toThrow(
      "activationsRange: layers.conv1.quantizer_input has no range",
    );
    expect(() => activationsRange(scnn())).toThrow("activationsRange: the model has no quantizers");
    expect(() => parseActivationsRange(undefined as unknown as string)).toThrow(
      "parseActivationsRange: range file is undefined; expected the text of a range file",
    );
  });
});
