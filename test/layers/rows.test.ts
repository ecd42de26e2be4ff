/** The rows of all kinds of layers: what they say of a layer before it is made is what the layer then does. */

import { beforeAll, describe, expect, it } from "vitest";
import { exchangedKinds } from "../../src/exchange/kinds.js";
import { init } from "../../src/kernels/select.js";
import {
  kindOfLayer,
  layerKinds,
  layerOf,
  type LayerKind,
  type PlainOptions,
} from "../../src/layers/table.js";
import "../../src/layers/rare/kinds.js";
import { neuronKinds } from "../../src/neurons/table.js";
import "../../src/ops/install.js";
import "../../src/quantization/kinds.js";
import "../../src/quantization/quant-relu.js";
import { manualSeed } from "../../src/random/generator.js";
import type { Shape } from "../../src/shapes.js";
import { ones } from "../../src/tensor/tensor.js";

interface Case {
  readonly options: PlainOptions;
  /** Of one sample, channels last. */
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly weights: number;
  readonly macs: number;
  readonly adds: number;
}

const plain = { weights: 0, macs: 0, adds: 0 };
/** Of the step that a layer takes, not of its arrays. */
const recurrent = {
  inputs: [[3], [2]],
  layers: [
    {
      name: "in",
      kind: "Linear",
      options: { inFeatures: 2, outFeatures: 3, bias: false },
      inputs: ["input2"],
    },
    { name: "sum", kind: "Add", inputs: ["input", "in"] },
    { name: "cell.lif", kind: "CubaLIF", inputs: ["sum"] },
    { name: "cell.back", kind: "Linear", options: { inFeatures: 3, outFeatures: 3 } },
  ],
  feedback: [{ from: "cell.back", to: "sum" }],
  output: "cell.lif",
};

const neuron: Case = { ...plain, options: {}, inputs: [[3, 2]], output: [3, 2], adds: 18 };

