/** What a network is said to have learned: by its file, which `atif eval` reads as one of its own. */

import { beforeAll, describe, expect, it } from "vitest";
import { YOUR_PICTURES } from "../../playground/pictures/picture.js";
import { sentenceOn } from "../../playground/panels/seen-sentence.js";
import { defaultSettings } from "../../playground/state/settings.js";
import {
  classNamesOf,
  fits,
  isUntrained,
  knownClassNames,
  nothingLearned,
  preparationFor,
} from "../../playground/worker/model-facts.js";
import { pageFacts } from "../../playground/worker/page-facts.js";
import { testDataFor } from "../../src/cli/test-data.js";
import { readFacts } from "../../src/experiment/run-folder/training-facts.js";
import {
  createModel,
  Dataset,
  decodeModel,
  encodeModel,
  FASHION_MNIST_CLASSES,
  init,
  loadDigits,
  parseExperiment,
  SMLP,
  type ModelFacts,
  type SpikingModel,
  type TrainTest,
} from "../../src/index.js";

let digits: TrainTest;

beforeAll(async () => {
  await init({ threads: 1 });
  digits = await loadDigits();
});

function linear(inputShape: readonly number[]): SpikingModel {
  return new SMLP({ inputShape, outputShape: [10], units: [4], timesteps: 1, neuron: { kind: "ATIF" } });
}

const numbers = [..."0123456789"];

function images(name: string, classNames?: readonly string[], classes = classNames?.length ?? 10): Dataset {
  const labels = Array.from({ length: classes }, (_, i) => i);
  const x = new Uint8Array(classes * 784);
  const names = classNames === undefined ? {} : { classNames };
  return new Dataset({ name, x, labels, sampleShape: [28, 28, 1], classes, ...names });
}

describe("the facts of a network of the page", () => {
  const learned = { epochs: 3, batches: 0, measured: { accuracy: 0.9, loss: 0.25 } };

  it.each([
    ["convolutions", { ...defaultSettings, seed: 42, timesteps: 3 }],
    ["dense", { ...defaultSettings, network: "dense", hidden2: 8, learningRate: 0.0001 }],
  ] as const)("are those of `atif train`: %s", async (_, settings) => {
    const facts = pageFacts(settings, { train: digits.train, builtIn: true }, learned);
    expect(facts).toMatchObject({ dataset: "Digits", seed: settings.seed, epochs: 3, testAccuracy: 0.9, testLoss: 0.25 }); // prettier-ignore
    const { experiment } = parseExperiment(String(facts.experiment));
    expect(experiment.bench.seed).toBe(settings.seed);
    const [{ kind, epochs, batchSize, optimizer, params }] = experiment.models;
    expect([epochs, batchSize, optimizer?.params.lr]).toEqual([
      settings.epochs,
      settings.batchSize,
      settings.learningRate,
    ]);
    expect([kind, params.timesteps]).toEqual([
      settings.network === "dense" ? "SMLP" : "SCNN",
      settings.timesteps,
    ]);
    const shapes = { inputShape: [8, 8, 1], outputShape: [10] };
    const model = createModel({ kind, options: { ...params, ...shapes } });
    // What `atif eval FILE` does.
    const file = decodeModel(encodeModel(model, facts));
    const { data, loss, name } = await testDataFor(file.model, readFacts(file.facts), null, undefined);
    expect([name, loss, data.length]).toEqual(["the digits", "crossentropy", 360]);
    expect(data.x).toEqual(digits.test.x);
  });

  it("name data of one's own, which eval then asks for", async () => {
    const train = images("mine");
    const facts = pageFacts(defaultSettings, { train, builtIn: false }, learned);
    expect(facts).toMatchObject({ dataset: "mine", classNames: numbers, epochs: 3 });
    expect(facts).not.toHaveProperty("experiment");
    const other = pageFacts(defaultSettings, { train: images("Digits"), builtIn: false }, learned);
    expect(other.dataset).toBe("your Digits");
    const model = linear([28, 28, 1]);
    await expect(testDataFor(model, readFacts(facts), null, undefined)).rejects.toThrow(
      'the network was trained on "mine", and its file does not say where those data are; expected their folder. Name it with --data',
    );
  });

  it("claim no accuracy of weights that have changed since, and nothing learned of new ones", () => {
    const data = { train: digits.train, builtIn: true };
    const halfway = pageFacts(defaultSettings, data, { epochs: 1, batches: 7, measured: null });
    expect(halfway).toMatchObject({ epochs: 1, batches: 7 });
    expect(halfway).not.toHaveProperty("testAccuracy");
    const first = { epochs: 0, batches: 1, measured: null };
    expect(isUntrained(pageFacts(defaultSettings, data, first))).toBe(false);
    expect(isUntrained(pageFacts(defaultSettings, data, nothingLearned))).toBe(true);
    expect(isUntrained({})).toBe(false);
  });

  it("of a file that names the digits without an experiment are enough for eval", async () => {
    const model = linear([8, 8, 1]);
    for (const dataset of ["digits", "Digits"]) {
      const { name } = await testDataFor(model, readFacts({ dataset }), null, undefined);
      expect(name).toBe("the digits");
    }
  });
});

