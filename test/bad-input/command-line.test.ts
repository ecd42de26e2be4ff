/**
 * Wrong input to the command line, beyond what test/cli asks of each option: experiments with one value changed,
 * named by line and column, and model files with one bit changed.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { Generator } from "../../src/index.js";
import { answerOf, temporaryFolder, type Ended } from "../cli/atif.js";
import { atifHere } from "../cli/in-process.js";
import { expectSentence } from "./sentence.js";

const folder = temporaryFolder();
const digits = readFileSync(fileURLToPath(new URL("../../examples/digits.toml", import.meta.url)), "utf8");

/** The line that now holds this text, 1 for the first. */
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split("\n").length;

/** One sentence on stderr, nothing on stdout, exit code 2. */
function expectRefused(ended: Ended): string {
  expect(ended, ended.stderr).toMatchObject({ code: 2, signal: null, stdout: "" });
  expect(ended.stderr.split("\n")).toHaveLength(2);
  const sentence = ended.stderr.replace(/^atif: /, "").trimEnd();
  expectSentence(sentence.replaceAll(folder, ""));
  return sentence;
}

describe("an experiment with one thing wrong", () => {
  it.each<[string, string, string]>([
    ['kind = "ATIF"', 'kind = "ATFI"', 'neuron.kind (merged into model[0]) is "ATFI"; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode", "QuantReLU". Did you mean "ATIF"?'],
    ["v_threshold = 1.0", "v_threshold = nan", "v_threshold (merged into model[0]) is nan; expected a finite number above 0."],
    ["v_threshold = 1.0", "v_threshold = inf", "v_threshold (merged into model[0]) is inf; expected a finite number above 0."],
    ["v_threshold = 1.0", "v_threshold = -1", "v_threshold (merged into model[0]) is -1; expected a number above 0."],
    ["v_threshold = 1.0", "v_reset = 0.5", "v_reset (merged into model[0]) is 0.5; expected"],
    ["v_threshold = 1.0", "v_treshold = 1", 'v_treshold (merged into model[0]) is not a known key of ATIF; expected one of'],
    ["alpha = 1.0", "alpha = 0", "alpha (merged into model[0]) is 0; expected a number above 0."],
    ["timesteps = 4", "timesteps = 0", "timesteps (merged into model[0]) is 0; expected a whole number of at least 1."],
    ["timesteps = 4", 'timesteps = "4"', 'timesteps (merged into model[0]) is "4"; expected'],
    ["epochs = 30", "epochs = -1", "epochs (merged into model[0]) is -1; expected a whole number of at least 0."],
    ["batch_size = 32", "batch_size = 0", "batch_size (merged into model[0]) is 0; expected a whole number of at least 1."],
    ["lr = 0.003", "lr = nan", "lr (merged into model[0]) is nan; expected a finite number of at least 0."],
    ['kind = "Adam"', 'kind = "Adm"', 'optimizer.kind (merged into model[0]) is "Adm"; expected one of "SGD", "Adam", "AdamW", "RMSprop", "RAdam", "NAdam". Did you mean "Adam"?'],
    ['kind = "SCNN"', 'kind = "SCN"', 'kind (merged into model[0]) is "SCN"; expected one of "SMLP", "SCNN", "SResNet", "SResNetStride", "GraphModel". Did you mean "SCNN"?'],
    ['kind = "Digits"', 'kind = "Digit"', 'dataset.kind is "Digit"; expected one of "Digits", "MNIST", "FashionMNIST", "IDX", "CIFAR10", "CIFAR100", "ImageFolder", "CSV", "NumPy", "MovingDigits", "EventFolder". Did you mean "Digits"?'],
    ["filters = [16, 32, 64]", "filters = [16, 0, 64]", "filters[1] is 0; expected a whole number of at least 1."],
    ["filters = [16, 32, 64]", "filters = [16]", "kernel_sizes has 3 entries; expected 1: one per entry of filters."],
    ["T_max = 30", "T_max = 0", "T_max is 0; expected a whole number of at least 1."],
    ["fc_units = []", "fc_units = [10000000000]", "fc_units[0] is 10000000000; expected a whole number from 1 to 1000000."],
    ["seed = 1\n", 'seed = "1"\n', 'bench.seed is "1"; expected a whole number of at least 0.'],
    ["seed = 1\n", "seed = 1\nseed = 2\n", 'the key or table of the line "seed = 2" was given before; expected each once. Remove one of the two.'],
    ["[model.params]", "[model.params", 'not valid TOML: illegal character in key in the line "[model.params". Close the name of the table with a bracket: expected'],
    ['loss = "crossentropy"', 'loss = "l1"', 'loss is "l1"; expected "crossentropy" or "mse".'],
  ])("%s as %s", async (is, becomes, says) => {
    expect(digits).toContain(is);
    const text = digits.replace(is, becomes);
    const name = `${Math.abs(hash(becomes))}.toml`;
    writeFileSync(join(folder, name), text);
    const sentence = expectRefused(await atifHere(["train", name], { cwd: folder }));
    expect(sentence).toContain(says);
    const [, file, line] = /^([^:]+):(\d+):\d+: /.exec(sentence) ?? [];
    expect(file).toBe(name);
    // A list is named at the list it does not fit, and a key given twice at the second.
    const named = says.startsWith("kernel_sizes") ? "kernel_sizes" : becomes.split("\n").findLast((part) => part !== "");
    expect(Number(line)).toBe(lineOf(text, named ?? ""));
    expect(existsSync(join(folder, "runs"))).toBe(false);
  }); // prettier-ignore
});

