import { readFileSync, readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Dataset,
  Generator,
  GraphModel,
  init,
  manualSeed,
  measureFidelity,
  noGrad,
  quantizeModel,
  readNir,
  SCNN,
  scope,
  SMLP,
  SResNet,
  tensor,
  writeNir,
  type FidelityReport,
  type NeuronSpec,
  type NirProfile,
  type SpikingModel,
} from "../../../src/index.js";
import { readHdf5 } from "../../../src/exchange/hdf5/read-hdf5.js";
import { decodeGraph } from "../../../src/exchange/nir/decode-graph.js";
import type { AnyNirNode, NirGraph } from "../../../src/exchange/nir/nir-graph.js";
import { nirBytes } from "./nir-bytes.js";

beforeAll(() => init());

const profiles: readonly NirProfile[] = ["portable", "annotated", "exact"];

/** Large weights, so that neurons fire; statistics as after some training. */
function enlivened<M extends SpikingModel>(make: () => M): M {
  manualSeed(3);
  const model = make();
  const random = new Generator(7);
  const state = model.stateDict();
  for (const [name, { data, shape }] of Object.entries(state)) {
    if (shape.length > 1) data.forEach((value, i) => (data[i] = 4 * value));
    if (/running_mean$|bn.*bias$/.test(name)) data.forEach((_, i) => (data[i] = random.uniform(-0.3, 0.3)));
    if (name.endsWith("running_var")) data.forEach((_, i) => (data[i] = random.uniform(0.2, 1.5)));
  }
  model.loadStateDict(state);
  model.eval();
  return model;
}

/** What it gives at each of six steps, of three samples. */
function outputsOf(model: SpikingModel): number[] {
  const random = new Generator(5);
  const size = 3 * model.inputShape.reduce((a, b) => a * b, 1);
  return noGrad(() =>
    scope(() => {
      model.reset();
      const steps = Array.from({ length: 6 }, () => {
        const x = Float32Array.from({ length: size }, () => random.uniform(-0.5, 2));
        return [...model.stream(tensor(x, [3, ...model.inputShape])).toArray()];
      });
      return steps.flat();
    }),
  );
}

const mlp = (neuron: NeuronSpec) => (): SpikingModel =>
  new SMLP({ inputShape: [4, 3, 2], outputShape: [3], units: [8, 6], timesteps: 4, neuron });
const cnn = {
  inputShape: [8, 8, 2],
  outputShape: [3],
  filters: [4, 6],
  kernelSizes: [3, 3],
  strides: [1, 1],
  dropouts: 0.25,
  paddings: [1, 0],
  poolSizes: [2, 0],
  fcUnits: [8],
  timesteps: 4,
  neuron: { kind: "ATIF" },
} as const;

const nets: Record<string, () => SpikingModel> = {
  atif: mlp({ kind: "ATIF", params: { vThreshold: 0.5 } }),
  ifsrl: mlp({ kind: "IFSRL", params: { vThreshold: 0.4 } }),
  if_soft: mlp({ kind: "IFNode", params: { vThreshold: 0.4, vReset: null } }),
  if_hard: mlp({ kind: "IFNode", params: { vThreshold: 0.4, vReset: -0.25 } }),
  lif: mlp({ kind: "LIFNode", params: { vThreshold: 0.4, tau: 2.5 } }),
  lif_soft: mlp({ kind: "LIFNode", params: { vThreshold: 0.4, tau: 3, vReset: null } }),
  lif_whole: mlp({ kind: "LIFNode", params: { vThreshold: 0.4, tau: 2.5, vReset: -0.2, decayInput: false } }),
  lif_soft_whole: mlp({
    kind: "LIFNode",
    params: { vThreshold: 0.4, tau: 3, vReset: null, decayInput: false },
  }),
  plif: mlp({ kind: "ParametricLIFNode", params: { vThreshold: 0.4, initTau: 1.7 } }),
  plif_soft: mlp({ kind: "ParametricLIFNode", params: { vThreshold: 0.4, vReset: null } }),
  scnn_bn: () => new SCNN({ ...cnn, batchNorm: true }),
  scnn_separable: () => new SCNN({ ...cnn, separables: [true, true], poolSizes: [0, 2], prepool: 2 }),
  scnn_gsp: () => new SCNN({ ...cnn, gsp: true, fcUnits: [] }),
  scnn_1d: () => new SCNN({ ...cnn, inputShape: [16, 2], dims: 1, postpool: 2 }),
  sresnet: () =>
    new SResNet({
      ...{ inputShape: [8, 8, 2], outputShape: [3], filters: [4, 4, 6], kernelSizes: [3, 3, 3] },
      ...{ numBlocks: [1, 1], strides: [1, 1, 1], paddings: [1, 1, 1], batchNorm: true },
      ...{ postpool: "avg", timesteps: 3, neuron: { kind: "ATIF" } },
    }),
};

