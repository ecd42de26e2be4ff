import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parseExperiment } from "../../src/experiment/description/index.js";
import { runAll } from "../../src/experiment/run-all.js";
import { planRuns } from "../../src/experiment/run-plan.js";
import { loadDataset } from "../../src/experiment/data.js";
import { csvOf, eventsOf } from "../../src/experiment/run-folder/run-logs.js";
import { RunFolder } from "../../src/experiment/run-folder/run-folder.js";
import { beginningOf } from "../../src/formats/event-file.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import type { EpochMetrics } from "../../src/training/epoch-metrics.js";
import { temporaryFolder } from "../cli/atif.js";

const base = temporaryFolder();

beforeAll(() => init());

const layer = { kind: "ATIF", theta: 0.75, firingRate: 0.25, spikesPerInference: 8, neurons: 4 };
const epoch = (n: number): EpochMetrics => ({
  epoch: n,
  lr: 0.1,
  trainLoss: 2 / n,
  trainAccuracy: null,
  trainAverageClassAccuracy: null,
  seconds: 1.5,
  samplesPerSecond: 10,
  validation: null,
  spikesPerInference: 8,
  layers: [{ name: 'a,"b"', ...layer }],
});

describe("csvOf", () => {
  it("has a line of names and one for each epoch; what an epoch lacks is empty, names are quoted", () => {
    expect(csvOf([epoch(1), { ...epoch(2), thresholdLr: 0.01 }])).toBe(
      "epoch,lr,train_loss,train_acc,train_avgclsacc,val_loss,val_acc,val_avgclsacc,spikes_per_inference," +
        '"theta/a,""b""","firing_rate/a,""b""",seconds,samples_per_second,threshold_lr\n' +
        "1,0.1,2,,,,,,8,0.75,0.25,1.5,10,\n" +
        "2,0.1,1,,,,,,8,0.75,0.25,1.5,10,0.01\n",
    );
  });
});

describe("eventsOf", () => {
  it("begins with what it was with fewer epochs", () => {
    const [one, two] = [eventsOf([epoch(1)], 100), eventsOf([epoch(1), epoch(2)], 100)];
    expect(two.length).toBeGreaterThan(one.length);
    expect(two.subarray(0, one.length)).toEqual(one);
    expect(beginningOf(two)).toBe(100);
  });
});

const text = (loggers: string): string => `
[bench]
name = "logged"
seed = 1
first_run = 1
last_run = 1

[learningframework]
kind = "SpikingJelly"
${loggers}

[dataset]
kind = "Digits"

[model_template]
kind = "SMLP"
epochs = 3
batch_size = 64
optimizer = { kind = "Adam", params = { lr = 0.01 } }
params = { units = [8], timesteps = 2, neuron = { kind = "ATIF" } }

[[model]]
name = "small"

[[preprocessing]]
kind = "DatasetLimit"
params.samples = 64
`;

async function ran(folder: RunFolder, source: string, resumed: boolean, stopAfter?: number): Promise<void> {
  const { experiment } = parseExperiment(source, { source: "x.toml" });
  const plan = planRuns(experiment, { resumed: resumed ? folder : null, claim: () => folder });
  const controller = new AbortController();
  const onEpoch = ({ epoch: n }: EpochMetrics): void => {
    if (n === stopAfter) controller.abort();
  };
  const outcomes = runAll(plan, {
    signal: controller.signal,
    warn: () => undefined,
    load: (dataset) => loadDataset(dataset),
    begin: () => ({ onEpoch }),
  });
  for await (const _ of outcomes) continue;
}

const epochsIn = (folder: string): string[] =>
  readFileSync(join(folder, "metrics.csv"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(",")[0]);

describe("a run", () => {
  it("has neither unless it is asked for", async () => {
    const path = join(base, "none");
    mkdirSync(path);
    await ran(RunFolder.claim(path), text(""), false);
    expect(readdirSync(path).filter((name) => /csv|tfevents/.test(name))).toEqual([]);
  });

  it("that goes on has each epoch once, and the events that there were before those that came", async () => {
    const path = join(base, "both");
    mkdirSync(path);
    const source = text('params.loggers = ["csv", "tensorboard"]');
    const folder = RunFolder.claim(path);
    await ran(folder, source, false, 2);
    expect(epochsIn(path)).toEqual(["epoch", "1", "2"]);
    const events = join(path, "events.out.tfevents.atif");
    const before = readFileSync(events);
    await ran(folder, source, true);
    expect(epochsIn(path)).toEqual(["epoch", "1", "2", "3"]);
    const after = readFileSync(events);
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.subarray(0, before.length)).toEqual(before);
  });
});
