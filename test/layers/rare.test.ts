/** Rare layers in networks: graphs, files, both step modes, training, and what exports, quantization and C say of them. */

import { beforeAll, describe, expect, it } from "vitest";
import * as atif from "../../src/index.js";
import {
  Concat,
  Conv2d,
  exportC,
  GraphModel,
  init,
  LayerNorm,
  manualSeed,
  networkGraph,
  noGrad,
  quantizeModel,
  scope,
  SpikingModel,
  tensor,
  toPyTorch,
  writeNir,
  writeOnnx,
  type LayerSpec,
  type Tensor,
} from "../../src/index.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";

const layers: LayerSpec[] = [
  {
    name: "wide",
    kind: "Conv2d",
    options: { inChannels: 1, outChannels: 2, kernelSize: 3, dilation: 2, padding: 2 },
  },
  { name: "neuron", kind: "ATIF" },
  { name: "norm", kind: "LayerNorm", options: { normalizedShape: [4, 4, 2] } },
  { name: "pool", kind: "AvgPool2d", options: { kernelSize: 2 } },
  {
    name: "up",
    kind: "ConvTranspose2d",
    options: { inChannels: 2, outChannels: 3, kernelSize: 2, stride: 2 },
  },
  { name: "near", kind: "Upsample", options: { scaleFactor: 2 }, inputs: ["pool"] },
  { name: "join", kind: "Concat", inputs: ["up", "near", "input"] },
  { name: "sum", kind: "GlobalSumPool" },
  { name: "fc", kind: "Linear", options: { inFeatures: 6, outFeatures: 2 } },
];

const network = (own: readonly LayerSpec[], stepMode: "s" | "m" = "s"): GraphModel =>
  new GraphModel({ inputShape: [4, 4, 1], outputShape: [2], timesteps: 3, stepMode, layers: own });

const ended = (...own: LayerSpec[]): LayerSpec[] => [
  ...own,
  { name: "sum", kind: "GlobalSumPool" },
  { name: "fc", kind: "Linear", options: { inFeatures: 2, outFeatures: 2 } },
];

const x = (): Tensor => tensor(Float32Array.from({ length: 32 }, (_, i) => Math.sin(i) * 2), [2, 4, 4, 1]); // prettier-ignore
const outputOf = (model: SpikingModel): Float32Array =>
  scope(() =>
    noGrad(() => {
      model.eval().reset();
      return model.run(x()).toArray();
    }),
  );

beforeAll(async () => {
  await init({ backend: "wasm", threads: 1 });
  manualSeed(3);
});

