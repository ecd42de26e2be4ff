/**
 * One definition of the integers: a quantized network in evaluation, times 2^q, gives what IntegerModel and the exported C give, at
 * every layer, time step and sample.
 */

import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { exportC } from "../../src/deployment/c/export-c.js";
import { foldThresholds } from "../../src/deployment/fold-thresholds.js";
import { fuseBatchNorm } from "../../src/deployment/fuse-batch-norm.js";
import { IntegerModel } from "../../src/deployment/integer/integer-model.js";
import { identifierOf } from "../../src/graph/layer-graph.js";
import { init } from "../../src/kernels/select.js";
import type { Module } from "../../src/module/module.js";
import { networkGraph } from "../../src/models/network-graph.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { createModel } from "../../src/models/table.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import "../../src/ops/install.js";
import { calibrate } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import type { QuantParams } from "../../src/quantization/quantizer-options.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { runSelfTest } from "./c-compiler.js";
import { picking, randomNetwork, randomQuantizers, randomSamples } from "./random-networks.js";

const SAMPLES = 2;

/** A quantized network that knows its ranges. */
function quantizedFrom(float: SpikingModel, params: QuantParams, seed: number): SpikingModel {
  const model = quantizeModel(float, params).eval();
  const width = picking(new Generator(seed))(0.05, 1, 1, 1, 40);
  calibrate(model, randomSamples(model, seed, 3, width));
  return model;
}

/** What every layer gives at every step, [N, ...] each, by the name that it has in C. */
function layerOutputs(model: SpikingModel, xs: Tensor): Map<string, Float32Array[]> {
  const seen = new Map<string, Float32Array[]>();
  // What hands the network's input on has not been quantized yet.
  const raw = new Set(["input"]);
  const nodes = networkGraph(model).nodes.filter(({ name, kind, inputs, module }) => {
    if (["Flatten", "Dropout"].includes(kind) && raw.has(inputs[0].name)) raw.add(name);
    return module !== null && !raw.has(name);
  });
  const T = xs.shape[0];
  for (const { name, module } of nodes) {
    const layer = module as Module;
    const forward = layer.forward.bind(layer);
    const steps: Float32Array[] = [];
    seen.set(identifierOf(name), steps);
    const told = (...inputs: readonly Tensor[]): Tensor => {
      const y = forward(inputs[0], ...inputs.slice(1));
      const all = y.toArray();
      if (layer.stepMode === "s") steps.push(all);
      else
        for (let t = 0; t < T; t++) steps.push(all.slice((t * all.length) / T, ((t + 1) * all.length) / T));
      return y;
    };
    Object.defineProperty(layer, "forward", { value: told, configurable: true });
  }
  try {
    noGrad(() => void model.runSequence(xs));
  } finally {
    for (const { module } of nodes) Reflect.deleteProperty(module as Module, "forward");
    model.reset();
  }
  return seen;
}

/** [T, N, ...] */
function sequence(model: SpikingModel, seed: number, T: number, isStill: boolean): Tensor {
  const x = randomSamples(model, seed, isStill ? SAMPLES : T * SAMPLES, 1.5).x;
  const values = isStill ? Array.from({ length: T }, () => [...x]).flat() : [...x];
  return tensor(values, [T, SAMPLES, ...model.inputShape]);
}

/** Integers that differ, all that were compared, and whether a neuron fired and held back. */
function compare(model: SpikingModel, integer: IntegerModel, xs: Tensor) {
  const [T, N] = xs.shape;
  const seen = layerOutputs(model, xs);
  const { layers } = integer.program;
  const differences: string[] = [];
  let compared = 0;
  const fired = new Set<boolean>();
  const size = xs.size / T / N;
  for (let n = 0; n < N; n++) {
    integer.reset();
    for (let t = 0; t < T; t++) {
      const x = xs.data.slice((t * N + n) * size, (t * N + n + 1) * size);
      integer.step(integer.quantizeInput(x));
      const { maps } = integer;
      for (const { name, q, kind } of layers) {
        const steps = seen.get(name);
        // A change of grid before a layer is the quantizer of its input, and no layer.
        if (steps === undefined) continue;
        const own = maps[name];
        const values = steps[t].subarray(n * own.length, (n + 1) * own.length);
        compared += own.length;
        own.forEach((value, i) => {
          if (kind === "neuron") fired.add(value !== 0);
          const given = values[i] * 2 ** q;
          if (given !== value && (given !== 0 || value !== 0))
            differences.push(`${name}[${i}], step ${t}, sample ${n}: ${given} and ${value}`);
        });
      }
    }
  }
  expect(layers.filter(({ name }) => seen.has(name)).length).toBeGreaterThan(3);
  return { differences: differences.slice(0, 3), compared, isLively: fired.size === 2 };
}

const seeds = Array.from({ length: Number(process.env.ATIF_SEEDS ?? 100) }, (_, i) => i);
const lively: number[] = [];
/** What the networks were made of. */
const met = new Set<string>();

