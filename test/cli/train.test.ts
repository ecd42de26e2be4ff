/** A run from the command line: what it prints, writes, answers, and that it is what the library computes. */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadDigits } from "../../src/datasets/digits.js";
import { parseExperiment } from "../../src/experiment/description/index.js";
import { readModelFile } from "../../src/formats/model-file.js";
import { init } from "../../src/kernels/select.js";
import { SMLP } from "../../src/models/smlp.js";
import "../../src/ops/install.js";
import { manualSeed } from "../../src/random/generator.js";
import { evaluate } from "../../src/training/evaluate.js";
import { Trainer } from "../../src/training/trainer.js";
import { until } from "../until.js";
import { answerOf, atif, configText, SMALL_SCNN, start, temporaryFolder, writeConfig } from "./atif.js";
import { atifHere } from "./in-process.js";
import { writeIdxFolder } from "./idx-files.js";

const folder = temporaryFolder();
const FILES = ["config.toml", "metrics.jsonl", "model.safetensors", "summary.json"];

function read(...path: string[]): string {
  return readFileSync(join(folder, ...path), "utf8");
}

function json(...path: string[]): Record<string, unknown> {
  return JSON.parse(read(...path)) as Record<string, unknown>;
}

beforeAll(async () => {
  writeConfig(folder);
  writeConfig(folder, { model: SMALL_SCNN }, "scnn.toml");
  await init();
});

