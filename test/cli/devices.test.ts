/** atif quantize, export and verify: from a trained network to code that gives the library's integers; and what they refuse. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCompiler } from "../../src/cli/c-compiler.js";
import { exportNetwork } from "../../src/cli/commands/export.js";
import type { ExportArguments } from "../../src/cli/exports/export-arguments.js";
import { quantize, type QuantizeArguments } from "../../src/cli/commands/quantize.js";
import { train } from "../../src/cli/commands/train.js";
import { spellCommand } from "../../src/cli/command-line.js";
import { verify, type VerifyArguments } from "../../src/cli/commands/verify.js";
import { quantParamsAsked } from "../../src/cli/quantize-options.js";
import { failureOf } from "../../src/cli/exit-codes.js";
import { printTo } from "../../src/cli/terminal.js";
import { exportC } from "../../src/deployment/c/export-c.js";
import type { QuantizedSummary } from "../../src/experiment/quantized/quantized-folder.js";
import {
  activationsRange,
  calibrate,
  evaluate,
  fuseBatchNorm,
  init,
  loadDigits,
  loadModel,
  parseExperiment,
  quantizeModel,
  runExperiment,
  saveModel,
  SMLP,
  type TrainTest,
} from "../../src/index.js";
import { until } from "../until.js";
import { answerOf, atif, configText, SMALL_SCNN, start, temporaryFolder } from "./atif.js";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const hasCompiler = ["cc", "gcc", "clang"].some((each) => spawnSync(each, ["--version"]).status === 0);
const TMPDIR = process.env.TMPDIR;
let digits: TrainTest;
let said: { out: string; err: string };

function listen(): void {
  said = { out: "", err: "" };
  printTo({ write: (text) => (said.out += text) }, { write: (text) => (said.err += text) });
}

/** In this process, in the place of a command line. @returns its JSON, or what it said and how it would end */
async function answer(work: () => Promise<void>): Promise<Record<string, unknown>> {
  listen();
  try {
    await work();
  } catch (thrown) {
    const { exitCode, sentence, facts } = failureOf(thrown);
    return { exitCode, sentence, ...facts };
  }
  return JSON.parse(said.out) as Record<string, unknown>;
}

const quantized = (args: Partial<QuantizeArguments>): Promise<Record<string, unknown>> =>
  answer(() => quantize({ run: at("float"), json: true, ...args }));
const exported = (args: Partial<ExportArguments>): Promise<Record<string, unknown>> =>
  answer(() => exportNetwork({ run: at("q8"), to: "c", json: true, ...args }));
const verified = (args: Partial<VerifyArguments>): Promise<Record<string, unknown>> =>
  answer(() => verify({ run: at("q8"), folder: at("c"), json: true, ...args }));

beforeAll(async () => {
  mkdirSync(at("tmp"));
  process.env.TMPDIR = at("tmp");
  await init();
  digits = await loadDigits();
  const text = configText({ epochs: 3, batchSize: 32, model: SMALL_SCNN });
  await runExperiment(parseExperiment(text).experiment, { out: at("float") });
  await quantized({ out: at("q8"), roundtype: "floor" });
  await quantized({ out: at("wide"), v: 12 });
  await exported({ out: at("c"), name: "digits", samples: 3 });
});

afterAll(() => {
  printTo(process.stdout, process.stderr);
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
});

