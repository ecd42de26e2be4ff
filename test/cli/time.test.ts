/** A network that learned from samples that change over time: quantized, exported, verified, an input at each step. */

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportNetwork } from "../../src/cli/commands/export.js";
import { quantize } from "../../src/cli/commands/quantize.js";
import type { VerifyArguments } from "../../src/cli/commands/verify.js";
import { verifyExported } from "../../src/cli/commands/verify-exported.js";
import { failureOf } from "../../src/cli/exit-codes.js";
import type { ExportArguments } from "../../src/cli/exports/export-arguments.js";
import { printTo } from "../../src/cli/terminal.js";
import { parseSafetensors } from "../../src/formats/safetensors.js";
import {
  Dataset,
  exportC,
  init,
  loadModel,
  runExperiment,
  saveModel,
  SMLP,
  type SpikingModel,
} from "../../src/index.js";
import { readOnnx } from "../exchange/onnx-reader.js";
import { temporaryFolder } from "./atif.js";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const hasCompiler = ["cc", "gcc", "clang"].some((each) => spawnSync(each, ["--version"]).status === 0);
let said: { out: string; err: string };

/** In this process, in the place of a command line. @returns its JSON, or what it said and how it would end */
async function answer(work: () => Promise<void>): Promise<Record<string, unknown>> {
  said = { out: "", err: "" };
  printTo({ write: (text) => (said.out += text) }, { write: (text) => (said.err += text) });
  try {
    await work();
  } catch (thrown) {
    const { exitCode, sentence, facts } = failureOf(thrown);
    return { exitCode, sentence, ...facts };
  }
  return JSON.parse(said.out) as Record<string, unknown>;
}

const exported = (args: Partial<ExportArguments>): Promise<Record<string, unknown>> =>
  answer(() => exportNetwork({ run: at("float"), json: true, ...args }));
const verified = (args: Partial<VerifyArguments>): Promise<Record<string, unknown>> =>
  answer(() => verifyExported({ run: at("float"), folder: at("c"), json: true, samples: 40, ...args }));

/** Of which each image of a digit comes in four pieces: 16 pixels at each step, two lines. */
const pieces = {
  dataset: { kind: "Digits" },
  preprocessing: [{ kind: "Reshape2DTo1D" }, { kind: "Split2TimeSteps", params: { chunks: 4 } }],
};
const latency = {
  dataset: { kind: "Digits" },
  data_augmentation: [{ kind: "LatencyEncoder", params: { timesteps: 4 } }],
};

const tables = (more: object): Record<string, unknown> => ({
  bench: { name: "time", seed: 3 },
  learningframework: { kind: "SpikingJellyTimeStepsInData" },
  ...more,
  model: [
    {
      name: "small",
      kind: "SMLP",
      epochs: 2,
      params: { units: [16], timesteps: 4, neuron: { kind: "ATIF" } },
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
    },
  ],
});

beforeAll(async () => {
  await init();
  await runExperiment(tables(pieces), { out: at("float") });
  await runExperiment(tables(latency), { out: at("coded") });
  await answer(() => quantize({ run: at("float"), out: at("q8"), json: true }));
});

afterAll(() => printTo(process.stdout, process.stderr));