describe("atif train", () => {
  it("prints a line per epoch, the layers, the test, the files and the next command", async () => {
    const ended = await atif(["train", "tiny.toml"], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, signal: null });
    const accuracy = (json("runs", "tiny-1", "summary.json").test as { accuracy: number }).accuracy;
    const theta = (json("runs", "tiny-1", "summary.json").layers as { theta: number }[])[0].theta.toFixed(3);
    expect(ended.stderr).toMatch(
      /^epoch 1\/2 {2}loss \d\.\d{4} {2}accuracy \d+\.\d % {2}theta \d\.\d{3} {2}\d+\.\d s\nepoch 2\/2 [^\n]*\n$/,
    );
    expect(ended.stdout.split("\n")).toEqual([
      "",
      "layer    neuron  theta  firing rate  levels",
      expect.stringMatching(new RegExp(`^neuron1  ATIF    ${theta} {6,8}\\d+\\.\\d %       3$`)),
      "",
      expect.stringMatching(
        new RegExp(
          `^test accuracy ${(100 * accuracy).toFixed(1)} % \\(${360 * accuracy} of 360\\), loss \\d\\.\\d+, \\d+ spikes per sample in 2 time steps$`,
        ),
      ),
      expect.stringMatching(/^2 epochs in 0:\d\d, seed 5$/),
      "",
      "wrote runs/tiny-1",
      ...["the network", "the experiment as run", "one line per epoch", "these results"].map(
        (what) => expect.stringContaining(what) as string,
      ),
      "",
      expect.stringMatching(/^next: node .*main\.js inspect runs\/tiny-1$/),
      "",
    ]);
    expect(ended.stdout).not.toContain("\u001b");
    expect(ended.stderr).not.toContain("\r");
  });

  it("takes the next free number, and never a folder that holds something", async () => {
    mkdirSync(join(folder, "runs", "tiny-4"), { recursive: true });
    const ended = await atif(["train", "tiny.toml", "--epochs", "0", "--json"], { cwd: folder });
    expect(answerOf(ended).folder).toBe("runs/tiny-5");
    expect(readdirSync(join(folder, "runs", "tiny-4"))).toEqual([]);
    const again = await atifHere(["train", "tiny.toml", "--out", "runs/tiny-5"], { cwd: folder });
    expect(again.code).toBe(2);
    expect(again.stderr).toBe(
      "atif: runs/tiny-5 holds a run already; expected a new or empty folder. Add --resume to continue that run, or name another.\n",
    );
  });

  it("writes the model, the experiment as run, metrics and summary, and nothing else", async () => {
    const words = [
      "train",
      "scnn.toml",
      "--epochs",
      "3",
      "--seed",
      "9",
      "--batch-size",
      "50",
      "--out",
      "a/b",
    ];
    const ended = await atif([...words, "--json"], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(join(folder, "a", "b")).sort()).toEqual(FILES);

    const { folder: place, ...answer } = answerOf(ended);
    expect(place).toBe("a/b");
    expect(answer).toEqual(json("a", "b", "summary.json"));
    expect(answer).toMatchObject({
      status: "complete",
      name: "tiny",
      model: "net",
      dataset: "Digits",
      seed: 9,
      timesteps: 2,
      backend: expect.stringMatching(/^(native|wasm)$/) as string,
      epochs: 3,
      stoppedEarly: false,
    });

    const { experiment } = parseExperiment(read("a", "b", "config.toml"));
    expect(experiment.bench.seed).toBe(9);
    expect(experiment.models[0]).toMatchObject({ epochs: 3, batchSize: 50, kind: "SCNN" });

    const lines = read("a", "b", "metrics.jsonl").trimEnd().split("\n");
    const metrics = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(metrics.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    for (const each of metrics) {
      expect(Object.keys(each)).toEqual(
        expect.arrayContaining(["trainLoss", "trainAccuracy", "lr", "spikesPerInference", "layers"]),
      );
    }

    const { model, facts } = await readModelFile(join(folder, "a", "b", "model.safetensors"));
    expect(facts).toMatchObject({ dataset: "Digits", epochs: 3, seed: 9 });
    expect(model.training).toBe(false);
    const { test } = await loadDigits();
    const { layers, ...measured } = await evaluate(model, test, { batchSize: 50 });
    expect(answer.test).toEqual(measured);
    expect(answer.layers).toEqual(layers.map((layer) => ({ ...layer, levels: 3 })));
    expect(facts).toMatchObject({ testAccuracy: measured.accuracy, testLoss: measured.loss });
  });

  it("computes what the library computes", async () => {
    const ended = await atif(["train", "tiny.toml", "--out", "library", "--quiet"], { cwd: folder });
    expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    manualSeed(5);
    const model = new SMLP({
      inputShape: [8, 8, 1],
      outputShape: [10],
      units: [16],
      timesteps: 2,
      neuron: { kind: "ATIF" },
      stepMode: "m",
    });
    const { train } = await loadDigits();
    await new Trainer(model, train, {
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
      epochs: 2,
      batchSize: 64,
      seed: 5,
    }).fit();
    const { model: stored } = await readModelFile(join(folder, "library", "model.safetensors"));
    expect(stored.stateDict()).toEqual(model.stateDict());
  });

  it("gives the same bytes for the same seed, from the experiment as run too, and others for another", async () => {
    const run = (out: string, ...words: string[]): Promise<unknown> =>
      atif(["train", ...words, "--out", out, "--quiet"], { cwd: folder });
    await Promise.all([run("same1", "scnn.toml"), run("other", "scnn.toml", "--seed", "6")]);
    await run("same2", join("same1", "config.toml"), "--threads", "1");
    const model = (out: string): Buffer => readFileSync(join(folder, out, "model.safetensors"));
    expect(model("same2").equals(model("same1"))).toBe(true);
    expect(read("same2", "config.toml")).toBe(read("same1", "config.toml"));
    expect(model("other").equals(model("same1"))).toBe(false);
  });

  it("lets a schedule that spans the run follow --epochs", async () => {
    const text = configText().replace(
      'kind = "Adam"',
      'kind = "Adam"\nscheduler = { kind = "CosineAnnealingLR", params = { T_max = 2 } }',
    );
    writeFileSync(join(folder, "cosine.toml"), text);
    await atifHere(["train", "cosine.toml", "--epochs", "4", "--out", "cosine", "--quiet"], { cwd: folder });
    const rates = read("cosine", "metrics.jsonl")
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { lr: number }).lr);
    [1, 0.8535533905932737, 0.5, 0.14644660940672627].forEach((part, i) =>
      expect(rates[i]).toBeCloseTo(0.01 * part, 12),
    );
  });

  it("takes settings as options of their own, also after a two-part option", async () => {
    const words = [
      "train",
      "tiny.toml",
      "--model.0.params.units=[4]",
      "--set",
      "bench.name=mine",
      "--epochs",
      "0",
    ];
    const ended = await atifHere([...words, "--json"], { cwd: folder });
    expect(answerOf(ended)).toMatchObject({
      folder: "runs/mine-1",
      name: "mine",
      parameters: 64 * 4 + 4 + 1 + 50,
    });
  });

  it("warns on stderr about what --lenient steps over", async () => {
    writeFileSync(join(folder, "extra.toml"), configText({ bench: "gpus = 1" }));
    const strict = await atifHere(["train", "extra.toml", "--epochs", "0"], { cwd: folder });
    expect(strict.code).toBe(2);
    const lenient = await atifHere(["train", "extra.toml", "--epochs", "0", "--lenient", "--json"], {
      cwd: folder,
    });
    expect(lenient.code).toBe(0);
    expect(lenient.stderr).toMatch(/^atif: warning: extra\.toml:6:1: bench\.gpus [^\n]*\n$/);
    expect(answerOf(lenient).status).toBe("complete");
  });

  it("trains every model of every run number in a folder of its own", async () => {
    const two = `${configText().replace("last_run = 1", "last_run = 2")}[[model]]\nname = "wide"\n${configText().split('name = "net"\n')[1].replace("[16]", "[24]")}`;
    writeFileSync(join(folder, "several.toml"), two);
    const words = ["train", "several.toml", "--epochs", "1", "--out", "several", "--json"];
    const ended = await atifHere(words, { cwd: folder });
    expect(ended.code).toBe(0);
    const { runs, statistics } = answerOf(ended) as {
      runs: { folder: string; seed: number; model: string }[];
      statistics: { model: string; runs: number }[];
    };
    expect(runs.map(({ folder: place, seed, model }) => [place, seed, model])).toEqual([
      ["several/net-1", 5, "net"],
      ["several/wide-1", 5, "wide"],
      ["several/net-2", 6, "net"],
      ["several/wide-2", 6, "wide"],
    ]);
    expect(readdirSync(join(folder, "several", "wide-2")).sort()).toEqual(FILES);
    expect(json("several", "summary.json")).toEqual({ status: "complete", runs: 4, statistics });
    expect(statistics.map(({ model, runs: count }) => [model, count])).toEqual([
      ["net", 2],
      ["wide", 2],
    ]);
    const alone = join("several", "wide-2", "config.toml");
    await atifHere(["train", alone, "--out", "alone", "--quiet"], { cwd: folder });
    expect(read("alone", "model.safetensors")).toBe(read("several", "wide-2", "model.safetensors"));
    const again = await atifHere([...words.slice(0, -1), "--resume"], { cwd: folder });
    expect(again.stdout.match(/ is complete; there is nothing to do\.$/gm)).toHaveLength(4);
  });

  it("trains from IDX files, and keeps their folder out of the model file", async () => {
    writeIdxFolder(join(folder, "bars"), { train: 40, test: 20 });
    const text = configText({
      dataset: 'kind = "MNIST"\nparams = { path = "elsewhere", dtype = "uint8" }',
      sections: '[[data_augmentation]]\nkind = "IntToFloat32"\nparams = { scale = true, evaluate = true }\n',
      batchSize: 10,
      epochs: 8,
    });
    writeFileSync(join(folder, "idx.toml"), text);
    const words = ["train", "idx.toml", "--data", "bars", "--out", "idx", "--json"];
    const ended = await atif(words, { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect((answerOf(ended).test as { accuracy: number }).accuracy).toBe(1);
    expect(read("idx", "config.toml")).toContain(`path = ${JSON.stringify(join(folder, "bars"))}`);
    expect(read("idx", "model.safetensors")).not.toContain(folder);

    const beside = await atifHere(["eval", "idx", "--json"], { cwd: join(folder, "runs") });
    expect(beside.code).toBe(2); // the run folder is named from where the command is given
    const tested = await atifHere(["eval", "../idx", "--json"], { cwd: join(folder, "runs") });
    expect(answerOf(tested)).toMatchObject({ accuracy: 1, samples: 20, data: join(folder, "bars") });

    renameSync(join(folder, "idx", "model.safetensors"), join(folder, "bars.safetensors"));
    const alone = await atifHere(["eval", "bars.safetensors"], { cwd: folder });
    expect(alone).toMatchObject({
      code: 2,
      stderr:
        "atif: the network was trained on MNIST, whose files are not part of the model; expected their folder. Name it with --data.\n",
    });
    const named = await atifHere(["eval", "bars.safetensors", "--data", "bars", "--json"], { cwd: folder });
    expect(answerOf(named)).toMatchObject({ accuracy: 1, samples: 20, data: "bars" });
    expect(existsSync(join(folder, "idx", "checkpoint.safetensors"))).toBe(false);
  });
});

