/** Runs that ended before they were complete: what their folder says, what may be changed, and how they go on. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readExperiment } from "../../src/cli/experiment-source.js";
import { findModel } from "../../src/cli/model-path.js";
import { planTraining } from "../../src/cli/train-plan.js";
import { changeInWords, changesSince } from "../../src/experiment/run-folder/run-changes.js";
import { RunFolder } from "../../src/experiment/run-folder/run-folder.js";
import { runState, stateInWords } from "../../src/experiment/run-folder/run-state.js";
import {
  ConfigError,
  createModel,
  DivergenceError,
  FileError,
  init,
  loadCheckpoint,
  loadDigits,
  loadModel,
  parseExperiment,
  runExperiment,
  Trainer,
  type ExperimentResult,
  type RunExperimentOptions,
  type TrainingState,
} from "../../src/index.js";
import { readModelFile } from "../../src/formats/model-file.js";
import { configText, SMALL_SMLP, temporaryFolder } from "../cli/atif.js";
import { writeIdxFolder } from "../cli/idx-files.js";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);

const EPOCHS = 3;
const { experiment } = parseExperiment(configText({ epochs: EPOCHS }));
const LR = "model.0.optimizer.params.lr";

let alone: ExperimentResult;

beforeAll(async () => {
  await init();
  [alone] = await runExperiment(experiment);
});

const summaryOf = (run: string): Record<string, unknown> =>
  JSON.parse(readFileSync(at(run, "summary.json"), "utf8")) as Record<string, unknown>;

const weights = ({ model }: ExperimentResult): unknown => model.stateDict();

/** Stops in the second epoch, after its second batch. */
async function stopped(run: string, options: RunExperimentOptions = {}): Promise<void> {
  const stop = new AbortController();
  const onBatch = ({ epoch, batch }: { epoch: number; batch: number }): void => {
    if (epoch === 2 && batch === 2) stop.abort();
  };
  await runExperiment(experiment, { out: at(run), signal: stop.signal, callbacks: { onBatch }, ...options });
  expect(summaryOf(run).status).toBe("interrupted");
}

async function goOn(run: string, ...overrides: [string, unknown][]): Promise<ExperimentResult> {
  const [result] = await runExperiment(experiment, { out: at(run), resume: true, overrides });
  return result;
}

describe("a run that diverged", () => {
  it("says so, and goes on from its checkpoint with a lower rate", async () => {
    const wild = runExperiment(experiment, { out: at("wild"), overrides: [[LR, 1e30]] });
    await expect(wild).rejects.toThrow(DivergenceError);
    expect(summaryOf("wild")).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/^training diverged in batch \d+ of 23 in epoch 1: /) as string,
    });
    const said = stateInWords(new RunFolder(at("wild")));
    expect(said).toMatch(/^failed \(training diverged in batch \d+ of 23 in epoch 1: [^;]*\)$/);

    const result = await goOn("wild", [LR, 0.01]);
    // It had learned nothing before: from then on it is the run with that rate.
    expect(weights(result)).toEqual(weights(alone));
    expect(summaryOf("wild")).toMatchObject({
      status: "complete",
      changes: [{ epoch: 0, batch: 0, key: "optimizer.params.lr", from: 1e30, to: 0.01 }],
    });
    const text = readFileSync(at("wild", "config.toml"), "utf8");
    expect(parseExperiment(text).experiment).toEqual(experiment);
    expect(text).not.toContain("#");
  });
});

