/** writeOnnx: what is in the files, what the graphs compute, and what cannot be written. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  defineLayer,
  defineNeuron,
  Generator,
  GraphModel,
  IFNode,
  init,
  Linear,
  manualSeed,
  MaxPool2d,
  noGrad,
  quantizeModel,
  SCNN,
  SMLP,
  SpikingModel,
  SResNet,
  SResNetStride,
  tensor,
  writeOnnx,
  type NeuronSpec,
  type OnnxOptions,
  type Tensor,
} from "../../src/index.js";
import { runOnnx } from "./onnx-interpreter.js";
import { readOnnx, type OnnxFile, type OnnxTensor } from "./onnx-reader.js";

beforeAll(() => init());

const files = new URL("./files/onnx/", import.meta.url);
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, files)));

interface Expected {
  readonly params: Record<string, unknown>;
  readonly x: { shape: number[]; data: number[] };
  readonly logits_per_step: { shape: number[]; data: number[] };
  readonly logits: { shape: number[]; data: number[] };
}

const expectedOf = (name: string): Expected =>
  JSON.parse(readFileSync(new URL(`${name}.expected.json`, files), "utf8")) as Expected;

const asTensor = ({ shape, data }: { shape: number[]; data: number[] }): OnnxTensor => ({
  shape,
  data: Float32Array.from(data),
});

function written(model: SpikingModel, options: OnnxOptions = {}): OnnxFile {
  const { bytes, report } = writeOnnx(model, options);
  expect(report.verdict).toBe("exact");
  if (bytes === null) throw new Error("nothing was written");
  return readOnnx(bytes);
}

function expectClose(actual: OnnxTensor, expected: OnnxTensor): void {
  expect(actual.shape).toEqual(expected.shape);
  expected.data.forEach((value, i) => {
    expect(Math.abs(actual.data[i] - value)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
  });
}

/** [lead..., ..., C] as [lead..., C, ...] */
function channelsFirst(x: Tensor, leading: number): OnnxTensor {
  const axes = x.shape.map((_, axis) => axis);
  const last = axes.length - 1;
  const moved =
    last <= leading ? x : x.permute([...axes.slice(0, leading), last, ...axes.slice(leading, last)]);
  return { shape: moved.shape, data: moved.toArray() };
}

function logitsPerStep(model: SpikingModel, xs: Tensor): OnnxTensor {
  const [T, N, ...each] = xs.shape;
  return noGrad(() => {
    model.reset();
    const data = xs.toArray();
    const size = data.length / T;
    const parts =
      model.stepMode === "m"
        ? [model.forward(xs).toArray()]
        : Array.from({ length: T }, (_, t) =>
            model.forward(tensor(data.slice(t * size, (t + 1) * size), [N, ...each])).toArray(),
          );
    model.reset();
    return {
      shape: [T, N, ...model.outputShape],
      data: Float32Array.from(parts.flatMap((part) => [...part])),
    };
  });
}

const layer = (name: string, kind: string, options: object = {}, inputs?: string[]): never =>
  ({ name, kind, options, ...(inputs === undefined ? {} : { inputs }) }) as never;

const mlp = { inputShape: [2, 2, 2], outputShape: [3], units: [6, 5], timesteps: 3 };
const cnn = {
  inputShape: [6, 6, 2],
  outputShape: [3],
  filters: [3, 4],
  kernelSizes: [3, 3],
  paddings: [1, 1],
  strides: [1, 1],
  dropouts: [0, 0, 0],
  poolSizes: [2, 0],
  fcUnits: [5],
  timesteps: 3,
  dims: 2,
  neuron: { kind: "ATIF" },
} as const;
const resnet = {
  inputShape: [8, 8, 2],
  outputShape: [3],
  filters: [3, 4],
  kernelSizes: [3, 3],
  numBlocks: [2],
  strides: [1, 2],
  paddings: [1, 1],
  batchNorm: true,
  timesteps: 2,
  dims: 2,
  neuron: { kind: "ATIF" },
} as const;

