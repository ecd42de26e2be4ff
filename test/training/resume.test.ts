/** A run that was interrupted after any batch ends with the bits of one that was not. */

import { beforeAll, describe, expect, it } from "vitest";
import { Crop } from "../../src/datasets/augmentations/crop.js";
import { GaussianNoise } from "../../src/datasets/augmentations/gaussian-noise.js";
import { HorizontalFlip } from "../../src/datasets/augmentations/horizontal-flip.js";
import { Mixup } from "../../src/datasets/augmentations/mixup.js";
import { AugmentationPipeline } from "../../src/datasets/augmentations/pipeline.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/formats/checkpoint.js";
import { init } from "../../src/kernels/select.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { defaultGenerator, manualSeed } from "../../src/random/generator.js";
import { Trainer, type TrainerOptions, type TrainingResult } from "../../src/training/trainer.js";
import type { TrainingState } from "../../src/training/training-state.js";
import { describeBackends } from "../backends.js";
import { expectSameModel, stripes, timeless, tinySCNN, tinySMLP } from "./tiny.js";

/** 22 samples in batches of 5: four full ones and one of 2. */
const train = stripes(22);
const validation = stripes(13, 2);
const noise = (): AugmentationPipeline =>
  new AugmentationPipeline([
    new HorizontalFlip(),
    new Crop({ size: 4, padding: 1 }),
    new GaussianNoise({ sigma: 0.1 }),
  ]);

const runs: [name: string, build: (seed: number) => SpikingModel, options: TrainerOptions][] = [
  [
    "SCNN with batch norm and dropout, SGD with momentum, validation, best epoch",
    tinySCNN,
    {
      optimizer: { kind: "SGD", params: { lr: 0.1, momentum: 0.9, nesterov: true } },
      scheduler: { kind: "StepLR", params: { stepSize: 1, gamma: 0.5 } },
      epochs: 3,
      batchSize: 5,
      seed: 7,
      validation,
      augmentations: noise(),
      useBestEpoch: true,
      checkpointMetric: { name: "val_loss", mode: "min" },
    },
  ],
  [
    "SCNN with Mixup, Adam, no validation",
    tinySCNN,
    {
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
      scheduler: { kind: "CosineAnnealingLR", params: { tMax: 3 } },
      epochs: 3,
      batchSize: 5,
      augmentations: new AugmentationPipeline([new GaussianNoise({ sigma: 0.1 }), new Mixup()]),
    },
  ],
  [
    "SCNN whose steps are two batches each, clipped, with weights of classes and a target for its firing",
    tinySCNN,
    {
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
      epochs: 2,
      batchSize: 5,
      accumulateGradBatches: 2,
      clipGradNorm: 0.5,
      classWeights: [1, 2, 0.5],
      labelSmoothing: 0.1,
      firingRate: { target: 0.2, weight: 3 },
      augmentations: noise(),
    },
  ],
  [
    "SMLP that stops early",
    tinySMLP,
    {
      optimizer: { kind: "AdamW", params: { lr: 0.01 } },
      loss: "mse",
      epochs: 9,
      batchSize: 5,
      // A loss that has to fall by 10 at every epoch does not.
      earlyStop: { patience: 2, minDelta: 10 },
      checkpointMetric: { name: "train_loss", mode: "min" },
      useBestEpoch: true,
    },
  ],
];

interface Finished {
  result: TrainingResult;
  model: SpikingModel;
  /** After every batch, every epoch, and before the first batch. */
  states: TrainingState[];
}

async function uninterrupted(
  build: (seed: number) => SpikingModel,
  options: TrainerOptions,
): Promise<Finished> {
  const model = build(1);
  const states: TrainingState[] = [];
  const record = (): unknown => states.push(trainer.state());
  const trainer = new Trainer(model, train, {
    ...options,
    callbacks: [{ onBatch: () => void record(), onEpoch: () => void record() }],
  });
  record();
  const result = await trainer.fit();
  record();
  return { result, model, states };
}

function expectSameEnd(actual: Omit<Finished, "states">, expected: Finished): void {
  expectSameModel(actual.model, expected.model);
  expect({ ...actual.result, history: timeless(actual.result.history) }).toEqual({
    ...expected.result,
    history: timeless(expected.result.history),
  });
}

