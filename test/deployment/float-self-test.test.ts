/** What exportC writes of float32 networks: files that say what they are, a self-test that means something, and refusals. */

import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { exportC, exportedC, type ExportCOptions } from "../../src/deployment/c/export-c.js";
import { floatLiteral } from "../../src/deployment/c/float-numbers.js";
import { foldThresholds } from "../../src/deployment/fold-thresholds.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { SMLP } from "../../src/models/smlp.js";
import "../../src/ops/install.js";
import { calibrate } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { runSelfTest } from "./c-compiler.js";
import { randomNetwork, randomSamples } from "./random-networks.js";

const compiler = ["gcc", "clang"].find((each) => spawnSync(each, ["--version"]).status === 0);

/** A neuron behind three weights, shown three numbers once. */
function threeWeights(weight: number, vThreshold: number): GraphModel {
  const layers: AnyLayerSpec[] = [
    { name: "fc", kind: "Linear", options: { inFeatures: 3, outFeatures: 2, bias: false } },
    { name: "fire", kind: "IFNode", options: { vReset: null, vThreshold } },
  ];
  const model = new GraphModel({ inputShape: [3], outputShape: [2], layers, timesteps: 1 });
  const data = [weight, weight, weight, 0, 0, 0];
  model.loadStateDict({ "fc.weight": { shape: [2, 3], data } });
  return model.eval();
}

const dataset = (...samples: number[][]): Dataset =>
  new Dataset({
    name: "d",
    x: Float32Array.from(samples.flat()),
    labels: new Int32Array(samples.length),
    sampleShape: [3],
    classes: 2,
  });

const float32 = (more: Partial<ExportCOptions> = {}): ExportCOptions => ({ width: "float32", ...more });