describe("a run that is changed on the way", () => {
  it("trains on with the new numbers, and keeps where they begin", async () => {
    await stopped("changed");
    const { state, architecture } = await loadCheckpoint(at("changed", "checkpoint.safetensors"));
    const result = await goOn("changed", [LR, 0.001]);

    const { train } = await loadDigits();
    const options = { epochs: EPOCHS, batchSize: 64, seed: result.seed };
    const trainer = new Trainer(createModel(architecture), train, {
      optimizer: { kind: "Adam", params: { lr: 0.001 } },
      ...options,
    });
    trainer.loadState(withFingerprint(state, trainer), { mayDiffer: ["optimizer"] });
    await trainer.fit();
    expect(weights(result)).toEqual(trainer.model.stateDict());
    expect(weights(result)).not.toEqual(weights(alone));

    const change = { epoch: 1, batch: 2, key: "optimizer.params.lr", from: 0.01, to: 0.001 };
    expect(summaryOf("changed").changes).toEqual([change]);
    const words = "from epoch 2, batch 3 on: optimizer.params.lr = 0.001, before 0.01";
    const text = readFileSync(at("changed", "config.toml"), "utf8");
    expect(text.split("\n").slice(0, 2)).toEqual([
      "# Changed on the way, so that this file alone does not repeat the run:",
      `# ${words}`,
    ]);
    expect(parseExperiment(text).experiment.models[0].optimizer?.params.lr).toBe(0.001);
    const { facts } = await readModelFile(at("changed", "model.safetensors"));
    expect(facts).toMatchObject({ changes: words });
  });

  /** The two describe the same data and loss in the same words. */
  function withFingerprint(state: TrainingState, trainer: Trainer): TrainingState {
    const own = trainer.state().fingerprint;
    return { ...state, fingerprint: { ...own, optimizer: state.fingerprint.optimizer } };
  }

  it("goes on after a death between the files that say so", async () => {
    await stopped("torn");
    // The settings were written, and the checkpoint with them was not.
    const text = readFileSync(at("torn", "config.toml"), "utf8").replace("lr = 0.01", "lr = 0.001");
    writeFileSync(at("torn", "config.toml"), text);
    const [result] = await runExperiment(at("torn", "config.toml"), { out: at("torn"), resume: true });
    expect(weights(result)).toEqual((await loadModel(at("changed", "model.safetensors"))).stateDict());
    expect(summaryOf("torn").changes).toEqual(summaryOf("changed").changes);
  });

  it("may be trained for longer, to the bits of one that was from the beginning", async () => {
    await stopped("longer");
    const result = await goOn("longer", ["model.0.epochs", 5]);
    const [whole] = await runExperiment(experiment, { overrides: [["model.0.epochs", 5]] });
    expect(weights(result)).toEqual(weights(whole));
    expect(summaryOf("longer").changes).toBeUndefined();
    expect(readFileSync(at("longer", "config.toml"), "utf8")).toContain("epochs = 5");
  });

  it("may not be trained for less than it was", async () => {
    await stopped("shorter");
    const before = readFileSync(at("shorter", "config.toml"), "utf8");
    await expect(goOn("shorter", ["model.0.epochs", 1])).rejects.toThrow(
      /shorter is in epoch 2, but now epochs is 1; expected at least 2: what was learned is not forgotten\. Start a new run for fewer\.$/,
    );
    expect(readFileSync(at("shorter", "config.toml"), "utf8")).toBe(before);
    expect(summaryOf("shorter").status).toBe("interrupted");
    // The epoch under way is the last one then.
    expect((await goOn("shorter", ["model.0.epochs", 2])).history).toHaveLength(2);
  });

  it("keeps everything else, and says what may be changed", async () => {
    await stopped("kept");
    const may = "but for epochs, optimizer.params and optimizer.scheduler of a model.";
    for (const [key, value] of [
      ["model.0.batch_size", 7],
      ["bench.seed", 9],
      ["model.0.params.timesteps", 3],
      ["model.0.optimizer", { kind: "SGD", params: { lr: 0.01 } }],
      ["learningframework.params.loss", "mse"],
    ] as const) {
      const refused = goOn("kept", [key, value]);
      await expect(refused).rejects.toThrow(ConfigError);
      await expect(refused).rejects.toThrow(may);
    }
    const shown: [string, unknown] = ["learningframework.params.enable_progress_bar", false];
    expect(weights(await goOn("kept", shown))).toEqual(weights(alone));
  });
});

describe("changes of a run", () => {
  const state = (epoch: number, batch: number, lr: number): TrainingState =>
    ({ epoch, batch, fingerprint: { optimizer: JSON.stringify({ kind: "SGD", params: { lr } }), scheduler: "none" } }) as unknown as TrainingState; // prettier-ignore
  const own = (lr: number, scheduler = "none"): Record<string, string> =>
    ({ optimizer: JSON.stringify({ kind: "SGD", params: { lr } }), scheduler }); // prettier-ignore

  it("are those of numbers and schedules, added up at one place", () => {
    const first = changesSince([], state(1, 2, 0.5), own(0.1));
    expect(first.map(changeInWords)).toEqual([
      "from epoch 2, batch 3 on: optimizer.params.lr = 0.1, before 0.5",
    ]);
    const corrected = changesSince(first, state(1, 2, 0.1), own(0.05));
    expect(corrected.map(changeInWords)).toEqual([
      "from epoch 2, batch 3 on: optimizer.params.lr = 0.05, before 0.5",
    ]);
    expect(changesSince(first, state(1, 2, 0.1), own(0.5))).toEqual([]);
    const schedule = '{"kind":"StepLR","params":{"stepSize":2}}';
    expect(changesSince(first, state(2, 0, 0.1), own(0.1, schedule)).map(changeInWords)).toEqual([
      "from epoch 2, batch 3 on: optimizer.params.lr = 0.1, before 0.5",
      'from epoch 3, batch 1 on: optimizer.scheduler = {"kind":"StepLR","params":{"stepSize":2}}, before nothing',
    ]);
  });
});

