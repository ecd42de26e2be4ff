/** Data without programming: learned from, tested on and asked about, by the command line alone. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { arraySamples } from "../../src/cli/given-samples.js";
import {
  Dataset,
  evaluate,
  init,
  loadDigits,
  loadModel,
  readModelFile,
  saveModel,
  SMLP,
} from "../../src/index.js";
import { answerOf, start, temporaryFolder, type Ended } from "./atif.js";
import { atifHere } from "./in-process.js";

const folder = temporaryFolder();
const NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

const run = (...words: string[]): Promise<Ended> => atifHere(words, { cwd: folder });

interface Predicted {
  readonly classes: readonly string[];
  readonly predictions: readonly {
    readonly source: string;
    readonly class: number;
    readonly name: string;
    readonly confidence: number;
    readonly scores: readonly (readonly number[])[];
    readonly answers: readonly number[];
    readonly spikes: readonly number[];
    readonly layers: readonly { readonly spikes: number }[];
  }[];
}

const predicted = (ended: Ended): Predicted => {
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  return answerOf(ended) as unknown as Predicted;
};

/** Pictures of the test, in the order of the folder. */
let pictures: string[] = [];

beforeAll(async () => {
  await init();
  const { train, test } = await loadDigits();
  for (const [name, set, count] of [
    ["train", train, 120],
    ["test", test, 30],
  ] as const) {
    for (let i = 0; i < count; i++) {
      const path = join("pictures", name, NAMES[set.labels[i]], `${i}.png`);
      mkdirSync(join(folder, path, ".."), { recursive: true });
      const values = set.toFloat32().subarray(64 * i, 64 * (i + 1));
      const raw = { width: 8, height: 8, channels: 1 } as const;
      const bytes = Uint8Array.from(values, (value) => Math.round(255 * value));
      writeFileSync(join(folder, path), await sharp(bytes, { raw }).png().toBuffer());
      if (name === "test") pictures.push(path);
    }
  }
  pictures = pictures.slice(0, 12);
  const ended = await run(
    "train",
    "--data",
    "pictures",
    "--val",
    "0.2",
    "--epochs",
    "2",
    "--out",
    "learned",
    "--json",
  );
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
});

describe("a folder of pictures", () => {
  it("is learned from, and the names of its classes stay with the network", async () => {
    const { facts } = await readModelFile(join(folder, "learned/model.safetensors"));
    expect(facts.classNames).toEqual([...NAMES].sort());
    const config = readFileSync(join(folder, "learned/config.toml"), "utf8");
    expect(config).toContain('kind = "ImageFolder"');
    expect(config).toMatch(/size = \[ 8, 8 \]\nchannels = 1/);
    expect(config).toMatch(
      /kind = "DatasetSplitter"\n\n\[preprocessing\.params\]\nsource = "train"\ndest = "valid"\nratio = 0\.2/,
    );
    const [line] = readFileSync(join(folder, "learned/metrics.jsonl"), "utf8").split("\n");
    expect((JSON.parse(line) as { validation: { samples: number } }).validation.samples).toBe(24);
  });

  it("is tested on, a part of it too", async () => {
    const whole = answerOf(await run("eval", "learned", "--json"));
    expect(whole).toMatchObject({ samples: 30 });
    const some = answerOf(await run("eval", "learned", "--limit", "7", "--json"));
    expect(some).toMatchObject({ samples: 7 });
    expect((await run("eval", "learned", "--limit", "7", "--json")).stdout).toBe(
      (await run("eval", "learned", "--limit", "7", "--json")).stdout,
    );
    const { stdout } = await run("eval", "learned");
    expect(stdout).toMatch(/^\d (eight|nine|zero) +/m);
  });
});