const reasonsOf = ({ notes }: FidelityReport): string[] =>
  notes
    .filter(({ verdict }) => verdict === "unsupported")
    .map(({ layer, what, why }) => `${layer ?? ""}: ${what}: ${why}`);

describe("models, written and read", () => {
  Object.entries(nets).forEach(([name, make], i) => {
    it(`${name} gives the same`, async () => {
      const model = enlivened(make);
      const wanted = outputsOf(model);
      expect(new Set(wanted).size).toBeGreaterThan(model.outputShape[0]);
      for (const profile of ["portable", i % 2 === 0 ? "annotated" : "exact"] as const) {
        const bytes = await nirBytes(model, { profile });
        const again = await readNir(bytes);
        expect(again.report.verdict).toBe("exact");
        expect(again.model.timesteps).toBe(model.timesteps);
        const names = again.model.spikingLayers().map(([each]) => each);
        expect(names.sort()).toEqual(
          model
            .spikingLayers()
            .map(([each]) => each)
            .sort(),
        );
        const found = outputsOf(again.model);
        // Of weights that a threshold was folded into, sums are rounded otherwise.
        found.forEach((value, place) => expect(value).toBeCloseTo(wanted[place], 4));
      }
    });
  });

  for (const name of ["atif", "ifsrl", "if_soft", "lif", "lif_soft", "plif", "plif_soft"]) {
    it(`${name} in the profile exact gives the same bits, and says so`, async () => {
      const model = enlivened(nets[name]);
      const { report } = await writeNir(model, { profile: "exact" });
      expect(report.verdict).toBe("exact");
      expect(outputsOf((await readNir(await nirBytes(model, { profile: "exact" }))).model)).toEqual(
        outputsOf(model),
      );
    });
  }

  it("soft resets without their notes are hard ones", async () => {
    const model = enlivened(nets.atif);
    const bytes = await nirBytes(model);
    const hard = await readNir(bytes, { reset: "hard" });
    expect(hard.model.spikingLayers().map(([, { traits }]) => traits.kind)).toEqual([
      "CurrentIF",
      "CurrentIF",
    ]);
    expect(outputsOf(hard.model)).not.toEqual(outputsOf(model));
  });

  it("what is spelled out needs no notes", async () => {
    const model = enlivened(nets.atif);
    const bytes = await nirBytes(model, { profile: "exact" });
    const { model: again } = await readNir(bytes, { reset: "hard" });
    expect(again.spikingLayers().map(([, { traits }]) => traits.kind)).toEqual(["ATIF", "ATIF"]);
    expect(outputsOf(again)).toEqual(outputsOf(model));
  });
});

describe("files of other tools, read, written and read", () => {
  const folder = new URL("../files/nir/", import.meta.url);
  interface Expected {
    readonly dt: number;
  }
  const files = readdirSync(folder).filter((name) => /^(hand|snn|norse|sinabs|spik).*\.nir$/.test(name));
  files.forEach((name, i) => {
    const profile = profiles[i % 3];
    const reset = i % 2 === 0 ? "hard" : "subtract";
    it(`${name}, ${reset}, ${profile}`, async () => {
      const { dt } = JSON.parse(
        readFileSync(new URL(name.replace(".nir", ".expected.json"), folder), "utf8"),
      ) as Expected;
      const { model } = await readNir(new Uint8Array(readFileSync(new URL(name, folder))), { dt, reset });
      const { model: again } = await readNir(await nirBytes(model, { profile }));
      const [wanted, found] = [outputsOf(model), outputsOf(again)];
      found.forEach((value, j) => expect(value).toBeCloseTo(wanted[j], 4));
    });
  });
});

