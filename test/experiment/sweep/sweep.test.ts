/** Sweeps: what their files say, which jobs come of it, how results are put together. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  parseExperiment,
  writeExperiment,
  type Experiment,
} from "../../../src/experiment/description/index.js";
import type { Override } from "../../../src/experiment/description/index.js";
import type { JobFigures } from "../../../src/experiment/sweep/job-figures.js";
import type { JobResult } from "../../../src/experiment/sweep/job-results.js";
import { sweepCsv } from "../../../src/experiment/sweep/sweep-csv.js";
import { parseSweep } from "../../../src/experiment/sweep/sweep-file.js";
import { planSweep, type PlannedSweep } from "../../../src/experiment/sweep/sweep-plan.js";
import { sweepTable } from "../../../src/experiment/sweep/sweep-table.js";
import { configText } from "../../cli/atif.js";

const HEAD = '[sweep]\nexperiment = "tiny.toml"\n';
const base = configText();

function read(overrides: readonly Override[], text = base): Experiment {
  return parseExperiment(text, { source: "tiny.toml", overrides }).experiment;
}

function planOf(text: string, experiment = base): PlannedSweep {
  return planSweep(parseSweep(text, "grid.toml"), "grid", (overrides) => read(overrides, experiment));
}

const settingsOf = ({ jobs }: PlannedSweep): string[] =>
  jobs.map(({ settings, seed }) => [...settings, seed].join(" "));

describe("a sweep file", () => {
  it("is the product of its lists, once per seed", () => {
    const plan = planOf(
      `${HEAD}seeds = [3, 9]\n[grid]\nmodel.0.params.timesteps = [1, 2]\n"model.0.optimizer.params.lr" = [0.1, 0.01, 0.001]`,
    );
    expect(plan.columns).toEqual([
      { title: "timesteps", path: "model.0.params.timesteps" },
      { title: "lr", path: "model.0.optimizer.params.lr" },
    ]);
    expect(settingsOf(plan)).toEqual(
      ["1", "2"].flatMap((t) =>
        ["0.1", "0.01", "0.001"].flatMap((lr) => ["3", "9"].map((s) => `${t} ${lr} ${s}`)),
      ),
    );
    const { run } = plan.jobs[7];
    expect([run.seed, run.model.params.timesteps, run.model.optimizer?.params]).toMatchObject([
      9,
      2,
      { lr: 0.1 },
    ]);
    expect(plan.rank).toBe("test_acc");
  });

  it("is a list of settings, and of each with the grid", () => {
    const plan = planOf(`${HEAD}
[[settings]]
name = "steep"
"model.0.params.neuron" = { kind = "ATIF", params = { alpha = 4, step_mode = "m" } }
[[settings]]
name = "leaky"
model.0.params.neuron = { kind = "LIFNode", params = { step_mode = "m" } }
[grid]
bench.seed = [1, 2]
model.0.params.timesteps = [1, 4]
model.0.params.neuron.params.v_threshold = [0.5]`);
    expect(plan.columns.map(({ title }) => title)).toEqual(["settings", "timesteps", "v_threshold"]);
    expect(settingsOf(plan)).toEqual(
      ["steep", "leaky"].flatMap((name) =>
        [1, 4].flatMap((t) => [1, 2].map((seed) => `${name} ${t} 0.5 ${seed}`)),
      ),
    );
    expect(plan.jobs[7].run.model.params.neuron).toMatchObject({
      kind: "LIFNode",
      params: { vThreshold: 0.5 },
    });
    expect(plan.jobs[0].run.model.params.neuron).toMatchObject({
      kind: "ATIF",
      params: { alpha: 4, vThreshold: 0.5 },
    });
  });

  it("shows of kinds what tells them apart", () => {
    const plan = planOf(`${HEAD}[grid]
model.0.params.neuron = [
  { kind = "ATIF", params = { step_mode = "m" } },
  { kind = "ATIF", params = { step_mode = "m", alpha = 2.5 } },
  { kind = "IFNode", params = { step_mode = "m", v_reset = false } },
]`);
    expect(plan.jobs.map(({ settings }) => settings)).toEqual([
      ["ATIF"],
      ["ATIF alpha=2.5"],
      ["IFNode v_reset=false"],
    ]);
  });

  it("takes the runs and the models of the experiment where it names no seeds", () => {
    const twoRuns = base.replace("last_run = 1", "last_run = 2");
    const two = `${twoRuns}[[model]]\nname = "wide"\n${twoRuns.split('name = "net"\n')[1].replace("[16]", "[24]")}`;
    const plan = planOf(`${HEAD}[grid]\nlearningframework.params.loss = ["crossentropy", "mse"]`, two);
    expect(plan.jobs.map(({ settings, model, seed }) => `${settings[0]} ${model} ${seed}`)).toEqual(
      ["crossentropy", "mse"].flatMap((loss) =>
        [5, 6].flatMap((seed) => ["net", "wide"].map((name) => `${loss} ${name} ${seed}`)),
      ),
    );
  });

  it("holds a part of the training data back, and leaves the test set alone", () => {
    const { jobs, rank } = planOf(`${HEAD}validation = 0.1\n[grid]\nmodel.0.epochs = [1]`);
    const { experiment, model } = jobs[0].run;
    expect(experiment.preprocessing[0]).toEqual({
      kind: "DatasetSplitter",
      params: { source: "train", dest: "valid", ratio: 0.1 },
    });
    expect([rank, model.evaluate, experiment.models[0].evaluate]).toEqual(["val_acc", false, false]);
    const tested = planOf(
      `${HEAD}validation = 0.1\ntest = true\nrank = "val_loss"\n[grid]\nmodel.0.epochs = [1]`,
    );
    expect([tested.rank, tested.jobs[0].run.model.evaluate]).toEqual(["val_loss", true]);
    expect(planOf(`${HEAD}test = false`).rank).toBe("train_loss");
  });

  it("gives every experiment a folder of its own, and the same one again", () => {
    const text = `${HEAD}seeds = [1, 2]\n[grid]\nmodel.0.params.timesteps = [1, 2]`;
    const folders = planOf(text).jobs.map(({ folder }) => folder);
    expect(new Set(folders).size).toBe(4);
    expect(planOf(text).jobs.map(({ folder }) => folder)).toEqual(folders);
    expect(folders[0]).toMatch(/^timesteps-1_net_seed-1-[0-9a-f]{8}$/);
    // With more values, and in another order: what there was is found again.
    const more = planOf(`${HEAD}seeds = [2, 1]\n[grid]\nmodel.0.params.timesteps = [4, 2, 1]`).jobs;
    expect(more.map(({ folder }) => folder)).toEqual(expect.arrayContaining(folders));
    // Another experiment is another run, also where the settings are the same.
    const other = planOf(text, base.replace("[16]", "[17]")).jobs.map(({ folder }) => folder);
    expect(other.filter((folder) => folders.includes(folder))).toEqual([]);
  });

  it("makes experiments that are read again as they are", () => {
    for (const { run } of planOf(`${HEAD}validation = 0.2\nseeds = [4]\n[grid]\nmodel.0.epochs = [0, 3]`)
      .jobs) {
      const text = writeExperiment(run.experiment);
      expect(writeExperiment(parseExperiment(text).experiment)).toBe(text);
    }
  });

  it.each([
    ["", "grid.toml: sweep is missing; expected a section [sweep] with experiment"],
    ["[sweep]\n", "sweep.experiment is missing; expected the path of an experiment file"],
    [`${HEAD}epochs = 3`, "grid.toml:3:1: sweep.epochs is not a known key"],
    [
      `${HEAD}[grids]\n`,
      'is not a known section of a sweep; expected one of sweep, grid, settings. Did you mean "grid"?',
    ],
    [`${HEAD}[grid]\nmodel.0.epochs = 3`, "grid.model.0.epochs is 3; expected a list of values to try"],
    [`${HEAD}[grid]\nmodel.0.epochs = []`, "is []; expected a list of values"],
    [`${HEAD}settings = 3`, "sweep.settings"],
    [
      `${HEAD}[settings]\nmodel.0.epochs = 1`,
      "settings is a table; expected tables, each of them [[settings]]",
    ],
    [`${HEAD}[[settings]]\nbench.seed = 1`, "is set here; expected seeds = [1, 2, 3] in [sweep]"],
    [
      `${HEAD}[[settings]]\nname = "a"\n[[settings]]\nname = "a"`,
      'settings[1].name is "a", as that of settings[0] is',
    ],
    [`${HEAD}seeds = [1, 1]`, "sweep.seeds has 1 twice"],
    [`${HEAD}seeds = [1]\n[grid]\nbench.seed = [2]`, "sweep.seeds is given, and bench.seed in [grid] too"],
    [`${HEAD}seeds = [-1]`, "expected a whole number"],
    [`${HEAD}validation = 1.0`, "sweep.validation is 1; expected a number"],
    [
      `${HEAD}rank = "val_acc"`,
      'sweep.rank is "val_acc", but there is no validation set; expected "test_acc"',
    ],
    [`${HEAD}rank = "acc"`, "sweep.rank"],
    [`${HEAD}[grid]\nmodel.0.epochs = [1, 1]`, "are the same run; expected each once"],
    [`${HEAD}[grid]\nmodel.0.params.timestep = [1]`, "grid.toml: model.0.params.timestep"],
    [
      `${HEAD}[grid]\nmodel.0.params.timesteps = [1, 0]`,
      "grid.toml: model.0.params.timesteps: model[0].params.timesteps is 0",
    ],
    [`${HEAD}[grid]\nmodell.0.epochs = [1]`, "grid.toml: modell.0.epochs: there is no section"],
    [`${HEAD}[grid]\nmodel.0.disabled = [true]`, "all models of the experiment are disabled"],
    [
      `${HEAD}[grid]\n"model.0.epochs" = [1]\nmodel.0.epochs = [2]`,
      "model.0.epochs is set twice in one combination",
    ],
    [
      `${HEAD}[[settings]]\nmodel.0.params.neuron.params.alpha = 2\n[grid]\nmodel.0.params.neuron = [{ kind = "IFNode" }]`,
      "is set twice in one combination",
    ],
    [
      `${HEAD}[grid]\nbench.first_run = [${[...Array(1000).keys()].join(", ")}]\nmodel.0.epochs = [${[...Array(11).keys()].join(", ")}]`,
      "makes 11000 runs; expected at most 10000",
    ],
    [`${HEAD}[grid]\n__proto__.x = [1]`, "is not allowed as a key"],
  ])("what is wrong is said, %#", (text, sentence) => {
    expect(() => planOf(text)).toThrow(sentence);
  });

  it("refuses a second validation set", () => {
    const own = base.replace("last_run = 1", "last_run = 1\nuse_test_as_valid = true");
    expect(() => planOf(`${HEAD}validation = 0.1`, own)).toThrow(
      "grid.toml: sweep.validation: the experiment has a validation set already, by use_test_as_valid",
    );
  });
});

const figures = (accuracy: number, spikes: number): JobFigures => ({
  epochs: 1,
  bestEpoch: null,
  parameters: 10,
  trainLoss: 1 - accuracy,
  trainAccuracy: accuracy,
  validation: null,
  test: { samples: 10, loss: 2, accuracy, averageClassAccuracy: accuracy, spikesPerInference: spikes },
  spikesPerInference: spikes,
  layers: [],
});

const result = (setting: string, seed: number, of: JobFigures | null): JobResult => ({
  folder: `${setting}-${seed}`,
  settings: [setting],
  model: "net",
  seed,
  keeps: "last",
  state: of === null ? "failed" : "complete",
  figures: of,
});

it("examples/digits-sweep.toml says what it makes", () => {
  const example = (name: string): string =>
    readFileSync(new URL(`../../../examples/${name}`, import.meta.url), "utf8");
  const text = example("digits-sweep.toml");
  const { jobs, columns, rank } = planOf(text, example("digits.toml"));
  expect(text).toContain(`# ${jobs.length} runs`);
  expect([columns.map(({ title }) => title), rank]).toEqual([["settings", "timesteps"], "val_acc"]);
});

describe("the table of a sweep", () => {
  const plan = { name: "grid", rank: "test_acc", columns: [{ title: "T, steps", path: "t" }] } as const;
  const results = [
    result("1", 1, figures(0.5, 10)),
    result("1", 2, figures(0.7, 30)),
    result("none", 1, null),
    result("2", 1, figures(0.8, 4)),
    result("2", 2, null),
  ];

  it("has mean and spread over seeds, best first", () => {
    const { rows } = sweepTable(plan, results);
    expect(rows.map(({ settings, runs, complete }) => [settings[0], runs, complete])).toEqual([
      ["2", 2, 1],
      ["1", 2, 2],
      ["none", 1, 0],
    ]);
    expect(rows[0].figures.test_acc).toEqual({ mean: 0.8, std: null, min: 0.8, max: 0.8 });
    expect(rows[1].figures.test_acc?.mean).toBeCloseTo(0.6, 12);
    expect(rows[1].figures.test_acc?.std).toBeCloseTo(Math.SQRT2 / 10, 12);
    expect(rows[1].spikesPerInference).toMatchObject({ mean: 20, min: 10, max: 30 });
    expect(rows[2].figures.test_acc).toBeNull();
    // Less is better.
    expect(
      sweepTable({ ...plan, rank: "train_loss" }, results).rows.map(({ settings }) => settings[0]),
    ).toEqual(["2", "1", "none"]);
  });

  it("is written as CSV, with what has commas or quotes in it in quotes", () => {
    const lines = sweepCsv(sweepTable(plan, [result('a "b", c', 1, figures(0.25, 8))])).split("\r\n");
    expect(lines[0]).toMatch(
      /^"T, steps",runs,complete,test_acc_mean,test_acc_std,test_acc_min,test_acc_max,/,
    );
    expect(lines[1]).toMatch(/^"a ""b"", c",1,1,0.25,,0.25,0.25,/);
    expect(lines[1].split(",").slice(-4)).toEqual(["8", "", "8", "8"]);
    expect(lines).toHaveLength(3);
  });
});