describeBackends("resume", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  describe.each(runs)("%s", (_, build, options) => {
    it("continues from the state at every batch and epoch, through bytes", async () => {
      const expected = await uninterrupted(build, options);
      expect(expected.result.completed).toBe(true);
      for (const state of expected.states) {
        const bytes = encodeCheckpoint(state, expected.model.architecture);
        const saved = decodeCheckpoint(bytes).state;
        expect(saved).toEqual(state);
        // Another seed for the initial weights: everything must come from the state.
        const model = build(99);
        manualSeed(12345);
        const trainer = new Trainer(model, train, options);
        trainer.loadState(saved);
        expectSameEnd({ result: await trainer.fit(), model }, expected);
      }
    });

    it("continues when fit() was aborted and is called again", async () => {
      const expected = await uninterrupted(build, options);
      const model = build(1);
      let controller = new AbortController();
      let batches = 0;
      const trainer = new Trainer(model, train, {
        ...options,
        callbacks: [
          {
            onBatch: () => {
              if (++batches % 3 === 0) controller.abort();
            },
          },
        ],
      });
      let calls = 0;
      let result = await trainer.fit({ signal: controller.signal });
      while (!result.completed) {
        calls++;
        controller = new AbortController();
        result = await trainer.fit({ signal: controller.signal });
      }
      expect(calls).toBe(Math.floor(batches / 3));
      expectSameEnd({ result, model }, expected);
    });

    it("gives up in the middle of batches, each time at another place, and leaves the state from before", async () => {
      const expected = await uninterrupted(build, options);
      const model = build(1);
      const trainer = new Trainer(model, train, options);
      const signal = new SeenSignal();
      const known = new Map(expected.states.map((state) => [placeOf(state), state]));
      let stops = 0;
      let result = await trainer.fit({ signal });
      // The first stops come at once, the later ones further on.
      for (; !result.completed; stops++) {
        const state = trainer.state();
        expect(withoutTimes(state)).toEqual(withoutTimes(known.get(placeOf(state))));
        expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
        signal.after(1 + 7 * stops);
        result = await trainer.fit({ signal });
      }
      expect(stops).toBeGreaterThan(10);
      expectSameEnd({ result, model }, expected);
    });
  });
});

/** What work sees that never waits: a signal that is aborted from one look to the next. */
class SeenSignal extends EventTarget implements AbortSignal {
  onabort = null;
  readonly reason = new Error("aborted");
  #looks = 0;

  /** It is aborted at the look with this number, and all from then on. */
  after(looks: number): void {
    this.#looks = looks;
  }

