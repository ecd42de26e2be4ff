/** Experiments run by a program: what comes out is what `atif train` writes, to the bit. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  ConfigError,
  FileError,
  init,
  loadDigits,
  loadModel,
  parseExperiment,
  runExperiment,
  writeExperiment,
  type EpochMetrics,
  type ExperimentResult,
  type ExperimentRun,
  type RunExperimentOptions,
  type TrainTest,
} from "../../src/index.js";
import { answerOf, atif, configText, SMALL_SCNN, temporaryFolder } from "../cli/atif.js";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);

/** All that draws numbers or is measured on the way: dropout, augmentation, validation. */
const text = configText({
  epochs: 3,
  model: SMALL_SCNN,
  framework: "[learningframework.params]\nuse_best_epoch = true",
  sections: `[[preprocessing]]
kind = "DatasetSplitter"
params = { source = "train", dest = "valid", ratio = 0.1 }
[[data_augmentation]]
kind = "GaussianNoise"
params = { sigma = 0.1 }
`,
});
const { experiment } = parseExperiment(text);
const twice = parseExperiment(configText({ epochs: 1 }).replace("last_run = 1", "last_run = 2")).experiment;

const weights = ({ model }: Pick<ExperimentResult, "model">): unknown => model.stateDict();

/** Without times. */
function numbers(history: readonly EpochMetrics[]): unknown {
  return history.map(({ seconds: _, samplesPerSecond: __, ...metrics }) => metrics);
}

async function only(
  source: Parameters<typeof runExperiment>[0],
  options?: RunExperimentOptions,
): Promise<ExperimentResult> {
  const results = await runExperiment(source, options);
  expect(results).toHaveLength(1);
  return results[0];
}

async function refusal(source: unknown, options?: unknown): Promise<Error> {
  try {
    await runExperiment(source as string, options as RunExperimentOptions);
  } catch (thrown) {
    if (thrown instanceof Error) return thrown;
  }
  throw new Error("nothing was refused");
}

let alone: ExperimentResult;

beforeAll(async () => {
  await init();
  writeFileSync(at("scnn.toml"), text);
  alone = await only(experiment);
});

afterEach(() => vi.unstubAllGlobals());