/** A kind without a case does not compile. Counts are by hand. */
const cases: { readonly [K in LayerKind]: readonly Case[] } = {
  Linear: [
    { options: { inFeatures: 6, outFeatures: 4 }, inputs: [[6]], output: [4], weights: 24, macs: 24, adds: 4 },
    {
      options: { inFeatures: 6, outFeatures: 4, bias: false, flattenedChannels: 3 },
      inputs: [[6]], output: [4], weights: 24, macs: 24, adds: 0,
    },
  ],
  Conv2d: [
    {
      options: { inChannels: 2, outChannels: 4, kernelSize: [3, 2], stride: [2, 1], padding: [1, 0] },
      inputs: [[5, 6, 2]], output: [3, 5, 4], weights: 48, macs: 60 * 12, adds: 60,
    },
    {
      options: { inChannels: 4, outChannels: 8, kernelSize: 3, groups: 4, bias: false },
      inputs: [[3, 3, 4]], output: [1, 1, 8], weights: 72, macs: 72, adds: 0,
    },
    {
      options: { inChannels: 1, outChannels: 2, kernelSize: [3, 2], dilation: [2, 3], stride: [1, 2] },
      inputs: [[6, 8, 1]], output: [2, 3, 2], weights: 12, macs: 72, adds: 12,
    },
  ],
  Conv1d: [
    {
      options: { inChannels: 2, outChannels: 3, kernelSize: 4, stride: 2, padding: 1 },
      inputs: [[7, 2]], output: [3, 3], weights: 24, macs: 72, adds: 9,
    },
    {
      options: { inChannels: 2, outChannels: 3, kernelSize: 3, dilation: 2, padding: 1 },
      inputs: [[7, 2]], output: [5, 3], weights: 18, macs: 90, adds: 15,
    },
  ],
  BatchNorm1d: [
    { ...plain, options: { numFeatures: 3 }, inputs: [[3]], output: [3], macs: 3 },
    { ...plain, options: { numFeatures: 3, eps: 1e-3, momentum: 0.5 }, inputs: [[2, 3]], output: [2, 3], macs: 6 },
  ],
  BatchNorm2d: [{ ...plain, options: { numFeatures: 3 }, inputs: [[2, 4, 3]], output: [2, 4, 3], macs: 24 }],
  Dropout: [{ ...plain, options: { p: 0.25 }, inputs: [[2, 3]], output: [2, 3] }],
  Flatten: [
    { ...plain, options: {}, inputs: [[2, 3, 4]], output: [24] },
    { ...plain, options: { order: "memory" }, inputs: [[5]], output: [5] },
  ],
  MaxPool2d: [
    { ...plain, options: { kernelSize: 2 }, inputs: [[5, 4, 3]], output: [2, 2, 3], adds: 36 },
    {
      ...plain, options: { kernelSize: [3, 2], stride: 2, padding: [1, 0] },
      inputs: [[5, 4, 1]], output: [3, 2, 1], adds: 30,
    },
  ],
  AvgPool2d: [{ ...plain, options: { kernelSize: 2 }, inputs: [[4, 4, 1]], output: [2, 2, 1], macs: 4, adds: 12 }],
  MaxPool1d: [{ ...plain, options: { kernelSize: 3, stride: 2 }, inputs: [[8, 2]], output: [3, 2], adds: 12 }],
  AvgPool1d: [{ ...plain, options: { kernelSize: 4 }, inputs: [[9, 2]], output: [2, 2], macs: 4, adds: 12 }],
  GlobalSumPool: [{ ...plain, options: {}, inputs: [[3, 4, 2]], output: [2], adds: 22 }],
  Add: [{ ...plain, options: {}, inputs: [[2, 3], [2, 3], [2, 3]], output: [2, 3], adds: 12 }],
  Concat: [
    { ...plain, options: {}, inputs: [[2, 3], [2, 1], [2, 3]], output: [2, 7] },
    { ...plain, options: { axis: 0 }, inputs: [[2, 3], [1, 3]], output: [3, 3] },
  ],
  ConvTranspose2d: [
    {
      options: { inChannels: 2, outChannels: 3, kernelSize: 2, stride: 2 },
      inputs: [[3, 4, 2]], output: [6, 8, 3], weights: 24, macs: 24 * 12, adds: 144,
    },
    {
      options: {
        inChannels: 4, outChannels: 2, kernelSize: [3, 2], stride: [2, 1], padding: 1, outputPadding: [1, 0],
        dilation: [1, 3], groups: 2, bias: false,
      },
      inputs: [[3, 4, 4]], output: [6, 5, 2], weights: 24, macs: 48 * 6, adds: 0,
    },
  ],
  LayerNorm: [
    { ...plain, options: { normalizedShape: 3 }, inputs: [[2, 3]], output: [2, 3], macs: 12, adds: 12 },
    {
      ...plain, options: { normalizedShape: [2, 3], eps: 1e-3, elementwiseAffine: false },
      inputs: [[2, 3]], output: [2, 3], macs: 12, adds: 12,
    },
    { ...plain, options: { normalizedShape: [3], bias: false }, inputs: [[3]], output: [3], macs: 6, adds: 6 },
  ],
  Upsample: [
    { ...plain, options: { scaleFactor: [2, 3] }, inputs: [[2, 2, 3]], output: [4, 6, 3] },
    { ...plain, options: { scaleFactor: 2, mode: "nearest" }, inputs: [[4, 3]], output: [8, 3] },
  ],
  ATIF: [neuron, { ...neuron, options: { alpha: 3, minThreshold: 0.125, detachReset: true, backend: "eager" } }],
  IFSRL: [neuron],
  QuantizedIFNode: [neuron, { ...neuron, options: { vReset: null, quantParams: { bits: 4, v: { bits: 8 } } } }],
  QuantizedLIFNode: [neuron, { ...neuron, options: { tau: 3, compat: "qualia" } }],
  QuantizedParametricLIFNode: [neuron, { ...neuron, options: { initTau: 3, decayInput: false } }],
  QuantizedIFSRL: [neuron, { ...neuron, options: { vThreshold: 0.5, quantParams: { bits: 4 } } }],
  QuantizedATIF: [neuron, { ...neuron, options: { repair: "raw", minThreshold: 0.125 } }],
  QuantReLU: [neuron, { ...neuron, options: { bits: 3, initialStep: 0.5 } }],
  IFNode: [neuron, { ...neuron, options: { vThreshold: 2, vReset: null, alpha: 2 } }],
  LIFNode: [neuron, { ...neuron, options: { tau: 3, decayInput: false } }],
  ParametricLIFNode: [neuron, { ...neuron, options: { initTau: 4 } }],
  SnnTorchLeaky: [
    neuron,
    {
      ...neuron,
      options: {
        beta: 0.5, betaShape: [2], thresholdShape: [3, 2], gradedSpikesFactor: 2, resetMechanism: "zero",
        resetDelay: false, surrogate: "fast_sigmoid", alpha: 25, storeVSeq: true,
      },
    },
  ],
  CurrentIF: [
    neuron,
    { ...neuron, options: { r: 2, dt: 0.5, reset: "subtract", multiSpike: true, minV: -1, shape: [2], compare: ">=" } },
  ],
  CurrentLIF: [neuron, { ...neuron, options: { tau: 3, vLeak: 0.5, vReset: -1, startAtReset: true, shape: [3, 2] } }],
  CubaLIF: [
    neuron,
    { ...neuron, options: { tauSyn: 3, tauMem: 4, wIn: 2, order: "potential-first", surrogate: "atan", alpha: 2 } },
  ],
}; // prettier-ignore

