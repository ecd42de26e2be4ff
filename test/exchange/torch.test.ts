/** toPyTorch and toTorchStateDict: what the files hold and say. .ci/peers runs them in PyTorch. */

import { beforeAll, describe, expect, it } from "vitest";
import {
  ATIF,
  GraphModel,
  IFNode,
  init,
  manualSeed,
  noGrad,
  quantizeModel,
  readStateDict,
  SCNN,
  SMLP,
  SpikingModel,
  SResNet,
  tensor,
  toPyTorch,
  toTorchStateDict,
  type NeuronSpec,
  type Tensor,
} from "../../src/index.js";
import { parseSafetensors } from "../../src/formats/safetensors.js";

beforeAll(() => init());

const layer = (name: string, kind: string, options: object = {}, inputs?: string[]): never =>
  ({ name, kind, options, ...(inputs === undefined ? {} : { inputs }) }) as never;

const smlp = (neuron: NeuronSpec = { kind: "ATIF" }): SMLP =>
  new SMLP({ inputShape: [2, 3, 2], outputShape: [3], units: [5], timesteps: 4, neuron });

const scnn = (more: object = {}): SCNN =>
  new SCNN({
    inputShape: [6, 4, 2],
    outputShape: [3],
    filters: [3],
    kernelSizes: [[3, 1]],
    paddings: [[1, 0]],
    strides: [1],
    dropouts: [0, 0],
    poolSizes: [2],
    fcUnits: [5],
    batchNorm: true,
    timesteps: 4,
    dims: 2,
    neuron: { kind: "ATIF" },
    ...more,
  });

function filesOf(
  model: SpikingModel,
  samples?: Tensor,
): { python: string; weights: Uint8Array; samples: Uint8Array } {
  const { files } = toPyTorch(model, samples === undefined ? {} : { samples });
  const python = files?.["network.py"];
  const [weights, stored] = [files?.["weights.safetensors"], files?.["samples.safetensors"]];
  if (typeof python !== "string" || !(weights instanceof Uint8Array) || !(stored instanceof Uint8Array))
    throw new Error("files are missing");
  return { python, weights, samples: stored };
}

/** The lines of one method, without their indentation. */
function method(python: string, name: string): string[] {
  const network = python.slice(python.indexOf("class Network"));
  const [, body = ""] =
    new RegExp(`\\n    def ${name}\\(.*?\\):\\n([^]*?)\\n\\n    (?:def|@)`).exec(network) ?? [];
  return body.split("\n").map((line) => line.trim());
}

describe("toTorchStateDict", () => {
  it("has PyTorch's names and layouts, and what batch normalisations count", () => {
    const model = scnn();
    const { tensors, metadata } = parseSafetensors(toTorchStateDict(model), "here");
    expect(Object.fromEntries(metadata)).toEqual({ format: "pt" });
    expect(
      Object.fromEntries([...tensors].map(([name, { dtype, shape }]) => [name, [dtype, ...shape]])),
    ).toEqual({
      "layers.bn1.bias": ["F32", 3],
      "layers.bn1.num_batches_tracked": ["I64"],
      "layers.bn1.running_mean": ["F32", 3],
      "layers.bn1.running_var": ["F32", 3],
      "layers.bn1.weight": ["F32", 3],
      "layers.conv1.weight": ["F32", 3, 2, 3, 1],
      "layers.fc1.bias": ["F32", 5],
      "layers.fc1.weight": ["F32", 5, 18],
      "layers.fc2.bias": ["F32", 3],
      "layers.fc2.weight": ["F32", 3, 5],
      "layers.neuron1.v_threshold": ["F32", 1],
      "layers.neuron2.v_threshold": ["F32", 1],
    });
    const back = scnn();
    expect(back.loadStateDict(readStateDict(toTorchStateDict(model)))).toEqual({
      missing: [],
      unexpected: [],
    });
    expect(back.stateDict()).toEqual(model.stateDict());
  });

  it("takes a model", () => {
    expect(() => toTorchStateDict(new ATIF() as never)).toThrow(
      /toTorchStateDict: model is an ATIF; expected a model/,
    );
  });
});

