/** From an experiment to data, network and trainer options. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import type { Experiment } from "../../src/experiment/description/experiment.js";
import { parseExperiment, parseOverride, writeExperiment } from "../../src/experiment/description/index.js";
import {
  singleRuns,
  withBatchSize,
  withDataFolder,
  withEpochs,
  withSeed,
} from "../../src/experiment/adjust.js";
import { augmentationsOf, networkInputShape, prepareData } from "../../src/experiment/data.js";
import { buildModel } from "../../src/experiment/model.js";
import { trainedEpochs, trainerOptions } from "../../src/experiment/training.js";
import { init } from "../../src/kernels/select.js";
import type { LayerNode } from "../../src/graph/layer-graph.js";
import { networkGraph } from "../../src/models/network-graph.js";
import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import { manualSeed } from "../../src/random/generator.js";

const digits = readFileSync(new URL("../../examples/digits.toml", import.meta.url), "utf8");
const fashion = readFileSync(new URL("../../examples/fashion-mnist.toml", import.meta.url), "utf8");

function small(params: string, neuron: string): string {
  return `
bench = { name = "small", seed = 1, first_run = 1, last_run = 1 }
learningframework = { kind = "SpikingJellyMultiStep" }
dataset = { kind = "Digits" }
model_template = {}
[[model]]
name = "net"
kind = "SMLP"
[model.params]
${params}
timesteps = 4
neuron = ${neuron}
`;
}

function experimentOf(text: string, ...settings: string[]): Experiment {
  return parseExperiment(text, { overrides: settings.map(parseOverride) }).experiment;
}

/** Two classes of 3 x 4 images of bytes. */
function images(samples: number, divisor = 1): Dataset {
  const x = Uint8Array.from({ length: samples * 12 }, (_, i) => i % 251);
  const labels = Int32Array.from({ length: samples }, (_, i) => i % 2);
  return new Dataset({ name: "images", x, labels, sampleShape: [3, 4, 1], classes: 2, divisor });
}

beforeAll(() => init());

describe("adjusting an experiment", () => {
  const sched = (experiment: Experiment): unknown => experiment.models[0].optimizer?.scheduler?.params;

  it("sets the epochs, and with them a schedule that spans the run, but no other", () => {
    const spanning = experimentOf(
      digits,
      "model.0.epochs=12",
      'model.0.optimizer.scheduler={kind="CosineAnnealingLR",params={T_max=12}}',
    );
    expect(withEpochs(spanning, 7).models[0].epochs).toBe(7);
    expect(sched(withEpochs(spanning, 7))).toEqual({ tMax: 7, etaMin: 0 });
    expect(sched(withEpochs(spanning, 0))).toEqual({ tMax: 12, etaMin: 0 });
    const periodic = experimentOf(
      digits,
      "model.0.epochs=12",
      'model.0.optimizer.scheduler={kind="CosineAnnealingLR",params={T_max=4}}',
    );
    expect(sched(withEpochs(periodic, 7))).toEqual({ tMax: 4, etaMin: 0 });
    const sine = experimentOf(
      digits,
      "model.0.epochs=12",
      'model.0.optimizer.scheduler={kind="SinDescent",params={epoch=12,pme=0.01,w=2,lr0=0.1,lrf=0.05}}',
    );
    expect(sched(withEpochs(sine, 7))).toMatchObject({ epochs: 7, lr0: 0.1 });
    const steps = experimentOf(digits, 'model.0.optimizer.scheduler={kind="StepLR",params={step_size=12}}');
    expect(sched(withEpochs(steps, 7))).toEqual({ stepSize: 12, gamma: 0.1 });
    expect(sched(spanning)).toEqual({ tMax: 12, etaMin: 0 }); // the given one is left as it is
  });

  it("sets batch size, seed and data folder", () => {
    const experiment = withSeed(withBatchSize(experimentOf(fashion), 17), 99);
    expect([experiment.models[0].batchSize, experiment.bench.seed]).toEqual([17, 99]);
    expect(withDataFolder(experiment, "/data").dataset).toEqual({
      kind: "FashionMNIST",
      params: { path: "/data", dtype: "uint8" },
    });
    expect(() => withDataFolder(experimentOf(digits), "/data")).toThrow(
      'the data set Digits is built in and cannot be read from /data; expected an experiment whose data are files, as dataset.kind = "MNIST" has.',
    );
  });

  it("takes runs apart into experiments that can be written and repeated", () => {
    const several = experimentOf(digits, "bench.first_run=3", "bench.last_run=5", "bench.seed=10");
    const runs = singleRuns(several);
    expect(runs.map(({ run, seed }) => [run, seed])).toEqual([
      [3, 10],
      [4, 11],
      [5, 12],
    ]);
    for (const { experiment, seed, run } of runs) {
      const again = singleRuns(parseExperiment(writeExperiment(experiment)).experiment);
      expect(again).toEqual([expect.objectContaining({ run, seed, experiment })]);
    }
    expect(singleRuns(experimentOf(digits, "model.0.disabled=true"))).toEqual([]);
  });
});

