/** Wrong inputs to the trainer, to evaluation and to what they are stored with. */

import { FormatError, ShapeError, StateError } from "../../../src/index.js";
import {
  AugmentationPipeline, Dataset, decodeCheckpoint, decodeModel, DivergenceError, encodeCheckpoint, encodeModel, evaluate,
  HorizontalFlip, idxDataset, IFNode, Linear, manualSeed, Mixup, mse, readIdx, readStateDict, SGD, sigmoidSurrogate, SMLP, Trainer,
  type SpikingModel, type TrainerOptions, type TrainingState,
} from "../../../src/index.js"; // prettier-ignore
import type { Row } from "../row.js";

const model = (changes: object = {}): SMLP =>
  new SMLP({
    inputShape: [4],
    outputShape: [2],
    units: [3],
    timesteps: 2,
    neuron: { kind: "ATIF" },
    ...changes,
  });

const data = (changes: object = {}): Dataset =>
  new Dataset({
    name: "waves",
    x: Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)),
    labels: Array.from({ length: 10 }, (_, i) => i % 2),
    sampleShape: [4],
    ...changes,
  });

const trainer = (changes: object = {}, net: SpikingModel = model(), set: Dataset = data()): Trainer =>
  new Trainer(net, set, {
    optimizer: { kind: "SGD", params: { lr: 0.1 } },
    epochs: 1,
    ...changes,
  } satisfies TrainerOptions);

const without = (name: keyof TrainingState): unknown => {
  const state: Partial<TrainingState> = { ...trainer().state() };
  delete (state as Record<string, unknown>)[name];
  return state;
};