  get aborted(): boolean {
    return --this.#looks < 0;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }
}

function placeOf({ epoch, batch }: TrainingState): string {
  return `${epoch}/${batch}`;
}

function withoutTimes(state: TrainingState | undefined): unknown {
  return state && { ...state, totals: { ...state.totals, seconds: 0 }, history: timeless(state.history) };
}

describe("resume", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });
  const options = runs[0][2];

  it("is aborted during validation, which is then made again", async () => {
    const expected = await uninterrupted(tinySCNN, options);
    const model = tinySCNN();
    const controller = new AbortController();
    const trainer = new Trainer(model, train, {
      ...options,
      callbacks: [{ onValidation: (done) => done === 2 && controller.abort() }],
    });
    const first = await trainer.fit({ signal: controller.signal });
    expect(first).toMatchObject({ completed: false, epochs: 0, history: [] });
    expect(trainer.state()).toMatchObject({ epoch: 0, batch: 5 });
    expectSameEnd({ result: await trainer.fit(), model }, expected);
  });

  it("does nothing under a signal that is aborted already", async () => {
    const model = tinySCNN();
    const before = tinySCNN();
    const result = await new Trainer(model, train, options).fit({ signal: AbortSignal.abort() });
    expect(result).toMatchObject({ completed: false, epochs: 0, bestEpoch: null });
    expectSameModel(model, before);
  });

  it("is not disturbed by others who draw from the default generator, nor disturbs them", async () => {
    const expected = await uninterrupted(tinySCNN, options);
    const model = tinySCNN();
    manualSeed(5);
    const alone = Array.from({ length: 3 }, () => defaultGenerator().uint32());
    manualSeed(5);
    const drawn: number[] = [];
    const trainer = new Trainer(model, train, {
      ...options,
      callbacks: [{ onEpoch: () => void drawn.push(defaultGenerator().uint32()) }],
    });
    expectSameEnd({ result: await trainer.fit(), model }, expected);
    expect(drawn).toEqual(alone);
  });

  it("goes on for more epochs, from the last weights and not from the best ones", async () => {
    const longer = {
      ...options,
      epochs: 5,
      scheduler: { kind: "StepLR", params: { stepSize: 2, gamma: 0.1 } },
    } as const;
    const expected = await uninterrupted(tinySCNN, longer);
    const short = new Trainer(tinySCNN(), train, { ...longer, epochs: 3 });
    await short.fit();
    const model = tinySCNN(3);
    const trainer = new Trainer(model, train, longer);
    trainer.loadState(short.state());
    expectSameEnd({ result: await trainer.fit(), model }, expected);
  });

  it.each<[string, Partial<TrainerOptions>]>([
    ["batch size is 5, but here it is 6", { batchSize: 6 }],
    ["seed is 7, but here it is 8", { seed: 8 }],
    ["loss is crossentropy, but here it is mse", { loss: "mse" }],
    [
      'optimizer is {"kind":"SGD","params":{"lr":0.1,"momentum":0.9,"nesterov":true}}, but here it is {"kind":"Adam","params":{}}',
      { optimizer: { kind: "Adam", params: {} } },
    ],
    [
      'scheduler is …mma":0.5,"stepSize":1}}, but here it is …mma":0.5,"stepSize":2}}; expected the same.',
      { scheduler: { kind: "StepLR", params: { stepSize: 2, gamma: 0.5 } } },
    ],
    ["use of the best epoch is yes, but here it is no", { useBestEpoch: false }],
    [
      'augmentation is …zontalFlip","p":0.5},{"after":true',
      { augmentations: new AugmentationPipeline([new HorizontalFlip()]) },
    ],
    ["early stop is none, but here it is", { earlyStop: { patience: 3 } }],
    [
      'checkpoint metric is {"mode":"min","name":"val_loss"}',
      { checkpointMetric: { name: "val_acc", mode: "max" } },
    ],
    ["validation set is 13 samples of [4, 4, 1] with checksum", { validation: stripes(13, 3) }],
  ])("refuses a state whose %s", (sentence, change) => {
    const state = new Trainer(tinySCNN(), train, options).state();
    const other = new Trainer(tinySCNN(), train, { ...options, ...change });
    const before = other.state();
    expect(() => other.loadState(state)).toThrow(sentence);
    expect(() => other.loadState(state)).toThrow(
      /Continue with the model, data and options of the saved run/,
    );
    expect(other.state()).toEqual(before);
  });

  it("refuses a state of another model or other data", () => {
    const state = new Trainer(tinySCNN(), train, options).state();
    expect(() => new Trainer(tinySMLP(), train, options).loadState(state)).toThrow(
      'Trainer.loadState: the state belongs to another run: its model is {"kind":"SCNN"',
    );
    expect(() => new Trainer(tinySCNN(1, "s"), train, options).loadState(state)).toThrow('"stepMode":"m"');
    const labels = Int32Array.from(train.labels);
    labels[3] = (labels[3] + 1) % 3;
    expect(() => new Trainer(tinySCNN(), train.with({ labels }), options).loadState(state)).toThrow(
      "its training set is 22 samples of [4, 4, 1] with checksum",
    );
    const x = Float32Array.from(train.x);
    x[x.length - 1] += 0.001;
    expect(() => new Trainer(tinySCNN(), train.with({ x }), options).loadState(state)).toThrow(
      "its training set is 22 samples of [4, 4, 1] with checksum",
    );
  });

  it("refuses numbers and arrays that no run leaves, and changes nothing", async () => {
    const source = new Trainer(tinySCNN(), train, { ...options, epochs: 1 });
    await source.fit();
    const state = source.state();
    const weights = { ...state.weights };
    weights["layers.fc1.bias"] = { shape: [8], data: new Float32Array(8).fill(NaN) };
    const short = { ...state.weights, "layers.fc1.bias": { shape: [7], data: new Float32Array(7) } };
    const { ["layers.fc1.bias"]: _, ...missing } = state.weights;
    const theta = {
      ...state.weights,
      "layers.neuron1.v_threshold": { shape: [1], data: Float32Array.of(-1) },
    };
    const { optimizer } = state;
    const cases: [TrainingState, string][] = [
      [{ ...state, epoch: -1 }, "Trainer.loadState: epoch is -1; expected a whole number of at least 0."],
      [{ ...state, batch: 6 }, "Trainer.loadState: batch is 6; expected a number from 0 to 5."],
      [{ ...state, epoch: 2 }, "the history has 1 epochs; expected 2, as many as are over."],
      [{ ...state, generator: [0, 0, 0, 0] }, "expected four 32-bit words, not all 0"],
      [{ ...state, weights }, "layers.fc1.bias holds NaN at element 0; expected finite numbers."],
      [{ ...state, weights: short }, "layers.fc1.bias is [7]; expected [8]."],
      [{ ...state, weights: missing }, "layers.fc1.bias is on one side only"],
      [{ ...state, bestWeights: missing }, "weights of the best epoch: layers.fc1.bias is on one side only"],
      [{ ...state, weights: theta }, "layers.neuron1.v_threshold is -1; expected a threshold above 0."],
      [
        { ...state, optimizer: { ...optimizer, arrays: {} } },
        'SGD: the saved state does not fit: it has no fitting "momentum"',
      ],
      [
        { ...state, optimizer: { ...optimizer, moves: [1] } },
        "SGD: the saved state counts 5 steps and [1] per parameter",
      ],
      [{ ...state, totals: { ...state.totals, confusion: [[1]] } }, "the confusion matrix is not 3 by 3"],
      [
        { ...state, totals: { ...state.totals, spikes: [{ spikes: 1, opportunities: 2 }] } },
        "spikes of 1 layers; expected 2.",
      ],
    ];
    const trainer = new Trainer(tinySCNN(), train, options);
    const before = trainer.state();
    for (const [bad, sentence] of cases) {
      expect(() => trainer.loadState(bad), sentence).toThrow(sentence);
      expect(trainer.state()).toEqual(before);
    }
    trainer.loadState(state);
    expect(trainer.state()).toEqual(state);
  });

  it("refuses to be loaded into, or to be started, while it is at work", async () => {
    const trainer = new Trainer(tinySCNN(), train, options);
    const state = trainer.state();
    const running = trainer.fit();
    expect(() => trainer.loadState(state)).toThrow(
      "Trainer.loadState: this trainer is at work; expected to be called before fit(), or after it.",
    );
    await expect(trainer.fit()).rejects.toThrow("Trainer.fit: this trainer is at work already");
    await running;
  });

  it("takes other numbers of the optimizer and another schedule where it is told that they may differ", () => {
    const { scheduler: _, ...unscheduled } = options;
    const trainer = (changes: Partial<TrainerOptions>, from: TrainerOptions = options): Trainer =>
      new Trainer(tinySCNN(), train, { ...from, ...changes });
    const state = trainer({}).state();
    const rate = { optimizer: { kind: "SGD", params: { lr: 0.01, momentum: 0.9, nesterov: true } } } as const;
    const kind = { optimizer: { kind: "Adam", params: { lr: 0.01 } } } as const;
    const refused = (
      changes: Partial<TrainerOptions>,
      ...mayDiffer: ("optimizer" | "scheduler")[]
    ): unknown => thrownBy(() => trainer(changes).loadState(state, { mayDiffer }));
    expect(refused(rate)).toMatch(/its optimizer is .*0\.1.*, but here it is .*0\.01/);
    expect(refused(rate, "scheduler")).toMatch(/its optimizer is/);
    expect(refused(rate, "optimizer")).toBe("nothing");
    expect(refused(kind, "optimizer")).toMatch(/its optimizer is .*SGD.*, but here it is .*Adam/);
    expect(refused({ batchSize: 6 }, "optimizer", "scheduler")).toMatch(
      /its batch size is 5, but here it is 6/,
    );
    const still = (...mayDiffer: ("optimizer" | "scheduler")[]): unknown =>
      thrownBy(() => trainer({}, unscheduled).loadState(state, { mayDiffer }));
    expect(still("optimizer")).toMatch(/its scheduler is .*StepLR.*, but here it is none/);
    expect(still("scheduler")).toBe("nothing");
    const seed = ["seed"] as unknown as ["optimizer"];
    expect(refused({}, ...seed)).toBe(
      'Trainer.loadState: mayDiffer is "seed"; expected one of "optimizer", "scheduler".',
    );
  });

  function thrownBy(work: () => void): string {
    try {
      work();
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : "something else";
    }
    return "nothing";
  }
});