describe("data of an experiment", () => {
  const splitting = (text: string): string =>
    `${text}\n[[preprocessing]]\nkind = "DatasetSplitter"\nparams = { source = "train", dest = "valid", ratio = 0.25 }\n`;

  it("are loaded once and go through every step, drawn from the seed of the bench alone", async () => {
    const experiment = experimentOf(splitting(fashion), "model.0.params.input_shape=[28, 28, 1]");
    const loads: string[] = [];
    const prepare = (seed: number) =>
      prepareData(withSeed(experiment, seed), {
        load: ({ kind }) => {
          loads.push(kind);
          return Promise.resolve({ train: images(40), test: images(12) });
        },
      });
    const [a, b, other] = await Promise.all([prepare(1), prepare(1), prepare(2)]);
    expect(loads).toEqual(["FashionMNIST", "FashionMNIST", "FashionMNIST"]);
    expect([a.train.length, a.valid?.length, a.test?.length]).toEqual([30, 10, 12]);
    expect(a.valid?.x).toEqual(b.valid?.x);
    expect(a.valid?.x).not.toEqual(other.valid?.x);
    expect(a.train.classes).toBe(10); // Class2BinMatrix
  });

  it("come with the package for the digits", async () => {
    const { train, test } = await prepareData(experimentOf(digits));
    expect([train.length, test?.length, train.sampleShape]).toEqual([1437, 360, [8, 8, 1]]);
  });

  it("reach the network in the shape that augmentations leave outside training", () => {
    const crop = (size: string, evaluate: boolean): Experiment =>
      experimentOf(
        `${fashion}\n[[data_augmentation]]\nkind = "Crop"\nparams = { size = ${size}, evaluate = ${evaluate} }\n`,
        `model.0.params.input_shape=${size.replace("]", ", 1]")}`,
      );
    const set = new Dataset({
      name: "x",
      x: new Uint8Array(784),
      labels: [0],
      sampleShape: [28, 28, 1],
      divisor: 1,
    });
    const shape = (experiment: Experiment) => networkInputShape({ train: set }, augmentationsOf(experiment));
    expect(shape(crop("[20, 24]", true))).toEqual([20, 24, 1]);
    expect(shape(crop("[28, 28]", false))).toEqual([28, 28, 1]);
  });

  it("are loaded from files with pixels of 0 to 255", async () => {
    const experiment = withDataFolder(experimentOf(fashion), "no-such-folder");
    await expect(prepareData(experiment)).rejects.toThrow(/^no-such-folder cannot be read as a folder/);
  });
});

describe("the network of an experiment", () => {
  it("is made for the samples, and drawn from the seed", () => {
    const [model] = experimentOf(digits).models;
    const fit = { inputShape: [8, 8, 1], classes: 10, seed: 4 };
    const built = buildModel(model, fit);
    expect(built).toBeInstanceOf(SCNN);
    expect([built.inputShape, built.outputShape, built.timesteps, built.stepMode]).toEqual([
      [8, 8, 1],
      [10],
      4,
      "m",
    ]);
    expect(built.stateDict()).toEqual(buildModel(model, fit).stateDict());
    expect(built.stateDict()).not.toEqual(buildModel(model, { ...fit, seed: 5 }).stateDict());
  });

  it("has the neuron and the parameters of the experiment", () => {
    const neuron =
      '{ kind = "LIFNode", params = { tau = 3.0, v_threshold = 0.7, v_reset = false, step_mode = "m" } }';
    const experiment = experimentOf(small("units = [7]", neuron));
    const built = buildModel(experiment.models[0], { inputShape: [8, 8, 1], classes: 10, seed: 0 });
    for (const [, node] of built.spikingLayers()) {
      expect(node.theta).toBe(Math.fround(0.7));
      expect(node.vReset).toBeNull();
      expect(node).toMatchObject({ tau: 3 });
    }
  });

  it("is the same as one made by hand", () => {
    const neuron = '{ kind = "ATIF", params = { alpha = 2.5, step_mode = "m" } }';
    const experiment = experimentOf(small("units = [7]", neuron));
    const built = buildModel(experiment.models[0], { inputShape: [8, 8, 1], classes: 10, seed: 8 });
    manualSeed(8);
    const byHand = new SMLP({
      inputShape: [8, 8, 1],
      outputShape: [10],
      units: [7],
      timesteps: 4,
      stepMode: "m",
      neuron: { kind: "ATIF", params: { alpha: 2.5 } },
    });
    expect(built).toBeInstanceOf(SMLP);
    expect(built.stateDict()).toEqual(byHand.stateDict());
    expect(built.spikingLayers()[0][1]).toMatchObject({ alpha: 2.5 });
  });

  it("that the samples do not allow is refused with its name", () => {
    const [model] = experimentOf(digits).models;
    expect(() => buildModel(model, { inputShape: [1, 1, 1], classes: 10, seed: 0 })).toThrow(
      new RegExp(`^model "${model.name}" cannot be made: SCNN: `),
    );
  });
});