describe("atif quantize", () => {
  it("calibrates on the training data, and says what the library measures", async () => {
    const summary = (await quantized({ out: at("plain"), bits: 6, w: 4 })) as unknown as QuantizedSummary;
    const float = await loadModel(at("float", "model.safetensors"));
    const own = quantizeModel(fuseBatchNorm(float), { bits: 6, w: { bits: 4 } });
    calibrate(own, digits.train);
    const [before, after] = [await evaluate(float, digits.test), await evaluate(own, digits.test)];
    const { quantization } = summary;
    expect(quantization).toMatchObject({
      params: { bits: 6, w: { bits: 4 } },
      words: "6 bits (w 4), rounded to the nearest, not trained",
      interrupted: false,
      folded: null,
    });
    expect(quantization.test).toEqual({
      float: pick(before),
      calibrated: pick(after),
      trained: null,
    });
    const { layers: _, ...test } = after;
    expect(summary).toMatchObject({ status: "complete", epochs: 0, test });
    expect(readFileSync(at("plain", "activations_range.txt"), "utf8")).toBe(activationsRange(own));
    const stored = await loadModel(at("plain", "model.safetensors"));
    expect(activationsRange(stored)).toBe(activationsRange(own));
    expect(JSON.parse(readFileSync(at("plain", "summary.json"), "utf8"))).toEqual(
      JSON.parse(JSON.stringify({ ...summary, folder: undefined })),
    );
  });

  it("takes every option of quantizers", async () => {
    const { quantization } = (await quantized({
      out: at("options"),
      lsq: true,
      w: 5,
      set: ["w.roundtype=ceil", "act.quant_enable=false", "v.force_q=4", "bits=7"],
    })) as unknown as QuantizedSummary;
    expect(quantization).toMatchObject({
      params: {
        bits: 7,
        LSQ: true,
        act: { quantEnable: false },
        v: { forceQ: 4 },
        w: { bits: 5, roundtype: "ceil" },
      },
      words: "7 bits (w 5), learned steps, rounded to the nearest, not trained",
    });
  });

  it("takes ranges that are searched for, as the library does", () => {
    const params = quantParamsAsked({ rangeSetting: "MSE_analysis", v: 12, set: ["w.range_setting=minmax"] });
    expect(params).toEqual({
      bits: 8,
      rangeSetting: "MSE_analysis",
      v: { bits: 12 },
      w: { rangeSetting: "minmax" },
    });
  });

  it("measures saturation and silence as they are", async () => {
    const { quantization } = (await quantized({
      out: at("forced"),
      bits: 4,
      forceQ: 3,
    })) as unknown as QuantizedSummary;
    const neuron = quantization.layers.find(({ name }) => name === "layers.neuron1");
    const conv = quantization.layers.find(({ name }) => name === "layers.conv1");
    expect([neuron?.q, neuron?.weightsQ, conv?.q, conv?.weightsQ]).toEqual([3, 3, 3, 3]);
    // Eighths from -1 to 7/8: not all that the convolution gives is among them.
    expect(conv?.saturation.calibrated).toBeGreaterThan(0.02);
    expect(conv?.saturation.calibrated).toBeLessThan(1);
    expect([conv?.saturation.float, conv?.silence.float, conv?.theta.calibrated]).toEqual([null, null, null]);
    const small = await loadModel(at("forced", "model.safetensors"));
    let [atLimits, potentials] = [0, 0];
    const over = small.neurons()[0].observe({
      potentials: true,
      seen: ({ potential }) => {
        potentials += potential?.data.length ?? 0;
        for (const value of potential?.data ?? []) if (value === -1 || value === 0.875) atLimits++;
      },
    });
    await evaluate(small, digits.test);
    over();
    expect(potentials).toBe(360 * 2 * 256);
    expect(atLimits).toBeGreaterThan(0);
    expect(neuron?.saturation.calibrated).toBe(atLimits / potentials);
    const model = await loadModel(at("float", "model.safetensors"));
    const fired = new Set<number>();
    const [[, own]] = model.spikingLayers();
    const end = own.observe({
      seen: ({ output: { data, shape } }) =>
        data.forEach((value, i) => value !== 0 && fired.add(i % (data.length / shape[0] / shape[1]))),
    });
    await evaluate(model, digits.test);
    end();
    expect(fired.size).toBeLessThan(256);
    expect(neuron?.silence.float).toBe(1 - fired.size / 256);
  });

  it(
    "trains on, and what it writes is a run that eval, inspect and quantize read",
    { timeout: 60_000 },
    async () => {
      const args = ["float", "--epochs", "1", "--lr", "0.002", "--fold", "--out", "trained"];
      const ended = await atif(["quantize", ...args], { cwd: folder });
      expect(ended.code).toBe(0);
      expect(ended.stderr).toMatch(/^epoch 1\/1 {2}loss /m);
      const summary = JSON.parse(readFileSync(at("trained", "summary.json"), "utf8")) as QuantizedSummary;
      expect(summary).toMatchObject({ status: "complete", epochs: 1 });
      expect(summary.quantization.test.trained?.accuracy).toBe(summary.test?.accuracy);
      expect(summary.quantization.folded?.folded.map(({ name }) => name)).toEqual([
        "layers.neuron1",
        "layers.neuron2",
      ]);
      expect(readFileSync(at("trained", "metrics.jsonl"), "utf8").trim().split("\n")).toHaveLength(1);
      expect(readdirSync(at("trained")).sort()).toEqual([
      "activations_range.txt", "config.toml", "metrics.jsonl", "model.safetensors", "summary.json",
    ]); // prettier-ignore
      const tested = await atif(["eval", "trained", "--json"], { cwd: folder });
      expect(answerOf(tested)).toMatchObject({ accuracy: summary.test?.accuracy, loss: summary.test?.loss });
      const seen = await atif(["inspect", "trained", "--no-data"], { cwd: folder });
      expect(seen.stdout).toContain(`quantized: ${summary.quantization.words}`);
      const resumed = await atif(["train", "--resume", "trained"], { cwd: folder });
      expect(resumed).toMatchObject({ code: 0, stdout: "trained is complete; there is nothing to do.\n" });
      expect(await quantized({ run: at("trained"), out: at("twice") })).toEqual({
        exitCode: 2,
        sentence: `${at("trained")} is quantized already; expected a network of float32 numbers. Quantize the run that it was made of.`,
      });
      expect(existsSync(at("twice"))).toBe(false);
    },
  );

  it(
    "keeps what it has when Ctrl-C comes in the training, and nothing when it comes before",
    { timeout: 60_000 },
    async () => {
      const running = start(["quantize", "float", "--epochs", "100000", "--out", "stopped"], { cwd: folder });
      let err = "";
      running.child.stderr?.on("data", (text: string) => (err += text));
      await until("an epoch", () => err.includes("epoch      1/100000"));
      running.child.kill("SIGINT");
      const { code, stderr } = await running.ended;
      expect(code).toBe(130);
      expect(stderr).toMatch(
        /stopped in epoch \d+ of 100000; the network as it was then is in stopped\. To test it: .* and to go on: .*quantize --resume stopped$/m,
      );
      const summary = JSON.parse(readFileSync(at("stopped", "summary.json"), "utf8")) as QuantizedSummary;
      expect(summary).toMatchObject({
        status: "interrupted",
        test: null,
        quantization: { interrupted: true },
      });
      expect((await atif(["eval", "stopped", "--json"], { cwd: folder })).code).toBe(0);
      const sentence = async (args: Partial<QuantizeArguments>): Promise<unknown> =>
        (await quantized(args)).sentence;
      expect(await sentence({ out: at("stopped") })).toBe(
        `${at("stopped")} holds a quantization that was interrupted; expected a new or empty folder. ` +
          `To go on with it: ${spellCommand(["quantize", "--resume", at("stopped")])}`,
      );
      expect(await sentence({ resume: at("stopped"), bits: 6 })).toBe(
        `--bits is 6, but ${at("stopped")} was started without it; a quantization goes on as it was started. ` +
          "Leave it out, or begin another in a new folder.",
      );
      expect(await sentence({ resume: at("stopped"), run: at("q8") })).toContain("the network is ");
      expect(await sentence({ resume: at("stopped"), epochs: 0 })).toContain(
        "but now --epochs is 0; expected",
      );
      expect(await sentence({ resume: at("float") })).toContain("holds no quantization that was interrupted");
      const trained = await answer(() => train({ resume: at("stopped"), json: true }));
      expect(trained.sentence).toBe(
        `${at("stopped")} holds a network that is being quantized; expected the folder of a run that trains. ` +
          "Go on with it by atif quantize --resume.",
      );
      const epochs = summary.epochs + 1;
      const resumed = await quantized({ out: at("stopped"), resume: true, epochs });
      expect(resumed).toMatchObject({ status: "complete", epochs });
      const whole = await quantized({ out: at("whole"), epochs });
      expect((whole as unknown as QuantizedSummary).quantization).toEqual(
        (resumed as unknown as QuantizedSummary).quantization,
      );
      for (const file of ["model.safetensors", "activations_range.txt"])
        expect(readFileSync(at("stopped", file)).equals(readFileSync(at("whole", file)))).toBe(true);
      expect(readdirSync(at("stopped")).sort()).toEqual(readdirSync(at("whole")).sort());
      listen();
      await quantize({ resume: at("stopped") });
      expect(said.out).toBe(`${at("stopped")} is complete; there is nothing to do.\n`);
    },
  );

  it("takes a network that was saved without an experiment, and data by name", async () => {
    const model = new SMLP({
      inputShape: [8, 8, 1],
      outputShape: [10],
      units: [6],
      timesteps: 2,
      neuron: { kind: "ParametricLIFNode" },
    });
    await saveModel(at("alone.safetensors"), model);
    expect(await quantized({ run: at("alone.safetensors"), out: at("alone") })).toMatchObject({
      exitCode: 2,
      sentence: expect.stringContaining(
        "the model file does not say what the network was trained on",
      ) as string,
    });
    expect(existsSync(at("alone"))).toBe(false);
    const told = await quantized({
      run: at("alone.safetensors"),
      data: "digits",
      epochs: 1,
      out: at("alone"),
    });
    expect(told).toMatchObject({ status: "complete", epochs: 1 });
  });

  it.each([
    [{ roundtype: "up" }, '--roundtype is "up"; expected one of floor, nearest, ceil.'],
    [{ quantype: "fxpp" }, '--quantype is "fxpp"; expected one of fxp, fake. Did you mean fxp?'],
    [{ quantype: "fake", forceQ: 3 }, "--force-q is 3 and --quantype fake; expected --quantype fxp with it"],
    [
      { rangeSetting: "max" },
      '--range-setting is "max"; expected one of minmax, MSE_simulation, MSE_analysis.',
    ],
    [{ set: ["w.bitz=4"] }, "--set w.bitz: w.bitz is not a known key; expected one of bits, quantype"],
    [
      { set: ["act.roundtype=up"] },
      '--set act.roundtype: act.roundtype is "up"; expected one of "nearest", "floor", "ceil"',
    ],
    [{ set: ["w"] }, "--set w is not of the form key.key=value"],
    [{ lr: 0.1 }, "--lr is given and nothing is trained; expected --epochs with it"],
    [{ data: "nowhere" }, "nowhere"],
    [{ run: "nothing" }, "nothing"],
  ])("refuses %o in a sentence, and writes nothing", async (args, sentence) => {
    const told = await quantized({ out: at("refused"), ...args });
    expect(told).toMatchObject({ exitCode: 2, sentence: expect.stringContaining(sentence) as string });
    expect(existsSync(at("refused"))).toBe(false);
  });

  it("leaves a folder with something in it alone", async () => {
    expect(await quantized({ out: at("float") })).toEqual({
      exitCode: 2,
      sentence: `there is something in ${at("float")}; expected a new or empty folder. Name another with --out.`,
    });
  });

  it.each([
    [["--bits", "1"], '--bits is "1"; expected a whole number from 2 to 16, as in --bits 8.'],
    [["--w", "17"], '--w is "17"; expected a whole number from 2 to 16, as in --w 8.'],
    [["--force-q", "x"], '--force-q is "x"; expected a whole number from -64 to 64, as in --force-q 4.'],
    [["--lr", "-1"], '--lr is "-1"; expected a number above 0, as in --lr 0.001.'],
    [["--epochs", "-1"], "--epochs"],
  ])("refuses the words %o", async (words, sentence) => {
    const ended = await atif(["quantize", "float", ...words], { cwd: folder });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain(sentence);
  });
});