function meet(model: SpikingModel, { program }: IntegerModel, params: QuantParams, isStill: boolean): void {
  met
    .add(model.architecture.kind)
    .add(isStill ? "still" : "changing")
    .add(`mode ${model.stepMode}`);
  met.add(`${params.bits} bits`).add(`${model.inputShape.length - 1} dimensions`);
  for (const neuron of model.neurons()) met.add(neuron.traits.kind);
  for (const layer of program.layers) {
    met.add(layer.kind);
    if (layer.kind === "weightedSum" && layer.groups > 1) met.add("groups");
    if (layer.kind === "add" && layer.inputs.length > 1) met.add("sum of branches");
  }
}

describe("one definition of the integers", () => {
  beforeAll(() => init({ backend: "wasm", threads: 1 }));

  it.each(seeds)("network %i: quantized, in evaluation, and in whole numbers", (seed) => {
    const params = randomQuantizers(seed);
    const float = randomNetwork(seed);
    const model = quantizedFrom(float, params, seed);
    const integer = new IntegerModel(model, { longWidth: 64 });
    const isStill = seed % 2 === 0;
    const { differences, isLively } = compare(model, integer, sequence(model, seed, 4, isStill));
    expect(differences, JSON.stringify(params)).toEqual([]);
    if (isLively) lively.push(seed);
    met.add(float.architecture.kind);
    meet(model, integer, params, isStill);
  });

  it("is tried on networks that fire, now and then", () => {
    expect(lively.length).toBeGreaterThan(seeds.length * 0.7);
  });

  it("is tried on every kind of network, neuron and layer, for inputs that stand still and that change", () => {
    const all = [
      ...["SMLP", "SCNN", "SResNet", "GraphModel", "1 dimensions", "2 dimensions", "mode s", "mode m"],
      ...[
        "QuantizedATIF",
        "QuantizedIFSRL",
        "QuantizedIFNode",
        "QuantizedLIFNode",
        "QuantizedParametricLIFNode",
      ],
      ...["weightedSum", "channelScale", "maxPool", "averagePool", "sumPool", "add", "neuron", "groups"],
      ...["sum of branches", "still", "changing", "8 bits", "16 bits"],
    ];
    expect(all.filter((each) => !met.has(each))).toEqual([]);
  });

  // Of any bits, and of 8 and 16.
  const someSeeds = seeds.filter((seed) => seed % 13 === 5);

  it.skipIf(spawnSync("gcc", ["--version"]).status !== 0).each(someSeeds)(
    "network %i: the C, too",
    (seed) => {
      const model = quantizedFrom(randomNetwork(seed), randomQuantizers(seed), seed);
      const files = exportC(model, { longWidth: 64, tests: randomSamples(model, seed, 3, 1) });
      expect(runSelfTest(files, "gcc", ["-O1"])).toMatch(/^PASS: 3 samples, /);
    },
  );

  it.skipIf(spawnSync("gcc", ["--version"]).status !== 0)(
    "the C, where the spikes of a group are gathered",
    () => {
      manualSeed(5);
      const neuron = { kind: "ATIF", options: { vThreshold: 0.4 } };
      const float = new GraphModel({
      inputShape: [4, 4, 2],
      outputShape: [3],
      timesteps: 3,
      layers: [
        { name: "first", kind: "Conv2d", options: { inChannels: 2, outChannels: 12, kernelSize: 1 } },
        { name: "fire", ...neuron },
        { name: "groups", kind: "Conv2d", options: { inChannels: 12, outChannels: 34, kernelSize: 3, padding: 1, groups: 2 } },
        { name: "again", ...neuron },
        { name: "flat", kind: "Flatten", options: {} },
        { name: "out", kind: "Linear", options: { inFeatures: 544, outFeatures: 3 } },
      ],
    }); // prettier-ignore
      const model = quantizedFrom(float.eval(), { bits: 8 }, 3);
      const files = exportC(model, { tests: randomSamples(model, 5, 4, 1) });
      expect(files["network.c"]).toContain("for (g = 0; g < 2; g++) {");
      expect(runSelfTest(files, "gcc", ["-O1"])).toMatch(/^PASS: 4 samples, /);
      const { differences, isLively } = compare(model, new IntegerModel(model), sequence(model, 5, 3, true));
      expect([differences, isLively]).toEqual([[], true]);
    },
  );

  it("a network whose thresholds were folded multiplies nothing", () => {
    const options = {
      inputShape: [6, 5, 2], outputShape: [3], filters: [4, 5], kernelSizes: [3, 3], paddings: [1, 1], strides: [1, 1],
      poolSizes: [2, 0], fcUnits: [6], batchNorm: true, dims: 2, timesteps: 4,
      neuron: { kind: "ATIF", params: { vThreshold: 0.4 } },
    } as const; // prettier-ignore
    manualSeed(2);
    const float = createModel({ kind: "SCNN", options }).eval();
    const { model: folded } = foldThresholds(fuseBatchNorm(float));
    const model = quantizedFrom(folded, { bits: 8 }, 3);
    expect(new Set(model.neurons().map(({ traits }) => traits.kind))).toEqual(new Set(["QuantizedIFSRL"]));
    const { differences, isLively } = compare(model, new IntegerModel(model), sequence(model, 3, 5, true));
    expect([differences, isLively]).toEqual([[], true]);
  });
});
