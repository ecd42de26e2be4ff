/** Shapes and classes that a model asks for, compared with what its data are. */

import { beforeAll, describe, expect, it } from "vitest";
import { Dataset, type TrainTest } from "../../src/datasets/dataset.js";
import { FormatError } from "../../src/errors.js";
import { augmentationsOf, networkInputShape, prepareData } from "../../src/experiment/data.js";
import { parseExperiment } from "../../src/experiment/description/index.js";
import { buildModel } from "../../src/experiment/model.js";
import { init } from "../../src/kernels/select.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import "../../src/ops/install.js";

beforeAll(() => init({ backend: "reference" }));

const text = (dataset: string, shapes: string, preprocessing = ""): string => `
bench = { name = "shapes", seed = 1, first_run = 1, last_run = 1 }
learningframework = { kind = "SpikingJellyMultiStep" }
dataset = ${dataset}
${preprocessing}
[[model]]
name = "net"
kind = "SCNN"
epochs = 1
batch_size = 2
optimizer = { kind = "SGD", params = { lr = 0.1 } }
[model.params]
dims = 2
timesteps = 2
neuron = { kind = "ATIF", params = { step_mode = "m" } }
filters = [2]
kernel_sizes = [3]
paddings = [1]
strides = [1]
pool_sizes = [2]
fc_units = [3]
${shapes}
`;
const MNIST = '{ kind = "MNIST", params = { path = "files", dtype = "uint8" } }';

function files(size: number, labels: readonly number[]): TrainTest {
  const shape = [size, size, 1];
  const x = new Uint8Array(labels.length * size * size).fill(3);
  const classes = Math.max(10, ...labels.map((label) => label + 1));
  const set = new Dataset({ name: "MNIST", x, labels, sampleShape: shape, classes, divisor: 1 });
  return { train: set, test: set };
}

async function modelFor(experimentText: string, data: TrainTest): Promise<SpikingModel> {
  const { experiment } = parseExperiment(experimentText);
  const sets = await prepareData(experiment, { load: () => Promise.resolve(data) });
  const inputShape = networkInputShape(sets, augmentationsOf(experiment));
  return buildModel(experiment.models[0], { inputShape, classes: sets.train.classes, seed: 1 });
}

describe("files of IDX data", () => {
  it("take the shape that they have, whatever set they are named after", async () => {
    for (const shapes of ["", "input_shape = [8, 8, 1]"]) {
      const model = await modelFor(text(MNIST, shapes), files(8, [0, 9]));
      expect(model.inputShape).toEqual([8, 8, 1]);
      expect(model.outputShape).toEqual([10]);
    }
    await expect(modelFor(text(MNIST, "input_shape = [28, 28, 1]"), files(8, [0, 9]))).rejects.toThrow(
      'model "net": params.input_shape is [28, 28, 1], but the data give samples of [8, 8, 1]; leave it out or make them agree.',
    );
    await expect(modelFor(text(MNIST, "input_shape = [28, 28, 3]"), files(28, [0, 9]))).rejects.toThrow(
      "params.input_shape is [28, 28, 3], but the data give samples of [28, 28, 1];",
    );
  });

  it("take as many classes as the model says, if the labels are below", async () => {
    const letters = files(8, [0, 25, 3]);
    expect((await modelFor(text(MNIST, "output_shape = [26]"), letters)).outputShape).toEqual([26]);
    expect((await modelFor(text(MNIST, "output_shape = [4]"), files(8, [0, 3]))).outputShape).toEqual([4]);
    await expect(modelFor(text(MNIST, "output_shape = [10]"), letters)).rejects.toThrow(
      'model "net": params.output_shape is [10], but the data have 26 classes; expected [26].',
    );
    await expect(modelFor(text(MNIST, ""), letters)).rejects.toEqual(
      new FormatError(
        "files: the labels go up to 25; expected 0 to 9. " +
          "If the set has more classes, say how many: output_shape = [26] in the params of the model.",
      ),
    );
  });
});

it.each([
  [
    "input_shape = [28, 28, 1]",
    "is [28, 28, 1], but Digits gives samples of [8, 8, 1]; leave it out or make them agree.",
  ],
  ["output_shape = [4]", "is [4]; expected [10], one per class of Digits."],
])("the built-in digits are known before they are read: %s", (shapes, sentence) => {
  expect(() => parseExperiment(text('{ kind = "Digits" }', shapes))).toThrow(sentence);
});

it("too few classes of the digits in Class2BinMatrix are refused", () => {
  const preprocessing = '[[preprocessing]]\nkind = "Class2BinMatrix"\nparams.classes = 5\n';
  expect(() => parseExperiment(text('{ kind = "Digits" }', "", preprocessing))).toThrow(
    "params.classes is 5; expected at least 10, as many as Digits has.",
  );
});