describe("runExperiment", () => {
  it("computes what atif train computes", async () => {
    const ended = await atif(["train", "scnn.toml", "--out", "cli", "--quiet"], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(weights(alone)).toEqual((await loadModel(at("cli", "model.safetensors"))).stateDict());
    const lines = readFileSync(at("cli", "metrics.jsonl"), "utf8").trimEnd().split("\n");
    expect(numbers(alone.history)).toEqual(numbers(lines.map((line) => JSON.parse(line) as EpochMetrics)));
    const summary = JSON.parse(readFileSync(at("cli", "summary.json"), "utf8")) as Record<string, unknown>;
    const { layers, ...test } = alone.test ?? { layers: [] };
    expect(summary).toMatchObject({ test, bestEpoch: alone.best?.epoch });
    expect(summary.layers).toEqual(layers.map((layer) => ({ ...layer, levels: 3 })));
    expect(alone).toMatchObject({
      name: "net",
      seed: 5,
      run: 1,
      epochs: 3,
      interrupted: false,
      folder: null,
    });
    expect(alone.best).toBe(alone.history[(alone.best?.epoch ?? 0) - 1]);
  });

  it("takes an experiment, its file, and the tables of the file", async () => {
    for (const source of [at("scnn.toml"), parse(text), JSON.parse(JSON.stringify(parse(text))) as object]) {
      const result = await only(source as string);
      expect(weights(result)).toEqual(weights(alone));
      expect(numbers(result.history)).toEqual(numbers(alone.history));
      expect(result.test).toEqual(alone.test);
    }
  });

  it("writes the folder that atif train writes, and nothing unless it is asked to", async () => {
    const before = readdirSync(folder).sort();
    const result = await only(experiment, { out: at("written") });
    expect(readdirSync(folder).sort()).toEqual([...before, "written"].sort());
    expect(result.folder).toBe(at("written"));
    const files = ["config.toml", "model.safetensors"];
    await atif(["train", "scnn.toml", "--out", "by command", "--quiet"], { cwd: folder });
    for (const file of files) {
      expect(readFileSync(at("written", file)).equals(readFileSync(at("by command", file))), file).toBe(true);
    }
    expect(readdirSync(at("written"))).toEqual(readdirSync(at("by command")));
    const again = await refusal(experiment, { out: at("written") });
    expect(again).toBeInstanceOf(ConfigError);
    expect(again.message).toBe(
      `${at("written")} holds a run already; expected a new or empty folder. Set resume: true to continue that run, or name another.`,
    );
  });

  it("sets what overrides say, in every form of experiment", async () => {
    const overrides = [
      ["model.0.epochs", 0],
      ["bench.seed", 8],
    ] as const;
    const results = [];
    for (const source of [experiment, at("scnn.toml"), parse(text)])
      results.push(await only(source, { overrides }));
    for (const result of results) {
      expect(result).toMatchObject({ seed: 8, epochs: 0, history: [] });
      expect("best" in result).toBe(false);
      expect(weights(result)).toEqual(weights(results[0]));
    }
    const message = "--set model.7.epochs: there is no entry 7 in model, which has entries 0 to 0;";
    expect((await refusal(experiment, { overrides: [["model.7.epochs", 1]] })).message).toContain(message);
  });

  it("runs every model for every number of run, each with its seed", async () => {
    const one = await only({ ...twice, bench: { ...twice.bench, seed: 6, firstRun: 2 } });
    const [first, second] = await runExperiment(twice, { out: at("twice") });
    expect([first, second].map(({ name, seed, run }) => [name, seed, run])).toEqual([
      ["net", 5, 1],
      ["net", 6, 2],
    ]);
    expect(weights(second)).toEqual(weights(one));
    expect(weights(first)).not.toEqual(weights(second));
    expect([first.folder, second.folder]).toEqual([at("twice", "net-1"), at("twice", "net-2")]);
    expect(existsSync(at("twice", "net-2", "model.safetensors"))).toBe(true);
    const again = await runExperiment(twice, { out: at("twice"), resume: true });
    expect(again.map(weights)).toEqual([first, second].map(weights));
    expect(again.map(({ test }) => test)).toEqual([first, second].map(({ test }) => test));
    expect(again.map(({ history }) => history)).toEqual([first, second].map(({ history }) => history));
    expect(again.map(({ interrupted, folder }) => [interrupted, folder])).toEqual(
      [first, second].map(({ folder }) => [false, folder]),
    );
  });

  it("tells how far it is, in order, and waits", async () => {
    const told: string[] = [];
    const runs = new Set<ExperimentRun>();
    const note = (what: string, run: ExperimentRun): void => {
      told.push(what);
      runs.add(run);
    };
    const result = await only(parse(configText({ epochs: 2, batchSize: 719, bench: "unknown = 1" })), {
      lenient: true,
      callbacks: {
        onStart: (run) => note("start", run),
        onBatch: async ({ epoch, batch }, run) => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          note(`batch ${epoch}.${batch}`, run);
        },
        onEpoch: ({ epoch }, run) => note(`epoch ${epoch}`, run),
        onTest: (done, total, run) => note(`test ${done}/${total}`, run),
        onWarning: (sentence) => told.push(sentence),
      },
    });
    expect(told).toEqual([
      expect.stringMatching(/^the experiment: bench\.unknown /),
      "start",
      ...["batch 1.1", "batch 1.2", "epoch 1", "batch 2.1", "batch 2.2", "epoch 2", "test 1/1"],
    ]);
    expect(runs.size).toBe(1);
    expect([...runs][0]).toEqual({
      name: "net",
      seed: 5,
      run: 1,
      epochs: 2,
      model: result.model,
      folder: null,
    });
  });

  it("takes samples from a loader, once for all runs", async () => {
    const { train, test } = await loadDigits();
    const kinds: string[] = [];
    const results = await runExperiment(twice, {
      load: ({ kind }) => {
        kinds.push(kind);
        return Promise.resolve({ train: test, test: train });
      },
    });
    expect(kinds).toEqual(["Digits"]);
    expect(results.map((result) => result.test?.samples)).toEqual([train.length, train.length]);
  });
});