describe("the residual experiment", () => {
  it("is a ResNet-8: eight layers with weights on the longest path", () => {
    const resnet = readFileSync(new URL("../../examples/fashion-resnet8.toml", import.meta.url), "utf8");
    const model = buildModel(experimentOf(resnet).models[0], {
      inputShape: [28, 28, 1],
      classes: 10,
      seed: 1,
    });
    expect(model.architecture).toMatchObject({ kind: "SResNet", options: { timesteps: 2, batchNorm: true } });
    const { output } = networkGraph(model);
    const depth = ({ inputs, kind }: LayerNode): number =>
      Math.max(0, ...inputs.map(depth)) + (["Conv2d", "Linear"].includes(kind) ? 1 : 0);
    expect(depth(output)).toBe(8);
  });
});

describe("trainer options of an experiment", () => {
  const sets = { train: images(8), test: images(4) };
  const options = (experiment: Experiment, given: Parameters<typeof trainerOptions>[1] = sets) =>
    trainerOptions(singleRuns(experiment)[0], given, augmentationsOf(experiment));

  it("are those of the file", () => {
    const experiment = experimentOf(
      fashion,
      "bench.seed=21",
      'model.0.optimizer={kind="SGD",params={lr=0.1,momentum=0.9},scheduler={kind="StepLR",params={step_size=3}}}',
    );
    const { augmentations, ...rest } = options(experiment);
    expect(rest).toEqual({
      optimizer: {
        kind: "SGD",
        params: { lr: 0.1, momentum: 0.9, dampening: 0, weightDecay: 0, nesterov: false },
      },
      scheduler: { kind: "StepLR", params: { stepSize: 3, gamma: 0.1 } },
      loss: "crossentropy",
      epochs: 3,
      batchSize: 64,
      seed: 21,
      useBestEpoch: false,
      checkpointMetric: { name: "val_avgclsacc", mode: "max" },
    });
    expect(augmentations?.steps.map(({ name }) => name)).toEqual(["IntToFloat32"]);
  });

  it("validate on the test set if the bench says so, else on the set that was split off", () => {
    const valid = images(2);
    expect(options(experimentOf(digits)).validation).toBeUndefined();
    expect(options(experimentOf(digits), { ...sets, valid }).validation).toBe(valid);
    const onTest = experimentOf(digits, "bench.use_test_as_valid=true");
    expect(options(onTest, { ...sets, valid }).validation).toBe(sets.test);
  });

  it("want a validation set where epochs are compared by one", () => {
    const best = experimentOf(digits, "learningframework.params.use_best_epoch=true");
    expect(() => options(best)).toThrow(
      /^learningframework\.params\.use_best_epoch is true and epochs are compared by val_avgclsacc, but there is no validation set; expected one\./,
    );
    expect(options(best, { ...sets, valid: images(2) }).useBestEpoch).toBe(true);
    const byLoss = experimentOf(
      digits,
      "learningframework.params.use_best_epoch=true",
      'learningframework.params.checkpoint_metric={name="train_loss",mode="min"}',
    );
    expect(options(byLoss).checkpointMetric).toEqual({ name: "train_loss", mode: "min" });
  });

  it("train nothing where train is false, and refuse weights that are not here", () => {
    const [model] = experimentOf(digits, "model.0.epochs=6").models;
    expect(trainedEpochs(model)).toBe(6);
    expect(trainedEpochs({ ...model, train: false })).toBe(0);
    expect(() => trainedEpochs({ ...model, name: "net", load: true })).toThrow(
      'model "net": load is true, but training starts from new weights here; expected false.',
    );
  });
});
