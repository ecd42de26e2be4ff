/**
 * The networks that other tools are shown: every template, kind of layer and kind of neuron. Weights are drawn from a seed; the
 * samples are those, of many, of which no potential comes within 1e-4 of its threshold: whatever order sums are computed
 * in, the spikes are the same.
 */

import {
  fuseBatchNorm,
  Generator,
  GraphModel,
  manualSeed,
  noGrad,
  scope,
  SCNN,
  SMLP,
  SResNet,
  SResNetStride,
  tensor,
} from "atif";

const mlp = { inputShape: [2, 3, 2], outputShape: [3], units: [12, 8], timesteps: 4 };
const cnn = {
  inputShape: [8, 8, 2],
  outputShape: [4],
  filters: [4, 6],
  kernelSizes: [3, 3],
  paddings: [1, 1],
  strides: [1, 1],
  dropouts: [0, 0, 0],
  poolSizes: [2, 2],
  fcUnits: [9],
  timesteps: 4,
  dims: 2,
  neuron: { kind: "ATIF" },
};
const resnet = {
  inputShape: [12, 12, 2],
  outputShape: [4],
  filters: [4, 6, 8],
  kernelSizes: [3, 3, 3],
  numBlocks: [2, 1],
  strides: [1, 2, 2],
  paddings: [1, 1, 1],
  batchNorm: true,
  timesteps: 3,
  dims: 2,
  neuron: { kind: "ATIF" },
};
/** Where logits are numbers of spikes. */
const lively = { kind: "ATIF", params: { vThreshold: 0.3 } };
const layer = (name, kind, options = {}, inputs) => ({ name, kind, options, ...(inputs && { inputs }) });

/** A threshold for each channel, or feature. */
const perChannel = { kind: "ATIF", params: { vThreshold: 0.8, thresholdShape: "channel" } };

const neurons = {
  atif: { kind: "ATIF" },
  atif_detached: { kind: "ATIF", params: { alpha: 2, detachReset: true } },
  ifsrl: { kind: "IFSRL" },
  if_soft: { kind: "IFNode", params: { vThreshold: 0.7, vReset: null } },
  if_zero: { kind: "IFNode", params: { vThreshold: 0.7 } },
  if_hard: { kind: "IFNode", params: { vThreshold: 0.7, vReset: -0.3 } },
  lif: { kind: "LIFNode", params: { tau: 1.7, vThreshold: 0.4 } },
  lif_soft_whole: { kind: "LIFNode", params: { tau: 3, vThreshold: 0.6, vReset: null, decayInput: false } },
  lif_hard_whole: { kind: "LIFNode", params: { tau: 2.5, vThreshold: 0.6, vReset: -0.2, decayInput: false } },
  lif_hard: { kind: "LIFNode", params: { tau: 2.5, vThreshold: 0.3, vReset: -0.2 } },
  plif: { kind: "ParametricLIFNode", params: { initTau: 1.8, vThreshold: 0.4 } },
  plif_soft_whole: {
    kind: "ParametricLIFNode",
    params: { initTau: 3, vThreshold: 0.6, vReset: null, decayInput: false },
  },
  plif_hard_whole: {
    kind: "ParametricLIFNode",
    params: { initTau: 3, vThreshold: 0.6, vReset: -0.25, decayInput: false },
  },
};