describe("a run that failed", () => {
  it("says why, whatever it was, and goes on to the same bits", async () => {
    const failing = runExperiment(experiment, {
      out: at("callback"),
      callbacks: { onBatch: ({ epoch }) => (epoch === 2 ? Promise.reject(new Error("no more")) : undefined) },
    });
    await expect(failing).rejects.toThrow("no more");
    expect(summaryOf("callback")).toMatchObject({ status: "failed", error: "no more" });
    expect(weights(await goOn("callback"))).toEqual(weights(alone));
  });

  it("says it of a checkpoint that cannot be written, too", async () => {
    const path = at("unwritable", "checkpoint.safetensors");
    const onEpoch = ({ epoch }: { epoch: number }): void => {
      if (epoch < EPOCHS) return;
      rmSync(path);
      mkdirSync(path);
    };
    const failing = runExperiment(experiment, { out: at("unwritable"), callbacks: { onEpoch } });
    await expect(failing).rejects.toThrow(FileError);
    expect(summaryOf("unwritable")).toMatchObject({
      status: "failed",
      error: expect.stringContaining(`cannot write ${path}: `) as string,
    });
  });

  it("is told from one that died, was stopped or is under way", () => {
    const place = new RunFolder(at("told"));
    mkdirSync(place.path);
    expect(runState(place)).toBe("not begun");
    const held = Object.assign(new RunFolder(place.path), { holder: () => ({}) });
    for (const [status, state, words] of [
      ["running", "died", /^is not complete, and its process is gone/],
      ["interrupted", "interrupted", /^was interrupted$/],
      ["failed", "failed", /^failed$/],
      ["complete", "complete", /^is complete$/],
    ] as const) {
      place.writeSummary({ status });
      expect(runState(place)).toBe(state);
      expect(stateInWords(place)).toMatch(words);
    }
    place.writeSummary({ status: "running" });
    expect(runState(held)).toBe("running");
    expect(() => findModel(place.path)).toThrow("holds no model.safetensors");
    place.writeConfig("");
    expect(() => findModel(place.path)).toThrow(
      /is not complete, and its process is gone .*, so it has no model yet; .* train --resume .*told$/,
    );
  });
});

describe("a run that was read with lenience", () => {
  const untidy = configText({
    epochs: 2,
    batchSize: 10,
    dataset: `kind = "MNIST"\nparams = { path = ${JSON.stringify(at("bars"))}, colour = "grey" }`,
    sections: `[[data_augmentation]]
kind = "IntToFloat32"
params = { scale = true, evaluate = true }
[[postprocessing]]
kind = "FuseBatchNorm"
[parameter_research]
enabled = true
`,
    model: `gpus = 1\n${SMALL_SMLP.replace(', params = { step_mode = "m" }', ", params = { v_reset = 0.0 }")}`,
  });

  it("goes on, and is tested, without", async () => {
    writeIdxFolder(at("bars"), { train: 40, test: 20 });
    writeFileSync(at("untidy.toml"), untidy);
    expect(() => parseExperiment(untidy)).toThrow(ConfigError);
    const [whole] = await runExperiment(at("untidy.toml"), { lenient: true });
    const stop = new AbortController();
    await runExperiment(at("untidy.toml"), {
      lenient: true,
      out: at("lenient"),
      signal: stop.signal,
      callbacks: { onBatch: () => stop.abort() },
    });
    const warnings: string[] = [];
    const plan = planTraining({ resume: at("lenient") }, (sentence) => warnings.push(sentence));
    expect(warnings).toEqual([]);
    const [result] = await runExperiment(plan.experiment, { out: at("lenient"), resume: true });
    expect(weights(result)).toEqual(weights(whole));
    const stored = readExperiment(at("lenient", "config.toml"), {}, (sentence) => warnings.push(sentence));
    expect(warnings).toEqual([]);
    expect(stored).toEqual(plan.experiment);
    expect(existsSync(at("lenient", "model.safetensors"))).toBe(true);
  });

  it("goes on where an older version stored what strict reading refuses", async () => {
    writeIdxFolder(at("bars"), { train: 40, test: 20 });
    const stop = new AbortController();
    const source = parseExperiment(untidy, { lenient: true }).experiment;
    await runExperiment(source, {
      out: at("older"),
      signal: stop.signal,
      callbacks: { onBatch: () => stop.abort() },
    });
    const text = readFileSync(at("older", "config.toml"), "utf8").replace('"uint8"', '"float32"');
    expect(() => parseExperiment(text)).toThrow("only integers are scaled");
    writeFileSync(at("older", "config.toml"), text);
    const [result] = await runExperiment(planTraining({ resume: at("older") }, () => undefined).experiment, {
      out: at("older"),
      resume: true,
    });
    expect(result.history).toHaveLength(2);
  });
});

describe("options of the command line", () => {
  it("that make no experiment together with the file are refused before there is a run", () => {
    const text = configText({ epochs: 0 }).replace(/\[model_template\.optimizer\]\n.*\n.*\n/, "");
    writeFileSync(at("bare.toml"), text);
    expect(readExperiment(at("bare.toml"), {}, () => undefined).models[0].optimizer).toBeNull();
    expect(() => readExperiment(at("bare.toml"), { epochs: 3 }, () => undefined)).toThrow(
      /bare\.toml, with the options given.*: model\[0\]\.optimizer is missing; expected a table/,
    );
  });
});
