/** Training that ranks share: the same bits for any number of them, and the same end for all. */

import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import type { StateDict } from "../../src/module/state-dict.js";
import "../../src/ops/install.js";
import { alone } from "../../src/parallel/communicator.js";
import { expectClose } from "../closeness.js";
import { expectSameWeights } from "../training/tiny.js";
import type { Order } from "./rank.js";
import { Ranks } from "./ranks.js";
import { runInTeam } from "./team.js";
import { run, type Failure, type Outcome, type Task } from "./tasks.js";

const folder = mkdtempSync(join(tmpdir(), "atif-team-"));
let ranks: Ranks;
beforeAll(async () => {
  await init({ backend: "wasm", threads: 1 });
  ranks = await Ranks.start(4);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await ranks.end();
});

function expectSame(actual: Outcome, expected: Outcome): void {
  expect(actual.error).toBe(expected.error);
  expectSameWeights(actual.weights, expected.weights);
  expect(actual.losses).toEqual(expected.losses);
  expect(actual.history).toEqual(expected.history);
}

const numbersOf = (weights: StateDict): number[] => Object.values(weights).flatMap(({ data }) => [...data]);

const modelOf = (name: string, shards: number): string => `
[[model]]
name = "${name}"
kind = "SMLP"
params = { units = [4], neuron = { kind = "ATIF", params = { step_mode = "m" } }, timesteps = 2 }
epochs = 2
batch_size = 8
shards = ${shards}
[model.optimizer]
kind = "Adam"
params = { lr = 0.01 }
`;

const severalRuns = `
[bench]
name = "shared out"
seed = 3
first_run = 1
last_run = 2
[learningframework]
kind = "SpikingJellyMultiStep"
[dataset]
kind = "Digits"
[[postprocessing]]
kind = "QuantizationAwareTraining"
export = true
params = { epochs = 1, batch_size = 8, model = { params = { quant_params = { bits = 8 } } } }
[[postprocessing]]
kind = "OperationCounter"
${modelOf("one", 4)}${modelOf("other", 3)}`;

/** Every file, to the byte but for times and for the name of its folder. */
function writtenIn(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8", withFileTypes: true });
  const files = paths.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.sort().map((path) => {
      const bytes = readFileSync(path);
      const text = bytes
        .toString("latin1")
        .replaceAll(root, "")
        .replaceAll(/"(seconds|samplesPerSecond)":\s*[\d.e+-]+/g, "");
      return [path.slice(root.length), createHash("sha256").update(text, "latin1").digest("hex")];
    }),
  );
}

describe("exact training", () => {
  const tasks: [name: string, task: Task, sizes: [number, Order["order"]][]][] = [
    [
      "batch norm, dropout, augmentations, class weights, a validation set",
      { network: "SCNN", shards: 6 },
      [
        [2, "forwards"],
        [3, "backwards"],
        [4, "backwards"],
      ],
    ],
    [
      "Mixup, spikes counted in training",
      { network: "SMLP", shards: 5, mixup: true, validation: false },
      [[3, "backwards"]],
    ],
  ];

  it.each(tasks)("has the bits of one process on any number of ranks: %s", async (_, task, sizes) => {
    const expected = await run(task, alone);
    expect(expected.error).toBeNull();
    expect(expected.history).toHaveLength(2);
    for (const [size, order] of sizes) {
      for (const outcome of await ranks.run(size, task, order)) expectSame(outcome, expected);
    }
  });

  const early: [name: string, task: Task, size: number][] = [
    ["two buckets", { network: "SCNN", shards: 6, overlap: true }, 2],
    ["many", { network: "SCNN", shards: 5, overlap: true, bucketCapMb: 1e-6, mixup: true }, 3],
    // Of the last batch, which has 4 samples, the second rank shows none.
    ["shards without samples", { network: "SMLP", shards: 9, overlap: true, bucketCapMb: 1e-4 }, 4],
    ["truncated passes", { network: "SMLP", shards: 4, overlap: true, bucketCapMb: 1e-4, detachEvery: 2 }, 2],
  ];

  it.each(early)("has them, too, if gradients are exchanged meanwhile: %s", async (_, task, size) => {
    const expected = await run(task, alone);
    expect(expected.error).toBeNull();
    for (const outcome of await ranks.run(size, { ...task, overlap: false })) expectSame(outcome, expected);
    for (const outcome of await ranks.run(size, task, "backwards")) expectSame(outcome, expected);
  });

  it("goes on with another number of ranks, to the bits of one that did not stop", async () => {
    const task: Task = { network: "SCNN", shards: 6, epochs: 2 };
    const expected = await run(task, alone);
    // After the second of three batches.
    const stopped = await ranks.run(3, { ...task, stopAfter: { rank: 1, batches: 2 } });
    for (const { completed, losses } of stopped) expect([completed, losses.length]).toEqual([false, 2]);
    const [{ checkpoint }] = stopped;
    const further = { ...task, from: checkpoint };
    for (const { weights, completed, history } of await ranks.run(2, further)) {
      expect(completed).toBe(true);
      expectSameWeights(weights, expected.weights);
      expect(history).toEqual(expected.history);
    }
    expectSameWeights((await run(further, alone)).weights, expected.weights);
  });

  it("depends on the number of shards, and on the seed", async () => {
    const of = async (task: Partial<Task>): Promise<number[]> =>
      numbersOf(
        (await run({ network: "SMLP", shards: 6, epochs: 1, validation: false, ...task }, alone)).weights,
      );
    const weights = await of({});
    expect(await of({ shards: 3 })).not.toEqual(weights);
    expect(await of({ seed: 8 })).not.toEqual(weights);
  });
});

