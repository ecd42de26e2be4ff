/** atif energy: its figures are the library's, and what is missing or wrong is said in a sentence. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { opEstimations } from "../../src/cli/arguments.js";
import { loadDigits } from "../../src/datasets/digits.js";
import { compareWithRelu, type ReluComparison } from "../../src/energy/compare-with-relu.js";
import { measureActivity } from "../../src/energy/measure-activity.js";
import { saveModel } from "../../src/formats/model-file.js";
import { init } from "../../src/kernels/select.js";
import { SMLP } from "../../src/models/smlp.js";
import "../../src/ops/install.js";
import { manualSeed } from "../../src/random/generator.js";
import { answerOf, atif, temporaryFolder, type Ended } from "./atif.js";

const folder = temporaryFolder();
let expected: ReluComparison;

const run = (...words: string[]): Promise<Ended> => atif(["energy", ...words], { cwd: folder });

beforeAll(async () => {
  await init();
  manualSeed(1);
  const neuron = { kind: "ATIF" as const };
  const model = new SMLP({ inputShape: [8, 8, 1], outputShape: [10], units: [16], timesteps: 2, neuron });
  await saveModel(join(folder, "model.safetensors"), model);
  const activity = measureActivity(model, (await loadDigits()).test);
  expected = compareWithRelu(model, activity, { memWidth: 8, fifoSize: 50, sramEstimation: "new" });
});

describe("atif energy", () => {
  it("answers with the library's figures", async () => {
    const words = ["--data", "digits", "--mem-width", "8", "--fifo-size", "50", "--sram-estimation", "new"];
    const ended = await run("model.safetensors", ...words, "--batch-size", "100", "--json");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const { spiking, relu, ...compared } = JSON.parse(JSON.stringify(expected)) as ReluComparison;
    expect(answerOf(ended)).toEqual({
      model: "model.safetensors",
      data: "the digits",
      samples: 360,
      timesteps: 2,
      options: { memWidth: 8, fifoSize: 50, sramEstimation: "new" },
      ...spiking,
      relu: { ...compared, ...relu },
    });
  });

  it("prints a table with memory, and draws", async () => {
    const ended = await run("model.safetensors", "--data", "digits", "--svg", "chart.svg");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const lines = ended.stdout.split("\n");
    expect(lines[0]).toBe("model.safetensors, rates measured on the digits (360 samples, T = 2)");
    expect(lines[3]).toMatch(
      /^layer +in +out +potentials +weights +biases +in\/out +operations +total +share$/,
    );
    expect(ended.stdout).toMatch(/^layers\.fc1 \+ layers\.neuron1 /m);
    expect(ended.stdout).toMatch(
      / per inference: .* for accesses to memory, .* for operations and addresses/,
    );
    expect(ended.stdout).toMatch(/ with ReLUs of 2 bits\. The spiking network costs /);
    expect(readFileSync(join(folder, "chart.svg"), "utf8")).toMatch(/^<svg [^]*<\/svg>\n$/);
  });

  it("refuses what makes no estimate, and writes nothing", async () => {
    const wrong = await run(
      "model.safetensors",
      "--data",
      "digits",
      "--compat",
      "qualia",
      "--svg",
      "none.svg",
    );
    expect([wrong.code, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toMatch(
      /^atif: layers\.neuron1 is of the kind ATIF, .* which the reference cannot estimate/,
    );
    expect(existsSync(join(folder, "none.svg"))).toBe(false);
  });

  it("reads estimations of operations strictly", () => {
    expect(opEstimations("linear")).toEqual({ add: "linear", mul: "linear" });
    expect(opEstimations("mul=quadratic,add=ICONIP")).toEqual({ add: "ICONIP", mul: "quadratic" });
    expect(() => opEstimations("add=linear")).toThrow("expected a way for both operations");
    expect(() => opEstimations("add=linear,mul=cubic")).toThrow(
      '--op-estimation is "cubic"; expected one of',
    );
    expect(() => opEstimations("")).toThrow('--op-estimation is ""');
  });
});
