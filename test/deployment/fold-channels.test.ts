/** Thresholds of channels fold into the weights on both sides, and leave the same spikes. */

import { beforeAll, describe, expect, it } from "vitest";
import {
  exportC,
  foldThresholds,
  fuseBatchNorm,
  GraphModel,
  init,
  manualSeed,
  measureActivity,
  quantizeModel,
  calibrate,
  Dataset,
  SCNN,
  SMLP,
  tensor,
  writeNir,
  readNir,
  writeOnnx,
  type AnyLayerSpec,
  type NeuronSpec,
  type SpikingModel,
  type Tensor,
} from "../../src/index.js";
import { Generator } from "../../src/random/generator.js";
import { expectSameBits } from "../closeness.js";

beforeAll(() => init({ threads: 1 }));

const neuron: NeuronSpec = { kind: "ATIF", params: { thresholdShape: "channel" } };

/** Thresholds that are powers of two, so that folding rounds nothing. */
function withThresholds<M extends SpikingModel>(model: M, seed = 3): M {
  const random = new Generator(seed);
  for (const { learnedThreshold } of model.neurons())
    learnedThreshold?.data.forEach((_, i, data) => (data[i] = 2 ** (random.integer(4) - 2)));
  return model.eval();
}

function drawn(shape: readonly number[]): Tensor {
  const random = new Generator(8);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.uniform(0, 1)),
    [...shape],
  );
}

const scnn = (more: object = {}): SCNN =>
  new SCNN({
    inputShape: [6, 6, 2], outputShape: [3], filters: [4, 6], kernelSizes: [3, 3], paddings: [1, 1], strides: [1, 1],
    poolSizes: [2, 0], fcUnits: [5], batchNorm: true, timesteps: 4, stepMode: "m", neuron, ...more,
  }); // prettier-ignore

describe("foldThresholds of thresholds per channel", () => {
  it("multiplies the next weights by input channel and divides those before by output channel, by hand", () => {
    const model = new SMLP({ inputShape: [1], outputShape: [2], units: [2], timesteps: 2, neuron });
    model.loadStateDict({
      "layers.fc1.weight": { shape: [2, 1], data: [3, 5] },
      "layers.fc1.bias": { shape: [2], data: [0.5, 1] },
      "layers.neuron1.v_threshold": { shape: [2], data: [0.25, 2] },
      "layers.fc2.weight": { shape: [2, 2], data: [4, -2, 1, 3] },
      "layers.fc2.bias": { shape: [2], data: [1, 2] },
    });
    const { model: folded, folded: list, kept } = foldThresholds(model);
    expect(list).toEqual([{ name: "layers.neuron1", into: ["layers.fc2"] }]);
    expect(kept).toEqual([]);
    expect(Object.entries(folded.stateDict()).map(([name, { data }]) => [name, ...data])).toEqual([
      ["layers.fc1.weight", 12, 2.5],
      ["layers.fc1.bias", 2, 0.5],
      ["layers.neuron1.vp_th", 1],
      ["layers.fc2.weight", 1, -4, 0.25, 6],
      ["layers.fc2.bias", 1, 2],
    ]);
  });

  it.each<[string, () => SpikingModel, number[]]>([
    ["convolutions, pooling and a flattened map", () => scnn(), [2, 6, 6, 2]],
    ["without batch normalisation", () => scnn({ batchNorm: false }), [2, 6, 6, 2]],
    ["depthwise convolutions", () => scnn({ separables: [true, true] }), [2, 6, 6, 2]],
    [
      "spikes of 1",
      () => scnn({ neuron: { kind: "IFSRL", params: { thresholdShape: "channel" } } }),
      [2, 6, 6, 2],
    ],
    ["in groups, transposed, joined, flattened with channels first", joined, [2, 4, 4, 2]],
  ])("leaves the outputs as they are: %s", (_, make, shape) => {
    manualSeed(5);
    const model = withThresholds(make());
    const x = drawn(shape);
    const { model: folded, kept } = foldThresholds(model);
    expect(kept).toEqual([]);
    expect(new Set(folded.neurons().map(({ traits }) => traits.kind))).toEqual(new Set(["IFSRL"]));
    const before = model.run(x).data;
    folded
      .eval()
      .run(x)
      .data.forEach((value, i) => expect(value).toBeCloseTo(before[i], 4));
    expect(before.some((value) => value !== before[0])).toBe(true);
  });

  it("leaves one threshold of 1, so that C and integers have a form for it", () => {
    manualSeed(5);
    const model = withThresholds(scnn());
    expect(() => exportC(model, { width: "float32" })).toThrow(
      /has a threshold for each channel.*foldThresholds\(fuseBatchNorm\(model\)\)/,
    );
    const { model: folded } = foldThresholds(fuseBatchNorm(model));
    expect(folded.neurons().map(({ learnedThreshold }) => [...(learnedThreshold?.data ?? [])])).toEqual([
      [1],
      [1],
      [1],
    ]);
    expect(() => exportC(folded, { width: "float32" })).not.toThrow();
  });

  it("keeps thresholds of channels where something else reads the weights before", () => {
    const layers: AnyLayerSpec[] = [
      { name: "a", kind: "Linear", options: { inFeatures: 2, outFeatures: 2 } },
      { name: "n", kind: "ATIF", options: { thresholdShape: "channel" } },
      { name: "b", kind: "Linear", options: { inFeatures: 2, outFeatures: 2 } },
      { name: "sum", kind: "Add", inputs: ["a", "b"] },
    ];
    const model = withThresholds(new GraphModel({ inputShape: [2], outputShape: [2], layers, timesteps: 3 }));
    const { model: folded } = foldThresholds(model);
    expect(folded.neurons()[0].learnedThreshold?.shape).toEqual([2]);
    const x = drawn([4, 2]);
    expectSameBits(folded.eval().run(x).data, model.run(x).data);
  });

  it("says why a sum of branches with other thresholds cannot be folded", () => {
    const linear = (name: string, inputs: string[]): AnyLayerSpec => ({
      name,
      kind: "Linear",
      options: { inFeatures: 2, outFeatures: 2 },
      inputs,
    });
    const fires = (name: string, inputs: string[]): AnyLayerSpec => ({
      name,
      kind: "ATIF",
      options: { thresholdShape: "channel" },
      inputs,
    });
    const layers = [
      linear("a", ["input"]), fires("m", ["a"]), linear("b", ["input"]), fires("n", ["b"]),
      { name: "sum", kind: "Add", inputs: ["m", "n"] } as const, linear("c", ["sum"]),
    ]; // prettier-ignore
    const model = new GraphModel({ inputShape: [2], outputShape: [2], layers, timesteps: 3 });
    const [m, n] = model.neurons();
    m.learnedThreshold?.data.set([0.5, 1]);
    n.learnedThreshold?.data.set([1, 0.5]);
    expect(foldThresholds(model).kept.map(({ reason }) => reason)[0]).toBe(
      "sum adds spikes of a height per channel (m) and spikes of a height per channel (n): no one factor",
    );
    n.learnedThreshold?.data.set([0.5, 1]);
    expect(foldThresholds(model).kept).toEqual([]);
  });
});