const makers = {
  ...Object.fromEntries(
    Object.entries(neurons).map(([name, neuron]) => [`smlp_${name}`, () => new SMLP({ ...mlp, neuron })]),
  ),
  smlp_m: () => new SMLP({ ...mlp, neuron: { kind: "ATIF" }, stepMode: "m" }),
  scnn_1d: () =>
    new SCNN({
      ...cnn,
      inputShape: [48, 3],
      kernelSizes: [3, 5],
      strides: [2, 1],
      paddings: [1, 0],
      dims: 1,
      prepool: 2,
    }),
  scnn_2d_bn: () => new SCNN({ ...cnn, batchNorm: true }),
  scnn_2d_bn_m: () =>
    new SCNN({
      ...cnn,
      batchNorm: true,
      stepMode: "m",
      neuron: { kind: "IFNode", params: { vThreshold: 0.5 } },
    }),
  scnn_2d_fused: () => fuseBatchNorm(enlivened(new SCNN({ ...cnn, batchNorm: true }))),
  scnn_2d_separable: () =>
    new SCNN({ ...cnn, separables: [false, true], strides: [1, 2], poolSizes: [2, 0], postpool: 2 }),
  scnn_2d_gsp: () =>
    new SCNN({ ...cnn, neuron: lively, gsp: true, prepool: 2, poolSizes: [0, 2], fcUnits: [], dropouts: 0 }),
  smlp_channel: () => new SMLP({ ...mlp, neuron: perChannel }),
  smlp_channel_detached: () =>
    new SMLP({
      ...mlp,
      stepMode: "m",
      neuron: { kind: "ATIF", params: { ...perChannel.params, alpha: 2, detachReset: true } },
    }),
  scnn_1d_channel: () =>
    new SCNN({
      ...cnn,
      inputShape: [24, 3],
      kernelSizes: [3, 3],
      strides: [1, 1],
      dims: 1,
      neuron: perChannel,
    }),
  scnn_2d_channel_bn: () => new SCNN({ ...cnn, batchNorm: true, neuron: perChannel, stepMode: "m" }),
  sresnet_channel: () => new SResNet({ ...resnet, neuron: perChannel }),
  scnn_dropout: () => new SCNN({ ...cnn, dropouts: 0.25 }),
  sresnet: () => new SResNet(resnet),
  sresnet_1d_lif: () =>
    new SResNet({
      ...resnet,
      inputShape: [24, 2],
      dims: 1,
      batchNorm: false,
      postpool: "avg",
      neuron: { kind: "LIFNode", params: { vThreshold: 0.3 } },
    }),
  sresnet_stride: () =>
    new SResNetStride({ ...resnet, poolSizes: [1, 2, 1], strides: [1, 1, 2], numBlocks: [1, 1] }),
  sresnet_stride_sum: () =>
    new SResNetStride({
      ...resnet,
      poolSizes: [1, 1, 2],
      strides: [2, 1, 1],
      numBlocks: [1, 1],
      postpool: "sum",
      neuron: lively,
      stepMode: "m",
    }),
  graph_branches: () =>
    new GraphModel({
      inputShape: [6, 5, 2],
      outputShape: [3],
      timesteps: 5,
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
        layer("lif", "LIFNode", { vThreshold: 0.3 }),
        layer("fc2", "Linear", { inFeatures: 7, outFeatures: 3 }),
      ],
    }),
  // Layers that few networks have.
  graph_rare: () =>
    new GraphModel({
      inputShape: [6, 5, 2],
      outputShape: [3],
      timesteps: 4,
      layers: [
        layer("even", "LayerNorm", { normalizedShape: [6, 5, 2], elementwiseAffine: false }),
        layer("wide", "Conv2d", { inChannels: 2, outChannels: 4, kernelSize: 3, padding: 2, dilation: 2 }),
        layer("norm", "LayerNorm", { normalizedShape: [4], eps: 0.001 }),
        layer("neuron", "ATIF"),
        layer("half", "MaxPool2d", { kernelSize: [2, 1] }),
        layer("up", "Upsample", { scaleFactor: [2, 1] }),
        layer("both", "Concat", {}, ["neuron", "up"]),
        layer("high", "Concat", { axis: 0 }, ["both", "both"]),
        layer("rows", "LayerNorm", { normalizedShape: [5, 8], bias: false }),
        layer("back", "ConvTranspose2d", {
          inChannels: 8,
          outChannels: 2,
          kernelSize: [3, 2],
          stride: [2, 1],
          padding: [1, 0],
          outputPadding: [1, 0],
          groups: 2,
        }),
        layer("whole", "LayerNorm", { normalizedShape: [24, 6, 2] }),
        layer("lif", "LIFNode", { vThreshold: 0.3 }),
        layer("flatten", "Flatten", { order: "memory" }),
        layer("fc", "Linear", { inFeatures: 288, outFeatures: 3, flattenedChannels: 2 }),
      ],
    }),
  // Features in an order that the layers behind do not expect: it is mended on the way.
  graph_orders: () =>
    new GraphModel({
      inputShape: [3, 2, 4],
      outputShape: [3],
      timesteps: 3,
      layers: [
        layer("train", "Conv2d", { inChannels: 4, outChannels: 3, kernelSize: 1 }),
        layer("class.keys", "IFNode", { vThreshold: 0.4, vReset: null }),
        layer("class.flatten", "Flatten", { order: "memory" }),
        layer("class.0", "Linear", { inFeatures: 18, outFeatures: 12 }),
        layer("class.1", "ATIF"),
        layer("class.2", "Linear", { inFeatures: 12, outFeatures: 3, flattenedChannels: 4 }),
      ],
    }),
  prepared: () =>
    Object.assign(new SCNN({ ...cnn, inputShape: [16, 1], dims: 1, poolSizes: [2, 0] }), {
      preprocessing: [
        { kind: "IntToFloat32", options: { scale: true } },
        { kind: "Normalize", options: { mean: [0.4], std: [0.25] } },
        { kind: "Reshape2DTo1D", options: { inputShape: [4, 4, 1] } },
        { kind: "NormalizeDataset", options: { shape: [1, 1], offset: [0.1], scale: [0.8] } },
      ],
    }),
};

/** Large weights, so that neurons fire; statistics as after some training. */
function enlivened(model) {
  const random = new Generator(7);
  const state = model.stateDict();
  for (const [name, { data, shape }] of Object.entries(state)) {
    if (shape.length > 1) data.forEach((value, i) => (data[i] = 2 * value));
    if (/threshold$/.test(name) && data.length > 1)
      data.forEach((value, i) => (data[i] = value * random.uniform(0.4, 1.2)));
    const norm = /running_mean$/.test(name) || (/bn|norm/.test(name) && /bias$/.test(name));
    if (norm) data.forEach((_, i) => (data[i] = random.uniform(-0.3, 0.3)));
    if (/running_var$/.test(name)) data.forEach((_, i) => (data[i] = random.uniform(0.2, 1.5)));
  }
  model.loadStateDict(state);
  return model;
}