describe("exportC in float32 numbers", () => {
  beforeAll(() => init({ backend: "wasm", threads: 1 }));

  it("says what it is, and needs no header but three", () => {
    const model = randomNetwork(5);
    const files = exportC(model, float32({ name: "digits", tests: randomSamples(model, 1, 3, 1) }));
    expect(Object.keys(files)).toEqual(["digits.h", "digits.c", "Makefile", "README.md", "digits_test.c"]);
    const code = `${files["digits.h"]}${files["digits.c"]}`;
    const headers = [...code.matchAll(/#include <(.*)>/g)].map(([, header]) => header);
    expect(new Set(headers)).toEqual(new Set(["stddef.h", "stdint.h", "string.h"]));
    expect(code).not.toMatch(/\b(double|malloc|sqrtf?|fabsf?|expf?|floorf?)\b/);
    // All constants are constant, and the caller owns all else.
    expect(code).not.toMatch(/^(static )?(?!static const|typedef)(float|uint8_t|int32_t) \w+\[/m);
    expect(files["digits.h"]).toContain("typedef float digits_number;");
    expect(files["digits.h"]).not.toMatch(/_BITS/);
    expect(files.Makefile).toContain("$(CC) $(CFLAGS) -ffp-contract=off -c -o $@ digits.c");
    expect(files.Makefile).toMatch(/^# -ffp-contract=off: A product and a sum/m);
    expect(files["README.md"]).toMatch(/^\| `digits_state`, in RAM .* \| \d+ \|$/m);
    expect(files["README.md"]).not.toMatch(/fractional bits/);
  });

  it("says how samples are prepared", () => {
    const model = new SMLP({
      inputShape: [3],
      outputShape: [2],
      units: [2],
      timesteps: 2,
      neuron: { kind: "ATIF" },
    });
    model.preprocessing = [{ kind: "Normalize", options: { mean: [0.5], std: [0.25] } }];
    expect(exportC(model, float32())["network.h"]).toContain(
      " * Samples are prepared first: Normalize (mean 0.5, std 0.25).",
    );
  });

  it("multiplies nothing behind thresholds that were folded", () => {
    manualSeed(3);
    const neuron = { kind: "ATIF", params: { vThreshold: 0.4 } } as const;
    const model = new SMLP({ inputShape: [3], outputShape: [2], units: [4, 3], timesteps: 2, neuron });
    const behindSpikes = (source: string): string =>
      /static void network_layers_fc2[^]*?^}/m.exec(source)?.[0].replace(/\w+ \*\w+|\d+ \* /g, "") ?? "*";
    expect(behindSpikes(exportC(model, float32())["network.c"])).toMatch(/sum\[f\] \* 0\.\d+f/);
    const { model: folded } = foldThresholds(model);
    expect(behindSpikes(exportC(folded, float32())["network.c"])).not.toMatch(/\*(?!y)/);
    const dense = exportC(folded, float32({ form: "dense" }))["network.c"];
    expect(behindSpikes(dense)).toContain("w[f] * (float)row[c]");
  });

  it.skipIf(compiler === undefined)("has a self-test that passes, and finds a spike and a logit that are wrong", () => {
    const model = randomNetwork(7);
    const files = exportC(model, float32({ tests: randomSamples(model, 1, 3, 1) }));
    const run = (source: string): string =>
      runSelfTest({ ...files, "network.c": source }, compiler ?? "", ["-O1", "-ffp-contract=off", "-fsanitize=address,undefined"]);
    const source = files["network.c"];
    expect(run(source)).toMatch(/^PASS: 3 samples, \d steps, \d+ layers, \d+ spikes, 0 differences\n$/);
    expect(run(source.replace("u >= ", "u + 0.3f >= "))).toMatch(/^FAIL: sample 0, step 0, layer \S+: checksum of spikes \d+, expected \d+\n$/);
    const shifted = source.replace(/total\[i\] \+= output\[i\]/, "$& * 1.0001f + 0.0001f");
    expect(shifted).not.toBe(source);
    expect(run(shifted)).toMatch(/^FAIL: sample 0, output \d: sum \S+, expected \S+\n$/);
  }, 30_000); // prettier-ignore

  it.skipIf(compiler === undefined)("counts the bytes of the state", () => {
    const model = randomNetwork(7);
    const { files, ram } = exportedC(model, float32());
    const program = `#include "network.h"\n#include <stdio.h>\nvoid network_trace(int l, int32_t i, float v) { (void)l; (void)i; (void)v; }\nint main(void) { printf("%d", (int)sizeof(network_state)); return 0; }\n`;
    expect(runSelfTest({ ...files, "network_test.c": program }, compiler ?? "", ["-O0"])).toBe(String(ram));
  });

  const linear: AnyLayerSpec = { name: "fc", kind: "Linear", options: { inFeatures: 3, outFeatures: 2 } };

  it.skipIf(compiler === undefined).each<[string, AnyLayerSpec[]]>([
    ["no neuron", [linear]],
    ["neurons at both ends, called as functions are", [{ name: "step", kind: "ATIF" }, linear, { name: "reset", kind: "ATIF" }]],
    ["a sum of spikes and numbers, and names that C would take for one", [
      linear,
      { name: "fire", kind: "IFNode", options: { vReset: -0.3 } },
      { name: "sum", kind: "Add", options: {}, inputs: ["fire", "fc"] },
      { name: "aB", kind: "IFNode", options: {} },
      { name: "a_b", kind: "LIFNode", options: { tau: 3, decayInput: false, vReset: 0.1 } },
    ]],
  ])("takes %s", (_, layers) => {
    manualSeed(2);
    const model = new GraphModel({ inputShape: [3], outputShape: [2], timesteps: 4, layers });
    const files = exportC(model, float32({ tests: dataset([1, 0.5, 2], [0.1, 0.2, 0.3]) }));
    expect(runSelfTest(files, compiler ?? "", ["-O0"])).toMatch(/^PASS: 2 samples, 4 steps, \d layers?, /);
  }, 30_000); // prettier-ignore

  it("leaves samples out in which a spike hangs on rounding, and says so", () => {
    // 0.1 + 0.1 + 0.1 is the threshold but for rounding; 0.1 + 0.1 is not.
    const model = threeWeights(0.1, 0.3);
    const { files, ties } = exportedC(model, float32({ tests: dataset([1, 1, 1], [1, 1, 0], [1, 1, 5]) }));
    expect(ties).toBe(1);
    expect(files["network_test.c"]).toContain("#define SAMPLES 2");
    expect(files["network_test.c"]).toContain("1 more in which a spike or the class hangs on rounding");
    const none = exportedC(model, float32({ tests: dataset([1, 1, 0]) }));
    expect([none.ties, none.files["network_test.c"].includes("hangs on rounding")]).toEqual([0, false]);
    expect(() => exportC(model, float32({ tests: dataset([1, 1, 1]) }))).toThrow(
      'exportC: in all of the first 1 sample of tests "d" a spike or the class hangs on rounding',
    );
  });

  it("keeps samples that meet the threshold to the bit where nothing is rounded", () => {
    const { ties } = exportedC(threeWeights(0.25, 0.75), float32({ tests: dataset([1, 1, 1], [1, 1, 0]) }));
    expect(ties).toBe(0);
  });

  it("runs the model as in evaluation, and leaves its mode alone", () => {
    const model = randomNetwork(12);
    const tests = randomSamples(model, 1, 3, 1);
    const expected = exportC(model, float32({ tests }));
    model.train();
    const before = model.stateDict();
    expect(exportC(model, float32({ tests }))).toEqual(expected);
    expect(model.training).toBe(true);
    expect(model.stateDict()).toEqual(before);
  });

  it("writes numbers that are read again, whatever the compiler computes with", () => {
    const g = new Generator(4);
    const words = new Uint32Array(2000).map(() => g.integer(2 ** 32));
    const values = new Float32Array(words.buffer).filter((value) => Number.isFinite(value));
    for (const value of [...values, 0, 1, -1, 1e10, 16777216, 1e-45, 3.4028234663852886e38]) {
      const text = floatLiteral(value);
      expect(text).toMatch(/^(\(-)?\d+(\.\d+)?(e[+-]\d+)?f\)?$/);
      expect(text).toMatch(/[.e]/);
      const read = Number(text.replace(/[()f]/g, ""));
      expect(Math.fround(read)).toBe(Math.fround(value));
      // Also if it is rounded twice: far from the middle between two numbers.
      const near = Math.fround(value * (1 + 2 ** -23));
      if (value !== 0 && Number.isFinite(near) && Math.abs(value) > 1e-37)
        expect(Math.abs(read - value)).toBeLessThan(Math.abs(near - value) / 10);
    }
  });

  const quantized = () => {
    const model = threeWeights(0.5, 1);
    const whole = quantizeModel(model, { bits: 8 }).eval();
    calibrate(whole, dataset([1, 1, 1]));
    return whole;
  };

  const diverged = () => {
    const model = threeWeights(1, 1);
    model.parameters()[0].data[1] = NaN;
    return model;
  };

  it.each<[string, () => unknown, string]>([
    ["a quantized network", () => exportC(quantized(), float32()), 'exportC: width is "float32" and the network is quantized; expected one that is not. Export the network that quantizeModel() was given, or leave width out'],
    ["a float network in 8 bits", () => exportC(threeWeights(1, 1), { width: 8 }), 'exportC: width is 8 and the network computes with float32 numbers; expected a quantized network, or ranges. Quantize it first, with quantizeModel() and calibrate(), or give width: "float32".'],
    ["a float network without a width", () => exportC(threeWeights(1, 1)), "exportC: width is undefined and the network computes with float32 numbers;"],
    ["ranges", () => exportC(threeWeights(1, 1), float32({ ranges: "" })), 'exportC: ranges is given and width is "float32"; expected whole numbers with it. Leave it out, or give width: 8 or 16.'],
    ["wide sums", () => exportC(threeWeights(1, 1), float32({ longWidth: 64 })), 'exportC: longWidth is given and width is "float32"'],
    ["compat", () => exportC(threeWeights(1, 1), float32({ compat: "qualia" })), 'exportC: compat is given and width is "float32"'],
    ["a compat", () => exportC(quantized(), { compat: "other" as never }), 'exportC: compat is "other"; expected one of "qualia"'],
    ["a network without work", () => exportC(new GraphModel({ inputShape: [3], outputShape: [3], timesteps: 2, layers: [{ name: "d", kind: "Dropout", options: { p: 0.5 } }] }), { width: "float32" }), "exportC: the network computes nothing, its input is its output; expected a layer that does, such as Linear."],
    ["a width in quotes", () => exportC(threeWeights(1, 1), { width: "8" as never }), 'exportC: width is "8"; expected a number. Write it without quotes.'],
    ["a weight that is none", () => exportC(diverged(), float32()), "exportC: fc holds NaN; expected finite numbers."],
    ["no model", () => exportC({} as never, float32()), "exportC: model is"],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(message);
  }); // prettier-ignore
});