const neurons: Record<string, NeuronSpec> = {
  ATIF: { kind: "ATIF" },
  IFSRL: { kind: "IFSRL" },
  "IF, soft": { kind: "IFNode", params: { vThreshold: 0.5, vReset: null } },
  "IF, hard, begins at its reset": { kind: "IFNode", params: { vThreshold: 0.5, vReset: -0.3 } },
  LIF: { kind: "LIFNode", params: { vThreshold: 0.3, tau: 1.7 } },
  "LIF, hard": { kind: "LIFNode", params: { vThreshold: 0.3, vReset: -0.2 } },
  "LIF, whole input": {
    kind: "LIFNode",
    params: { vThreshold: 0.4, tau: 3, vReset: null, decayInput: false },
  },
  "LIF, hard, whole input": {
    kind: "LIFNode",
    params: { vThreshold: 0.4, tau: 3, vReset: -0.2, decayInput: false },
  },
  PLIF: { kind: "ParametricLIFNode", params: { vThreshold: 0.3, initTau: 1.7 } },
  "PLIF, whole input": {
    kind: "ParametricLIFNode",
    params: { vThreshold: 0.4, initTau: 3, vReset: null, decayInput: false },
  },
  "PLIF, hard, whole input": {
    kind: "ParametricLIFNode",
    params: { vThreshold: 0.4, initTau: 3, vReset: -0.2, decayInput: false },
  },
};

const models: Record<string, () => SpikingModel> = {
  ...Object.fromEntries(
    Object.entries(neurons).map(([name, neuron]) => [`SMLP of ${name}`, () => new SMLP({ ...mlp, neuron })]),
  ),
  "SCNN of two axes": () => new SCNN({ ...cnn, batchNorm: true }),
  "SCNN of one axis, prepool": () =>
    new SCNN({ ...cnn, inputShape: [24, 2], dims: 1, prepool: 2, strides: [2, 1], kernelSizes: [5, 3] }),
  "SCNN in step mode m": () => new SCNN({ ...cnn, batchNorm: true, stepMode: "m" }),
  "SCNN, separable, postpool": () => new SCNN({ ...cnn, separables: [false, true], postpool: 3 }),
  "SCNN, gsp": () => new SCNN({ ...cnn, gsp: true }),
  SResNet: () => new SResNet(resnet),
  "SResNet of one axis": () =>
    new SResNet({ ...resnet, inputShape: [16, 2], dims: 1, batchNorm: false, postpool: "avg" }),
  SResNetStride: () => new SResNetStride({ ...resnet, poolSizes: [2, 1], strides: [1, 2] }),
  "SResNetStride, sum": () =>
    new SResNetStride({ ...resnet, poolSizes: [1, 2], strides: [2, 1], numBlocks: [1], postpool: "sum" }),
  "a graph": () =>
    new GraphModel({
      inputShape: [6, 5, 2],
      outputShape: [3],
      timesteps: 3,
      layers: [
        layer("stem", "Conv2d", { inChannels: 2, outChannels: 2, kernelSize: [3, 1], padding: [1, 0] }),
        layer("sum", "Add", {}, ["stem", "input", "stem"]),
        layer("pool", "AvgPool2d", { kernelSize: [3, 2], stride: [2, 1], padding: [1, 0] }),
        layer("neuron", "ATIF"),
        layer("peak", "MaxPool2d", { kernelSize: 3, stride: 1, padding: 1 }),
        layer("join", "Add", {}, ["neuron", "peak"]),
        layer("flatten", "Flatten", { order: "memory" }),
        layer("fc1", "Linear", { inFeatures: 24, outFeatures: 7, flattenedChannels: 2, bias: false }),
        layer("norm", "BatchNorm1d", { numFeatures: 7, eps: 0.001 }),
        layer("lif", "LIFNode", { vThreshold: 0.1 }),
        layer("fc2", "Linear", { inFeatures: 7, outFeatures: 3 }),
      ],
    }),
  "features in memory order": () =>
    new GraphModel({
      inputShape: [3, 2, 4],
      outputShape: [3],
      timesteps: 2,
      layers: [
        layer("conv", "Conv2d", { inChannels: 4, outChannels: 3, kernelSize: 1 }),
        layer("neuron", "IFNode", { vThreshold: 0.1, vReset: null }),
        layer("flatten", "Flatten", { order: "memory" }),
        layer("fc", "Linear", { inFeatures: 18, outFeatures: 12 }),
        layer("logits", "ATIF"),
        layer("fc2", "Linear", { inFeatures: 12, outFeatures: 3, flattenedChannels: 4 }),
      ],
    }),
  "features in memory order, read by two": () =>
    new GraphModel({
      inputShape: [3, 2],
      outputShape: [6],
      timesteps: 2,
      layers: [
        layer("flatten", "Flatten", { order: "memory" }),
        layer("neuron", "ATIF"),
        layer("fc", "Linear", { inFeatures: 6, outFeatures: 6, flattenedChannels: 2 }),
        layer("sum", "Add", {}, ["fc", "neuron"]),
      ],
    }),
  "a threshold per channel": () =>
    new GraphModel({
      inputShape: [3, 4, 2],
      outputShape: [3],
      timesteps: 3,
      layers: [
        layer("conv", "Conv2d", { inChannels: 2, outChannels: 4, kernelSize: 3, padding: 1 }),
        layer("neuron", "ATIF", { thresholdShape: "channel" }),
        layer("flatten", "Flatten"),
        layer("fc1", "Linear", { inFeatures: 48, outFeatures: 5 }),
        layer("features", "IFSRL", { thresholdShape: "channel" }),
        layer("fc2", "Linear", { inFeatures: 5, outFeatures: 3 }),
      ],
    }),
  "no neuron": () =>
    new GraphModel({
      inputShape: [4],
      outputShape: [2],
      timesteps: 2,
      layers: [layer("flatten", "Flatten"), layer("fc", "Linear", { inFeatures: 4, outFeatures: 2 })],
    }),
  "a class of one's own": () => new Own(),
};

