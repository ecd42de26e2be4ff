/** Losses and metrics of a program's own: what is trained by them is what a trainer trains, and their names stay with the run. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "smol-toml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ConfigError,
  crossEntropy,
  decodeModel,
  init,
  parseExperiment,
  prepareExperiment,
  runExperiment,
  writeExperiment,
  type EpochMetrics,
  type ExperimentSource,
  type NamedLoss,
  type NamedMetric,
  type RunExperimentOptions,
  type Tensor,
} from "../../src/index.js";
import { expectSameModel, stripes, timeless } from "../training/tiny.js";

const folder = mkdtempSync(join(tmpdir(), "atif-own-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => init());

const half: NamedLoss = {
  name: "half",
  loss: (outputs, labels) => crossEntropy(outputs, labels).mul(0.5),
};
/** Share of the samples of class 0: the same after every epoch, so the first one stays the best. */
const zeros: NamedMetric = {
  name: "zeros",
  metric: (outputs: Tensor, labels) => labels.filter((label) => label === 0).length / outputs.shape[0],
};
/** One more in every call, so that the last epoch is the best by "max" and the first by "min". */
function rising(): NamedMetric {
  let calls = 0;
  return { name: "rising", metric: () => calls++ };
}

const data = { train: stripes(60), test: stripes(30, 2) };

function tables(params: object = {}, model: object = {}): Record<string, unknown> {
  return {
    bench: { name: "own", seed: 3, first_run: 1, last_run: 1, use_test_as_valid: true },
    learningframework: { kind: "SpikingJellyMultiStep", params },
    model: [
      {
        name: "net",
        kind: "SMLP",
        epochs: 3,
        batch_size: 16,
        params: { units: [8], timesteps: 2, neuron: { kind: "ATIF", params: { step_mode: "m" } } },
        optimizer: { kind: "Adam", params: { lr: 0.01 } },
        ...model,
      },
    ],
  };
}

async function refusal(source: ExperimentSource, options: RunExperimentOptions): Promise<string> {
  try {
    await runExperiment(source, options);
  } catch (thrown) {
    if (thrown instanceof Error) return thrown.message;
  }
  throw new Error("nothing was refused");
}

const read = (...path: string[]): string => readFileSync(join(folder, ...path), "utf8");

describe("a loss of one's own", () => {
  it("is learned and measured, as a trainer does", async () => {
    const [run] = await runExperiment(tables(), { data, loss: half });
    const [prepared] = await prepareExperiment(tables(), { data, loss: half });
    const { history } = await prepared.trainer().fit();
    expect(timeless(run.history)).toEqual(timeless(history));
    expectSameModel(run.model, prepared.model);
    expect(run.history.map(({ loss }) => loss)).toEqual(["half", "half", "half"]);

    const [usual] = await runExperiment(tables(), { data });
    expect(run.history[0].trainLoss).not.toBe(usual.history[0].trainLoss);
    const untrained = tables({}, { epochs: 0 });
    const [before] = await runExperiment(untrained, { data });
    const [halved] = await runExperiment(untrained, { data, loss: half });
    expect(halved.test?.loss).toBeCloseTo((before.test?.loss ?? NaN) / 2, 6);
    const [named] = await runExperiment(tables({ loss: { name: "half" } }), { data, loss: half });
    expect(timeless(named.history)).toEqual(timeless(run.history));
  });

  it("may be one of this library's, by name", async () => {
    const [given] = await runExperiment(tables(), { data, loss: "mse" });
    const [asked] = await runExperiment(tables({ loss: "mse" }), { data });
    expect(timeless(given.history)).toEqual(timeless(asked.history));
  });

  it("stays with the run by its name, and must be given again", async () => {
    const out = join(folder, "half");
    await runExperiment(tables({ metrics: ["acc"] }, { epochs: 1 }), {
      data,
      out,
      loss: half,
      metrics: [zeros],
    });
    const { learningframework } = parse(read("half", "config.toml")) as {
      learningframework: { params: { loss: unknown; metrics: unknown } };
    };
    expect(learningframework.params).toMatchObject({
      loss: { name: "half" },
      metrics: ["acc", { name: "zeros" }],
    });
    const summary = JSON.parse(read("half", "summary.json")) as Record<string, unknown>;
    expect(summary).toMatchObject({ loss: "half", test: { metrics: { zeros: 14 / 30 } } });
    const { facts } = decodeModel(readFileSync(join(out, "model.safetensors")));
    expect(String(facts.experiment)).toContain('name = "half"');

    const abort = new AbortController();
    const stopped = join(folder, "stopped");
    const options = { data, out: stopped, loss: half, metrics: [zeros] };
    await runExperiment(tables(), {
      ...options,
      signal: abort.signal,
      callbacks: { onEpoch: () => abort.abort() },
    });
    const functions = { data, out: stopped, resume: true };
    expect(await refusal(tables(), functions)).toBe(
      `${stopped} goes on as it was started: learningframework.params.metrics names "zeros", a function of a program; expected ` +
        'that program: runExperiment(…, { metrics: [{ name: "zeros", metric }] }). A file and the command line have its name alone.',
    );
    expect(
      await refusal(tables(), { ...functions, metrics: [zeros], loss: { ...half, name: "third" } }),
    ).toBe(
      `${stopped} goes on as it was started: learningframework.params.loss names "half", a function of a program; expected that ` +
        'program: runExperiment(…, { loss: { name: "half", loss } }). A file and the command line have its name alone. ' +
        'The one that was given is "third".',
    );
    const [whole] = await runExperiment(tables(), { data, loss: half, metrics: [zeros] });
    const [resumed] = await runExperiment(tables(), { ...options, resume: true });
    expect(timeless(resumed.history)).toEqual(timeless(whole.history));
    expectSameModel(resumed.model, whole.model);
  });

  it("is refused where it makes no sense", async () => {
    const sentence = await refusal(tables(), { data, loss: { ...half, name: "mse" } });
    expect(sentence).toBe(
      'runExperiment: loss.name is "mse", which is a loss of this library; expected another name.',
    );
    expect(await refusal(tables({ loss: { name: "half" } }), { data })).toContain(
      'learningframework.params.loss names "half", a function of a program; expected that program: runExperiment(',
    );
    expect(await refusal(tables({ class_weights: [1, 1, 2] }), { data, loss: half })).toContain(
      'class_weights is given, but loss is "half", a function; expected "crossentropy", which knows it.',
    );
    const first = await refusal(tables(), { data, loss: { name: "x" } as NamedLoss });
    expect(first).toContain("runExperiment: loss.loss is undefined; expected a function");
  });

  it("of a file is read back as it was written", () => {
    const { experiment } = parseExperiment(NAMES);
    expect(experiment.learningFramework.params).toMatchObject({
      loss: { name: "half" },
      metrics: ["f1", { name: "a b" }],
      checkpointMetric: { name: "val_a b", mode: "min" },
    });
    expect(parseExperiment(writeExperiment(experiment)).experiment).toEqual(experiment);
  });
});

