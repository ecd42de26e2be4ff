/** Shards in experiment files, in trainers and in measuring: what they are, and what is refused. */

import { beforeAll, describe, expect, it } from "vitest";
import { NO_FUNCTIONS } from "../../src/experiment/own-functions.js";
import { prepareRun } from "../../src/experiment/prepared-run.js";
import { singleRuns } from "../../src/experiment/adjust.js";
import {
  BatchNorm1d,
  Flatten,
  init,
  Linear,
  Module,
  noGrad,
  parseExperiment,
  runExperiment,
  Sequential,
  SpikingModel,
  Tensor,
  Trainer,
  writeExperiment,
} from "../../src/index.js";
import { alone, type Communicator } from "../../src/parallel/communicator.js";
import { partOf } from "../../src/parallel/cut.js";
import { DataParallel } from "../../src/parallel/data-parallel.js";
import { keyedState } from "../../src/parallel/keyed-state.js";
import { evaluate } from "../../src/training/evaluate.js";
import type { TrainerOptions } from "../../src/training/trainer-options.js";
import { expectClose } from "../closeness.js";
import { expectSameModel, stripes, tinySCNN, tinySMLP } from "../training/tiny.js";

beforeAll(() => init({ backend: "wasm", threads: 1 }));

const file = (keys: string): string => `
[bench]
name = "shared out"
seed = 3
[learningframework]
kind = "SpikingJellyMultiStep"
[learningframework.params]
use_best_epoch = false
[dataset]
kind = "Digits"
[[model]]
name = "tiny"
kind = "SMLP"
params = { units = [4], neuron = { kind = "ATIF", params = { step_mode = "m" } }, timesteps = 2 }
epochs = 1
batch_size = 8
${keys}
[model.optimizer]
kind = "Adam"
params = { lr = 0.01 }
`;

const of = (size: number): Communicator => ({ ...alone, size });

const data = { train: stripes(20), test: stripes(17, 2) };

