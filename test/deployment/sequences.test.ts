/** Samples that change over time on devices: IntegerModel and exported C are shown one input at each time step. */

import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { Dataset } from "../../src/datasets/dataset.js";
import { exportC, exportedC, type ExportCOptions } from "../../src/deployment/c/export-c.js";
import { IntegerModel } from "../../src/deployment/integer/integer-model.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { init } from "../../src/kernels/select.js";
import { showBatch } from "../../src/measuring/batch-input.js";
import { GraphModel } from "../../src/models/graph-model.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import "../../src/ops/install.js";
import { calibrate } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { evaluate } from "../../src/training/evaluate.js";
import { runSelfTest } from "./c-compiler.js";
import { randomNetwork, randomQuantizers, randomSequences } from "./random-networks.js";

const compiler = ["gcc", "clang"].find((each) => spawnSync(each, ["--version"]).status === 0);
const FLAGS = ["-O1", "-ffp-contract=off"];

/**
 * A neuron of threshold 1 that is set to 0 where it fires; the outputs are its spikes, and 1/4 at every step. Two steps:
 *
 *   [1/4, 1]       u = 1/4, 5/4: fires once    sums 1, 1/2: class 0
 *   [-1, 3/2]      u = -1, 1/2: never          sums 0, 1/2: class 1
 *   [3/2, -1]      u = 3/2, -1: fires once     sums 1, 1/2: class 0
 *
 * Of 1/4 alone, shown twice, it never fires: class 1.
 */
function small(): GraphModel {
  const layers: AnyLayerSpec[] = [
    { name: "first", kind: "Linear", options: { inFeatures: 1, outFeatures: 1, bias: false } },
    { name: "fire", kind: "IFNode", options: { vReset: 0, vThreshold: 1 } },
    { name: "out", kind: "Linear", options: { inFeatures: 1, outFeatures: 2 } },
  ];
  const model = new GraphModel({ inputShape: [1], outputShape: [2], layers, timesteps: 2 });
  model.loadStateDict({
    "first.weight": { shape: [1, 1], data: [1] },
    "out.weight": { shape: [2, 1], data: [1, 0] },
    "out.bias": { shape: [2], data: [0, 0.25] },
  });
  return model.eval();
}

const order = new Dataset({
  name: "order",
  x: Float32Array.of(0.25, 1, -1, 1.5, 1.5, -1),
  labels: [0, 1, 0],
  sampleShape: [2, 1],
  time: true,
});

function quantized(float: SpikingModel, data: Dataset, params = {}): SpikingModel {
  const model = quantizeModel(float, { bits: 8, ...params }).eval();
  calibrate(model, data);
  return model;
}

/** [classes], of one sample. */
const logitsOf = (model: SpikingModel, data: Dataset, sample: number): number[] =>
  noGrad(() => [...showBatch(model, data.batch([sample])).toArray()]);