export const names = Object.keys(makers);

const SAMPLES = 3;
const MARGIN = 1e-4;

/** Samples as data have them, where a network prepares them: what its steps undo. */
const unprepared = {
  prepared: (x) =>
    tensor(
      x.toArray().map((value) => (value * 0.8 + 0.1) * 0.25 + 0.4),
      [x.shape[0], 4, 4, 1],
    ),
};

/** @returns { name, model, x [N, ...inputShape], xs [T, N, ...inputShape], raw: null, or samples that become x } */
export function network(name) {
  for (let seed = 1; ; seed++) {
    const { model, x, xs } = drawnNetwork(name, seed);
    // One that is silent would tell nothing.
    if (new Set(logitsPerStep(model, xs)).size > model.outputShape[0])
      return { name, model, x, raw: unprepared[name]?.(x) ?? null, xs };
    if (seed === 100) throw new Error(`${name} is silent`);
  }
}

function drawnNetwork(name, seed) {
  manualSeed(seed);
  const model = enlivened(makers[name]()).eval();
  const random = new Generator(seed);
  const T = model.timesteps;
  const size = model.inputShape.reduce((product, length) => product * length, 1);
  const still = pick(() => Array.from({ length: T }, () => null), model, size, random);
  const moving = pick(() => Array.from({ length: T }), model, size, random);
  const x = tensor(
    still.flatMap(([first]) => [...first]),
    [SAMPLES, ...model.inputShape],
  );
  const steps = Array.from({ length: T }, (_, t) => moving.flatMap((each) => [...each[t]]));
  return { model, x, xs: tensor(steps.flat(), [T, SAMPLES, ...model.inputShape]) };
}

/** Sequences of T inputs, each with the margin; null in the list: the same as the first. */
function pick(form, model, size, random) {
  const found = [];
  let margin = MARGIN;
  for (let tries = 0; found.length < SAMPLES; tries++) {
    if (tries % 200 === 199) margin /= 2;
    const sequence = [];
    for (const kind of form())
      sequence.push(kind === null && sequence.length > 0 ? sequence[0] : drawn(size, random));
    if (marginOf(model, sequence) >= margin) found.push(sequence);
  }
  return found;
}

const drawn = (size, random) => Float32Array.from({ length: size }, () => random.uniform(-0.5, 1.5));

/** How close a potential comes to its threshold. */
function marginOf(model, sequence) {
  return noGrad(() =>
    scope(() => {
      let least = Infinity;
      model.reset();
      const before = new Map();
      const ends = model.neurons().map((neuron) =>
        neuron.observe({
          potentials: true,
          seen({ input, potential }) {
            const steps = neuron.stepMode === "m" ? input.shape[0] : 1;
            const each = input.size / steps;
            const [x, v] = [input.data, potential.data];
            for (let t = 0; t < steps; t++) {
              const own = tensor(x.slice(t * each, (t + 1) * each), [each]);
              const last = before.get(neuron) ?? new Float32Array(each).fill(neuron.vReset ?? 0);
              const u = neuron.charged(own, tensor(last, [each])).data;
              const thetas = neuron.vThreshold?.data ?? [neuron.theta];
              // Channels are last, and each has its own.
              u.forEach((value, i) => {
                least = Math.min(least, Math.abs(value - thetas[i % thetas.length]));
              });
              before.set(neuron, v.slice(t * each, (t + 1) * each));
            }
          },
        }),
      );
      const inputs = sequence.map((each) => [...each]);
      if (model.stepMode === "m")
        model.forward(tensor(inputs.flat(), [inputs.length, 1, ...model.inputShape]));
      else for (const each of inputs) model.forward(tensor(each, [1, ...model.inputShape]));
      for (const end of ends) end();
      model.reset();
      return least;
    }),
  );
}

/** Logits [T, N, classes] of xs [T, N, ...]. */
export function logitsPerStep(model, xs) {
  return noGrad(() =>
    scope(() => {
      model.reset();
      const [T, ...each] = xs.shape;
      const size = xs.size / T;
      const data = xs.toArray();
      const parts =
        model.stepMode === "m"
          ? [model.forward(xs).toArray()]
          : Array.from({ length: T }, (_, t) =>
              model.forward(tensor(data.slice(t * size, (t + 1) * size), each)).toArray(),
            );
      model.reset();
      return Float32Array.from(parts.flatMap((part) => [...part]));
    }),
  );
}

/** x shown at every one of T time steps. */
export function repeated(x, T) {
  const data = x.toArray();
  return tensor(Array.from({ length: T }, () => [...data]).flat(), [T, ...x.shape]);
}

/** [lead..., ..., C] as [lead..., C, ...] */
export function channelsFirst(x, leading) {
  const axes = x.shape.map((_, axis) => axis);
  const last = axes.length - 1;
  return last <= leading ? x : x.permute([...axes.slice(0, leading), last, ...axes.slice(leading, last)]);
}

/** As the checkers read it: { shape, data }. */
export const json = (x) => ({ shape: [...x.shape], data: [...x.toArray()] });