class Own extends SpikingModel {
  readonly #first = this.registerChild("first", new Linear(3, 3));
  readonly #neuron = this.registerChild("neuron", new IFNode({ vThreshold: 0.5 }));

  constructor() {
    super([3], [3], 2, "s");
  }

  override forward(x: Tensor): Tensor {
    return this.#first.forward(this.#neuron.forward(this.#first.forward(x).add(x)));
  }
}

interface Made {
  readonly model: SpikingModel;
  readonly x: Tensor;
  /** That change over time. */
  readonly xs: Tensor;
}

/** The first of some seeds with which the network is not silent: some class has more than one logit. */
function made(name: string): Made {
  for (let seed = 1; seed < 50; seed++) {
    const one = drawn(name, seed);
    const { data } = logitsPerStep(one.model, one.xs);
    if (new Set(data).size > one.model.outputShape[0]) return one;
  }
  throw new Error(`${name} is silent`);
}

/** Large weights; statistics as after some training. */
function drawn(name: string, seed: number): Made {
  manualSeed(seed);
  const model = models[name]();
  const random = new Generator(seed);
  const state = model.stateDict();
  for (const [array, { data, shape }] of Object.entries(state)) {
    if (shape.length > 1) data.forEach((value, i) => (data[i] = 3 * value));
    if (array.endsWith("running_mean")) data.forEach((_, i) => (data[i] = random.uniform(-0.3, 0.3)));
    if (/v_threshold|vp_th/.test(array) && data.length > 1)
      data.forEach((_, i) => (data[i] = random.uniform(0.3, 1.5)));
    if (array.endsWith("running_var")) data.forEach((_, i) => (data[i] = random.uniform(0.2, 1.5)));
  }
  model.loadStateDict(state);
  model.eval();
  const size = model.inputShape.reduce((product, length) => product * length, 1);
  const values = (steps: number): Float32Array =>
    Float32Array.from({ length: steps * 2 * size }, () => random.uniform(-0.5, 1.5));
  const T = model.timesteps;
  return {
    model,
    x: tensor(values(1), [2, ...model.inputShape]),
    xs: tensor(values(T), [T, 2, ...model.inputShape]),
  };
}

