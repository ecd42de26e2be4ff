/** atif eval and atif inspect: their figures are the library's, and they work on what fits and say what does not. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadDigits } from "../../src/datasets/digits.js";
import { readModelFile, saveModel } from "../../src/formats/model-file.js";
import { init } from "../../src/kernels/select.js";
import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import { SResNet } from "../../src/models/sresnet.js";
import "../../src/ops/install.js";
import { manualSeed } from "../../src/random/generator.js";
import { evaluate, type Evaluation } from "../../src/training/evaluate.js";
import { answerOf, atif, SMALL_SCNN, temporaryFolder, writeConfig, type Ended } from "./atif.js";
import { atifHere } from "./in-process.js";
import { writeIdxFolder } from "./idx-files.js";

const folder = temporaryFolder();
let expected: Evaluation;

function run(...words: string[]): Promise<Ended> {
  return atifHere(words, { cwd: folder });
}

/** In a process of its own. */
function runAlone(...words: string[]): Promise<Ended> {
  return atif(words, { cwd: folder });
}

beforeAll(async () => {
  await init();
  writeConfig(folder, { model: SMALL_SCNN, epochs: 3, batchSize: 32 });
  expect((await run("train", "tiny.toml", "--out", "run", "--quiet")).code).toBe(0);
  const { model } = await readModelFile(join(folder, "run", "model.safetensors"));
  expected = await evaluate(model, (await loadDigits()).test);
});

describe("atif eval", () => {
  it("answers with the library's figures, from a run folder and from a model file", async () => {
    const ended = await runAlone("eval", "run", "--json");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const { model, data, classes, ...measured } = answerOf(ended);
    expect([model, data]).toEqual(["run/model.safetensors", "the digits"]);
    expect(measured).toEqual(expected);
    expect(classes).toEqual(
      expected.confusion.map((row, i) => {
        const samples = row.reduce((sum, count) => sum + count, 0);
        return { class: i, name: String(i), samples, accuracy: row[i] / samples };
      }),
    );
    const file = await run(
      "eval",
      "run/model.safetensors",
      "--data",
      "digits",
      "--json",
      "--batch-size",
      "7",
    );
    expect(answerOf(file)).toMatchObject({ confusion: expected.confusion, samples: 360 });
  });

  it("prints the mistakes by class and the accuracy", async () => {
    const { code, stdout, stderr } = await runAlone("eval", "run");
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("run/model.safetensors, tested on the digits");
    expect(lines[2].split(/\s+/)).toEqual(["true", "\\", "said", ..."0123456789".split(""), "right"]);
    expected.confusion.forEach((row, i) => {
      const samples = row.reduce((sum, count) => sum + count, 0);
      const cells = [i, ...row.map((count) => (count === 0 ? "·" : count))];
      expect(lines[3 + i].split(/\s+/)).toEqual([
        ...cells.map(String),
        ((100 * row[i]) / samples).toFixed(1),
        "%",
      ]);
    });
    const right = expected.confusion.reduce((sum, row, i) => sum + row[i], 0);
    expect(lines[14]).toMatch(
      new RegExp(`^accuracy ${(100 * expected.accuracy).toFixed(1)} % \\(${right} of 360\\), by class `),
    );
  });

  it("agrees on both backends", async () => {
    const ended = await runAlone("eval", "run", "--json", "--backend", "reference");
    expect(answerOf(ended)).toMatchObject({ confusion: expected.confusion, accuracy: expected.accuracy });
  });
});