/** Kinds that networks of other tools need: nobody chooses them. */
const exchanged: Readonly<Record<string, readonly Case[]>> = {
  Scale: [{ ...plain, options: { scale: 2, shape: [2] }, inputs: [[3, 2]], output: [3, 2], macs: 6 }],
  SumPool2d: [
    { ...plain, options: { kernelSize: [3, 2], stride: 2, padding: [1, 0] }, inputs: [[5, 4, 2]], output: [3, 2, 2], adds: 60 },
  ],
  ZeroPad: [
    { ...plain, options: { padding: [[1, 2], [0, 1]] }, inputs: [[3, 2, 2]], output: [6, 3, 2] },
    { ...plain, options: { padding: [[2, 1]] }, inputs: [[3, 2]], output: [6, 2] },
  ],
  Delay: [{ ...plain, options: { delay: 2, shape: [3, 2] }, inputs: [[3, 2]], output: [3, 2] }],
  ThresholdSpikes: [
    { ...plain, options: { threshold: 0.5, compare: ">=" }, inputs: [[3, 2]], output: [3, 2], adds: 6 },
  ],
  Integrator: [{ ...plain, options: { r: 2, dt: 0.5 }, inputs: [[3, 2]], output: [3, 2], adds: 6 }],
  LI: [{ ...plain, options: { tau: 3, vLeak: 1, shape: [2] }, inputs: [[3, 2]], output: [3, 2], adds: 12 }],
  CubaLI: [{ ...plain, options: { tauSyn: 3, order: "potential-first" }, inputs: [[3, 2]], output: [3, 2], adds: 24 }],
  // Weights 2 x 3 and 3 x 3; additions: of the sum, of the neuron, of biases, and what is fed back.
  Recurrent: [{ options: recurrent, inputs: [[3], [2]], output: [3], weights: 15, macs: 15, adds: 3 + 9 + 3 + 3 }],
}; // prettier-ignore

beforeAll(async () => {
  await init({ backend: "wasm", threads: 1 });
  manualSeed(1);
});

const all = Object.entries({ ...cases, ...exchanged }).flatMap(([kind, list]) =>
  list.map((each, i) => [kind, i, each] as const),
);

describe.each(all)("%s, case %i", (kind, _, { options, inputs, output, weights, macs, adds }) => {
  it.each(["s", "m"] as const)("says what the layer does, in step mode '%s'", (stepMode) => {
    const row = layerOf("test", kind);
    const resolved = row.resolve("test", options);
    expect(row.outputShape(resolved, inputs, "test")).toEqual(output);
    expect(row.weights(resolved)).toBe(weights);
    expect(row.operations(resolved, inputs, output)).toEqual({ macs, adds });
    const layer = row.create(resolved, stepMode);
    const [x, ...others] = inputs.map((shape) => ones(stepMode === "m" ? [2, 2, ...shape] : [2, ...shape]));
    expect(layer.forward(x, ...others).shape.slice(stepMode === "m" ? 2 : 1)).toEqual(output);
    const stored = layer.parameters().filter(({ rank }) => rank > 1);
    expect(stored.reduce((sum, { size }) => sum + size, 0)).toBe(weights);
  });

  it("is recognised, and made again from its own options", () => {
    const row = layerOf("test", kind);
    const layer = row.create(row.resolve("test", options), "s");
    expect(kindOfLayer(layer)?.kind).toBe(kind);
    const own = row.optionsOf(layer);
    expect(own).toMatchObject(row.resolve("test", options));
    const again = row.create(row.resolve("test", JSON.parse(JSON.stringify(own))), "s");
    expect(row.optionsOf(again)).toEqual(own);
    expect(Object.entries(again.stateDict()).map(([name, { shape }]) => [name, shape])).toEqual(
      Object.entries(layer.stateDict()).map(([name, { shape }]) => [name, shape]),
    );
  });
});