function repeated(x: Tensor, T: number): Tensor {
  const data = x.toArray();
  return tensor(Array.from({ length: T }, () => [...data]).flat(), [T, ...x.shape]);
}

describe("what the graph computes", () => {
  it.each(Object.keys(models))("%s", (name) => {
    const { model, x, xs } = made(name);
    const T = model.timesteps;
    const still = logitsPerStep(model, repeated(x, T));
    const moving = logitsPerStep(model, xs);

    const outputs = runOnnx(written(model), { input: channelsFirst(x, 1) });
    expectClose(outputs.logits_per_step, still);
    const mean = noGrad(() => model.run(x));
    expectClose(outputs.logits, { shape: mean.shape, data: mean.toArray() });

    const temporal = runOnnx(written(model, { temporal: true }), { input: channelsFirst(xs, 2) });
    expectClose(temporal.logits_per_step, moving);

    expectClose(stepped(written(model, { form: "step" }), channelsFirst(xs, 2)), moving);
  });
});

interface State {
  readonly layer: string;
  readonly kind: string;
  readonly reset: string | number;
  readonly initial: number;
  readonly input: string;
  readonly output: string;
}

/** As somebody runs the form "step" who has read its metadata. */
function stepped(file: OnnxFile, xs: OnnxTensor): OnnxTensor {
  const [T, N, ...each] = xs.shape;
  const states = JSON.parse(file.metadata.states) as State[];
  let potentials = Object.fromEntries(
    states.map(({ input, initial }) => {
      const shape = [N, ...(file.inputs.find(({ name }) => name === input)?.shape.slice(1) as number[])];
      const size = shape.reduce((product, length) => product * length, 1);
      return [input, { shape, data: new Float32Array(size).fill(initial) }];
    }),
  );
  const size = xs.data.length / T;
  const all: number[] = [];
  let shape: readonly number[] = [];
  for (let t = 0; t < T; t++) {
    const input = { shape: [N, ...each], data: xs.data.slice(t * size, (t + 1) * size) };
    const outputs = runOnnx(file, { input, ...potentials });
    potentials = Object.fromEntries(
      states.map((state) => [
        state.input,
        outputs[state.output] as { shape: number[]; data: Float32Array<ArrayBuffer> },
      ]),
    );
    all.push(...outputs.logits.data);
    shape = [T, ...outputs.logits.shape];
  }
  return { shape, data: Float32Array.from(all) };
}

/** The network of a file of the reference, with the weights that the file holds. */
function reference(name: string): { model: SpikingModel; file: OnnxFile; expected: Expected } {
  const expected = expectedOf(name);
  const file = readOnnx(bytesOf(`${name}.onnx`));
  const p = expected.params as Record<string, never> & {
    neuron: { kind: string; params?: Record<string, number> };
  };
  const { v_reset: vReset, init_tau: initTau } = p.neuron.params ?? {};
  const neuron = {
    kind: p.neuron.kind,
    ...(vReset === undefined ? {} : { params: { vReset, initTau } }),
  } as NeuronSpec;
  const shared = {
    inputShape: p.input_shape,
    outputShape: p.output_shape,
    timesteps: p.timesteps,
    neuron,
  };
  const model =
    "units" in p
      ? new SMLP({ ...shared, units: p.units })
      : new SCNN({
          ...shared,
          filters: p.filters,
          kernelSizes: p.kernel_sizes,
          paddings: p.paddings,
          strides: p.strides,
          dropouts: p.dropouts,
          poolSizes: p.pool_sizes,
          fcUnits: p.fc_units,
          batchNorm: p.batch_norm,
          dims: p.dims,
        });
  const state = Object.fromEntries(
    [...file.initializers]
      .filter(([array]) => array.startsWith("layers."))
      .map(([array, value]) => [array, value]),
  );
  const { unexpected } = model.loadStateDict(state, { strict: false });
  expect(unexpected).toEqual([]);
  return { model: model.eval(), file, expected };
}

