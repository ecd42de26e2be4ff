/** The C gives the integers of the simulator at every layer and step, compiles without a warning, and plans its memory. */

import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { exportC, type ExportCOptions } from "../../src/deployment/c/export-c.js";
import { IntegerModel } from "../../src/deployment/integer/integer-model.js";
import { init } from "../../src/kernels/select.js";
import { neuronKinds, neuronSpecOf } from "../../src/neurons/table.js";
import { networkGraph } from "../../src/models/network-graph.js";
import { createModel } from "../../src/models/table.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { identifierOf } from "../../src/graph/layer-graph.js";
import "../../src/ops/install.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { runSelfTest as run } from "./c-compiler.js";

const compilers = ["gcc", "clang"].filter((each) => spawnSync(each, ["--version"]).status === 0);

/** A network drawn at random, with thresholds that let through and hold back. */
function drawn(seed: number): SpikingModel {
  const g = new Generator(seed);
  manualSeed(seed);
  const pick = <T>(...from: readonly T[]): T => from[g.integer(from.length)];
  const isHard = g.integer(2) === 0;
  const params: Readonly<Record<string, object>> = {
    ATIF: { vThreshold: 0.6 },
    IFSRL: { vThreshold: 0.6 },
    IFNode: { vReset: isHard ? -0.25 : null, vThreshold: 0.7 },
    LIFNode: {
      vReset: isHard ? 0.125 : null,
      tau: pick(1.5, 2, 3),
      decayInput: g.integer(2) === 0,
      vThreshold: 0.4,
    },
    ParametricLIFNode: { vReset: null, initTau: 2, vThreshold: 0.4 },
  };
  const kind = pick(...Object.keys(params));
  const neuron = { kind, params: params[kind] };
  const shared = { neuron, timesteps: pick(2, 3), outputShape: [3] };
  const dims = pick(1, 2);
  const inputShape = dims === 1 ? [11, 2] : [7, 6, 2];
  const architecture = pick(
    { kind: "SMLP", options: { ...shared, inputShape, units: [9, 7] } },
    {
      kind: "SCNN",
      options: {
        ...shared, inputShape, filters: [4, 5], kernelSizes: [3, 3], paddings: [1, 1], strides: [1, pick(1, 2)],
        poolSizes: [pick(0, 2), 0], fcUnits: [6], dropouts: 0.1, separables: [false, pick(true, false)],
        gsp: pick(true, false), batchNorm: pick(true, false), prepool: pick(1, 1, 2), dims,
      },
    },
    {
      kind: "SResNet",
      options: {
        ...shared, inputShape, filters: [4, 4, 6], kernelSizes: [3, 3, 3], paddings: [1, 1, 1], strides: [1, 1, 2],
        numBlocks: [1, 1], batchNorm: pick(true, false), postpool: pick("max", "avg"), dims,
      },
    },
  ); // prettier-ignore
  return createModel(architecture).eval();
}

/** Fractional bits for every layer, now and then others than its neighbours'. */
function rangesFor(model: SpikingModel, width: 8 | 16, seed: number): string {
  const g = new Generator(seed);
  const round = ["floor", "nearest", "ceil"][g.integer(3)];
  const middle = width === 8 ? 4 : 10;
  const lines = networkGraph(model)
    .nodes.slice(1)
    .map(({ name, kind }) => {
      const q = middle + g.integer(3) - 1;
      const hasWeights = /^(Conv|Linear|BatchNorm|ATIF|IF|LIF|Parametric)/.test(kind);
      return [
        identifierOf(name),
        middle,
        q,
        hasWeights ? middle + g.integer(3) - 1 : "None",
        "None",
        round,
        round,
        round,
      ];
    });
  return lines.map((line) => line.join(",")).join("\n");
}

function samples(model: SpikingModel, seed: number, length = 4): Dataset {
  const g = new Generator(seed);
  const size = model.inputShape.reduce((product, each) => product * each, 1);
  return new Dataset({
    name: "drawn",
    x: Float32Array.from({ length: length * size }, () => g.uniform(-0.5, 1.5)),
    labels: new Int32Array(length),
    sampleShape: [...model.inputShape],
    classes: model.outputShape[0],
  });
}

function exported(seed: number, more: Partial<ExportCOptions> = {}): Record<string, string> {
  const model = drawn(seed);
  const width = seed % 2 === 0 ? 8 : 16;
  const ranges = rangesFor(model, width, seed);
  return exportC(model, {
    width,
    longWidth: width === 8 ? 32 : 64,
    ranges,
    tests: samples(model, seed),
    ...more,
  });
}