describe("runExperiment that is aborted", () => {
  /** Aborted in the second batch of the second epoch. */
  function inEpoch2(stop: AbortController): RunExperimentOptions {
    const onBatch = ({ epoch, batch }: { epoch: number; batch: number }): void => {
      if (epoch === 2 && batch === 2) stop.abort();
    };
    return { signal: stop.signal, callbacks: { onBatch } };
  }

  it("says so, and goes on from its folder to the same bits", async () => {
    const out = at("aborted");
    const result = await only(experiment, { ...inEpoch2(new AbortController()), out });
    expect(result).toMatchObject({ interrupted: true, test: null, folder: out });
    expect(numbers(result.history)).toEqual(numbers(alone.history.slice(0, 1)));
    expect(readdirSync(out).sort()).toEqual([
      "checkpoint.safetensors",
      "config.toml",
      "metrics.jsonl",
      "summary.json",
    ]);

    const other = await refusal(experiment, { out, resume: true, overrides: [["model.0.batch_size", 7]] });
    expect(other).toBeInstanceOf(ConfigError);
    expect(other.message).toBe(
      `${out} was started with [[model]] batch_size = 64, but now it is [[model]] batch_size = 7; a run continues as it was ` +
        "started, but for epochs, optimizer.params and optimizer.scheduler of a model. Leave out what changes it, or start a new " +
        "run in another folder.",
    );

    const resumed = await only(experiment, { out, resume: true });
    expect(weights(resumed)).toEqual(weights(alone));
    expect(numbers(resumed.history)).toEqual(numbers(alone.history));
    expect(resumed).toMatchObject({
      interrupted: false,
      test: alone.test,
      best: { epoch: alone.best?.epoch },
    });
    expect(existsSync(join(out, "checkpoint.safetensors"))).toBe(false);
  });

  it("goes on with what atif train began, and the other way round", async () => {
    await only(experiment, { ...inEpoch2(new AbortController()), out: at("by program") });
    const ended = await atif(["train", "--resume", "by program", "--json"], { cwd: folder });
    expect(answerOf(ended)).toMatchObject({ status: "complete", epochs: 3, bestEpoch: alone.best?.epoch });
    expect((await loadModel(at("by program", "model.safetensors"))).stateDict()).toEqual(weights(alone));
    const read = await only(experiment, { out: at("by program"), resume: true });
    expect(weights(read)).toEqual(weights(alone));
    expect(numbers(read.history)).toEqual(numbers(alone.history));
  });

  it("begins no other run, and none at all when it is aborted before", async () => {
    const stop = new AbortController();
    const results = await runExperiment(twice, {
      ...inEpoch2(stop),
      signal: AbortSignal.abort(),
      out: at("never"),
    });
    expect(results.map(({ interrupted, history, folder }) => [interrupted, history, folder])).toEqual([
      [true, [], null],
    ]);
    expect(existsSync(at("never"))).toBe(false);
    const onTest = (): void => stop.abort();
    const inTest = await runExperiment(twice, { signal: stop.signal, callbacks: { onTest } });
    expect(inTest.map(({ run, interrupted, test }) => [run, interrupted, test])).toEqual([[1, true, null]]);
    expect(inTest[0].history).toHaveLength(1);
  });
});