describe("network.py", () => {
  it("makes the modules under their names, and calls them in their order", () => {
    const { python, weights } = filesOf(scnn());
    expect(weights).toEqual(toTorchStateDict(manualScnn(weights)));
    expect(python).toContain(`
        self.layers = nn.ModuleDict({
            "conv1": nn.Conv2d(2, 3, (3, 1), padding=(1, 0), bias=False),
            "bn1": nn.BatchNorm2d(3),
            "neuron1": ATIF(minimum=0.001),
            "maxpool1": nn.MaxPool2d(2),
            "fc1": nn.Linear(18, 5),
            "neuron2": ATIF(minimum=0.001),
            "fc2": nn.Linear(5, 3),
        })
`);
    expect(method(python, "step").slice(1)).toEqual([
      'x = self.layers["conv1"](x)',
      'x = self.layers["bn1"](x)',
      'x = self.layers["neuron1"](x)',
      'x = self.layers["maxpool1"](x)',
      "x = x.flatten(1)",
      'x = self.layers["fc1"](x)',
      'x = self.layers["neuron2"](x)',
      'x = self.layers["fc2"](x)',
      "return x",
    ]);
    expect(python).toContain("timesteps = 4\n");
    expect(python).not.toContain("class IFNode");
  });

  it("has the thresholds of channels along the axis behind the batch, and is as it was without them", () => {
    const { python, weights } = filesOf(
      scnn({ neuron: { kind: "ATIF", params: { thresholdShape: "channel" } } }),
    );
    expect(parseSafetensors(weights, "weights").tensors.get("layers.neuron1.v_threshold")?.shape).toEqual([
      3,
    ]);
    expect(python).toContain('"neuron1": ATIF(channels=3, minimum=0.001),');
    expect(python).toContain("def __init__(self, alpha=1.0, detach_reset=False, channels=1, minimum=None):");
    expect(python).toContain("self.v_threshold = nn.Parameter(torch.ones(channels))  # theta");
    expect(python).toContain("theta = self.v_threshold.reshape(-1, *[1] * (x.dim() - 2))\n");
    expect(filesOf(scnn()).python).not.toMatch(/channels=|reshape\(-1, \*/);
  });

  it("imports nothing but torch and what Python has", () => {
    const imports = filesOf(scnn()).python.match(/^(?:import|from) \S+/gm);
    expect(imports).toEqual(["import json", "import struct", "from pathlib", "import torch", "from torch"]);
  });

  it("computes layer by layer in step mode m, where statistics are those of all time steps", () => {
    const { python } = filesOf(scnn({ stepMode: "m" }));
    expect(method(python, "steps").slice(1, 6)).toEqual([
      "T, N = xs.shape[:2]",
      "x = xs.flatten(0, 1)",
      'x = self.layers["conv1"](x)',
      'x = self.layers["bn1"](x)',
      'x = over_time(self.layers["neuron1"], x, T)',
    ]);
  });

  it("keeps by name what a branch reads later", () => {
    const model = new SResNet({
      inputShape: [8, 2],
      outputShape: [3],
      filters: [3, 4],
      kernelSizes: [3, 3],
      numBlocks: [1],
      strides: [1, 2],
      paddings: [1, 1],
      timesteps: 2,
      dims: 1,
      neuron: { kind: "ATIF" },
    });
    expect(method(filesOf(model).python, "step").slice(1)).toEqual([
      "x = self.conv1(x)",
      "neuron1 = self.neuron1(x)",
      "",
      'block = self.layers["0"]["0"]',
      'x = block["conv1"](neuron1)',
      'x = block["pool1"](x)',
      'x = block["neuron1"](x)',
      'x = block["conv2"](x)',
      'layers_0_0_neuron2 = block["neuron2"](x)',
      'x = block["sconv"](neuron1)',
      'x = block["smax"](x)',
      'x = block["neuronr"](x)',
      "x = layers_0_0_neuron2 + x",
      "x = self.postpool(x)",
      "x = x.flatten(1)",
      "x = self.linear(x)",
      "return x",
    ]);
  });

  it("moves channels where features are not in PyTorch's order, and keeps names that Python has taken", () => {
    const model = new GraphModel({
      inputShape: [3, 4],
      outputShape: [12],
      timesteps: 2,
      layers: [
        layer("class.keys", "IFNode", { vReset: null }),
        layer("flatten", "Flatten", { order: "memory" }),
        layer("train", "Linear", { inFeatures: 12, outFeatures: 12 }),
        layer("lambda", "Linear", { inFeatures: 12, outFeatures: 12, flattenedChannels: 4 }),
        layer("x", "Add", {}, ["lambda", "flatten"]),
      ],
    });
    const { python } = filesOf(model);
    expect(method(python, "step").slice(1)).toEqual([
      'x = self._modules["class"]["keys"](x)',
      "flatten = x.movedim(1, -1).flatten(1)",
      'x = self._modules["train"](flatten)',
      'x = self._modules["lambda"](x.unflatten(1, (3, 4)).transpose(1, 2).flatten(1))',
      "x = x + flatten",
      "return x",
    ]);
    expect(method(python, "__init__").slice(1)).toEqual([
      'self._modules["train"] = nn.Linear(12, 12)',
      'self._modules["lambda"] = nn.Linear(12, 12)',
      'self._modules["class"] = nn.ModuleDict({',
      "})",
      'self._modules["class"]._modules["keys"] = IFNode(v_reset=None)',
    ]);
  });

  const neurons: [NeuronSpec, string, string[]][] = [
    [
      { kind: "ATIF", params: { alpha: 2, detachReset: true, minThreshold: null } },
      "ATIF(alpha=2.0, detach_reset=True)",
      ["ATIF"],
    ],
    [{ kind: "IFSRL", params: { minThreshold: 0.25 } }, "IFSRL(minimum=0.25)", ["IFSRL"]],
    [{ kind: "IFNode" }, "IFNode()", ["IFNode"]],
    [
      { kind: "IFNode", params: { vThreshold: 0.7, vReset: -0.3, alpha: 2 } },
      "IFNode(v_threshold=0.7, v_reset=-0.3, alpha=2.0)",
      ["IFNode"],
    ],
    [
      { kind: "LIFNode", params: { tau: 1.7, vReset: null } },
      "LIFNode(tau=1.7, v_reset=None)",
      ["IFNode", "LIFNode"],
    ],
    [
      { kind: "ParametricLIFNode", params: { decayInput: false } },
      "ParametricLIFNode(decay_input=False)",
      ["IFNode", "ParametricLIFNode"],
    ],
  ];

  it.each(neurons)("writes %o as %s, and the classes that it needs", (neuron, made, classes) => {
    const { python } = filesOf(smlp(neuron));
    expect(python).toContain(`"neuron1": ${made},\n`);
    const written = [...python.matchAll(/^class (\w+)\((?:Neuron|IFNode)\)/gm)].map(([, name]) => name);
    expect(written).toEqual(classes);
  });

  it("prepares samples as the model does", () => {
    const model = new SMLP({
      inputShape: [3, 2, 2],
      outputShape: [2],
      units: [3],
      timesteps: 1,
      neuron: { kind: "ATIF" },
    });
    model.preprocessing = [{ kind: "Normalize", options: { mean: [0.5, 0.25], std: 0.5 } }];
    const { files, report } = toPyTorch(model);
    expect(method(files?.["network.py"] as string, "prepare").slice(1)).toEqual([
      "x = (x - torch.tensor([0.5, 0.25], dtype=torch.float32).reshape(2, 1, 1)) / torch.tensor([0.5], dtype=torch.float32).reshape(1, 1, 1)",
      "return x",
    ]);
    expect(report.notes.map(({ what }) => what)).toContain("preprocessing is a method");
  });
});

/** The network that weights are of. */
function manualScnn(weights: Uint8Array): SCNN {
  const model = scnn();
  model.loadStateDict(readStateDict(weights));
  return model;
}

describe("samples.safetensors", () => {
  it("holds samples, channels first, with their logits and spikes at every time step", () => {
    manualSeed(3);
    const model = scnn({ stepMode: "m", neuron: { kind: "ATIF", params: { vThreshold: 0.1 } } }).train();
    const { tensors } = parseSafetensors(filesOf(model).samples, "here");
    expect(model.training).toBe(true);
    const [x, logits] = ["x", "logits_per_step"].map((name) => tensors.get(name));
    expect([x?.shape, logits?.shape]).toEqual([
      [4, 2, 6, 4],
      [4, 4, 3],
    ]);
    const first = tensor(Float32Array.from(x?.data as Float32Array), [4, 2, 6, 4]).permute([0, 2, 3, 1]);
    model.eval();
    const counts = model.spikingLayers().map(([name, neuron]) => {
      neuron.spikeCount = { spikes: 0, opportunities: 0 };
      return [name, neuron] as const;
    });
    const mean = noGrad(() => model.run(first)).toArray();
    const steps = logits?.data as Float32Array;
    mean.forEach((value, i) => {
      const each = [0, 1, 2, 3].map((t) => steps[t * 12 + i]);
      expect(each.reduce((sum, one) => sum + one, 0) / 4).toBeCloseTo(value, 5);
    });
    for (const [name, neuron] of counts) {
      const stored = tensors.get(`spikes.${name}`);
      expect(stored?.shape).toEqual([4, 4]);
      const total = [...(stored?.data as BigInt64Array)].reduce((sum, one) => sum + one, 0n);
      expect(Number(total)).toBe(neuron.spikeCount?.spikes);
      expect(total).toBeGreaterThan(0n);
    }
  });

  it.each(["s", "m"] as const)(
    "of samples that change over time hold another input at every step: step mode '%s'",
    (stepMode) => {
      manualSeed(3);
      const model = scnn({ stepMode, neuron: { kind: "ATIF", params: { vThreshold: 0.1 } } }).eval();
      const xs = tensor(
        Float32Array.from({ length: 4 * 5 * 48 }, (_, i) => ((i * 7919) % 1000) / 500 - 0.5),
        [4, 5, 6, 4, 2],
      );
      const { tensors } = parseSafetensors(filesOf(model, xs).samples, "here");
      expect(tensors.has("x")).toBe(false);
      const [stored, logits] = ["xs", "logits_per_step"].map((name) => tensors.get(name));
      expect([stored?.shape, logits?.shape]).toEqual([
        [4, 4, 2, 6, 4],
        [4, 4, 3],
      ]);
      const own = tensor(Float32Array.from(stored?.data as Float32Array), [4, 4, 2, 6, 4]).permute([
        0, 1, 3, 4, 2,
      ]);
      // Four of the five, in their order, each whole.
      const sample = (all: Tensor, n: number, N: number): string => {
        const data = all.toArray();
        const each = data.length / 4 / N;
        return [0, 1, 2, 3].map((t) => data.slice((t * N + n) * each, (t * N + n + 1) * each).join()).join();
      };
      const given = [0, 1, 2, 3, 4].map((n) => sample(xs, n, 5));
      const places = [0, 1, 2, 3].map((n) => given.indexOf(sample(own, n, 4)));
      expect(places).toEqual([...new Set(places)].sort());
      expect(places).not.toContain(-1);
      const steps = logits?.data as Float32Array;
      noGrad(() => model.runSequence(own))
        .toArray()
        .forEach((value, i) => {
          const sum = [0, 1, 2, 3].reduce((total, t) => total + steps[t * 12 + i], 0);
          expect(sum / 4).toBeCloseTo(value, 5);
        });
    },
  );

  it("are those of which no potential is close to its threshold", () => {
    // One neuron, theta 1, one time step: what comes close to 1 is left out.
    const model = new GraphModel({
      inputShape: [1],
      outputShape: [1],
      timesteps: 1,
      layers: [layer("neuron", "IFNode", { vReset: null })],
    });
    const given = tensor([0.999, 0.5, 1.001, 2, 1, 0.25, 1.01, 3], [8, 1]);
    const { tensors } = parseSafetensors(filesOf(model, given).samples, "here");
    expect([...(tensors.get("x")?.data as Float32Array)]).toEqual([0.5, 2, 0.25, 3]);
    expect([...(tensors.get("spikes.neuron")?.data as BigInt64Array)]).toEqual([0n, 1n, 0n, 1n]);
  });
});

class Twice extends SpikingModel {
  readonly #neuron = this.registerChild("neuron", new IFNode());

  constructor() {
    super([3], [3], 2, "s");
  }

  override forward(x: Tensor): Tensor {
    return this.#neuron.forward(this.#neuron.forward(x));
  }
}

describe("the report", () => {
  it("is exact, and says that thresholds are guarded by hand where they are learned", () => {
    expect(toPyTorch(smlp()).report).toMatchObject({
      verdict: "exact",
      notes: [{ what: "thresholds are guarded by hand" }],
    });
    expect(toPyTorch(smlp({ kind: "IFNode" })).report).toEqual({ verdict: "exact", notes: [] });
  });

  it("is approximate where the surrogate has no name", () => {
    const model = smlp({
      kind: "IFNode",
      params: { surrogateFunction: (q: Tensor) => q, backend: "eager" },
    } as never);
    const { report } = toPyTorch(model);
    expect(report.verdict).toBe("approximate");
    expect(report.notes[0]).toMatchObject({ layer: "layers.neuron1", what: "surrogate gradient of its own" });
  });

  it("names what cannot be written, and there are no files then", () => {
    const { files, report } = toPyTorch(quantizeModel(smlp(), { bits: 8 }));
    expect(files).toBeNull();
    expect(report.verdict).toBe("unsupported");
    expect(report.notes.map(({ layer: each }) => each)).toEqual([
      "layers.fc1",
      "layers.neuron1",
      "layers.fc2",
    ]);
    expect(toPyTorch(new Twice()).report.notes[0].what).toMatch(/called more than once/);
  });

  it("refuses samples that the network does not take", () => {
    expect(() => toPyTorch(smlp(), { samples: tensor([1, 2], [1, 2]) })).toThrow(
      /toPyTorch: samples is \[1, 2\]; expected \[N, 2, 3, 2\], channels last, N at least 1; or, .*, \[4, N, 2, 3, 2\]\.$/,
    );
    expect(() => toPyTorch(smlp(), { samples: [1] as never })).toThrow(
      /toPyTorch: samples is \[1\]; expected a tensor/,
    );
    expect(() => toPyTorch(smlp(), { sample: 1 } as never)).toThrow(/unknown option "sample"/);
  });
});
