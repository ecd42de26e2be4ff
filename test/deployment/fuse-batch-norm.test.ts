/** What fuseBatchNorm takes, what it leaves, and what the new model keeps. The reference's numbers: test/golden/fuse.test.ts. */

import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { foldThresholds } from "../../src/deployment/fold-thresholds.js";
import { fuseBatchNorm } from "../../src/deployment/fuse-batch-norm.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { networkGraph } from "../../src/models/network-graph.js";
import { SCNN } from "../../src/models/scnn.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import "../../src/ops/install.js";
import { activationsRange } from "../../src/quantization/activations-range.js";
import { calibrate } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { defaultGenerator, Generator } from "../../src/random/generator.js";
import { tensor } from "../../src/tensor/tensor.js";
import { OwnResidual } from "../models/own-models.js";

function graphModel(inputShape: number[], classes: number, layers: AnyLayerSpec[]): GraphModel {
  return new GraphModel({ inputShape, outputShape: [classes], layers, timesteps: 2 });
}

/** Statistics as after training. */
function withStatistics<M extends SpikingModel>(model: M): M {
  const generator = new Generator(4);
  const dict = Object.entries(model.stateDict()).map(([name, { shape, data }]) => {
    const low = /running_var$/.test(name) ? 0.3 : -1;
    return [name, { shape, data: data.map(() => generator.uniform(low, 1)) }] as const;
  });
  model.loadStateDict(Object.fromEntries(dict));
  return model;
}

const kinds = (model: SpikingModel): string[] => networkGraph(model).nodes.map(({ kind }) => kind);

const linear = (bias: boolean): AnyLayerSpec => ({
  name: "fc",
  kind: "Linear",
  options: { inFeatures: 2, outFeatures: 2, bias },
});
const norm: AnyLayerSpec = { name: "bn", kind: "BatchNorm1d", options: { numFeatures: 2, eps: 0.5 } };