describe("the table of layers", () => {
  it("has a case for every kind of networks of other tools", () => {
    expect([...exchangedKinds].filter((kind) => !(kind in cases) && !(kind in exchanged))).toEqual([]);
  });

  it("has every kind once, neurons among them", () => {
    const kinds = layerKinds();
    expect(new Set(kinds).size).toBe(kinds.length);
    const isDerived = (kind: string): boolean => kind.startsWith("Quant") || exchangedKinds.has(kind);
    const toChoose = Object.keys(cases).filter((kind) => !isDerived(kind));
    expect([...kinds].sort()).toEqual(toChoose.sort());
    expect(kinds).toEqual(expect.arrayContaining([...neuronKinds]));
  });

  it.each<[string, PlainOptions, readonly Shape[], string]>([
    ["Linear", { inFeatures: 6, outFeatures: 4 }, [[2, 3]], "net: fc gets [2, 3]; expected [6]. Flatten maps before it."],
    ["Conv2d", { inChannels: 2, outChannels: 4, kernelSize: 3 }, [[4, 4, 3]], "net: fc gets [4, 4, 3]; expected [H, W, 2], channels last."],
    ["Conv1d", { inChannels: 2, outChannels: 4, kernelSize: 3 }, [[4, 4, 2]], "net: fc gets [4, 4, 2]; expected [S, 2], channels last."],
    ["Conv2d", { inChannels: 2, outChannels: 4, kernelSize: 5 }, [[4, 4, 2]], "net: fc meets a map of [4, 4] and leaves nothing of it; expected windows that fit."],
    ["MaxPool2d", { kernelSize: 2 }, [[4, 4]], "net: fc gets [4, 4]; expected [H, W, 4], channels last."],
    ["BatchNorm2d", { numFeatures: 3 }, [[4, 4, 2]], "net: fc gets [4, 4, 2]; expected [H, W, 3], channels last."],
    ["Add", {}, [[4, 2], [2, 2]], "net: fc gets [4, 2] and [2, 2]; expected one shape."],
    ["Concat", {}, [[4, 2], [2, 2]], "net: fc gets [4, 2] and [2, 2]; expected two or more that differ in axis -1 of a sample alone."],
    ["Concat", { axis: 2 }, [[4, 2], [4, 2]], "net: fc gets [4, 2] and [4, 2]; expected two or more that differ in axis 2 of a sample alone."],
    ["LayerNorm", { normalizedShape: [3, 2] }, [[2, 3]], "net: fc gets [2, 3]; expected [..., 3, 2], its normalizedShape, channels last."],
    ["Upsample", { scaleFactor: [2, 1] }, [[4, 2]], "net: fc gets [4, 2]; expected [H, W, C], channels last."],
    ["ConvTranspose2d", { inChannels: 1, outChannels: 1, kernelSize: 1, padding: 2 }, [[4, 4, 1]], "net: fc makes a map of [0, 0] of [4, 4, 1]; expected something to be left. Use less padding."],
    ["Conv2d", { inChannels: 2, outChannels: 4, kernelSize: 3, dilation: 2 }, [[4, 4, 2]], "net: fc meets a map of [4, 4] and leaves nothing of it; expected windows that fit."],
  ])("%s refuses what it does not take, before it is made", (kind, options, inputs, message) => {
    const row = layerOf("test", kind);
    expect(() => row.outputShape(row.resolve("test", options), inputs, "net: fc")).toThrow(message);
  }); // prettier-ignore

  it("refuses a kind that there is not, and names the nearest", () => {
    expect(() => layerOf("net", "Conv2D")).toThrow(
      /^net: the kind is "Conv2D"; expected one of Linear, .* Did you mean "Conv2d"\?$/,
    );
    expect(() => layerOf("net", "Concatenate")).toThrow(
      /one of rareLayers\(\), or one .* Did you mean "Concat"\?$/,
    );
    expect(() => layerOf("net", "toString")).toThrow('the kind is "toString"');
    expect(() => layerOf("net", 3)).toThrow("the kind is 3");
  });
});