describe("what a file holds", () => {
  const twoLayers = (): GraphModel =>
    new GraphModel({
      inputShape: [2],
      outputShape: [1],
      timesteps: 5,
      layers: [
        { name: "fc1", kind: "Linear", options: { inFeatures: 2, outFeatures: 2 } },
        { name: "n", kind: "ATIF" },
        { name: "fc2", kind: "Linear", options: { inFeatures: 2, outFeatures: 1 } },
      ],
    });
  const written = async (profile: NirProfile): Promise<NirGraph> => {
    const model = twoLayers();
    model.loadStateDict({
      "fc1.weight": { shape: [2, 2], data: [1, 0, 0, 1] },
      "fc1.bias": { shape: [2], data: [0.5, 0] },
      "n.v_threshold": { shape: [1], data: [0.75] },
      "fc2.weight": { shape: [1, 2], data: [2, 4] },
      "fc2.bias": { shape: [1], data: [1] },
    });
    const bytes = await nirBytes(model, { profile });
    return decodeGraph(readHdf5(bytes, { items: 1000, depth: 40, bytes: 1e6 }));
  };
  const node = (graph: NirGraph, name: string): AnyNirNode => graph.nodes.get(name) as AnyNirNode;

  it("portable: an IF, and the threshold in the weights behind it", async () => {
    const graph = await written("portable");
    const { type, fields, metadata } = node(graph, "n");
    expect(type).toBe("IF");
    expect(fields).toMatchObject({
      r: { values: Float64Array.of(1, 1) },
      v_threshold: { values: Float64Array.of(0.75, 0.75) },
    });
    expect(node(graph, "fc2").fields).toMatchObject({
      weight: { values: Float64Array.of(1.5, 3) },
      bias: { values: Float64Array.of(1) },
    });
    expect(Object.fromEntries(metadata)).toMatchObject({
      ...{
        atif_reset: "subtract",
        atif_threshold: 0.75,
        atif_output_scale: 1,
        atif_compare: ">=",
        atif_folded: 1,
      },
    });
    expect(Object.fromEntries(graph.metadata)).toEqual({ atif_spec: "1", timesteps: 5, dt: 1 });
  });

  it("annotated: an IF and a Scale, weights as they are", async () => {
    const graph = await written("annotated");
    expect(node(graph, "n_scale").fields).toMatchObject({ scale: { values: Float64Array.of(0.75, 0.75) } });
    expect(node(graph, "fc2").fields).toMatchObject({ weight: { values: Float64Array.of(2, 4) } });
    expect(Object.fromEntries(node(graph, "n").metadata)).toMatchObject({
      atif_output_scale: 0.75,
      atif_folded: 0,
    });
    expect(graph.edges).toContainEqual(["n_scale", "fc2"]);
  });

  it("exact: a graph, whose threshold is the float32 below", async () => {
    const graph = await written("exact");
    const inner = graph.nodes.get("n") as NirGraph;
    expect(inner.type).toBe("NIRGraph");
    expect(node(inner, "z").fields).toMatchObject({
      threshold: { values: Float64Array.of(0.75 - 2 ** -24, 0.75 - 2 ** -24) },
    });
    expect(node(inner, "back").fields).toMatchObject({ scale: { values: Float64Array.of(-0.75, -0.75) } });
    expect(inner.edges).toContainEqual(["back", "v"]);
  });

  it("a report of what is lost in each layer", async () => {
    const { report } = await writeNir(twoLayers());
    expect(report.verdict).toBe("approximate");
    const lost = report.notes.filter(({ verdict }) => verdict === "approximate");
    expect(lost.map(({ layer, what }) => `${layer}: ${what}`)).toEqual([
      "n: soft reset written as hard reset",
      "n: >= written as >",
    ]);
    expect(report.notes.map(({ what }) => what)).toContain("time steps and decoding are not part of NIR");
  });
});