describe("a model file", () => {
  let model: Buffer;

  beforeAll(async () => {
    const made = await atifHere(["train", "--epochs", "0", "--out", "run", "--quiet"], { cwd: folder });
    expect(made, made.stderr).toMatchObject({ code: 0 });
    model = readFileSync(join(folder, "run/model.safetensors"));
  }, 60_000);

  it("with one bit changed is refused by eval and by inspect", async () => {
    const random = new Generator(12);
    const header = model.readUInt32LE(0) + 8;
    for (let round = 0; round < 12; round++) {
      const damaged = Buffer.from(model);
      // Every other one in the header, which is a small part of the file.
      const bit = random.integer(8 * (round % 2 === 0 ? header : damaged.length));
      damaged[bit >>> 3] ^= 1 << (bit & 7);
      writeFileSync(join(folder, "flipped.safetensors"), damaged);
      const words = [round % 4 < 2 ? "eval" : "inspect", "flipped.safetensors"];
      expect(expectRefused(await atifHere(words, { cwd: folder }))).toMatch(/^flipped\.safetensors: /);
    }
  });

  it("cut short, of another kind or empty is refused", async () => {
    for (const content of [
      model.subarray(0, model.length - 1),
      model.subarray(0, 100),
      Buffer.alloc(0),
      digits,
    ]) {
      writeFileSync(join(folder, "other.safetensors"), content);
      const ended = await atifHere(["eval", "other.safetensors", "--json"], { cwd: folder });
      expect(ended).toMatchObject({ code: 2 });
      expect(answerOf(ended)).toEqual({
        error: expect.stringMatching(/^other\.safetensors: .*expected/) as string,
        exitCode: 2,
      });
    }
  });

  it("of another size of data is refused with both sizes", async () => {
    mkdirSync(join(folder, "idx"));
    const idx = (type: number, shape: number[], data: number[]): Buffer =>
      Buffer.from([
        0,
        0,
        8,
        shape.length,
        ...shape.flatMap((n) => [0, 0, n >>> 8, n & 255]),
        ...data,
        ...(type === 0 ? [] : [0]),
      ]);
    const pixels = Array.from({ length: 2 * 28 * 28 }, (_, i) => i % 256);
    for (const set of ["train", "t10k"]) {
      writeFileSync(join(folder, `idx/${set}-images-idx3-ubyte`), idx(0, [2, 28, 28], pixels));
      writeFileSync(join(folder, `idx/${set}-labels-idx1-ubyte`), idx(0, [2], [0, 9]));
    }
    const eval2 = (): Promise<Ended> => atifHere(["eval", "run", "--data", "idx"], { cwd: folder });
    expect(expectRefused(await eval2())).toMatch(
      /28.*expected.*8|\[28, 28, 1\].*\[8, 8, 1\]|expected \[.*8, 8, 1\]/,
    );
    writeFileSync(join(folder, "idx/t10k-labels-idx1-ubyte"), idx(0, [2], [0, 10]));
    expect(expectRefused(await eval2())).toMatch(/t10k-labels-idx1-ubyte: label 1 is 10; expected 0 to 9/);
    writeFileSync(join(folder, "idx/t10k-labels-idx1-ubyte"), idx(0, [3], [0, 1, 2]));
    expect(expectRefused(await eval2())).toMatch(
      /holds 3 labels but .* holds 2 images; expected one label per image/,
    );
    writeFileSync(join(folder, "idx/t10k-labels-idx1-ubyte"), idx(0, [0], []));
    writeFileSync(join(folder, "idx/t10k-images-idx3-ubyte"), idx(0, [0, 28, 28], []));
    expect(expectRefused(await eval2())).toMatch(
      /t10k-images-idx3-ubyte is empty, \[0, 28, 28\]; expected at least one image/,
    );
    writeFileSync(join(folder, "idx/t10k-images-idx3-ubyte"), idx(1, [2, 28, 28], pixels));
    expect(expectRefused(await eval2())).toMatch(/holds more than the 1568 bytes its header promises/);
  });
});

describe("an output folder", () => {
  it.each(["/proc/run", "/dev/null", "/dev/null/run"])(
    "%s cannot be written",
    { timeout: 60_000 },
    async (out) => {
      const sentence = expectRefused(
        await atifHere(["train", "--epochs", "0", "--out", out], { cwd: folder }),
      );
      expect(sentence).toMatch(new RegExp(`^cannot write ${out}: .*; expected`));
    },
  );

  it("that may not be entered is named", { timeout: 60_000 }, async ({ skip }) => {
    // The superuser may write everywhere.
    if (process.getuid?.() === 0) skip();
    mkdirSync(join(folder, "closed"), { mode: 0o500 });
    const sentence = expectRefused(
      await atifHere(["train", "--epochs", "0", "--out", "closed/run"], { cwd: folder }),
    );
    expect(sentence).toMatch(
      /^cannot write closed\/run: permission denied; expected a folder and file you may write to/,
    );
  });
});

it("nothing was left where nothing was asked for", () => {
  const left = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory());
  expect(left.sort()).toEqual(["idx", "run"]);
});

/** So that cases that run at the same time have files of their own. */
function hash(text: string): number {
  let sum = 7;
  for (const character of text) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) | 0;
  return sum;
}