function pick({ accuracy, loss, spikesPerInference }: Awaited<ReturnType<typeof evaluate>>): object {
  return { accuracy, loss, spikesPerInference };
}

describe("atif export", () => {
  it("writes the library's files", async () => {
    const model = await loadModel(at("q8", "model.safetensors"));
    const files = exportC(model, { name: "digits", tests: digits.test, samples: 3 });
    for (const [name, content] of Object.entries(files))
      expect(readFileSync(at("c", name), "utf8")).toBe(content);
    expect(readdirSync(at("c")).sort()).toEqual(Object.keys(files).sort());
  });

  it("says what it takes of a device, and what to do next", async () => {
    listen();
    await exportNetwork({ run: at("q8"), to: "c", out: at("c"), name: "digits", force: true });
    const readme = readFileSync(at("c", "README.md"), "utf8");
    const [, flash] = /in flash \| (\d+)/.exec(readme) ?? [];
    const [, ram] = /in RAM .* \| (\d+) \|/.exec(readme) ?? [];
    expect(said.out).toContain(`flash  ${flash} bytes`);
    expect(said.out).toContain(`RAM    ${ram} bytes`);
    expect(said.out).toContain(`next: make -C ${at("c")} test`);
  });

  it("names layers that never fire, or always", async () => {
    const model = new SMLP({
      inputShape: [8, 8, 1],
      outputShape: [10],
      units: [6],
      timesteps: 2,
      neuron: { kind: "IFNode", params: { vThreshold: 0.01, vReset: null } },
    });
    const small = quantizeModel(model, { bits: 4, forceQ: 1 });
    calibrate(small, digits.train);
    await saveModel(at("restless.safetensors"), small);
    const told = await exported({ run: at("restless.safetensors"), data: "digits", out: at("restless") });
    expect(told).toMatchObject({ silent: [], restless: ["layers.neuron1"] });
  });

  it("leaves out the self-test where there are no data, and says so", async () => {
    const told = await exported({ run: at("restless.safetensors"), out: at("untested") });
    expect(told).toMatchObject({
      tests: false,
      files: expect.not.arrayContaining(["network_test.c"]) as string[],
    });
    expect(said.err).toContain("warning: there is no self-test: the model file does not say");
  });

  it.each([
    [{ run: "float" }, "computes with float32 numbers; expected a quantized network. Quantize it first: "],
    [
      { out: "c" },
      "holds digits.h, digits.c, Makefile, README.md, digits_test.c; expected a folder without.",
    ],
    [{ out: "q8/summary.json" }, "which is a file; expected the name of a folder."],
    [
      { out: "q8/summary.json/c" },
      `cannot write ${at("q8/summary.json/c")}: ${at("q8/summary.json")} is a file, not a folder;`,
    ],
    [
      { run: "float", out: "q8/summary.json/net.onnx", to: "onnx" },
      `cannot write ${at("q8/summary.json")}: there is a file of that name; expected a folder.`,
    ],
    [
      { run: "float", ranges: "q8/activations_range.txt" },
      "--ranges tells fractional bits alone; expected the bits of integers, too. Add --width 8 or --width 16.",
    ],
    [{ to: "rust" }, '--to is "rust"; expected one of c, onnx, nir, html, pytorch.'],
    [
      { run: "wide", width: "8" },
      "has 12 bits, and --width is 8; expected a width that holds them. Use --width 16, or quantize with at most 8 bits.",
    ],
    [{ width: "12" }, '--width is "12"; expected one of 8, 16, float32. Did you mean 16?'],
    [{ name: "Digits" }, '--name is "Digits"; expected lower-case letters'],
    [{ ranges: "other.txt" }, "ranges: there is a line for fc, and the network has no such layer"],
    [{ ranges: "empty.txt" }, "ranges: "],
    [{ ranges: "none.txt" }, "none.txt"],
  ])("refuses %o in a sentence, and writes nothing", async (args, sentence) => {
    writeFileSync(at("other.txt"), "fc,3,2,4,6,floor,floor,floor\n");
    writeFileSync(at("empty.txt"), "");
    const paths = Object.fromEntries(
      Object.entries(args).map(([name, value]) => [
        name,
        ["run", "out", "ranges"].includes(name) ? at(value) : value,
      ]),
    );
    const told = await exported({
      out: at("refused"),
      ...(paths.to === "onnx" ? {} : { name: "digits" }),
      ...paths,
    });
    expect(told).toMatchObject({ exitCode: 2, sentence: expect.stringContaining(sentence) as string });
    expect(existsSync(at("refused"))).toBe(false);
  });
});