describe("the names of the answers", () => {
  const pictures = images(YOUR_PICTURES, ["blob", "dot"]);

  it.each<[string, ModelFacts, number, readonly string[]]>([
    ["digits, whatever is dropped", { dataset: "digits" }, 10, numbers],
    ["MNIST", { dataset: "MNIST" }, 10, numbers],
    ["clothes", { dataset: "FashionMNIST" }, 10, FASHION_MNIST_CLASSES],
    ["clothes, spelled otherwise", { dataset: "fashion-mnist" }, 10, FASHION_MNIST_CLASSES],
    ["those of the file", { dataset: "pets", classNames: ["cat", "dog"] }, 2, ["cat", "dog"]],
    ["numbers, if the file's are not as many", { classNames: ["cat"] }, 3, ["0", "1", "2"]],
    ["numbers, if the file's are none", { classNames: [1, 2, 3] }, 3, ["0", "1", "2"]],
    ["numbers, of more outputs than digits", { dataset: "digits" }, 11, [...numbers, "10"]],
  ])("are of the network: %s", (_, facts, outputs, names) => {
    expect(classNamesOf(facts, outputs, null)).toEqual(names);
  });

  it("are those of the data only where the network fits them and says nothing itself", () => {
    expect(classNamesOf({}, 2, pictures)).toEqual(["blob", "dot"]);
    expect(classNamesOf({}, 10, pictures)).toEqual(numbers);
    expect(classNamesOf({ classNames: ["cat", "dog"] }, 2, pictures)).toEqual(["cat", "dog"]);
    expect(knownClassNames({}, 10)).toBeNull();
  });

  it("decide whether data fit, beside the shape", () => {
    const network = { inputShape: [28, 28, 1], outputShape: [10] };
    expect(fits(network, { dataset: "MNIST" }, images("unnamed"))).toBe(true);
    expect(fits(network, { dataset: "FashionMNIST" }, images("unnamed"))).toBe(true);
    expect(fits(network, { dataset: "MNIST" }, pictures)).toBe(false);
    expect(fits(network, {}, pictures)).toBe(true);
    expect(fits({ inputShape: [8, 8, 1], outputShape: [10] }, {}, pictures)).toBe(false);
    const two = { ...network, outputShape: [2] };
    const own = { dataset: YOUR_PICTURES, classNames: ["blob", "dot"] };
    expect(fits(two, own, pictures)).toBe(true);
    expect(fits(two, own, images(YOUR_PICTURES, ["blob", "line"]))).toBe(false);
    expect(fits(two, own, images("unnamed", undefined, 2))).toBe(false);
    expect(fits(two, {}, images("unnamed"))).toBe(false);
  });
});

describe("what the network sees", () => {
  it("is prepared as what it has learned from", () => {
    expect(preparationFor([8, 8, 1], { dataset: "digits" })).toBe("uciDigits");
    expect(preparationFor([28, 28, 1], {})).toBe("mnist");
    expect(preparationFor([28, 28, 1], { dataset: "FashionMNIST" })).toBe("clothes");
    expect(preparationFor([28, 28, 1], { dataset: YOUR_PICTURES })).toBe("whole");
    expect(preparationFor([32, 32, 3], {})).toBe("whole");
  });

  it("is told without claims on what it has not learned", () => {
    const seen = {
      input: { source: "drawing", strokes: [] },
      imageShape: [8, 8, 1],
      labelName: null,
      isBlank: false,
      isUntrained: false,
      preparation: "uciDigits",
      hasLearnedDigits: true,
    } as const;
    expect(sentenceOn(seen)).toContain("the digits it has learned from");
    expect(sentenceOn({ ...seen, isBlank: true })).toBe("");
    expect(sentenceOn({ ...seen, isUntrained: true })).not.toContain("learned");
    expect(sentenceOn({ ...seen, imageShape: [28, 28, 1], hasLearnedDigits: false })).toBe(
      "Your drawing is brought to the size and the thickness of MNIST's digits; this network may have learned from other images.",
    );
    expect(sentenceOn({ ...seen, input: { source: "picture", name: "a.png" }, preparation: "whole" })).toBe(
      "a.png, scaled to its size as a whole, with paper around what is not of its shape.",
    );
  });
});
