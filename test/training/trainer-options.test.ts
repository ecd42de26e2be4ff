import { beforeAll, describe, expect, it } from "vitest";
import { Mixup } from "../../src/datasets/augmentations/mixup.js";
import { AugmentationPipeline } from "../../src/datasets/augmentations/pipeline.js";
import { init } from "../../src/kernels/select.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { Trainer, type TrainerOptions } from "../../src/training/trainer.js";
import { stripes, tinySMLP } from "./tiny.js";

const good: TrainerOptions = { optimizer: { kind: "Adam", params: {} }, epochs: 1 };
const mixup = new AugmentationPipeline([new Mixup()]);

describe("trainer options", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it.each<[string, unknown]>([
    ["Trainer: no options were given; expected an object like { optimizer: … }.", undefined],
    ['Trainer: unknown option "batch_size"', { ...good, batch_size: 3 }],
    ["Trainer: epochs is undefined; expected a number.", { optimizer: good.optimizer }],
    ["Trainer: epochs is -1; expected a whole number of at least 0.", { ...good, epochs: -1 }],
    ["Trainer: epochs is 1.5; expected a whole number of at least 0.", { ...good, epochs: 1.5 }],
    ["Trainer: batchSize is 0; expected a whole number of at least 1.", { ...good, batchSize: 0 }],
    ["Trainer: seed is -3; expected a whole number of at least 0.", { ...good, seed: -3 }],
    ['Trainer: loss is "nll"; expected one of "crossentropy", "mse".', { ...good, loss: "nll" }],
    [
      'Trainer: optimizer is undefined; expected { kind, params }, such as { kind: "Adam", params: { lr: 1e-3 } }.',
      { epochs: 1 },
    ],
    [
      'optimizer.kind is "Lion"; expected one of "SGD", "Adam", "AdamW", "RMSprop", "RAdam", "NAdam".',
      { ...good, optimizer: { kind: "Lion", params: {} } },
    ],
    [
      "SGD: no options were given; expected an object like { lr: … }.",
      { ...good, optimizer: { kind: "SGD" } },
    ],
    ["SGD: lr is undefined; expected a number.", { ...good, optimizer: { kind: "SGD", params: {} } }],
    [
      'Adam: unknown option "learning_rate"',
      { ...good, optimizer: { kind: "Adam", params: { learning_rate: 1 } } },
    ],
    [
      'Trainer: scheduler is "StepLR"; expected { kind, params }, such as { kind: "StepLR", params: { stepSize: 10 } }.',
      { ...good, scheduler: "StepLR" },
    ],
    [
      'scheduler.kind is "Cosine"; expected one of "StepLR", "MultiStepLR", "CosineAnnealingLR", "SinDescent", "LinearLR", "ExponentialLR", "OneCycleLR", "ReduceLROnPlateau".',
      { ...good, scheduler: { kind: "Cosine", params: {} } },
    ],
    [
      "StepLR: no options were given; expected an object like { stepSize: … }.",
      { ...good, scheduler: { kind: "StepLR" } },
    ],
    [
      "Trainer: callbacks is [null]; expected an array such as [{ onEpoch }].",
      { ...good, callbacks: [null] },
    ],
    ["Trainer: useBestEpoch is 1; expected true or false.", { ...good, useBestEpoch: 1 }],
    ["Trainer: validation is []; expected a Dataset.", { ...good, validation: [] }],
    [
      "Trainer: augmentations is [a Mixup]; expected new AugmentationPipeline([...]).",
      { ...good, augmentations: [new Mixup()] },
    ],
    [
      "Trainer: callbacks is an object; expected an array such as [{ onEpoch }].",
      { ...good, callbacks: { onEpoch: () => undefined } },
    ],
    [
      'Trainer: checkpointMetric.name is "val_accuracy"; expected one of "train_loss"',
      { ...good, checkpointMetric: { name: "val_accuracy", mode: "max" } },
    ],
    [
      'Trainer: checkpointMetric.mode is "best"; expected one of "max", "min".',
      { ...good, checkpointMetric: { name: "train_loss", mode: "best" } },
    ],
    [
      "Trainer: checkpointMetric is val_acc but there is no validation set; expected one. Give one, or compare epochs by train_loss.",
      { ...good, useBestEpoch: true, checkpointMetric: { name: "val_acc", mode: "max" } },
    ],
    [
      "Trainer: checkpointMetric is train_acc but Mixup mixes the labels; expected a metric that it leaves. Use train_loss, or one of a validation set.",
      {
        ...good,
        augmentations: mixup,
        earlyStop: { patience: 1 },
        checkpointMetric: { name: "train_acc", mode: "max" },
      },
    ],
    [
      "Trainer: earlyStop.patience is 0; expected a whole number of at least 1.",
      { ...good, earlyStop: { patience: 0 } },
    ],
    [
      "Trainer: earlyStop.minDelta is -1; expected a number of at least 0.",
      { ...good, earlyStop: { patience: 1, minDelta: -1 } },
    ],
    [
      'Trainer: validation: "wide" has 4 classes but the model has 3 outputs',
      { ...good, validation: stripes(4).with({ name: "wide", classes: 4 }) },
    ],
  ])("are refused with: %s", (sentence, options) => {
    expect(() => new Trainer(tinySMLP(), stripes(4), options as TrainerOptions)).toThrow(sentence);
  });

  it("must come with a model and data that fit", () => {
    expect(() => new Trainer(null as unknown as SpikingModel, stripes(4), good)).toThrow(
      "Trainer: model is null; expected a model such as new SMLP(...).",
    );
    expect(() => new Trainer(tinySMLP(), stripes(4).with({ name: "wide", classes: 5 }), good)).toThrow(
      'Trainer: "wide" has 5 classes but the model has 3 outputs; expected at least as many. Use outputShape: [5].',
    );
  });

  it("say at the first batch that samples have the wrong shape", async () => {
    const flat = stripes(4).with({ x: new Float32Array(4 * 8), sampleShape: [4, 2, 1] });
    await expect(new Trainer(tinySMLP(), flat, good).fit()).rejects.toThrow(
      "SMLP.run: x is [4, 4, 2, 1]; expected [N, 4, 4, 1], channels last.",
    );
  });
});