describe.runIf(hasCompiler)("--to c and verify", () => {
  it.each([
    ["whole numbers", { run: "q8" }, { integers: 40 * 4 * (16 + 16 + 16 + 10) }],
    ["float32 numbers", { run: "float", width: "float32" }, { differences: 0, wrongLogit: null }],
    [
      "float32 numbers, samples that are coded",
      { run: "coded", width: "float32" },
      { differences: 0, wrongLogit: null },
    ],
  ])("%s: the same as the library, at every step", async (name, { run, ...options }, found) => {
    const out = at(name.replaceAll(/\W/g, "-"));
    expect(await exported({ run: at(run), out, name: "timed", samples: 5, ...options })).toMatchObject({
      tests: true,
    });
    expect(readFileSync(join(out, "timed.h"), "utf8")).toMatch(/^#define TIMED_SEQUENCE \d+$/m);
    expect(await verified({ run: at(run), folder: out })).toMatchObject({
      samples: 40, timesteps: 4, differences: 0, first: null, ...found,
    }); // prettier-ignore
    const test = spawnSync("make", ["-C", out, "test"], { encoding: "utf8" });
    expect(test.stdout).toMatch(/PASS: 5 samples, 4 steps, /);
  });

  it("tells code that computes something else, by sample, step and layer", async () => {
    const out = at("wrong");
    await exported({ run: at("q8"), out, name: "timed" });
    const source = readFileSync(join(out, "timed.c"), "utf8");
    // The potential of the first neuron is forgotten.
    const wrong = source.replace(/(void timed_step\([^]*?\n\{\n)/, "$1  memset(state, 0, sizeof *state);\n");
    expect(wrong).not.toBe(source);
    writeFileSync(join(out, "timed.c"), wrong);
    expect(await verified({ run: at("q8"), folder: out })).toMatchObject({
      exitCode: 1,
      sentence: expect.stringMatching(
        /the first in sample \d+, layer \S+, step [234], integer \d+ is/,
      ) as string,
    });
  });

  it("refuses code for still samples beside such data, and the other way round", async () => {
    const write = (name: string, model: SpikingModel, time: boolean): void => {
      mkdirSync(at(name));
      const files = exportC(model, { width: "float32", name: "s", time });
      for (const [file, text] of Object.entries(files)) writeFileSync(at(name, file), text);
    };
    write("still", await loadModel(at("float", "model.safetensors")), false);
    const digits = new SMLP({
      inputShape: [8, 8, 1],
      outputShape: [10],
      units: [4],
      timesteps: 2,
      neuron: { kind: "ATIF" },
    });
    await saveModel(at("digits.safetensors"), digits, { dataset: "digits" });
    write("moving", digits, true);
    expect((await verified({ run: at("digits.safetensors"), folder: at("moving") })).sentence).toMatch(
      /moving classifies samples that change over time, and those of "digits" are still, \[8, 8, 1\]; expected the same\./,
    );
    expect((await verified({ folder: at("still") })).sentence).toMatch(
      /still classifies samples that are still, and those of ".*" change over time, \[4, 16, 1\]; expected the same\. Export it again/,
    );
  });
});

it("without data for a self-test, C takes what the network learned from", async () => {
  const x = Float32Array.from({ length: 20 * 8 }, (_, i) => (i % 5) / 4);
  const labels = Array.from({ length: 20 }, (_, i) => i % 2);
  const train = new Dataset({ name: "sensor", x, labels, sampleShape: [4, 2], time: true });
  await runExperiment(tables({}), {
    out: at("sensor"),
    data: { train, test: train },
  });
  const made = await exported({ run: at("sensor"), out: at("sensor-c"), width: "float32", name: "sensor" });
  expect(made).toMatchObject({ tests: false });
  expect(said.err).toContain("there is no self-test: ");
  expect(readFileSync(at("sensor-c", "sensor.h"), "utf8")).toContain("#define SENSOR_SEQUENCE 8\n");
});

describe("other forms", () => {
  it("--to pytorch: the samples of the script are sequences", async () => {
    expect(await exported({ to: "pytorch", out: at("torch") })).toMatchObject({
      tests: true,
      report: { verdict: "exact", measured: { timesteps: 4, differing: 0, otherClass: 0 } },
    });
    const { tensors } = parseSafetensors(readFileSync(at("torch", "samples.safetensors")), "here");
    expect(tensors.get("xs")?.shape).toEqual([4, 4, 1, 16]);
    expect(await verified({ folder: at("torch") })).toMatchObject({
      report: { measured: { samples: 40, differing: 0 } },
    });
  });

  it("--to nir: measured on sequences, and verified again", async () => {
    const file = at("network.nir");
    expect(await exported({ to: "nir", out: file })).toMatchObject({
      readBack: { samples: 64, timesteps: 4, differing: 0, logitDrift: 0 },
    });
    expect(await verified({ folder: file })).toMatchObject({
      report: { measured: { samples: 40, differing: 0 } },
    });
  });

  it.each([
    [undefined, [4, "N", 1, 16], { form: "unrolled", temporal: true }],
    ["step", ["N", 1, 16], { form: "step" }],
  ] as const)("--to onnx %s: an input for each step", async (form, shape, found) => {
    const file = at(`${form ?? "unrolled"}.onnx`);
    expect(await exported({ to: "onnx", out: file, ...(form === undefined ? {} : { form }) })).toMatchObject(
      found,
    );
    const [input] = readOnnx(new Uint8Array(readFileSync(file))).inputs;
    expect(input).toMatchObject({ name: "input", shape });
  });
});