describe("a network with rare layers", () => {
  it("is a graph, and gives the same in both step modes and from its file", () => {
    const model = network(layers);
    expect(networkGraph(model).nodes.map(({ kind }) => kind)).toEqual([
      "Input", "Conv2d", "ATIF", "LayerNorm", "AvgPool2d", "ConvTranspose2d", "Upsample", "Concat", "GlobalSumPool", "Linear",
    ]); // prettier-ignore
    const many = network(layers, "m");
    many.loadStateDict(model.stateDict());
    const expected = outputOf(model);
    expect(outputOf(many)).toEqual(expected);
    const { model: loaded } = decodeModel(encodeModel(model));
    expect(loaded.architecture).toEqual(model.architecture);
    expect(outputOf(loaded)).toEqual(expected);
    expect(Object.entries(model.stateDict()).map(([name, { shape }]) => `${name} ${shape.join("x")}`)).toEqual([
      "wide.weight 2x1x3x3", "wide.bias 2", "neuron.v_threshold 1", "norm.weight 2x4x4", "norm.bias 2x4x4",
      "up.weight 2x3x2x2", "up.bias 3", "fc.weight 2x6", "fc.bias 2",
    ]); // prettier-ignore
  });

  it("has a gradient for every weight", () => {
    const model = network(layers).train();
    atif.crossEntropy(model.run(x()), [0, 1]).backward();
    for (const [name, { grad }] of model.namedParameters()) {
      expect(
        grad?.toArray().some((each) => each !== 0 && Number.isFinite(each)),
        name,
      ).toBe(true);
    }
  });

  it("may be a class of one's own, which is stored as the layers that are seen", () => {
    class Branches extends SpikingModel {
      readonly wide = this.registerChild("wide", new Conv2d(1, 2, 3, { dilation: 2, padding: 2 }));
      readonly join = this.registerChild("join", new Concat());
      readonly norm = this.registerChild("norm", new LayerNorm(3));
      readonly sum = this.registerChild("sum", new atif.GlobalSumPool());

      constructor() {
        super([4, 4, 1], [3], 2, "s");
      }

      override network(input: Tensor): Tensor {
        return this.sum.forward(this.norm.forward(this.join.forward(this.wide.forward(input), input)));
      }
    }
    const model = new Branches();
    const { model: loaded } = decodeModel(encodeModel(model));
    expect(networkGraph(loaded).nodes.map(({ kind }) => kind)).toEqual([
      "Input", "Conv2d", "Concat", "LayerNorm", "GlobalSumPool",
    ]); // prettier-ignore
    expect(outputOf(loaded)).toEqual(outputOf(model));
  });

  it("is refused by what has no rule for them, with the name of each layer", async () => {
    const model = network(layers);
    expect(() => quantizeModel(model, { bits: 8 })).toThrow(
      /^quantizeModel: norm is of the kind LayerNorm, which has no quantized form; expected one of/,
    );
    const refusedBy = ({ report }: { readonly report: atif.FidelityReport }): (string | null)[] =>
      report.notes.filter(({ verdict }) => verdict === "unsupported").map(({ layer }) => layer);
    expect(refusedBy(await writeNir(model))).toEqual(expect.arrayContaining(["norm", "up", "near", "join"]));
    for (const written of [writeOnnx(model), toPyTorch(model)]) expect(refusedBy(written)).toEqual([]);
  });

  it("known by nobody is told how it becomes known", () => {
    expect(() => network([{ name: "norm", kind: "GroupNorm" as never }])).toThrow(/one of rareLayers\(\)/);
    expect(atif.rareLayers()).toEqual(["Concat", "ConvTranspose2d", "LayerNorm", "Upsample"]);
  });
});

describe("a dilated convolution", () => {
  const dilated = ended({
    name: "wide",
    kind: "Conv2d",
    options: { inChannels: 1, outChannels: 2, kernelSize: [3, 2], dilation: [1, 3], padding: [1, 0] },
  });

  it("alone is written with its dilation: files of all others are as they were", () => {
    const optionsOf = (dilation: number): object => {
      const { architecture } = network(ended({ name: "wide", kind: "Conv2d", options: { inChannels: 1, outChannels: 2, kernelSize: 1, dilation } }));
      return (architecture.options as { layers: { options: object }[] }).layers[0].options;
    }; // prettier-ignore
    expect(optionsOf(2)).toMatchObject({ dilation: [2, 2] });
    expect(optionsOf(1)).not.toHaveProperty("dilation");
  });

  it("goes out to ONNX and PyTorch, and is refused by NIR and C", async () => {
    const model = network(dilated);
    const { report, bytes } = writeOnnx(model);
    expect(report.notes.filter(({ verdict }) => verdict === "unsupported")).toEqual([]);
    expect(new TextDecoder("latin1").decode(bytes ?? undefined)).toContain("dilations");
    const written = toPyTorch(model);
    expect(JSON.stringify(written)).toContain("padding=(1, 0), dilation=(1, 3)");
    const nir = await writeNir(model);
    expect(JSON.stringify(nir.report.notes)).toContain("it is dilated");
    expect(() => exportC(model, { width: "float32" })).toThrow(
      /wide is dilated, and there is no form of that/,
    );
  });

  it("computes quantized as it does with weights of as many bits", () => {
    const quantized = quantizeModel(network(dilated), { bits: 16 });
    const samples = { name: "x", x: x().toArray(), labels: [0, 1], sampleShape: [4, 4, 1] };
    atif.calibrate(quantized, new atif.Dataset(samples));
    const float = network(dilated);
    float.loadStateDict(
      Object.fromEntries(Object.entries(quantized.stateDict()).filter(([name]) => name in float.stateDict())),
    );
    const [own, expected] = [outputOf(quantized), outputOf(float)];
    own.forEach((value, i) => {
      expect(Math.abs(value - expected[i])).toBeLessThan(0.02);
    });
  });
});