describe("runExperiment refuses", () => {
  it("what atif train refuses, in the same sentence", async () => {
    const broken = text.replace("filters = [4]", "filters = [0]");
    writeFileSync(at("broken.toml"), broken);
    const { code, stderr } = await atif(["train", "broken.toml"], { cwd: folder });
    const inFile = await refusal(at("broken.toml"));
    expect(inFile).toBeInstanceOf(ConfigError);
    expect(code).toBe(2);
    expect(stderr).toBe(`atif: ${inFile.message.replace(at("broken.toml"), "broken.toml")}\n`);
    expect(inFile.message).toMatch(/broken\.toml:\d+:\d+: model\[0\]\.params\.filters\[0\] is 0; expected /);
    const inObject = await refusal(parse(broken));
    expect(inObject).toBeInstanceOf(ConfigError);
    expect(inObject.message).toBe(inFile.message.replace(/^.*\.toml:\d+:\d+:/, "the experiment:"));
    const byHand = { ...experiment, models: experiment.models.map((model) => ({ ...model, batchSize: 0 })) };
    expect((await refusal(byHand)).message).toMatch(
      /^the experiment:\d+:\d+: model\[0\]\.batch_size is 0; expected /,
    );
  });

  it("all models disabled", async () => {
    const disabled = text.replace('name = "net"', 'name = "net"\ndisabled = true');
    expect((await refusal(parse(disabled))).message).toBe(
      "all models of the experiment are disabled; expected one to train. Set disabled = false.",
    );
  });

  it.each([
    [7, "the experiment is 7; expected an experiment as parseExperiment gives it"],
    [null, "the experiment is null; expected an experiment"],
    [[], "the experiment is []; expected an experiment"],
    ["runs/digits-1", 'the experiment is "runs/digits-1"; expected an experiment'],
    ["[bench]\nseed = 1", "Text is read by parseExperiment."],
    [{ experiment, warnings: [] }, "Of what parseExperiment returns, give the experiment alone."],
    [{}, "the experiment is empty; expected an experiment with [bench]"],
    [
      { bench: null },
      "the experiment: bench is null; expected text, a number, true, false, a list or a table.",
    ],
  ])("%j", async (source, message) => {
    const error = await refusal(source);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(message);
  });

  it.each([
    [{ output: "x" }, TypeError, "output"],
    [
      { out: 3 },
      TypeError,
      "runExperiment: out is 3; expected the path of a folder, or null to write nothing.",
    ],
    [{ resume: true }, ConfigError, "resume is true, but there is no out;"],
    [{ load: {} }, TypeError, "runExperiment: load is"],
    [{ callbacks: { onEnd: () => 1 } }, TypeError, "onEnd"],
    [{ callbacks: { onStart: 1 } }, TypeError, "runExperiment: callbacks.onStart is 1;"],
    [{ lenient: "yes" }, TypeError, "runExperiment: lenient is"],
  ] as const)("the options %j", async (options, kind, message) => {
    const error = await refusal(experiment, options);
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(message);
  });

  it("a folder to continue that holds no run, and one of another backend", async () => {
    writeFileSync(at("some file"), "");
    expect((await refusal(experiment, { out: folder, resume: true })).message).toBe(
      `${folder} holds no run; expected the folder of a run to continue, with its config.toml. ` +
        "Name that folder with out, or leave out resume.",
    );
    await only(experiment, { out: at("backend"), overrides: [["model.0.epochs", 0]] });
    const summary = JSON.parse(readFileSync(at("backend", "summary.json"), "utf8")) as object;
    writeFileSync(at("backend", "summary.json"), JSON.stringify({ ...summary, backend: "reference" }));
    const options = { out: at("backend"), resume: true, overrides: [["model.0.epochs", 0]] };
    expect((await refusal(experiment, options)).message).toBe(
      `${at("backend")} was started with the backend reference, but now it is wasm; a run continues as it was started. ` +
        'Call init({ backend: "reference" }) first.',
    );
  });
});

describe("in a browser", () => {
  it("runExperiment writes nothing, and reads no files", async () => {
    const nothingOfNode = { getBuiltinModule: { value: undefined }, versions: { value: {} } };
    vi.stubGlobal("process", Object.create(process, nothingOfNode) as unknown);
    const result = await only(experiment, { overrides: [["model.0.epochs", 1]] });
    const files = await Promise.all([refusal("my.toml"), refusal(experiment, { out: "runs/x" })]);
    vi.unstubAllGlobals();
    expect(result).toMatchObject({ folder: null, interrupted: false });
    expect(numbers(result.history)).toEqual(numbers(alone.history.slice(0, 1)));
    for (const error of files) {
      expect(error).toBeInstanceOf(FileError);
      expect(error.message).toMatch(/^there is no file system here; expected Node\./);
    }
  });

  it("files of the experiment come from the loader, with the path that it names", async () => {
    const { train, test } = await loadDigits();
    const source = parse(
      configText({ epochs: 1, dataset: 'kind = "MNIST"\nparams = { path = "data/mnist" }' }),
    );
    const bytes = train.with({ name: "MNIST" });
    const paths: unknown[] = [];
    const result = await only(source, {
      load: (dataset) => {
        paths.push(dataset.params);
        return Promise.resolve({ train: bytes, test });
      },
    });
    expect(paths).toEqual([expect.objectContaining({ path: "data/mnist" })]);
    expect(result.test?.samples).toBe(test.length);
    const load = (): Promise<TrainTest> => Promise.resolve({ train: bytes, test });
    const moved: RunExperimentOptions = {
      load,
      out: at("loaded"),
      overrides: [["dataset.params.path", "elsewhere"]],
    };
    expect((await only(source, moved)).interrupted).toBe(false);
    expect((await only(source, { load, out: at("loaded"), resume: true })).history).toHaveLength(1);
  });
});

it("an experiment that is written and read again is the same run", async () => {
  const result = await only(parseExperiment(writeExperiment(experiment)).experiment);
  expect(weights(result)).toEqual(weights(alone));
});