describe("atif predict", () => {
  it("says of pictures what the network gives, after each step, to the bit", async () => {
    const { classes, predictions } = predicted(await run("predict", "learned", ...pictures, "--json"));
    expect(classes).toEqual([...NAMES].sort());
    expect(predictions.map(({ source }) => source)).toEqual(pictures);
    const model = await loadModel(join(folder, "learned/model.safetensors"));
    for (const { source, class: answer, name, scores, answers, spikes, layers, confidence } of predictions) {
      const bytes = Uint8Array.from(
        (await sharp(join(folder, source)).raw().toBuffer()).filter(
          (_, i, all) => i % (all.length / 64) === 0,
        ),
      );
      const data = new Dataset({
        name: "one",
        x: bytes,
        labels: [answer],
        classes: 10,
        sampleShape: [8, 8, 1],
        divisor: 255,
      });
      const { accuracy, spikesPerInference, loss } = await evaluate(model, data);
      expect([accuracy, name]).toEqual([1, classes[answer]]);
      expect(scores).toHaveLength(4);
      expect(answers[3]).toBe(answer);
      expect(scores[3][answer]).toBe(Math.max(...scores[3]));
      const total = spikes.reduce((sum, each) => sum + each, 0);
      expect([total, layers.reduce((sum, layer) => sum + layer.spikes, 0)]).toEqual([
        spikesPerInference,
        spikesPerInference,
      ]);
      expect(confidence).toBeCloseTo(Math.exp(-loss), 5);
    }
    const right = predictions.filter(({ source, name }) => source.split("/")[2] === name).length;
    expect(right).toBeGreaterThan(0);
  });

  it("prints a table of steps for one, a row each for several", async () => {
    const one = await run("predict", "learned", pictures[0], "--timesteps", "6");
    const lines = one.stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(new RegExp(`^${pictures[0].replaceAll("/", "\\/")}: \\w+, [\\d.]+ %$`));
    expect(lines[2]).toMatch(/^step +class( +\w+){5} +spikes$/);
    expect(lines).toHaveLength(9);
    const several = (await run("predict", "learned", ...pictures)).stdout.trimEnd().split("\n");
    expect(several[0]).toMatch(/^sample +class +confidence +after each step +spikes$/);
    expect(several).toHaveLength(1 + pictures.length);
  });

  it("does what was done to the training data, and once", async () => {
    // A network that says how samples are normalized, beside one that is given them so.
    const options = {
      inputShape: [64],
      outputShape: [10],
      units: [16],
      timesteps: 3,
      neuron: { kind: "ATIF" },
    } as const;
    const model = new SMLP(options);
    model.preprocessing = [{ kind: "Normalize", options: { mean: 0.5, std: 0.25 } }];
    await saveModel(join(folder, "normal.safetensors"), model);
    model.preprocessing = [];
    await saveModel(join(folder, "plain.safetensors"), model);
    const values = Array.from({ length: 64 }, (_, i) => (i % 8) / 8);
    writeFileSync(join(folder, "one.jsonl"), `${JSON.stringify(values)}\n`);
    writeFileSync(
      join(folder, "done.jsonl"),
      `${JSON.stringify(values.map((value) => (value - 0.5) / 0.25))}\n`,
    );
    const said = async (name: string, input: string): Promise<unknown> => {
      const { ended } = start(["predict", name, "--stdin", "--json"], {
        cwd: folder,
        input: join(folder, input),
      });
      return predicted(await ended).predictions[0].scores;
    };
    const normal = await said("normal.safetensors", "one.jsonl");
    expect(normal).toEqual(await said("plain.safetensors", "done.jsonl"));
    expect(normal).not.toEqual(await said("plain.safetensors", "one.jsonl"));
  });

  it("takes dark on light where it learned light on dark", async () => {
    const negative = join(folder, "negative.png");
    writeFileSync(negative, await sharp(join(folder, pictures[0])).negate({ alpha: false }).png().toBuffer());
    const [a] = predicted(await run("predict", "learned", pictures[0], "--json")).predictions;
    const [b] = predicted(await run("predict", "learned", "negative.png", "--invert", "--json")).predictions;
    expect(b.scores).toEqual(a.scores);
  });

  it.each<[string[], string]>([
    [["learned"], "there is nothing to look at; expected pictures behind the run"],
    [["learned", "none.png"], "none.png"],
    [["learned", "learned/config.toml"], "learned/config.toml is neither PNG nor JPEG"],
    [["learned", "a.png", "--stdin"], "--stdin is given, and 1 picture too"],
    [["learned", "--stdin", "--invert"], "--invert is for pictures"],
    [["nowhere", "a.png"], "nowhere"],
  ])("refuses %j", async (words, sentence) => {
    const { code, stderr } = await run("predict", ...words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });
});

describe("arrays", () => {
  const plan = { shape: [2, 2, 1], classes: 3, timesteps: 4, divisor: 255 } as const;
  const lines = (text: string): (readonly number[])[] =>
    arraySamples(new TextEncoder().encode(text), plan).map(({ data }) => [
      ...data.sampleShape,
      ...data.toFloat32(),
    ]);

  it("come a sample per line, flat or not, still or changing over time", () => {
    expect(lines("[1,2,3,4]\n\n[[[5],[6]],[[7],[8.5]]]\n")).toEqual([
      [2, 2, 1, 1, 2, 3, 4],
      [2, 2, 1, 5, 6, 7, 8.5],
    ]);
    expect(lines("1,2,3,4\r\n 5; 6;7; 8.5\n1e1\t-2\t.5\t0\n")).toEqual([
      [2, 2, 1, 1, 2, 3, 4],
      [2, 2, 1, 5, 6, 7, 8.5],
      [2, 2, 1, 10, -2, 0.5, 0],
    ]);
    expect(lines(JSON.stringify(new Array(16).fill(1)))[0].slice(0, 4)).toEqual([4, 2, 2, 1]);
  });

  it.each([
    ["", "the input is empty"],
    ["\n", "has no line with a sample"],
    ["[1,2]", "line 1 has 2 numbers; expected 4 numbers for a sample of [2, 2, 1], or 16 for [4, 2, 2, 1]"],
    ["[1,2,3,4]\n[1,", 'line 2 is "[1,", which is no JSON'],
    ['[1,2,3,"4"]', "line 1 holds"],
    ["1,2,3,four", 'line 1 is "1,2,3,four", which is no JSON'],
    ["1,2,,3", 'line 1 is "1,2,,3", which is no JSON'],
    ["1,2,3", "line 1 has 3 numbers; expected 4 numbers"],
    ["[1,2,3,1e99]", "line 1 holds Infinity at place 3"],
  ])("%j is refused", (text, sentence) => {
    expect(() => lines(text)).toThrow(sentence);
  });
});

describe("a table", () => {
  it("is learned from without an experiment file, its last column the classes", async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i % 3},${(i % 3) * 2 + 0.1 * (i % 5)},${["a", "b", "c"][i % 3]}`,
    );
    writeFileSync(join(folder, "flowers.csv"), ["length,width,Species", ...rows].join("\n"));
    const ended = await run(
      "train",
      "--data",
      "flowers.csv",
      "--epochs",
      "3",
      "--limit",
      "40",
      "--out",
      "flowers",
      "--json",
    );
    expect([ended.code, ended.stderr]).toEqual([0, ""]);
    expect(answerOf(ended)).toMatchObject({ dataset: "CSV", test: { samples: 12 } });
    expect(existsSync(join(folder, "flowers/model.safetensors"))).toBe(true);
  });

  it("is looked for where it is named", async () => {
    mkdirSync(join(folder, "empty"), { recursive: true });
    expect((await run("train", "--data", "nothing.csv")).stderr).toContain(
      "there is no file or folder nothing.csv",
    );
    expect((await run("train", "--data", "empty")).stderr).toContain(
      "empty holds nothing that is known as data",
    );
  });
});