describe("files of a reference exporter", () => {
  it.each(["smlp_atif", "scnn1d_atif", "scnn2d_atif_bn"])("%s: the same arrays, the same logits", (name) => {
    const { model, file, expected } = reference(name);
    const input = asTensor(expected.x);
    const theirs = runOnnx(file, { [file.inputs[0].name]: input });
    expectClose(theirs.logits_per_step, asTensor(expected.logits_per_step));

    const own = written(model);
    expect(own.inputs[0].shape).toEqual(file.inputs[0].shape);
    expect(own.outputs).toEqual(file.outputs);
    for (const [array, value] of file.initializers)
      if (array.startsWith("layers.")) expect(own.initializers.get(array)).toEqual(value);
    const outputs = runOnnx(own, { input });
    expectClose(outputs.logits_per_step, asTensor(expected.logits_per_step));
    expectClose(outputs.logits, asTensor(expected.logits));
  });

  it("a rate that is learned", () => {
    // The rates stand among its numbers without a name.
    const { model, file, expected } = reference("smlp_plif");
    const rates = ["c1", "c3"].map((name) => file.initializers.get(name)?.data[0] ?? NaN);
    const state = model.stateDict();
    rates.forEach((rate, i) => (state[`layers.neuron${i + 1}.w`].data[0] = Math.log(rate / (1 - rate))));
    model.loadStateDict(state);
    const { logits_per_step: logits } = runOnnx(written(model), { input: asTensor(expected.x) });
    expectClose(logits, asTensor(expected.logits_per_step));
  });

  it.each(["smlp_atif", "scnn1d_atif", "scnn2d_atif_bn"])("%s: inputs that change over time", (name) => {
    const { model } = reference(name);
    const expected = expectedOf(`${name}.temporal`);
    const file = written(model, { temporal: true });
    expect(file.inputs[0].shape).toEqual([model.timesteps, "N", ...expected.x.shape.slice(2)]);
    const { logits_per_step: logits, logits: mean } = runOnnx(file, { input: asTensor(expected.x) });
    expectClose(logits, asTensor(expected.logits_per_step));
    expectClose(mean, asTensor(expected.logits));
    expectClose(
      stepped(written(model, { form: "step" }), asTensor(expected.x)),
      asTensor(expected.logits_per_step),
    );
  });
});