describe("samples that change over time, on devices", () => {
  beforeAll(() => init({ backend: "wasm", threads: 1 }));

  it("in whole numbers by hand: an input at each step, the potential is kept, and forgotten before the next sample", () => {
    const integer = new IntegerModel(quantized(small(), order));
    const { q } = integer.program.layers[integer.program.layers.length - 1];
    const sums = [0, 1, 2].map((i) => integer.runSequence(integer.quantizeInput(order.batch([i]).x)));
    expect(sums.map((each) => [...each].map((sum) => sum * 2 ** -q))).toEqual([
      [1, 0.5],
      [0, 0.5],
      [1, 0.5],
    ]);
  });

  it("in whole numbers: refuses parts of an input", () => {
    const integer = new IntegerModel(quantized(randomNetwork(3), randomSequences(randomNetwork(3), 1, 2, 1)));
    expect(() => integer.runSequence([1, 2, 3, 4])).toThrow(
      /^IntegerModel\.runSequence: 4 numbers; expected \d+ for each time step, \["T", \d+.*\]\.$/,
    );
    expect(() => integer.runSequence([])).toThrow("IntegerModel.runSequence: 0 numbers; expected");
  });

  // Of both step modes, and of every kind of network and neuron; a mean of four is exact.
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])(
    "network %i: quantized, in evaluation, and in whole numbers",
    (seed) => {
      const float = randomNetwork(seed);
      float.timesteps = 4;
      const model = quantized(float, randomSequences(float, seed, 3, 1), randomQuantizers(seed));
      const integer = new IntegerModel(model, { longWidth: 64 });
      const { q } = integer.program.layers[integer.program.layers.length - 1];
      const data = randomSequences(model, seed + 100, 3, 1.5);
      for (let i = 0; i < data.length; i++) {
        const sums = integer.runSequence(integer.quantizeInput(data.batch([i]).x));
        expect(logitsOf(model, data, i)).toEqual([...sums].map((sum) => (sum * 2 ** -q) / 4 + 0));
      }
    },
  );

  it.skipIf(compiler === undefined).each(["float32", 8] as const)(
    "in C, by hand, %s: the self-test passes, and fails where inputs stand still",
    (width) => {
      const model = width === 8 ? quantized(small(), order) : small();
      const files = exportC(model, { width, tests: order });
      const run = (changed: Record<string, string>): string =>
        runSelfTest({ ...files, ...changed }, compiler ?? "", FLAGS);
      expect(run({})).toMatch(/^PASS: 3 samples, 2 steps, /);
      const [source, test] = [files["network.c"], files["network_test.c"]];
      const stays = source.replace("    input += NETWORK_INPUTS;\n", "");
      expect(stays).not.toBe(source);
      expect(run({ "network.c": stays })).toBe("FAIL: sample 0 is classified as 1, expected 0\n");
      const first = test.replace("(size_t)step * NETWORK_INPUTS", "0");
      expect(first).not.toBe(test);
      expect(run({ "network_test.c": first })).toMatch(/^FAIL: sample 0, step 1, layer /);
    },
  );

  it.skipIf(compiler === undefined).each([3, 6, 8, 14])("network %i in C", (seed) => {
    const float = randomNetwork(seed);
    const model = quantized(float, randomSequences(float, seed, 3, 1), randomQuantizers(seed));
    const tests = randomSequences(model, seed + 100, 3, 1.5);
    const form = seed % 4 === 0 ? "dense" : "events";
    expect(runSelfTest(exportC(model, { longWidth: 64, tests, form }), compiler ?? "", FLAGS)).toMatch(
      /^PASS: 3 samples, /,
    );
    expect(runSelfTest(exportC(float, { width: "float32", tests, form }), compiler ?? "", FLAGS)).toMatch(
      /^PASS: [123] samples, /,
    );
  });

  it("the class of exported C is that of the library", async () => {
    const test = exportC(small(), { width: "float32", tests: order })["network_test.c"];
    expect(/classes\[SAMPLES\] = \{\n {2}([^\n]*)/.exec(test)?.[1]).toBe("0, 1, 0");
    expect((await evaluate(small(), order)).accuracy).toBe(1);
  });

  it("the C says what it takes, computes nothing once, and needs no place for it", () => {
    const float = randomNetwork(8);
    const still = exportedC(float, { width: "float32" });
    const moving = exportedC(float, { width: "float32", time: true });
    const size = float.timesteps * float.inputShape.reduce((product, length) => product * length, 1);
    expect(moving.files["network.h"]).toContain(`#define NETWORK_SEQUENCE ${size}\n`);
    expect(moving.files["network.h"]).toContain("shows NETWORK_TIMESTEPS inputs, one in each step");
    expect(moving.files["README.md"]).toContain("A sample has an input for each time step");
    expect(moving.files["network.c"]).not.toContain("_still(");
    expect(still.files["network.c"]).toContain("_still(");
    expect(still.files["network.h"]).not.toContain("SEQUENCE");
    expect(moving.ram).toBeLessThanOrEqual(still.ram);
    const { files } = exportedC(float, { width: "float32", time: true, target: "arduino" });
    expect(files["examples/Classify/Classify.ino"]).toContain("network_number input[NETWORK_SEQUENCE] = {0}");
    expect(files["keywords.txt"]).toContain("NETWORK_SEQUENCE\tLITERAL1");
  });

  it.each<[string, ExportCOptions, string]>([
    ["still inputs and tests over time", { time: false, tests: order }, 'exportC: time is false and tests "order" has samples [2, 1] that change over time; expected the same of both.'],
    ["other time than yes and no", { time: 2 as never }, "exportC: time is 2; expected true or false"],
    ["tests of other time steps", { tests: order.with({ sampleShape: [1, 2] }) }, 'exportC: "order" has samples of 1 time step but the model has timesteps 2'],
  ])("refuses %s", (_, more, message) => {
    expect(() => exportC(small(), { width: "float32", ...more })).toThrow(message);
  }); // prettier-ignore
});