// prettier-ignore
export const runRows: readonly Row[] = [
  ["Trainer: nothing", () => new Trainer(undefined as never, undefined as never, undefined as never), TypeError, "Trainer: no options were given; expected an object like { optimizer: … }."],
  ["Trainer: a layer", () => new Trainer(new Linear(4, 2) as never, data(), { optimizer: { kind: "Adam", params: {} }, epochs: 1 }), TypeError, "Trainer: model is a Linear; expected a model such as new SMLP(...). It is a Module: let its class extend SpikingModel instead, with super(inputShape, outputShape, timesteps, stepMode) in its constructor, or hand it up as the fifth argument of such a class."],
  ["Trainer: data in an array", () => trainer({}, model(), [1, 2] as never), TypeError, "Trainer: data is [1, 2]; expected a Dataset, such as (await loadDigits()).test."],
  ["Trainer: a promise of data", () => trainer({}, model(), Promise.resolve(data()) as never), TypeError, "Trainer: data is a Promise; expected a Dataset, such as (await loadDigits()).test."],
  ["Trainer: more classes than outputs", () => trainer({}, model(), data({ classes: 3 })), RangeError, 'Trainer: "waves" has 3 classes but the model has 2 outputs; expected at least as many. Use outputShape: [3].'],
  ["Trainer: samples of another shape", () => trainer({}, model({ inputShape: [5] })).fit(), ShapeError, "SMLP.run: x is [10, 4]; expected [N, 5], channels last."],
  ["Trainer: an optimizer by name", () => trainer({ optimizer: "Adam" }), TypeError, 'Trainer: optimizer is "Adam"; expected { kind, params }, such as { kind: "Adam", params: { lr: 1e-3 } }.'],
  ["Trainer: an optimizer that was made", () => trainer({ optimizer: new SGD(model().parameters(), { lr: 1 }) }), TypeError, 'Trainer: optimizer is an SGD; expected { kind, params }, such as { kind: "Adam", params: { lr: 1e-3 } }.'],
  ["Trainer: an unknown optimizer", () => trainer({ optimizer: { kind: "adam", params: {} } }), RangeError, 'optimizer.kind is "adam"; expected one of "SGD", "Adam", "AdamW", "RMSprop", "RAdam", "NAdam". Did you mean "Adam"?'],
  ["Trainer: options beside the optimizer's kind", () => trainer({ optimizer: { kind: "Adam", lr: 0.1 } }), TypeError, 'Trainer: optimizer: unknown option "lr"; known options are kind, params, thresholdLr, groups.'],
  ["Trainer: a learning rate NaN", () => trainer({ optimizer: { kind: "SGD", params: { lr: NaN } } }), RangeError, "SGD: lr is NaN; expected a finite number. Look at the computation that gave it."],
  ["Trainer: an unknown scheduler", () => trainer({ scheduler: { kind: "Step", params: {} } }), RangeError, 'scheduler.kind is "Step"; expected one of "StepLR", "MultiStepLR", "CosineAnnealingLR", "SinDescent", "LinearLR", "ExponentialLR", "OneCycleLR", "ReduceLROnPlateau". Did you mean "StepLR"?'],
  ["Trainer: the rate as an option", () => trainer({ lr: 0.1 }), TypeError, 'Trainer: unknown option "lr"; known options are optimizer, scheduler, loss, classWeights, labelSmoothing, firingRate, epochs, batchSize, accumulateGradBatches, clipGradNorm, clipGradValue, detachEvery, seed, validation, metrics, augmentations, useBestEpoch, checkpointMetric, earlyStop, callbacks, parallel. Did you mean "loss"?'],
  ["Trainer: fewer epochs than none", () => trainer({ epochs: -1 }), RangeError, "Trainer: epochs is -1; expected a whole number of at least 0."],
  ["Trainer: epochs in quotes", () => trainer({ epochs: "3" }), TypeError, 'Trainer: epochs is "3"; expected a number. Write it without quotes.'],
  ["Trainer: a batch of none", () => trainer({ batchSize: 0 }), RangeError, "Trainer: batchSize is 0; expected a whole number of at least 1."],
  ["Trainer: a loss of its own", () => trainer({ loss: mse }), TypeError, 'Trainer: loss is a function; expected one of "crossentropy", "mse", or { name: "focal", loss: (outputs, labels) => … }.'],
  ["Trainer: validation in an array", () => trainer({ validation: [] }), TypeError, "Trainer: validation is []; expected a Dataset."],
  ["Trainer: augmentations in an array", () => trainer({ augmentations: [new HorizontalFlip()] }), TypeError, "Trainer: augmentations is [a HorizontalFlip]; expected new AugmentationPipeline([...])."],
  ["Trainer: one callback", () => trainer({ callbacks: () => undefined }), TypeError, "Trainer: callbacks is a function; expected an array such as [{ onEpoch }]."],
  ["Trainer: a callback with another name", () => trainer({ callbacks: [{ onEpochEnd: () => undefined }] }), TypeError, "Trainer: callbacks[0] is an object without one of onBatch, onEpoch, onValidation; expected an array such as [{ onEpoch }]."],
  ["Trainer: a callback that is no function", () => trainer({ callbacks: [{ onEpoch: 5 }] }), TypeError, "Trainer: callbacks: onEpoch is 5; expected a function, such as (event) => console.log(event)."],
  ["Trainer: an unknown metric", () => trainer({ checkpointMetric: { name: "accuracy", mode: "max" } }), RangeError, 'Trainer: checkpointMetric.name is "accuracy"; expected one of "train_loss", "train_acc", "train_prec", "train_rec", "train_f1", "train_avgclsacc", "val_loss", "val_acc", "val_prec", "val_rec", "val_f1", "val_avgclsacc".'],
  ["Trainer: the best epoch without validation", () => trainer({ useBestEpoch: true, checkpointMetric: { name: "val_acc", mode: "max" } }), RangeError, "Trainer: checkpointMetric is val_acc but there is no validation set; expected one. Give one, or compare epochs by train_loss."],
  ["Trainer: a patience of 0", () => trainer({ earlyStop: { patience: 0 } }), RangeError, "Trainer: earlyStop.patience is 0; expected a whole number of at least 1."],
  ["fit: null", () => trainer().fit(null as never), TypeError, "Trainer.fit: no options were given; expected an object like { signal: … }."],
  ["fit: a signal in words", () => trainer().fit({ signal: "stop" as never }), TypeError, 'Trainer.fit: signal is "stop"; expected an AbortSignal, such as new AbortController().signal.'],
  ["fit: twice at once", async () => { const t = trainer(); const first = t.fit(); try { await t.fit(); } finally { await first; } }, StateError, "Trainer.fit: this trainer is at work already; expected one call at a time. Await the first one."],
  ["fit: inside a callback", () => { const t: Trainer = trainer({ callbacks: [{ onBatch: () => t.fit() }] }); return t.fit(); }, StateError, "Trainer.fit: this trainer is at work already; expected one call at a time. Await the first one."],
  ["fit: a rate that leaves float32", () => { manualSeed(1); return trainer({ optimizer: { kind: "SGD", params: { lr: 1e38 } }, epochs: 5 }).fit(); }, DivergenceError, /^training diverged in batch 1 of 1 in epoch \d: .*; expected finite numbers\. .*Lower the learning rate, which is 1e\+38/],
  ["loadState: nothing", () => trainer().loadState(undefined as never), TypeError, "Trainer.loadState: the state is undefined without fingerprint; expected what Trainer.state() or loadCheckpoint() gave."],
  ["loadState: text", () => trainer().loadState("epoch 3" as never), TypeError, 'Trainer.loadState: the state is "epoch 3" without fingerprint; expected what Trainer.state() or loadCheckpoint() gave.'],
  ["loadState: without totals", () => trainer().loadState(without("totals") as never), TypeError, "Trainer.loadState: the state is an object without totals; expected what Trainer.state() or loadCheckpoint() gave."],
  ["loadState: of another seed", () => trainer().loadState(trainer({ seed: 4 }).state()), StateError, "Trainer.loadState: the state belongs to another run: its seed is 4, but here it is 0; expected the same. Continue with the model, data and options of the saved run, or start a new one."],
  ["loadState: of other data", () => trainer().loadState(trainer({}, model(), data({ x: new Float32Array(40) })).state()), StateError, "Trainer.loadState: the state belongs to another run: its training set is 10 samples of [4] with checksum 3d80276e, but here it is 10 samples of [4] with checksum 9aa69408; expected the same. Continue with the model, data and options of the saved run, or start a new one."],
  ["evaluate: nothing", () => evaluate(undefined as never, data()), TypeError, "evaluate: model is undefined; expected a model such as new SMLP(...)."],
  ["evaluate: no data", () => evaluate(model(), undefined as never), TypeError, "evaluate: data is undefined; expected a Dataset, such as (await loadDigits()).test."],
  ["evaluate: a batch of none", () => evaluate(model(), data(), { batchSize: 0 }), RangeError, "evaluate: batchSize is 0; expected a whole number of at least 1."],
  ["evaluate: augmentations in an array", () => evaluate(model(), data(), { augmentations: [] as never }), TypeError, "evaluate: augmentations is []; expected new AugmentationPipeline([...])."],
  ["evaluate: onBatch a number", () => evaluate(model(), data(), { onBatch: 5 as never }), TypeError, "evaluate: onBatch is 5; expected a function, such as (done, total) => {}."],
  ["AugmentationPipeline: nothing", () => new AugmentationPipeline(undefined as never), TypeError, "AugmentationPipeline: got undefined; expected an array of augmentations, such as [new HorizontalFlip()]."],
  ["AugmentationPipeline: names", () => new AugmentationPipeline(["Mixup"] as never), TypeError, 'AugmentationPipeline: got ["Mixup"]; expected an array of augmentations, such as [new HorizontalFlip()].'],
  ["AugmentationPipeline: Mixup first", () => new AugmentationPipeline([new Mixup(), new HorizontalFlip()]), RangeError, "augmentations: Mixup runs before HorizontalFlip; expected it to run last and once. Order: all with before, then all with after, each as listed."],
  ["encodeModel: nothing", () => encodeModel(undefined as never), TypeError, "encodeModel: model is undefined; expected a model such as new SMLP(...)."],
  ["encodeModel: facts null", () => encodeModel(model(), null as never), TypeError, "encodeModel: the facts are null; expected an object of plain data, such as { epochs: 3 }."],
  ["encodeModel: facts in an array", () => encodeModel(model(), [1] as never), TypeError, "encodeModel: the facts are [1]; expected an object of plain data, such as { epochs: 3 }."],
  ["encodeModel: a fact that contains itself", () => { const facts: Record<string, unknown> = {}; facts.self = facts; return encodeModel(model(), facts); }, TypeError, "encodeModel: a fact contains itself; expected plain data. Leave it out."],
  ["encodeModel: a fact that is a function", () => encodeModel(model(), { note: () => 1 }), TypeError, 'encodeModel: the fact "note" is a function; expected plain data.'],
  ["encodeModel: a surrogate of its own", () => encodeModel(model({ neuron: { kind: "IFNode", params: { surrogateFunction: sigmoidSurrogate(2) } } })), TypeError, "SMLP: the option surrogateFunction is a function; a model with it cannot be stored. Build it in code and use stateDict()."],
  ["encodeModel: a weight that is infinite", () => { const net = model(); net.parameters()[0].data[2] = Infinity; return encodeModel(net); }, RangeError, "encodeModel: layers.fc1.weight holds Infinity at element 8; expected finite numbers. Training diverged: train again with a lower learning rate."],
  ["decodeModel: text", () => decodeModel("model" as never), TypeError, "parseSafetensors: bytes are not a Uint8Array; expected one, like new Uint8Array(buffer)."],
  ["decodeModel: a checkpoint", () => decodeModel(encodeCheckpoint(trainer().state(), model().architecture), "run"), FormatError, 'run: the format is "checkpoint/1" (metadata key "atif.format"); expected "model/1". It is a checkpoint of a run: continue the run from it, and take the model that it writes.'],
  ["readStateDict: a buffer", () => readStateDict(new ArrayBuffer(8) as never), TypeError, "parseSafetensors: bytes are not a Uint8Array; expected one, like new Uint8Array(buffer)."],
  ["encodeCheckpoint: nothing", () => encodeCheckpoint(undefined as never, model().architecture), TypeError, "encodeCheckpoint: the state is undefined without fingerprint; expected what Trainer.state() or loadCheckpoint() gave."],
  ["encodeCheckpoint: a model as architecture", () => encodeCheckpoint(trainer().state(), new IFNode() as never), TypeError, "encodeCheckpoint: the architecture is an IFNode; expected { kind, options }. Give model.architecture."],
  ["decodeCheckpoint: a model", () => decodeCheckpoint(encodeModel(model()), "run"), FormatError, 'run: the format is "model/1" (metadata key "atif.format"); expected "checkpoint/1". Name a checkpoint that a training run of this version wrote.'],
  ["idxDataset: nothing", () => idxDataset("set", undefined as never, undefined as never), TypeError, "idxDataset: images is undefined; expected { source, array }, the array from readIdx or parseIdx."],
  ["idxDataset: labels for images", () => idxDataset("set", { source: "images", array: { shape: [2], data: new Uint8Array(2) } }, { source: "labels", array: { shape: [2], data: new Uint8Array(2) } }), FormatError, "images holds [2] as Uint8Array; expected images, unsigned bytes [N, H, W] or [N, H, W, C]."],
  ["idxDataset: a label beyond the classes", () => idxDataset("set", { source: "images", array: { shape: [1, 2, 2], data: new Uint8Array(4) } }, { source: "labels", array: { shape: [1], data: Uint8Array.of(10) } }), FormatError, "labels: label 0 is 10; expected 0 to 9. If the set has more classes, say how many (classes)."],
  ["readIdx: bytes", () => readIdx(new Uint8Array(4) as never, "images"), TypeError, "readIdx: the stream of images is a Uint8Array of 4; expected a ReadableStream, such as file.stream()."],
];