describe("the file", () => {
  const model = (): SpikingModel => made("SCNN of two axes").model;

  it("is of IR version 8 and operator set 17, with names of the state dict and a symbolic batch", () => {
    const own = model();
    const file = written(own);
    expect([file.irVersion, file.opset, file.producer]).toEqual([8, 17, "atif"]);
    expect(file.inputs).toEqual([{ name: "input", type: 1, shape: ["N", 2, 6, 6] }]);
    expect(file.outputs).toEqual([
      { name: "logits", type: 1, shape: ["N", 3] },
      { name: "logits_per_step", type: 1, shape: [3, "N", 3] },
    ]);
    for (const [name, { shape, data }] of Object.entries(own.stateDict()))
      expect(file.initializers.get(name)).toEqual({ shape, data });
    const names = file.nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("computes what comes before the first neuron once, and the rest at every time step", () => {
    const count = (file: OnnxFile, op: string): number => file.nodes.filter((node) => node.op === op).length;
    const still = written(model());
    expect([count(still, "Conv"), count(still, "BatchNormalization"), count(still, "MaxPool")]).toEqual([
      4, 4, 3,
    ]);
    expect(count(written(model(), { temporal: true }), "Conv")).toBe(6);
    expect(count(written(model(), { form: "step" }), "Conv")).toBe(2);
  });

  it("says in its metadata how it is run", () => {
    const { metadata } = written(model(), { form: "step" });
    expect(writeOnnx(model(), { form: "step" }).metadata).toEqual(metadata);
    expect(metadata).toMatchObject({
      preprocessing: "none",
      timesteps: "3",
      reset: "subtract",
      form: "step",
      layout: "channels first",
    });
    expect(metadata.decoding).toContain("mean");
    const [first] = JSON.parse(metadata.states) as State[];
    expect(first).toEqual({
      layer: "layers.neuron1",
      kind: "ATIF",
      reset: "subtract",
      initial: 0,
      input: "layers.neuron1.v",
      output: "layers.neuron1.v_next",
      shape: [3, 6, 6],
    });
    const hard = written(made("SMLP of IF, hard, begins at its reset").model);
    const states = JSON.parse(hard.metadata.states) as State[];
    expect(hard.metadata.reset).toBe(String(Math.fround(-0.3)));
    expect(states.map(({ initial, reset }) => [initial, reset])).toEqual(
      [1, 2].map(() => [Math.fround(-0.3), Math.fround(-0.3)]),
    );
  });

  it("gives potentials the shapes of the neurons, channels first", () => {
    const { inputs, outputs } = written(model(), { form: "step" });
    expect(inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["input", ["N", 2, 6, 6]],
      ["layers.neuron1.v", ["N", 3, 6, 6]],
      ["layers.neuron2.v", ["N", 4, 3, 3]],
      ["layers.neuron3.v", ["N", 5]],
    ]);
    expect(outputs.map(({ name }) => name)).toEqual([
      "logits",
      "layers.neuron1.v_next",
      "layers.neuron2.v_next",
      "layers.neuron3.v_next",
    ]);
  });

  it("has thresholds that are not learned under a name like that of those that are", () => {
    const { initializers } = written(made("SMLP of LIF").model);
    expect(initializers.get("layers.neuron1.v_threshold")).toEqual({
      shape: [1],
      data: Float32Array.of(0.3),
    });
  });

  it("begins with what the model does to samples, unless it is asked not to", () => {
    const images = new SCNN({ ...cnn, inputShape: [36, 2], dims: 1 });
    images.preprocessing = [
      { kind: "IntToFloat32", options: { scale: true } },
      { kind: "Normalize", options: { mean: [0.5, 0.25], std: [0.25, 2] } },
      { kind: "Reshape2DTo1D", options: { inputShape: [6, 6, 2] } },
      {
        kind: "NormalizeDataset",
        options: {
          shape: [36, 2],
          offset: Array.from({ length: 72 }, (_, i) => i / 64),
          scale: Array.from({ length: 72 }, (_, i) => 1 + i / 8),
        },
      },
    ];
    images.eval();
    const random = new Generator(3);
    const raw = tensor(
      Float32Array.from({ length: 144 }, () => random.uniform()),
      [2, 6, 6, 2],
    );
    const prepared = images.prepare(raw);
    const mean = noGrad(() => images.run(prepared));
    const expected = { shape: mean.shape, data: mean.toArray() };
    const whole = written(images);
    expect(whole.inputs[0].shape).toEqual(["N", 2, 6, 6]);
    expectClose(runOnnx(whole, { input: channelsFirst(raw, 1) }).logits, expected);
    expect(whole.metadata.preprocessing).toMatch(/^in the graph: IntToFloat32/);
    const bare = written(images, { preprocessing: false });
    expectClose(runOnnx(bare, { input: channelsFirst(prepared, 1) }).logits, expected);
    expect(bare.metadata.preprocessing).toMatch(/^not in the graph: IntToFloat32/);
  });

  it("is the same for the same model, and leaves the model as it was", () => {
    const own = model().train();
    const before = own.stateDict();
    const [first, second] = [writeOnnx(own), writeOnnx(own)].map(({ bytes }) => Buffer.from(bytes ?? []));
    expect(first.equals(second)).toBe(true);
    expect(own.stateDict()).toEqual(before);
    expect(own.training).toBe(true);
  });
});

describe("the report", () => {
  it("tells what the graph does without", () => {
    const { report } = writeOnnx(new SCNN({ ...cnn, dropouts: [0.1, 0, 0] }), { form: "step" });
    expect(report.notes.map(({ layer: each, what, verdict }) => [each, what, verdict])).toEqual([
      ["layers.dropout1", "left out", "exact"],
      [null, "surrogate gradients left out", "exact"],
      [null, "one of 3 time steps", "exact"],
      [null, "not measured", "exact"],
    ]);
  });

  const refusals: Record<string, [() => SpikingModel, string, RegExp]> = {
    "a quantized network": [
      () => quantizeModel(new SMLP({ ...mlp, neuron: { kind: "ATIF" } }), { bits: 8 }),
      "layers.fc1",
      /"QuantizedLinear".*the network that it was made from/,
    ],
    "a neuron of somebody else": [
      () => {
        defineNeuron("Strange", {
          create: (_params, stepMode) => Object.assign(new Strange(), { stepMode }),
        });
        return new SMLP({ ...mlp, neuron: { kind: "Strange" } as never });
      },
      "layers.neuron1",
      /the kind "Strange".*no rule that writes it to ONNX/,
    ],
    "a layer of somebody else": [
      () => {
        defineLayer("Odd", {
          create: () => new Odd(2),
          outputShape: (_options, [shape]) => shape,
          weights: () => 0,
          operations: () => ({ macs: 0, adds: 0 }),
        });
        return new GraphModel({
          inputShape: [4],
          outputShape: [4],
          timesteps: 1,
          layers: [layer("odd", "Odd")],
        });
      },
      "odd",
      /the kind "Odd"/,
    ],
    "an operation between layers": [() => new Doubled(), "mul", /the operation "mul" between layers/],
    "a neuron in two places": [() => new Twice(), "neuron_1", /called more than once.*a neuron of its own/],
    "more time steps than a graph holds": [
      () => new SMLP({ ...mlp, timesteps: 60_000, neuron: { kind: "ATIF" } }),
      "null",
      /60000 time steps of 6 layers.*form 'step'/,
    ],
  };

  it.each(Object.keys(refusals))("is all there is of %s", (name) => {
    const [make, where, sentence] = refusals[name];
    const { bytes, report } = writeOnnx(make());
    expect(bytes).toBeNull();
    expect(report.verdict).toBe("unsupported");
    const [{ layer: each, what, why }] = report.notes;
    expect(String(each)).toBe(where);
    expect(`${what}: ${why}`).toMatch(sentence);
  });
});

class Strange extends IFNode {}
class Odd extends MaxPool2d {}

class Doubled extends SpikingModel {
  readonly #fc = this.registerChild("fc", new Linear(3, 3));

  constructor() {
    super([3], [3], 2, "s");
  }

  override forward(x: Tensor): Tensor {
    return this.#fc.forward(x.mul(2));
  }
}

class Twice extends SpikingModel {
  readonly #neuron = this.registerChild("neuron", new IFNode());

  constructor() {
    super([3], [3], 2, "s");
  }

  override forward(x: Tensor): Tensor {
    return this.#neuron.forward(this.#neuron.forward(x));
  }
}

describe("options", () => {
  const model = (): SpikingModel => new SMLP({ ...mlp, neuron: { kind: "ATIF" } });

  it.each([
    [{ form: "scan" }, /writeOnnx: form is "scan"; expected one of "unrolled", "step"/],
    [{ temporal: 1 }, /writeOnnx: temporal is 1; expected true or false/],
    [{ form: "step", temporal: true }, /temporal is true with form 'step'; expected it left out/],
    [{ unroll: true }, /unknown option "unroll"/],
  ])("%o", (options, sentence) => {
    expect(() => writeOnnx(model(), options as never)).toThrow(sentence);
  });

  it("takes no network that is none, and no weights that are no numbers", () => {
    expect(() => writeOnnx({} as never)).toThrow(/writeOnnx: model is an object; expected a model/);
    const broken = model();
    broken.parameters()[0].data[3] = NaN;
    expect(() => writeOnnx(broken)).toThrow(/"layers.fc1.weight" holds NaN at element 24; expected finite/);
  });
});
