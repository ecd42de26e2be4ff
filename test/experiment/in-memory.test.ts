/** Experiments over samples that a program has in memory: those of a set that is loaded, to the bit. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { beforeAll, describe, expect, it } from "vitest";
import { experimentAsked } from "../../src/cli/experiment-source.js";
import { readFacts } from "../../src/experiment/run-folder/training-facts.js";
import { testDataFor } from "../../src/cli/test-data.js";
import {
  ConfigError,
  Dataset,
  init,
  loadDigits,
  parseExperiment,
  prepareExperiment,
  readModelFile,
  runExperiment,
  writeExperiment,
  type RunExperimentOptions,
  type TrainTest,
} from "../../src/index.js";
import { temporaryFolder } from "../cli/atif.js";

const folder = temporaryFolder();
let data: TrainTest;

const tables = {
  bench: { name: "mine", seed: 3, last_run: 2 },
  learningframework: { kind: "SpikingJellyMultiStep" },
  preprocessing: [
    { kind: "DatasetSplitter", params: { source: "train", dest: "valid", ratio: 0.25 } },
  ],
  data_augmentation: [{ kind: "GaussianNoise", params: { sigma: 0.1 } }],
  model: [
    {
      name: "net",
      kind: "SMLP",
      epochs: 2,
      params: { units: [9], timesteps: 3, neuron: { kind: "ATIF", params: { step_mode: "m" } } },
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
    },
  ],
}; // prettier-ignore
const once = { ...tables, bench: { name: "mine", seed: 3 } };
const dataset = { kind: "InMemory", params: { name: "digits", sample_shape: [8, 8, 1], classes: 10 } };

beforeAll(async () => {
  await init({ threads: 1 });
  const { train, test } = await loadDigits();
  data = { train: train.subset({ start: 0, end: 120 }), test: test.subset({ start: 0, end: 40 }) };
});

async function refusal(source: unknown, options: unknown, of = runExperiment): Promise<Error> {
  try {
    await of(source as object as never, options as RunExperimentOptions);
  } catch (thrown) {
    if (thrown instanceof Error) return thrown;
  }
  throw new Error("nothing was refused");
}

describe("samples in memory", () => {
  it("are trained on as those that a loader gives under the name of a set", async () => {
    const given = await runExperiment(tables, { data });
    const loaded = await runExperiment(
      { ...tables, dataset: { kind: "Digits" } },
      { load: () => Promise.resolve(data) },
    );
    const numbers = (results: typeof given) =>
      results.map(({ model, test, run, seed }) => ({ weights: model.stateDict(), test, run, seed }));
    expect(given.map(({ seed }) => seed)).toEqual([3, 4]);
    expect(numbers(given)).toEqual(numbers(loaded));
  });

  it("may be of any shape, number of classes and name", async () => {
    const set = new Dataset({ name: " ", x: new Float32Array(15), labels: [0, 1, 11], sampleShape: [5] });
    const [{ model }] = await runExperiment({ ...once, preprocessing: [] }, { data: { train: set, test: set } });
    expect([model.inputShape, model.outputShape]).toEqual([[5], [12]]);
  });

  it("are named in the folder of a run, which goes on with the same samples alone", async () => {
    const out = join(folder, "run");
    const abort = new AbortController();
    const callbacks = { onEpoch: () => abort.abort() };
    const [begun] = await runExperiment(once, { data, out, signal: abort.signal, callbacks });
    expect(begun.interrupted).toBe(true);
    const config = readFileSync(join(out, "config.toml"), "utf8");
    expect(parseExperiment(config).experiment.dataset).toEqual({
      kind: "InMemory",
      params: { name: "digits", sampleShape: [8, 8, 1], classes: 10 },
    });
    const others = { ...data, train: data.train.subset({ start: 1, end: 120 }) };
    expect((await refusal(once, { data: others, out, resume: true })).message).toContain("does not fit this run");
    const [ended] = await runExperiment(once, { data, out, resume: true });
    const [whole] = await runExperiment(once, { data });
    expect(ended.model.stateDict()).toEqual(whole.model.stateDict());

    const { model, facts } = await readModelFile(join(out, "model.safetensors"));
    expect(facts.dataset).toBe("InMemory");
    await expect(testDataFor(model, readFacts(facts), config, undefined)).rejects.toThrow(
      'the network was trained on "digits", samples that a program gave; expected data to test it with.',
    );
    const test = await testDataFor(model, readFacts(facts), config, "digits");
    expect(test.data.length).toBe(360);
  });

  it("are refused in a sentence where they do not fit what the experiment says", async () => {
    const [set] = [data.train];
    const wrong: [unknown, unknown, string | RegExp][] = [
      [once, { data: null }, "runExperiment: data is null; expected { train, test }, two Datasets."],
      [once, { data: { train: set } }, "runExperiment: data: test is undefined; expected { train, test }"],
      [once, { data: { train: set, valid: set } }, /data.*valid/],
      [once, { data, load: () => Promise.resolve(data) }, "data and load are both given; expected one."],
      [once, {}, /dataset.* is missing|dataset is missing/],
      [{ ...once, dataset: { kind: "Digits" } }, { data }, 'dataset.kind is "Digits"; expected "InMemory"'],
      [{ ...once, dataset }, {}, 'dataset.kind is "InMemory", but no samples came; expected those of "digits"'],
      [
        { ...once, dataset: { ...dataset, params: { ...dataset.params, classes: 11 } } },
        { data },
        "data.train has samples of [8, 8, 1] and 10 classes, but dataset.params says [8, 8, 1] and 11",
      ],
      [once, { data: { ...data, test: set.with({ classes: 12 }) } }, "data.test has samples of"],
    ];
    for (const [source, options, says] of wrong) {
      const { message } = await refusal(source, options);
      if (typeof says === "string") expect(message).toContain(says);
      else expect(message).toMatch(says);
    }
    expect(await refusal({ ...once, dataset }, {})).toBeInstanceOf(ConfigError);
  });

  it("are nothing that the command line has", () => {
    const { experiment } = parseExperiment(stringify({ ...once, dataset }));
    expect(parseExperiment(writeExperiment(experiment)).experiment).toEqual(experiment);
    const config = join(folder, "memory.toml");
    writeFileSync(config, writeExperiment(experiment));
    for (const extra of [{}, { data: folder }, { data: "digits" }]) {
      expect(() => experimentAsked({ config, ...extra }, () => undefined)).toThrow(
        /asks for samples that a program gives .* expected a set that is built in, or files\. Run it in a program/,
      );
    }
  });
}); // prettier-ignore

describe("prepareExperiment", () => {
  it("gives every run, ready to be trained to the bits of runExperiment", async () => {
    const results = await runExperiment(tables, { data });
    const runs = await prepareExperiment(tables, { data });
    expect(runs.map(({ name, seed, run, epochs }) => [name, seed, run, epochs])).toEqual([
      ["net", 3, 1, 2],
      ["net", 4, 2, 2],
    ]);
    // In another order than they were made in.
    for (const i of [1, 0]) {
      const { history } = await runs[i].trainer().fit();
      expect(history.map(({ trainLoss }) => trainLoss)).toEqual(
        results[i].history.map(({ trainLoss }) => trainLoss),
      );
      expect(runs[i].model.stateDict()).toEqual(results[i].model.stateDict());
    }
  });

  it("takes a loader, warns, and says what cannot be obeyed", async () => {
    const warnings: string[] = [];
    const legacy = { ...once, framework: once.learningframework, learningframework: undefined };
    const { learningframework: _, ...source } = legacy;
    const [{ model }] = await prepareExperiment(
      { ...source, dataset: { kind: "Digits" } },
      { load: () => Promise.resolve(data), lenient: true, onWarning: (sentence) => warnings.push(sentence) },
    );
    expect(model.inputShape).toEqual([8, 8, 1]);
    expect(warnings.join(" ")).toContain("framework");
    expect((await refusal({ ...once, model: [] }, { data }, prepareExperiment as never)).message).toContain("model");
    expect((await refusal(once, { dat: data }, prepareExperiment as never)).message).toContain('"data"');
  });
}); // prettier-ignore