/** Layers that have their own order of weights. */
function joined(): GraphModel {
  const layers: AnyLayerSpec[] = [
    { name: "conv", kind: "Conv2d", options: { inChannels: 2, outChannels: 4, kernelSize: 3, padding: 1 } },
    { name: "n1", kind: "ATIF", options: { thresholdShape: "channel" } },
    {
      name: "grouped",
      kind: "Conv2d",
      options: { inChannels: 4, outChannels: 4, kernelSize: 3, padding: 1, groups: 2 },
    },
    { name: "n2", kind: "ATIF", options: { thresholdShape: "channel" } },
    {
      name: "wide",
      kind: "ConvTranspose2d",
      options: { inChannels: 4, outChannels: 6, kernelSize: 2, stride: 2, groups: 2 },
    },
    { name: "n3", kind: "ATIF", options: { thresholdShape: "channel" } },
    { name: "twice", kind: "Concat", inputs: ["n3", "n3"] },
    { name: "pool", kind: "AvgPool2d", options: { kernelSize: 2 } },
    { name: "flat", kind: "Flatten", options: { order: "channelsFirst" } },
    { name: "fc", kind: "Linear", options: { inFeatures: 12 * 16, outFeatures: 3 } },
  ];
  return new GraphModel({ inputShape: [4, 4, 2], outputShape: [3], layers, timesteps: 3, stepMode: "m" });
}

describe("networks with thresholds per channel elsewhere", () => {
  it("are quantized as they are, and what is counted of them is what the folded ones add", () => {
    manualSeed(5);
    const model = withThresholds(scnn());
    const x = drawn([8, 6, 6, 2]);
    const data = new Dataset({
      name: "noise",
      x: x.data.slice(),
      labels: new Int32Array(8),
      sampleShape: [6, 6, 2],
    });
    const quantized = quantizeModel(fuseBatchNorm(model), { bits: 12 });
    calibrate(quantized, data);
    const before = model.run(x).data;
    quantized
      .eval()
      .run(x)
      .data.forEach((value, i) => expect(Math.abs(value - before[i])).toBeLessThan(0.5));
    expect(quantized.neurons()[0].learnedThreshold?.shape).toEqual([4]);
    expect(measureActivity(model, data).layers).toEqual(
      measureActivity(foldThresholds(model).model, data).layers,
    );
    const traffic = measureActivity(model, data).layers["layers.conv2"].input;
    expect(traffic.isBinary).toBe(true);
  });

  it.each(["exact", "portable"] as const)(
    "go out as NIR (%s) and come back with the same numbers",
    async (profile) => {
      manualSeed(5);
      const model = withThresholds(scnn({ batchNorm: false, poolSizes: [0, 0] }));
      const { bytes } = await writeNir(model, { profile });
      const { model: back } = await readNir(bytes as Uint8Array);
      if (back === null) throw new Error("readNir gave no model; expected one.");
      back.timesteps = 4;
      const x = drawn([2, 6, 6, 2]);
      const before = model.run(x).data;
      back
        .eval()
        .run(x)
        .data.forEach((value, i) => expect(value).toBeCloseTo(before[i], 3));
    },
  );

  it("go out as ONNX with thresholds [C, 1, 1]", () => {
    const { bytes } = writeOnnx(withThresholds(scnn()));
    expect(bytes).not.toBeNull();
  });
});