describe("fast training", () => {
  it("is near the exact one, and the same on all ranks", async () => {
    const task: Task = { network: "SMLP", shards: 4, epochs: 1, reduce: "fast", validation: false };
    const exact = numbersOf((await run({ ...task, reduce: "exact" }, alone)).weights);
    for (const [size, overlap] of [
      [1, "auto"],
      [3, "auto"],
      [3, true],
    ] as const) {
      const outcomes = await ranks.run(size, { ...task, overlap, bucketCapMb: 1e-4 });
      for (const { weights, losses } of outcomes) {
        expectClose(numbersOf(weights), exact, 1e-4, { floor: 0.1 });
        expectSameWeights(weights, outcomes[0].weights);
        expect(losses).toEqual(outcomes[0].losses);
      }
    }
  });
});

describe("ranks that fail", () => {
  const before = { network: "SMLP", shards: 4, epochs: 1, validation: false } as const;
  const at = "batch 2 of 3 in epoch 1";
  const sentences: [how: Failure, sentence: string][] = [
    [
      "loss is NaN",
      `DivergenceError: training diverged in ${at}: the loss is NaN; expected finite numbers. The model has the weights`,
    ],
    ["gradient is infinite", `DivergenceError: training diverged in ${at}: the gradient of layers.`],
    ["throws", "ShapeError: the loss does not like it"],
  ];

  const exchanges: [how: Failure, sentence: string, meanwhile: Partial<Task>][] = sentences.flatMap(
    ([how, sentence]) => [
      [how, sentence, {}],
      [how, sentence, { overlap: true, bucketCapMb: 1e-4 }],
      [how, sentence, { overlap: true, reduce: how === "gradient is infinite" ? "exact" : "fast" }],
    ],
  );

  it.each(exchanges)(
    "all throw the same, and have the weights from before: %s",
    async (how, sentence, more) => {
      // Two shards of the first batch, then the first of the second.
      const outcomes = await ranks.run(2, { ...before, ...more, failure: { rank: 1, call: 3, how } });
      for (const { error, weights, losses } of outcomes) {
        expect(error).toContain(sentence);
        expect(error).toBe(outcomes[0].error);
        expect(losses).toHaveLength(1);
        expectSameWeights(weights, outcomes[0].weights);
        expect(numbersOf(weights).every(Number.isFinite)).toBe(true);
      }
    },
  );

  it("stop in the middle of a step whose gradients are under way, and go on to the same bits", async () => {
    const task: Task = { ...before, network: "SCNN", overlap: true, bucketCapMb: 1e-4 };
    const expected = await run(task, alone);
    const stopped = await ranks.run(3, { ...task, stopAfter: { rank: 2, batches: 1 } });
    for (const { completed, losses } of stopped) expect([completed, losses.length]).toEqual([false, 1]);
    for (const { weights } of await ranks.run(2, { ...task, from: stopped[1].checkpoint }))
      expectSameWeights(weights, expected.weights);
  });

  it("all refuse a rank that was given another run, or begins with other weights", async () => {
    for (const { error } of await ranks.run(3, { ...before, spoilt: { rank: 2, what: "seed" } })) {
      expect(error).toBe(
        "StateError: rank 2 was given another run than rank 0: its seed is 8, that of rank 0 7; " +
          "expected the same experiment and data on all ranks.",
      );
    }
    for (const { error } of await ranks.run(3, { ...before, spoilt: { rank: 1, what: "weights" } })) {
      expect(error).toContain(
        "StateError: rank 1 has other weights than rank 0 in epoch 1; expected the same bits.",
      );
    }
  });
});

describe("several runs of several networks, with steps after the training", () => {
  it("has the files of one process, with as many networks, runs and steps after the training as there are", async () => {
    const at = (name: string): string => join(folder, name);
    await runInTeam({ experiment: severalRuns, folder: at("alone") }, null);
    const expected = writtenIn(at("alone"));
    expect(Object.keys(expected).filter((path) => path.endsWith("model.safetensors"))).toHaveLength(8);
    await ranks.runExperiment(3, { experiment: severalRuns, folder: at("by-3") });
    expect(writtenIn(at("by-3"))).toEqual(expected);
  });
});