const NAMES = `[bench]
name = "names"
seed = 1
[learningframework]
kind = "SpikingJellyMultiStep"
[learningframework.params]
loss = { name = "half" }
metrics = ["f1", { name = "a b" }]
checkpoint_metric = { name = "val_a b", mode = "min" }
[dataset]
kind = "Digits"
[[model]]
name = "net"
kind = "SMLP"
epochs = 1
batch_size = 64
params = { units = [8], timesteps = 2, neuron = { kind = "ATIF", params = { step_mode = "m" } } }
optimizer = { kind = "Adam" }
`;

describe("metrics of one's own", () => {
  it("are measured after every epoch, and in the test", async () => {
    const [run] = await runExperiment(tables(), { data, metrics: [zeros] });
    const share = Array.from(data.test.labels).filter((label) => label === 0).length / 30;
    expect(run.history.map(({ validation }) => validation?.metrics)).toEqual(Array(3).fill({ zeros: share }));
    expect(run.test?.metrics).toEqual({ zeros: share });
  });

  it.each([
    ["max", 3],
    ["min", 1],
  ] as const)("choose the best epoch: %s", async (mode, best) => {
    const params = { checkpoint_metric: { name: "val_rising", mode }, use_best_epoch: true };
    const [run] = await runExperiment(tables(params), { data, metrics: [rising()] });
    expect(run.best?.epoch).toBe(best);
  });

  it("stand before a figure of the same name", async () => {
    const params = { checkpoint_metric: { name: "val_f1", mode: "min" } };
    const [run] = await runExperiment(tables(params), { data, metrics: [{ ...rising(), name: "f1" }] });
    expect(run.best?.epoch).toBe(1);
    const out = join(folder, "logged");
    await runExperiment(tables({ loggers: ["csv"] }, { epochs: 1 }), {
      data,
      out,
      metrics: [{ ...zeros, name: "acc" }],
    });
    const [names, values] = read("logged", "metrics.csv").split("\n");
    expect(names.split(",").filter((name) => name === "val_acc")).toHaveLength(1);
    expect(Number(values.split(",")[names.split(",").indexOf("val_acc")])).toBeCloseTo(14 / 30, 6);
  });

  it("let the rate fall when they do not improve", async () => {
    const optimizer = {
      kind: "Adam",
      params: { lr: 0.01 },
      scheduler: { kind: "ReduceLROnPlateau", params: { mode: "max", patience: 0 } },
    };
    const source = tables({ checkpoint_metric: { name: "val_zeros", mode: "max" } }, { optimizer });
    const [run] = await runExperiment(source, { data, metrics: [zeros] });
    expect(run.history.map(({ lr }: EpochMetrics) => lr)).toEqual([0.01, 0.01, 0.001]);
  });

  it("must be given, by the names there are", async () => {
    const known =
      '"train_loss", "train_acc", "train_prec", "train_rec", "train_f1", "train_avgclsacc", "val_loss", "val_acc", "val_prec", ' +
      '"val_rec", "val_f1", "val_avgclsacc", "val_zeros"';
    const params = { checkpoint_metric: { name: "val_zero", mode: "max" } };
    expect(await refusal(tables(params), { data, metrics: [zeros] })).toBe(
      `the experiment: learningframework.params.checkpoint_metric.name is "val_zero"; expected one of ${known}. Did you mean "val_zeros"?`,
    );
    expect(await refusal(tables({ metrics: [{ name: "zeros" }] }), { data })).toContain(
      'learningframework.params.metrics names "zeros", a function of a program',
    );
    const source = tables({ checkpoint_metric: { name: "val_zeros", mode: "max" } });
    const unmeasured = { ...source, bench: { ...(source.bench as object), use_test_as_valid: false } };
    expect(await refusal(unmeasured, { data, metrics: [zeros] })).toContain(
      "epochs are compared by val_zeros, but there is no validation set; expected one.",
    );
    await expect(runExperiment(source, { data })).rejects.toBeInstanceOf(ConfigError);
  });
});