describe("atif train --resume", () => {
  it("says what would change the run", async () => {
    await atifHere(["train", "tiny.toml", "--out", "fixed", "--quiet", "--epochs", "0"], { cwd: folder });
    const refused = async (...words: string[]): Promise<string> => {
      const ended = await atifHere(["train", ...words], { cwd: folder });
      expect(ended).toMatchObject({ code: 2, stdout: "" });
      return ended.stderr;
    };
    const end =
      " a run continues as it was started. Leave out what changes it, or start a new run without --resume.\n";
    expect(await refused("--resume", "fixed", "--epochs", "3")).toBe(
      `atif: fixed was started with [[model]] epochs = 0, but now it is [[model]] epochs = 3;${end}`,
    );
    expect(await refused("--resume", "fixed", "--seed", "3")).toBe(
      `atif: fixed was started with [bench] seed = 5, but now it is [bench] seed = 3;${end}`,
    );
    expect(await refused("scnn.toml", "--out", "fixed", "--resume")).toMatch(
      /^atif: fixed was started with \[\[model\]\] kind = "SMLP", but now it is \[\[model\]\] kind = "SCNN";/,
    );
    expect(await refused("--resume", "fixed", "--backend", "reference")).toBe(
      "atif: the run was started with the backend wasm, but --backend is reference; a run continues as it was started. Leave out --backend.\n",
    );
  });

  it("starts a run that is not there, and leaves one alone that is complete", async () => {
    const words = ["train", "tiny.toml", "--epochs", "1", "--out", "idempotent", "--resume"];
    expect((await atif(words, { cwd: folder })).code).toBe(0);
    const before = read("idempotent", "summary.json");
    const again = await atif(words, { cwd: folder });
    expect(again).toEqual({
      code: 0,
      signal: null,
      stdout: "idempotent is complete; there is nothing to do.\n",
      stderr: "",
    });
    expect(read("idempotent", "summary.json")).toBe(before);
    const answer = await atifHere([...words, "--json"], { cwd: folder });
    expect(answerOf(answer)).toEqual({ folder: "idempotent", ...json("idempotent", "summary.json") });
  });

  it("refuses a checkpoint that is damaged, and one of other data", async () => {
    writeIdxFolder(join(folder, "moving"), { train: 40, test: 10 });
    const text = configText({
      dataset: 'kind = "MNIST"\nparams = { path = "moving", dtype = "uint8" }',
      epochs: 9999,
    });
    writeFileSync(join(folder, "moving.toml"), text);
    const words = ["train", "moving.toml", "--out", "moved", "--resume"];
    const { child, ended } = start(words, { cwd: folder });
    const checkpoint = join(folder, "moved", "checkpoint.safetensors");
    await until("a checkpoint", () => existsSync(checkpoint));
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);

    const bytes = readFileSync(checkpoint);
    writeFileSync(checkpoint, bytes.subarray(0, bytes.length - 9));
    const damaged = await atifHere(words, { cwd: folder });
    expect(damaged).toMatchObject({ code: 2, stdout: "" });
    expect(damaged.stderr).toMatch(/^atif: moved\/checkpoint\.safetensors: .*expected/);
    writeFileSync(checkpoint, bytes);
    writeIdxFolder(join(folder, "moving"), { train: 41, test: 10 });
    const other = await atifHere(words, { cwd: folder });
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect(other.stderr).toMatch(
      /^atif: moved\/checkpoint\.safetensors does not fit this run: .*its training set is 40 samples .* here it is 41 samples/,
    );
    expect(readFileSync(checkpoint).equals(bytes)).toBe(true);

    renameSync(join(folder, "moving"), join(folder, "elsewhere"));
    writeIdxFolder(join(folder, "elsewhere"), { train: 40, test: 10 });
    const again = start(["train", "--resume", "moved", "--data", "elsewhere"], { cwd: folder });
    await until("the run to go on", () => json("moved", "summary.json").status === "running");
    again.child.kill("SIGINT");
    expect((await again.ended).stderr).toMatch(/stopped in epoch \d+ of 9999; continue with: /);
  });

  it("begins anew where a process was killed before its first checkpoint, among its leavings", async () => {
    mkdirSync(join(folder, "young"));
    writeFileSync(join(folder, "young", ".config.toml.123-0.tmp"), "[ben");
    const words = ["train", "tiny.toml", "--epochs", "1", "--out", "young", "--resume", "--quiet"];
    expect((await atif(words, { cwd: folder })).code).toBe(0);
    expect(readdirSync(join(folder, "young")).sort()).toEqual(FILES);
  });
});