describe("exportC", () => {
  beforeAll(() => init({ backend: "wasm" }));

  const many = process.env.ATIF_SEEDS;
  // Few, of every kind of neuron and of network, flat and of images, as a compiler takes its time.
  const few = [0, 1, 3, 5, 6, 7, 8, 9, 14, 15];
  const seeds = many === undefined ? few : Array.from({ length: Number(many) }, (_, i) => i);

  it("is tried on every kind of neuron that it knows, in every kind of network", () => {
    const models = seeds.map(drawn);
    const neurons = models.flatMap((model) => model.neurons().map((neuron) => neuronSpecOf(neuron).kind));
    expect([...new Set(neurons)].sort()).toEqual([...neuronKinds].sort());
    const networks = models.map(
      ({ architecture: { kind }, inputShape }) => `${kind} ${inputShape.length - 1}D`,
    );
    expect([...new Set(networks)].sort()).toEqual([
      ...["SCNN 1D", "SCNN 2D", "SMLP 1D", "SResNet 1D", "SResNet 2D"],
    ]);
  });

  it.skipIf(compilers.length === 0).each(seeds)("gives the simulator's integers: network %i", (seed) => {
    const sanitized = ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    const options = seed % 4 === 0 ? sanitized : [["-O0", "-O2", "-Os"][seed % 3]];
    const files = exported(seed, { form: seed % 3 === 0 ? "dense" : "events" });
    expect(run(files, compilers[seed % compilers.length], options)).toMatch(/^PASS: 4 samples, /);
  });

  it("is tried on networks that fire, now and then", () => {
    const lively = seeds.filter((seed) => {
      const model = drawn(seed);
      const width = seed % 2 === 0 ? 8 : 16;
      const integer = new IntegerModel(model, {
        width,
        longWidth: width === 8 ? 32 : 64,
        ranges: rangesFor(model, width, seed),
      });
      const x = integer.quantizeInput(samples(model, seed).batch([0]).x);
      const maps = Array.from({ length: model.timesteps }, () => (integer.step(x), integer.maps));
      const neurons = integer.program.layers.filter(({ kind }) => kind === "neuron");
      return neurons.some(({ name }) => {
        const fired = maps.flatMap((map) => [...map[name]]);
        return fired.includes(0) && fired.some((value) => value !== 0);
      });
    });
    expect(lively.length).toBeGreaterThan(seeds.length * 0.7);
  });

  it("says what it is, and needs no header but three", () => {
    const files = exported(4, { name: "digits" });
    expect(Object.keys(files)).toEqual(["digits.h", "digits.c", "Makefile", "README.md", "digits_test.c"]);
    const code = `${files["digits.h"]}${files["digits.c"]}`;
    const headers = [...code.matchAll(/#include <(.*)>/g)].map(([, header]) => header);
    expect(new Set(headers)).toEqual(new Set(["stddef.h", "stdint.h", "string.h"]));
    expect(code).not.toMatch(/\b(float|double|malloc)\b/);
    expect(files["digits.h"]).toMatch(/^#define DIGITS_TIMESTEPS \d$/m);
    expect(files["README.md"]).toMatch(/^\| `digits_state`, in RAM .* \| \d+ \|$/m);
  });

  it.skipIf(compilers.length === 0)("counts the bytes of the state", () => {
    const files = exported(2);
    const ram = /`network_state`, in RAM .* \| (\d+) \|/.exec(files["README.md"])?.[1];
    const program = `#include "network.h"\n#include <stdio.h>\nvoid network_trace(int l, int32_t i, int32_t v) { (void)l; (void)i; (void)v; }\nint main(void) { printf("%d", (int)sizeof(network_state)); return 0; }\n`;
    expect(run({ ...files, "network_test.c": program }, compilers[0], ["-O0"])).toBe(ram);
  });

  it.skipIf(compilers.length === 0)("the self-test says where integers differ", () => {
    const files = exported(6);
    const wrong = files["network.c"].replace(/return \(network_number\)\(v </, "v += v != 0;\n  $&");
    expect(wrong).not.toBe(files["network.c"]);
    expect(run({ ...files, "network.c": wrong }, compilers[0], ["-O1"])).toMatch(
      /^FAIL: sample 0, step 0, layer \S+: checksum \d+, expected \d+\n$/,
    );
  });

  it.each<[string, Partial<ExportCOptions>, string]>([
    ["a name", { name: "Net-1" }, 'exportC: name is "Net-1"; expected lower-case letters, digits and _'],
    ["a form", { form: "fast" as never }, 'exportC: form is "fast"; expected one of'],
    ["no samples", { samples: 0 }, "exportC: samples is 0"],
    ["tests of other classes", { tests: new Dataset({ name: "d", x: new Float32Array(1), labels: [7], sampleShape: [1] }) }, 'exportC: "d" has 8 classes'],
    ["an option", { fast: true } as never, 'exportC: unknown option "fast"'],
    ["a width", { width: 12 as never }, 'exportC: width is "12"; expected one of "float32", "8", "16".'],
  ])("refuses %s", (_, more, message) => {
    expect(() => exported(2, more)).toThrow(message);
  }); // prettier-ignore
});