it("a layer with feedback comes back under its name, and its neurons are measured", async () => {
  const model = new GraphModel({
    ...{ inputShape: [2], outputShape: [2], timesteps: 5 },
    layers: [
      {
        name: "rec",
        kind: "Recurrent",
        options: {
          inputs: [[2]],
          layers: [
            { name: "s", kind: "CurrentLIF", options: { dt: 1, tau: 2, shape: [2], vThreshold: 0.25 } },
            { name: "w", kind: "Scale", options: { scale: 0.5 } },
          ],
          feedback: [{ from: "w", to: "s" }],
          output: "s",
        },
      },
    ],
  });
  const { model: again } = await readNir(await nirBytes(model, { profile: "exact" }), { dt: 1 });
  expect(again.spikingLayers().map(([name]) => name)).toEqual(["rec.s"]);
  const x = Float32Array.of(1, 0.5);
  const data = new Dataset({ name: "one", x, labels: [0], sampleShape: [2], classes: 2 });
  expect(measureFidelity(model, again, data)).toMatchObject({ spikes: 10, differing: 0, logitDrift: 0 });
});

describe("what NIR cannot say", () => {
  it("a maximum before a neuron, of which the report tells", async () => {
    const model = new SResNet({
      ...{ inputShape: [8, 8, 2], outputShape: [3], filters: [4, 6], kernelSizes: [3, 3], numBlocks: [1] },
      ...{ strides: [1, 2], paddings: [1, 1], timesteps: 3, neuron: { kind: "ATIF" } },
    });
    const { bytes, report } = await writeNir(model);
    expect(bytes).toBeNull();
    expect(report.verdict).toBe("unsupported");
    expect(report.notes.find(({ verdict }) => verdict === "unsupported")).toMatchObject({
      layer: "layers.0.0.pool1",
      what: "MaxPool2d",
      why: expect.stringMatching(/^NIR has no maximum; only of spikes/) as string,
    });
  });

  it("a neuron that fires several times in one step", async () => {
    const model = new GraphModel({
      inputShape: [2],
      outputShape: [2],
      timesteps: 1,
      layers: [{ name: "n", kind: "CurrentIF", options: { multiSpike: true, reset: "subtract" } }],
    });
    const { bytes, report } = await writeNir(model);
    expect(bytes).toBeNull();
    expect(reasonsOf(report)).toEqual([
      "n: CurrentIF: it may fire several times in one step, which no node of NIR does",
    ]);
  });

  it("kinds of quantizers, of which every layer is named with what to write instead", async () => {
    const { bytes, report } = await writeNir(quantizeModel(mlp({ kind: "ATIF" })(), { bits: 8 }));
    expect(bytes).toBeNull();
    const reasons = reasonsOf(report);
    expect(reasons.map((reason) => reason.split(": ").slice(0, 2).join(": "))).toEqual([
      "layers.fc1: QuantizedLinear",
      "layers.neuron1: QuantizedATIF",
      "layers.fc2: QuantizedLinear",
      "layers.neuron2: QuantizedATIF",
      "layers.fc3: QuantizedLinear",
    ]);
    for (const reason of reasons)
      expect(reason).toMatch(/write the network that it was made from, or C with exportC/);
  });

  it("feedback that a reader would take for another edge", async () => {
    const model = new GraphModel({
      inputShape: [2],
      outputShape: [2],
      timesteps: 1,
      layers: [
        {
          name: "rec",
          kind: "Recurrent",
          options: {
            inputs: [[2]],
            layers: [
              { name: "a", kind: "CurrentIF", inputs: ["input"] },
              { name: "b", kind: "Linear", options: { inFeatures: 2, outFeatures: 2 }, inputs: ["input"] },
              { name: "sum", kind: "Add", inputs: ["a", "b"] },
              { name: "c", kind: "CurrentIF", inputs: ["sum"] },
            ],
            // From a to c leads an edge already: twice is once in a file.
            feedback: [{ from: "a", to: "c" }],
            output: "c",
          },
        },
      ],
    });
    const { bytes, report } = await writeNir(model);
    expect(bytes).toBeNull();
    expect(reasonsOf(report)).toEqual([
      expect.stringMatching(/feedback: a reader of NIR would take another edge/),
    ]);
  });

  it("options that are none", async () => {
    const model = mlp({ kind: "ATIF" })();
    await expect(writeNir(model, { profile: "plain" } as never)).rejects.toThrow(
      'writeNir: profile is "plain"; expected one of',
    );
    await expect(writeNir(null as never)).rejects.toThrow(TypeError);
  });
});
