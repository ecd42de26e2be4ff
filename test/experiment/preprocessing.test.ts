/** Experiments whose data are normalized: the network that comes out knows how, wherever it is tested. */

import { join } from "node:path";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { testDataFor } from "../../src/cli/test-data.js";
import { readFacts } from "../../src/experiment/run-folder/training-facts.js";
import {
  decodeModel,
  encodeModel,
  evaluate,
  init,
  inspectLayers,
  loadDigits,
  loadIdxFolder,
  readModelFile,
  runExperiment,
  type Evaluation,
  type ExperimentResult,
} from "../../src/index.js";
import { atif, configText, SMALL_SCNN, temporaryFolder } from "../cli/atif.js";
import { writeIdxFolder } from "../cli/idx-files.js";
import { parse } from "smol-toml";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
beforeAll(async () => {
  await init({ threads: 1 });
  writeIdxFolder(at("idx"), { train: 60, test: 40 });
  writeIdxFolder(at("other"), { train: 11, test: 40 });
});

const statistics = '[[preprocessing]]\nkind = "Normalize"';
const idx = `kind = "MNIST"\nparams = { path = "${at("idx")}", dtype = "uint8" }`;
const noise = '[[data_augmentation]]\nkind = "GaussianNoise"\nparams = { sigma = 0.3, evaluate = true }';
const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
  ["statistics of the training set", 'kind = "Digits"', statistics, ["NormalizeDataset"]],
  [
    "statistics, and noise in tests too",
    'kind = "Digits"',
    `${statistics}\nparams = { axis = [0, 1, 2], method = "min-max" }\n${noise}`,
    ["NormalizeDataset"],
  ],
  [
    "given numbers",
    'kind = "Digits"',
    '[[data_augmentation]]\nkind = "Normalize"\nparams = { mean = 0.3, std = 0.4 }\n[[data_augmentation]]\nkind = "HorizontalFlip"',
    ["Normalize"],
  ],
  ["bytes as they are", idx, "", ["IntToFloat32"]],
  [
    "bytes that are scaled, and given numbers",
    idx,
    '[[data_augmentation]]\nkind = "IntToFloat32"\nparams = { scale = true }\n[[data_augmentation]]\nkind = "Normalize"\nparams = { mean = 0.1, std = 0.3 }',
    ["IntToFloat32", "Normalize"],
  ],
  ["statistics of bytes", idx, statistics, ["IntToFloat32", "NormalizeDataset"]],
];

const experimentOf = (dataset: string, sections: string, epochs = 2): Record<string, unknown> =>
  parse(configText({ dataset, sections, epochs, model: SMALL_SCNN }));

async function only(source: Record<string, unknown>, out: string, options = {}): Promise<ExperimentResult> {
  const [result] = await runExperiment(source, { out, ...options });
  return result;
}

/** What `atif eval` measures. */
async function asTheCommandLine(run: string, asked?: string): Promise<Evaluation> {
  const { model, facts } = await readModelFile(join(run, "model.safetensors"));
  const { data, loss, augmentations } = await testDataFor(
    model,
    readFacts(facts),
    join(run, "config.toml"),
    asked,
  );
  return evaluate(model, data, { loss, ...(augmentations === undefined ? {} : { augmentations }) });
}

describe("a network of an experiment", () => {
  it.each(cases)("knows its preparation: %s", async (name, dataset, sections, kinds) => {
    const out = at(name.replaceAll(" ", "-"));
    const { model, test } = await only(experimentOf(dataset, sections), out);
    expect(model.preprocessing.map(({ kind }) => kind)).toEqual(kinds);
    const raw = dataset === idx ? await loadIdxFolder(at("idx")) : await loadDigits();
    if (!sections.includes("GaussianNoise")) {
      expect(await evaluate(model, raw.test)).toEqual(test);
      const loaded = decodeModel(encodeModel(model)).model;
      expect(await inspectLayers(loaded, raw.test)).toEqual(await inspectLayers(model, raw.test));
    }
    expect(await asTheCommandLine(out)).toEqual(test);
  });

  it("has the statistics of its own training set, whatever folder it is tested on", async () => {
    const out = at("own-statistics");
    const { model } = await only(experimentOf(idx, statistics), out);
    const { train, test } = await loadIdxFolder(at("other"));
    const measured = await evaluate(model, test);
    expect(await asTheCommandLine(out, at("other"))).toEqual(measured);
    // Those of the other folder differ: there are other images in its training set.
    const other = await only(
      experimentOf(idx.replace(at("idx"), at("other")), statistics, 0),
      at("of-the-other"),
    );
    expect(other.model.preprocessing).not.toEqual(model.preprocessing);
    expect(train.length).toBe(11);
  });

  it.each([cases[1], cases[4]])("goes on to the same bits: %s", async (name, dataset, sections) => {
    const source = experimentOf(dataset, sections, 3);
    const whole = await only(source, at("whole", name.replaceAll(" ", "-")));
    const out = at("stopped", name.replaceAll(" ", "-"));
    const stop = new AbortController();
    const begun = await only(source, out, {
      signal: stop.signal,
      callbacks: { onEpoch: () => void stop.abort() },
    });
    expect(begun.interrupted).toBe(true);
    const resumed = await only(source, out, { resume: true });
    expect(resumed.model.stateDict()).toEqual(whole.model.stateDict());
    expect(resumed.test).toEqual(whole.test);
    const files = [whole, resumed].map((run) => readFileSync(join(run.folder ?? "", "model.safetensors")));
    expect(files[0].equals(files[1])).toBe(true);
  });

  it("is told of by atif inspect", async () => {
    const out = at("told");
    await only(experimentOf('kind = "Digits"', cases[2][2], 1), out);
    const ended = await atif(["inspect", out, "--no-data"], { cwd: folder });
    expect(ended.stdout).toContain("\nsamples are prepared by Normalize (mean 0.3, std 0.4)\n");
    const { stdout } = await atif(["inspect", out, "--no-data", "--json"], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({
      preprocessing: [{ kind: "Normalize", options: { mean: [Math.fround(0.3)], std: [Math.fround(0.4)] } }],
    });
  });
});