describe("atif export, of what a quantization with other options made", () => {
  it.each([
    [{ lsq: true }, "has a learned step (LSQ)", "Quantize it with --quantype fxp, without --lsq."],
    [{ quantype: "fake" }, 'has the quantype "fake"', "Quantize it with --quantype fxp, without --lsq."],
    [{ forceQ: 64 }, "sums of layers.conv1 can come to", "or fewer fractional bits (--force-q)."],
  ])("says of %o what to ask for instead, in words of the command line", async (options, what, instead) => {
    const out = at(`other-${Object.keys(options)[0]}`);
    listen();
    await quantize({ run: at("float"), out, ...options });
    // What C cannot have is not proposed.
    expect(said.out.split("next: ")[1]).toMatch(what.startsWith("sums") ? / export .* --to c/ : / inspect /);
    const told = await exported({ run: out, out: at("refused") });
    expect(told.exitCode).toBe(2);
    expect(told.sentence).toContain(what);
    expect(told.sentence).toContain(instead);
    expect(existsSync(at("refused"))).toBe(false);
  });
});

describe.skipIf(!hasCompiler)("atif verify", () => {
  it(
    "compares what a float network gives with the fractional bits of a range file",
    { timeout: 60_000 },
    async () => {
      await quantized({ out: at("unfused"), fuse: false });
      const ranges = at("unfused", "activations_range.txt");
      await exported({ run: at("float"), out: at("given"), name: "digits", width: "8", ranges });
      const told = await verified({ run: at("float"), folder: at("given"), samples: 20 });
      expect(told).toMatchObject({ samples: 20, differences: 0 });
    },
  );

  it("compares every layer in every step of every sample", { timeout: 60_000 }, async () => {
    const told = await verified({});
    const model = await loadModel(at("q8", "model.safetensors"));
    const sizes = 256 + 256 + 64 + 64 + 8 + 8 + 10;
    expect(told).toMatchObject({
      samples: 360, timesteps: 2, layers: 7, differences: 0, first: null, wrong: null,
      // Layers, with the turned map of Flatten among them.
      integers: 360 * 2 * sizes,
    }); // prettier-ignore
    expect(told.accuracy).toBe((await evaluate(model, digits.test)).accuracy);
    expect(readdirSync(at("tmp"))).toEqual([]);
  });

  it("compares spikes and logits of a float32 network with the library's", async () => {
    const told = await exported({
      run: at("float"),
      out: at("cf"),
      width: "float32",
      name: "digits",
      samples: 3,
    });
    expect(told).toMatchObject({ width: "float32", longWidth: null, ties: 0 });
    const result = await verified({ run: at("float"), folder: at("cf") });
    const ties = result.ties as number;
    expect(ties).toBeLessThan(20);
    expect(result).toMatchObject({
      samples: 360, timesteps: 2, layers: 2, spikes: (360 - ties) * 2 * (256 + 8), differences: 0, first: null,
      wrongLogit: null, bound: 1e-5,
    }); // prettier-ignore
    expect(result.largestDifference).toBeGreaterThan(0);
    expect(result.largestDifference).toBeLessThan(1e-5);
    const model = await loadModel(at("float", "model.safetensors"));
    expect(result.accuracy).toBe((await evaluate(model, digits.test)).accuracy);
    expect(readdirSync(at("tmp"))).toEqual([]);
  });

  it("finds one wrong weight of a float32 network: a spike, or a logit alone", async () => {
    const changing = (layer: string, folder: string, to: string): void => {
      mkdirSync(at(folder));
      for (const name of readdirSync(at("cf"))) {
        const text = readFileSync(at("cf", name), "utf8");
        const changed = text.replace(new RegExp(`(${layer}_weights\\[\\d+\\] = \\{\\s*)[^,]+`), `$1${to}`);
        if (name === "digits.c") expect(changed).not.toBe(text);
        writeFileSync(at(folder, name), name === "digits.c" ? changed : text);
      }
    };
    changing("conv1", "wrong-spike", "9.5f");
    const spike = await verified({ run: at("float"), folder: at("wrong-spike"), samples: 20 });
    expect(spike).toMatchObject({
      exitCode: 1,
      first: { layer: "layers.neuron1" },
      sentence: expect.stringMatching(
        /layer layers\.neuron1, step \d, neuron \d+ (does not )?fire/,
      ) as string,
    });
    changing("fc2", "wrong-logit", "0.5f");
    const logit = await verified({ run: at("float"), folder: at("wrong-logit"), samples: 60 });
    expect(logit).toMatchObject({
      exitCode: 1,
      differences: 0,
      first: null,
      wrongLogit: { output: 0 },
      sentence: expect.stringMatching(
        /output 0 is \S+ and should be \S+, to 0\.00001\. Export it again\./,
      ) as string,
    });
  });

  it.each([
    [{ run: "q8", width: "float32" }, "is quantized; expected a network of float32 numbers with --width float32."],
    [{ run: "float", width: "8" }, "expected a quantized network. Quantize it first: "],
    [{ run: "float" }, "or export it as it is: --width float32"],
    [{ run: "float", width: "float32", longWidth: "64" }, '--long-width is given and --width is "float32"; expected whole numbers with it.'],
    [{ run: "float", width: "32" }, '--width is "32"; expected one of 8, 16, float32'],
  ])("exports numbers that the network has, and no others: %o", async (args, sentence) => {
    const { run, ...more } = args;
    expect(await exported({ run: at(run), out: at("refused"), ...more })).toMatchObject({
      exitCode: 2,
      sentence: expect.stringContaining(sentence) as string,
    });
    expect(existsSync(at("refused"))).toBe(false);
  }); // prettier-ignore

  it("does not take code of other numbers", async () => {
    expect(await verified({ run: at("q8"), folder: at("cf") })).toMatchObject({ exitCode: 2, sentence: expect.stringContaining("is quantized, and the code computes with float32 numbers; expected the run that it was exported from.") as string }); // prettier-ignore
    expect(await verified({ run: at("float"), folder: at("c") })).toMatchObject({ exitCode: 2, sentence: expect.stringContaining("computes with float32 numbers, and the code with whole numbers; expected the run that it was exported from.") as string }); // prettier-ignore
  });

  it("finds one wrong weight, and says where", async () => {
    mkdirSync(at("wrong"));
    for (const name of readdirSync(at("c"))) {
      const text = readFileSync(at("c", name), "utf8");
      const changed = text.replace(
        /(fc2\w*\[\d+\] = \{\s*)(-?\d+)/,
        (_, start: string, weight: string) => `${start}${Number(weight) > 0 ? -9 : 9}`,
      );
      if (name === "digits.c") expect(changed).not.toBe(text);
      writeFileSync(at("wrong", name), name === "digits.c" ? changed : text);
    }
    const told = await verified({ folder: at("wrong"), samples: 40 });
    expect(told).toMatchObject({ exitCode: 1, samples: 40, first: { layer: "layers.fc2" } });
    const { sentence, wrong } = told as {
      sentence: string;
      wrong: { index: number; given: number; expected: number };
    };
    expect(wrong.given).not.toBe(wrong.expected);
    expect(sentence).toContain(
      `integer ${wrong.index} is ${wrong.given} and should be ${wrong.expected}. Export it again.`,
    );
  });

  it("takes the ranges that it was exported with", async () => {
    const text = readFileSync(at("q8", "activations_range.txt"), "utf8");
    writeFileSync(
      at("ranges.txt"),
      text.replace(
        /^(layers_fc2,[^,]*),(-?\d+)/m,
        (_, line: string, q: string) => `${line},${Number(q) - 1}`,
      ),
    );
    expect(readFileSync(at("ranges.txt"), "utf8")).not.toBe(text);
    await exported({ out: at("moved"), ranges: at("ranges.txt") });
    expect(await verified({ folder: at("moved"), samples: 5 })).toMatchObject({ differences: 0 });
    expect(
      await verified({ folder: at("moved"), samples: 5, ranges: at("q8", "activations_range.txt") }),
    ).toMatchObject({ exitCode: 1 });
  });

  it("takes wider integers and a dense form", { timeout: 60_000 }, async () => {
    await quantized({ out: at("q16"), bits: 8, v: 16, w: 4 });
    expect(await exported({ run: at("q16"), out: at("c16"), form: "dense", longWidth: "64" })).toMatchObject({
      width: 16,
    });
    expect(await verified({ run: at("q16"), folder: at("c16"), samples: 30 })).toMatchObject({
      differences: 0,
    });
  });

  it.each([
    [{ folder: "nowhere" }, "nowhere does not exist; expected the folder that atif export has written."],
    [{ folder: "float" }, "there is no exported network in"],
    [{ run: "float" }, "computes with float32 numbers"],
    [{ run: "deep" }, "has 2 time steps, and that of"],
    [
      { cc: "no-such-compiler" },
      'there is no compiler "no-such-compiler"; expected a program on the PATH, or a path, as in --cc gcc.',
    ],
  ])("refuses %o in a sentence", async (args, sentence) => {
    const text = configText({ epochs: 0, model: SMALL_SCNN.replace("timesteps = 2", "timesteps = 3") });
    if (!existsSync(at("deep"))) {
      await runExperiment(parseExperiment(text).experiment, { out: at("deepfloat") });
      await quantized({ run: at("deepfloat"), out: at("deep") });
    }
    const paths = Object.fromEntries(
      Object.entries(args).map(([name, value]) => [name, name === "cc" ? value : at(value)]),
    );
    expect(await verified(paths)).toMatchObject({
      exitCode: 2,
      sentence: expect.stringContaining(sentence) as string,
    });
  });

  it("says so where the code has other layers", async () => {
    const told = await verified({ run: at("restless.safetensors"), data: "digits" });
    expect(told).toMatchObject({
      exitCode: 1,
      sentence: expect.stringContaining(
        "Its layers are not those of the network: export it again.",
      ) as string,
    });
  });

  it("finds the code of a target that puts it into a folder of its own", async () => {
    await exported({ out: at("board"), target: "arduino", name: "digits" });
    expect(await verified({ folder: at("board"), samples: 5 })).toMatchObject({ differences: 0 });
  });

  it("leaves nothing behind when Ctrl-C comes", async () => {
    const environment = { TMPDIR: at("tmp") };
    const running = start(["verify", "q8", "c"], { cwd: folder, environment });
    await until("a temporary folder", () => readdirSync(at("tmp")).length > 0);
    running.child.kill("SIGINT");
    expect(await running.ended).toEqual({
      code: 130,
      signal: null,
      stdout: "",
      stderr: "atif: stopped before all samples were compared; nothing was written.\n",
    });
    expect(readdirSync(at("tmp"))).toEqual([]);
  });

  it("says so where there is no compiler, and what one that fails says", async () => {
    expect(() => findCompiler(undefined, at("float"))).toThrow(
      "there is no C compiler; expected one of cc, gcc, clang on the PATH. Install one, or name it with --cc.",
    );
    mkdirSync(at("broken"));
    for (const name of readdirSync(at("c"))) writeFileSync(at("broken", name), readFileSync(at("c", name)));
    writeFileSync(at("broken", "digits.c"), "int main(void) { return }\n");
    const told = await verified({ folder: at("broken") });
    expect(told).toMatchObject({
      exitCode: 1,
      sentence: expect.stringMatching(/did not compile the exported code: .*error/) as string,
    });
    expect(readdirSync(at("tmp"))).toEqual([]);
  });
});