describe("atif inspect", () => {
  it("answers with layers, shapes, parameters, thresholds, rates and levels", async () => {
    const ended = await runAlone("inspect", "run", "--json");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const answer = answerOf(ended);
    expect(answer).toMatchObject({
      model: "run/model.safetensors",
      kind: "SCNN",
      timesteps: 2,
      stepMode: "m",
      inputShape: [8, 8, 1],
      outputShape: [10],
      parameters: 36 + 8 + 1 + (64 * 8 + 8) + 1 + 90,
      training: { dataset: "Digits", epochs: 3, seed: 5, testAccuracy: expected.accuracy },
      data: "the digits",
      samples: 360,
      accuracy: expected.accuracy,
      spikesPerInference: expected.spikesPerInference,
    });
    const [first, second] = expected.layers;
    const neuron = (name: string, outputShape: number[], { theta, firingRate, spikesPerInference, neurons }: typeof first) => ({
      name,
      kind: "ATIF",
      outputShape,
      parameters: 1,
      theta,
      learned: true,
      neurons,
      levels: 3,
      levelStep: theta / 2,
      firingRate,
      spikesPerInference,
    }); // prettier-ignore
    expect(answer.layers).toEqual([
      { name: "conv1", kind: "Conv2d", outputShape: [8, 8, 4], parameters: 36 },
      { name: "bn1", kind: "BatchNorm2d", outputShape: [8, 8, 4], parameters: 8 },
      neuron("neuron1", [8, 8, 4], first),
      { name: "dropout1", kind: "Dropout", outputShape: [8, 8, 4], parameters: 0 },
      { name: "maxpool1", kind: "MaxPool2d", outputShape: [4, 4, 4], parameters: 0 },
      { name: "flatten", kind: "Flatten", outputShape: [64], parameters: 0 },
      { name: "fc1", kind: "Linear", outputShape: [8], parameters: 520 },
      neuron("neuron2", [8], second),
      { name: "dropout2", kind: "Dropout", outputShape: [8], parameters: 0 },
      { name: "fc2", kind: "Linear", outputShape: [10], parameters: 90 },
    ]);
    expect([first.neurons, second.neurons]).toEqual([256, 8]);
  });

  it("names the layers of a residual network as the state dict does, each with its rate", async () => {
    manualSeed(2);
    const model = new SResNet({
      inputShape: [8, 8, 1], outputShape: [10], filters: [4, 6], kernelSizes: [3, 3], paddings: [1, 1],
      strides: [1, 2], numBlocks: [1], batchNorm: true, timesteps: 2, neuron: { kind: "ATIF" },
    }).eval(); // prettier-ignore
    await saveModel(join(folder, "residual.safetensors"), model);
    const ended = await run("inspect", "residual.safetensors", "--data", "digits", "--json");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const { layers } = await evaluate(model, (await loadDigits()).test);
    const listed = answerOf(ended).layers as {
      name: string;
      firingRate?: number;
      spikesPerInference?: number;
    }[];
    expect(
      listed.flatMap(({ name, firingRate, spikesPerInference }) =>
        firingRate === undefined ? [] : [{ name, firingRate, spikesPerInference }],
      ),
    ).toEqual(
      layers.map(({ name, firingRate, spikesPerInference }) => ({ name, firingRate, spikesPerInference })),
    );
    expect(layers.map(({ name }) => name)).toEqual([
      "neuron1", "layers.0.0.neuron1", "layers.0.0.neuron2", "layers.0.0.neuronr",
    ]); // prettier-ignore
    expect(listed.find(({ name }) => name === "layers.0.0.add")).toMatchObject({
      kind: "Add",
      outputShape: [4, 4, 6],
      parameters: 0,
    });
  });

  it("prints a table, and the same without rates with --no-data", async () => {
    const ended = await runAlone("inspect", "run");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const [head, training, , titles, ...rows] = ended.stdout.split("\n");
    expect(head).toBe(
      "run/model.safetensors: SCNN, 2 time steps, input [8, 8, 1], 10 classes, 656 parameters (2.6 KiB)",
    );
    expect(training).toBe(
      `trained on Digits, 3 epochs, seed 5, test accuracy ${(100 * expected.accuracy).toFixed(1)} %`,
    );
    expect(titles).toMatch(
      /^layer +kind +output +parameters +theta +levels +level step +firing rate +spikes$/,
    );
    const { theta, firingRate, spikesPerInference } = expected.layers[0];
    expect(rows[2].split(/ {2,}/)).toEqual([
      "neuron1",
      "ATIF",
      "[8, 8, 4]",
      "1",
      theta.toFixed(3),
      "3",
      (theta / 2).toFixed(3),
      `${(100 * firingRate).toFixed(1)} %`,
      spikesPerInference.toFixed(1),
    ]);
    expect(rows[11]).toMatch(
      /^firing rates over 360 samples of the digits: \d+ spikes per sample, accuracy /,
    );
    const without = await run("inspect", "run", "--no-data");
    expect(without.stdout).toContain("\nfiring rates were not measured (--no-data).\n");
    expect(without.stdout).toContain(theta.toFixed(3));
  });

  it("gives levels of neurons with a fixed threshold and spikes of 1, and streams networks of single steps", async () => {
    manualSeed(3);
    const neuron = { kind: "LIFNode", params: { vThreshold: 0.5 } } as const;
    const model = new SMLP({ inputShape: [64], outputShape: [12], units: [6], timesteps: 4, neuron });
    await saveModel(join(folder, "lif.safetensors"), model);
    const answer = answerOf(await run("inspect", "lif.safetensors", "--data", "digits", "--json"));
    expect(answer).toMatchObject({ stepMode: "s", training: {}, data: "the digits" });
    const measured = await evaluate(model, (await loadDigits()).test.with({ sampleShape: [64] }));
    expect((answer.layers as object[])[2]).toEqual({
      name: "neuron1",
      kind: "LIFNode",
      outputShape: [6],
      parameters: 0,
      theta: 0.5,
      learned: false,
      neurons: 6,
      levels: 5,
      levelStep: 0.25,
      firingRate: measured.layers[0].firingRate,
      spikesPerInference: measured.layers[0].spikesPerInference,
    });
  });

  it("works without data, and says why there are no rates; data that were named must fit", async () => {
    writeIdxFolder(join(folder, "bars"), { train: 10, test: 10 });
    const ended = await run("inspect", "run", "--data", "bars", "--json");
    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.stdout)).toEqual({
      error:
        "bars has samples of [28, 28, 1], but the network takes [8, 8, 1]; " +
        "expected samples of that shape. Name other data with --data.",
      exitCode: 2,
    });
    const tested = await run("eval", "run", "--data", "bars");
    expect(tested).toMatchObject({ code: 2, stdout: "" });
    expect(tested.stderr).toMatch(
      /^atif: bars has samples of \[28, 28, 1\], but the network takes \[8, 8, 1\];/,
    );

    const few = new SCNN({
      inputShape: [8, 8, 1], outputShape: [4], filters: [2], kernelSizes: [3], paddings: [0], strides: [1],
      poolSizes: [0], fcUnits: [], timesteps: 1, neuron: { kind: "ATIF" },
    }); // prettier-ignore
    await saveModel(join(folder, "few.safetensors"), few);
    const silent = answerOf(await run("inspect", "few.safetensors", "--json"));
    expect(silent.note).toMatch(/^firing rates were not measured: the model file does not say what/);
    const classes = await run("inspect", "few.safetensors", "--data", "digits");
    expect(classes).toMatchObject({ code: 2, stdout: "" });
    expect(classes.stderr).toMatch(
      /^atif: the digits has 10 classes, but the network has 4 outputs; expected at most as many/,
    );
  });

  it("refuses files the user has named that are missing", async () => {
    const ended = await run("inspect", "run", "--data", "nowhere");
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^atif: nowhere cannot be read as a folder/);
  });

  it("is not disturbed by what a model file says of its training", async () => {
    const { model } = await readModelFile(join(folder, "run", "model.safetensors"));
    for (const [i, facts] of [
      { experiment: "[bench", dataset: "x" },
      { experiment: 7, testAccuracy: "high", epochs: null, seed: [1] },
      { experiment: "", dataset: { toString: 1 } },
    ].entries()) {
      const name = `facts${i}.safetensors`;
      await saveModel(join(folder, name), model, facts as Record<string, unknown>);
      const ended = await run("inspect", name, "--no-data");
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      const measured = await run("inspect", name, "--json");
      expect(measured).toMatchObject({ code: 0, stderr: "" });
      expect(answerOf(measured)).toMatchObject({
        data: null,
        note: expect.stringMatching(
          i === 1 ? /does not say what the network was trained on/ : /the experiment in the model file/,
        ) as string,
        training: i === 0 ? { dataset: "x" } : {},
      });
    }
    writeFileSync(join(folder, "config.toml"), "not an experiment");
    expect((await run("inspect", "facts1.safetensors")).code).toBe(0);
  });
});