describe("fuseBatchNorm", () => {
  beforeAll(() => init({ backend: "wasm" }));

  it.each([false, true])("is the formula, by hand, of a linear layer whose bias is %s", (bias) => {
    const model = graphModel([2], 2, [linear(bias), norm]);
    const one = (...data: number[]) => ({ shape: [2], data });
    model.loadStateDict({
      "fc.weight": { shape: [2, 2], data: [1, -2, 3, 0.5] },
      ...(bias ? { "fc.bias": one(5, -1) } : {}),
      "bn.weight": one(3, -1),
      "bn.bias": one(0.25, 0.75),
      "bn.running_mean": one(1, 2),
      // With eps: 4 and 1, so that k = 3 / 2 and -1
      "bn.running_var": one(3.5, 0.5),
    });
    const fused = fuseBatchNorm(model).stateDict();
    expect(Object.keys(fused)).toEqual(["fc.weight", "fc.bias"]);
    expect([...fused["fc.weight"].data]).toEqual([1.5, -3, -3, -0.5]);
    const biases = bias ? [(5 - 1) * 1.5 + 0.25, (-1 - 2) * -1 + 0.75] : [-1.5 + 0.25, 2 + 0.75];
    expect([...fused["fc.bias"].data]).toEqual(biases);
  });

  it("takes Conv1d and grouped convolutions, and Linear over a signal", () => {
    const model = withStatistics(
      graphModel([6, 4], 3, [
        {
          name: "conv",
          kind: "Conv1d",
          options: { inChannels: 4, outChannels: 8, kernelSize: 3, groups: 4 },
        },
        { name: "bn", kind: "BatchNorm1d", options: { numFeatures: 8 } },
        { name: "neuron", kind: "ATIF" },
        { name: "flatten", kind: "Flatten" },
        { name: "fc", kind: "Linear", options: { inFeatures: 32, outFeatures: 3 } },
        { name: "bn2", kind: "BatchNorm1d", options: { numFeatures: 3 } },
      ]),
    ).eval();
    const fused = fuseBatchNorm(model);
    expect(kinds(fused)).toEqual(["Input", "Conv1d", "ATIF", "Flatten", "Linear"]);
    const generator = new Generator(8);
    const x = tensor(
      Array.from({ length: 5 * 24 }, () => generator.uniform(-1, 1)),
      [5, 6, 4],
    );
    const [before, after] = [model, fused].map((each) => each.run(x).toArray());
    after.forEach((value, i) => expect(Math.abs(value - before[i])).toBeLessThan(1e-5));
  });

  it("leaves a normalisation behind something else, and one whose convolution is read twice", () => {
    const conv = { name: "conv", kind: "Conv2d", options: { inChannels: 1, outChannels: 2, kernelSize: 1 } };
    const bn = { name: "bn", kind: "BatchNorm2d", options: { numFeatures: 2 } };
    const pooled = graphModel([2, 2, 1], 2, [
      conv,
      { name: "pool", kind: "MaxPool2d", options: { kernelSize: 2 } },
      bn,
      { name: "gsp", kind: "GlobalSumPool" },
    ]);
    expect(kinds(fuseBatchNorm(pooled))).toEqual(kinds(pooled));
    const twice = graphModel([2, 2, 1], 2, [
      conv,
      bn,
      { name: "add", kind: "Add", inputs: ["conv", "bn"] },
      { name: "gsp", kind: "GlobalSumPool" },
    ]);
    expect(kinds(fuseBatchNorm(twice))).toEqual(kinds(twice));
  });

  it("leaves a template that is none any more as a list of layers", () => {
    const model = new SCNN({
      inputShape: [4, 4, 1], outputShape: [2], filters: [2], kernelSizes: [3], paddings: [1], strides: [1],
      poolSizes: [2], fcUnits: [], dropouts: 0, batchNorm: true, neuron: { kind: "ATIF" },
    }); // prettier-ignore
    const neuron = model.neurons()[0];
    Object.assign(neuron, { detachReset: true });
    const fused = fuseBatchNorm(model);
    expect(fused.architecture.kind).toBe("GraphModel");
    expect(fused.neurons()[0].detachReset).toBe(true);
    expect(kinds(fused)).toEqual(kinds(model).filter((kind) => kind !== "BatchNorm2d"));
  });

  it("keeps settings and modes, draws nothing, and is saved and loaded", () => {
    const model = withStatistics(graphModel([2], 2, [linear(true), norm])).eval();
    const parameters = new Map(model.namedParameters());
    Object.assign(parameters.get("fc.weight") ?? {}, { decays: false });
    Object.assign(parameters.get("bn.weight") ?? {}, { decays: false });
    model.preprocessing = [{ kind: "Normalize", options: { mean: 0.5, std: 0.25 } }];
    const before = defaultGenerator().state;
    const fused = fuseBatchNorm(model);
    expect(defaultGenerator().state).toEqual(before);
    expect(fused.training).toBe(false);
    expect(fused.preprocessing).toEqual(model.preprocessing);
    expect(fused.parameterSettings()).toEqual({ "fc.weight": { decays: false } });
    const again = decodeModel(encodeModel(fused)).model;
    expect(again.stateDict()).toEqual(fused.stateDict());
    expect(again.architecture).toEqual(fused.architecture);
  });

  it("leaves a quantized network as it is, ranges and learned steps included", () => {
    const model = withStatistics(graphModel([2], 2, [linear(true), norm]));
    const data = new Dataset({ name: "d", x: Float32Array.of(1, -2), labels: [0], sampleShape: [2], classes: 2 }); // prettier-ignore
    for (const LSQ of [false, true]) {
      const quantized = quantizeModel(model, { bits: 8, LSQ, v: { LSQ: false } });
      calibrate(quantized, data);
      for (const same of [fuseBatchNorm(quantized), foldThresholds(quantized).model]) {
        expect(same.stateDict({ extras: true })).toEqual(quantized.stateDict({ extras: true }));
        expect(activationsRange(same)).toBe(activationsRange(quantized));
      }
    }
  });

  it("takes a class of one's own, as a list of the layers that it runs", () => {
    const model = new OwnResidual("s");
    expect(fuseBatchNorm(model).stateDict()).toEqual(model.stateDict());
  });

  it("refuses a weight that float32 cannot hold, and what is no model", () => {
    const model = graphModel([2], 2, [linear(true), { ...norm, options: { numFeatures: 2, eps: 1e-30 } }]);
    const dict = model.stateDict();
    model.loadStateDict({
      ...dict,
      "fc.weight": { shape: [2, 2], data: [1e30, 1, 1, 1] },
      "bn.running_var": { shape: [2], data: [0, 0] },
    });
    expect(() => fuseBatchNorm(model)).toThrow(
      /^fuseBatchNorm: with bn in it, fc would hold Infinity; expected numbers that float32 can hold\./,
    );
    // @ts-expect-error no model
    expect(() => fuseBatchNorm({})).toThrow(/^fuseBatchNorm: .*expected/);
  });
});