describe("partOf", () => {
  it("cuts side by side, into sizes that differ by one at most", () => {
    for (const count of [0, 1, 7, 12, 100]) {
      for (const parts of [1, 2, 5, 12]) {
        const all = Array.from({ length: parts }, (_, i) => partOf(count, parts, i));
        expect(all[0].start).toBe(0);
        expect(all.at(-1)?.end).toBe(count);
        all.slice(1).forEach(({ start }, i) => expect(start).toBe(all[i].end));
        const sizes = all.map(({ start, end }) => end - start);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
    }
    expect(partOf(7, 3, 1)).toEqual({ start: 2, end: 4 });
  });
});

describe("keyedState", () => {
  it("is another one for every key and for what is drawn", () => {
    const states = new Set<string>();
    for (const seed of [0, 1, 2 ** 32])
      for (const epoch of [0, 1])
        for (const batch of [0, 1])
          for (const shard of [0, 1, 2])
            for (const drawn of ["augmentation", "dropout"] as const)
              states.add(keyedState({ seed, epoch, batch, shard }, drawn).join());
    expect(states.size).toBe(3 * 2 * 2 * 3 * 2);
  });
});

describe("shards of an experiment file", () => {
  it("are read, written, and trained with", async () => {
    const keys = 'shards = 4\nreduce = "fast"\noverlap = true\nbucket_cap_mb = 0.5';
    const { experiment } = parseExperiment(file(keys));
    expect(experiment.models[0]).toMatchObject({
      shards: 4,
      reduce: "fast",
      overlap: true,
      bucketCapMb: 0.5,
    });
    expect(parseExperiment(writeExperiment(experiment)).experiment).toEqual(experiment);
    const [{ model }] = await runExperiment(parseExperiment(file("shards = 4")).experiment, {
      load: () => Promise.resolve(data),
    });
    const [single] = singleRuns(parseExperiment(file("shards = 4")).experiment);
    const prepared = await prepareRun(single, {
      load: () => Promise.resolve(data),
      warn: () => undefined,
      own: NO_FUNCTIONS,
    });
    const parallel = new DataParallel({ shards: 4 });
    await new Trainer(prepared.model, prepared.sets.train, { ...prepared.options, parallel }).fit();
    expectSameModel(model, prepared.model);
    const [whole] = await runExperiment(parseExperiment(file("")).experiment, {
      load: () => Promise.resolve(data),
    });
    expect(whole.model.stateDict()).not.toEqual(model.stateDict());
  });

  it.each([
    ['reduce = "fast"', /model\[0\]\.reduce is given without shards; expected both/],
    ["overlap = false", /model\[0\]\.overlap is given without shards; expected both/],
    ["bucket_cap_mb = 1", /model\[0\]\.bucket_cap_mb is given without shards; expected both/],
    ['shards = 4\noverlap = "no"', /model\[0\]\.overlap is "no"; expected true, false or "auto"/],
    ["shards = 4\nbucket_cap_mb = 0", /model\[0\]\.bucket_cap_mb is 0; expected a number above 0/],
    ["shards = 2049", /model\[0\]\.shards is 2049; expected a whole number from 1 to 2048/],
    [
      "shards = 4\naccumulate_grad_batches = 2",
      /model\[0\]\.shards is given beside accumulate_grad_batches; expected one of them: shards accumulate/,
    ],
  ])("are refused: %s", (keys, sentence) => {
    expect(() => parseExperiment(file(keys))).toThrow(sentence);
  });

  it("must be there, and enough of them, where processes share a training", async () => {
    const load = () => Promise.resolve(data);
    const prepare = (keys: string, size: number) =>
      prepareRun(singleRuns(parseExperiment(file(keys)).experiment)[0], {
        load,
        warn: () => undefined,
        own: NO_FUNCTIONS,
        communicator: of(size),
      });
    await expect(prepare("", 2)).rejects.toThrow(
      'model "tiny": 2 processes are to train it, but its batches are not cut; expected shards of at least 2.',
    );
    await expect(prepare("shards = 4", 5)).rejects.toThrow(
      'model "tiny": DataParallel: shards is 4 for 5 processes; expected at least one shard for each.',
    );
  });
});

describe("a trainer with shards", () => {
  const options: TrainerOptions = {
    optimizer: { kind: "SGD", params: { lr: 0.1 } },
    epochs: 1,
    batchSize: 10,
    parallel: new DataParallel({ shards: 3 }),
  };

  it("takes the steps of whole batches, each shard by its share of the mean", async () => {
    // 20 samples in batches of 9, the last one of 2: some of its shards are empty.
    const trained = async (more: Partial<TrainerOptions>) => {
      const model = tinySMLP();
      const losses: number[] = [];
      const trainer = new Trainer(model, data.train, {
        ...options,
        batchSize: 9,
        classWeights: [1, 3, 0.25],
        callbacks: [{ onBatch: ({ loss }) => void losses.push(loss) }],
        ...more,
      });
      const { history } = await trainer.fit();
      const weights = Object.values(model.stateDict()).flatMap(({ data }) => [...data]);
      return { weights, losses, history };
    };
    const whole = await trained({ parallel: null });
    for (const reduce of ["exact", "fast"] as const) {
      for (const shards of [1, 4, 7]) {
        const cut = await trained({ parallel: new DataParallel({ shards, reduce }) });
        expectClose(cut.weights, whole.weights, 1e-5, { floor: 0.1 });
        expectClose(cut.losses, whole.losses, 1e-5);
        const [{ trainAccuracy, layers }] = cut.history;
        expect(trainAccuracy).toBe(whole.history[0].trainAccuracy);
        expect(layers.map(({ spikesPerInference }) => spikesPerInference)).toEqual(
          whole.history[0].layers.map(({ spikesPerInference }) => spikesPerInference),
        );
      }
    }
  });

  it("gives buffers the mean of what shards made of them, by samples; those that none changed keep their bits", async () => {
    /** Remembers the mean of what it was shown, besides the value before. */
    class Mean extends Module {
      readonly mean = this.registerBuffer("mean", Tensor.full([1], 4));
      readonly still = this.registerBuffer("still", Tensor.full([1], -0));
      forward(x: Tensor): Tensor {
        if (this.training) this.mean.data[0] += noGrad(() => x.mean().item());
        return x;
      }
    }
    const mean = new Mean();
    class Watched extends SpikingModel {
      constructor() {
        super(
          [4, 4, 1],
          [3],
          1,
          "s",
          new Sequential({ flatten: new Flatten(), mean, fc: new Linear(16, 3) }),
        );
      }
    }
    const whole = { ...options, batchSize: 20, parallel: new DataParallel({ shards: 3 }) };
    await new Trainer(new Watched(), data.train, whole).fit();
    const all = Array.from(data.train.x);
    const expected = 4 + all.reduce((sum, each) => sum + each, 0) / all.length;
    expectClose(mean.mean.data, [expected], 1e-6);
    expect(mean.still.data[0]).toBe(-0);
  });

  it("goes on with the same shards alone", () => {
    const state = new Trainer(tinySMLP(), data.train, options).state();
    const other = new Trainer(tinySMLP(), data.train, {
      ...options,
      parallel: new DataParallel({ shards: 4 }),
    });
    expect(() => other.loadState(state)).toThrow("its number of shards is 3, but here it is 4");
    const { parallel: _, ...whole } = options;
    expect(() => new Trainer(tinySMLP(), data.train, whole).loadState(state)).toThrow(
      "its number of shards is 3, but here it is missing",
    );
  });

  it("refuses batches that accumulate besides, and what is no way to share", () => {
    const make = (more: object) => () => new Trainer(tinySMLP(), data.train, { ...options, ...more });
    expect(make({ accumulateGradBatches: 2 })).toThrow("Give a batchSize 2 times as large");
    expect(make({ parallel: 4 })).toThrow("expected new DataParallel({ shards: 12 }) of atif/parallel");
  });

  it("stops in the middle of a step as if it had not begun", async () => {
    const model = tinySCNN();
    const trainer = new Trainer(model, data.train, options);
    const before = model.stateDict();
    let looks = 0;
    const signal = {
      get aborted() {
        return ++looks > 40;
      },
    } as AbortSignal;
    expect((await trainer.fit({ signal })).completed).toBe(false);
    expect(model.stateDict()).toEqual(before);
    expect((await trainer.fit()).completed).toBe(true);
    const uninterrupted = tinySCNN();
    await new Trainer(uninterrupted, data.train, options).fit();
    expectSameModel(model, uninterrupted);
  });

  it("says which shard holds one sample, where a layer wants more", async () => {
    const layers = new Sequential({
      flatten: new Flatten(),
      fc: new Linear(16, 3),
      norm: new BatchNorm1d(3),
    });
    class Own extends SpikingModel {
      constructor() {
        super([4, 4, 1], [3], 1, "s", layers);
      }
    }
    const model = new Own();
    const fit = (shards: number) =>
      new Trainer(model, data.train, { ...options, parallel: new DataParallel({ shards }) }).fit();
    await expect(fit(10)).rejects.toThrow(
      "Use a larger batch, or eval(). This was shard 1 of 10, which holds one sample: fewer shards, or a larger batchSize, give it more.",
    );
    expect((await fit(5)).completed).toBe(true);
  });
});

describe("evaluate of DataParallel", () => {
  it("gives the figures of evaluate", async () => {
    const model = tinySCNN();
    const metrics = [
      { name: "mean", metric: (outputs: { mean(): { item(): number } }) => outputs.mean().item() },
    ];
    for (const batchSize of [4, 64]) {
      const asked = { batchSize, metrics };
      const parallel = new DataParallel({ shards: 1 });
      expect(await parallel.evaluate(model, data.test, asked)).toEqual(
        await evaluate(model, data.test, asked),
      );
    }
  });
});
