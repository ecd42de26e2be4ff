/** Networks with feedback in experiment files: read, written back, inspected, refused where they stand, trained as a program does. */

import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.js";
import { parseExperiment, writeExperiment } from "../../src/experiment/description/index.js";
import { prepareExperiment } from "../../src/experiment/prepare-experiment.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";
import { networkLayers } from "../../src/inspection/network-layers.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { createModel } from "../../src/models/table.js";
import type { StepMode } from "../../src/module/module.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import "../../src/ops/install.js";
import { Adam } from "../../src/optimizers/adam.js";
import { manualSeed } from "../../src/random/generator.js";
import { tensor } from "../../src/tensor/tensor.js";
import { expectSameModel, stripes } from "../training/tiny.js";

beforeAll(async () => {
  await init();
});

const FEEDBACK = {
  add: 'feedback = [{ from = "w", to = "cell" }]',
  concat: 'feedback = [{ from = "cell", to = "w", join = "concat", shape = [6] }]',
} as const;

const INSIDE = {
  add: `layers = [
  { name = "cell", kind = "ATIF", options = { v_threshold = 0.4, alpha = 2.0 } },
  { name = "w", kind = "Linear", options = { in_features = 6, out_features = 6 } },
]
output = "cell"`,
  concat: `layers = [
  { name = "w", kind = "Linear", options = { in_features = 12, out_features = 6 } },
  { name = "cell", kind = "ATIF", options = { v_threshold = 0.4 } },
]
output = "cell"`,
} as const;

function file(join: keyof typeof FEEDBACK, framework = "SpikingJellyMultiStep"): string {
  return `[bench]
name = "recurrent"
seed = 7
[learningframework]
kind = "${framework}"
[dataset]
kind = "InMemory"
params = { name = "stripes", sample_shape = [4, 4, 1], classes = 3 }
[[model]]
name = "net"
kind = "GraphModel"
epochs = 1
batch_size = 8
optimizer = { kind = "Adam", params = { lr = 0.01 } }
[model.params]
timesteps = 3
[[model.params.layers]]
name = "flat"
kind = "Flatten"
[[model.params.layers]]
name = "in"
kind = "Linear"
options = { in_features = 16, out_features = 6 }
[[model.params.layers]]
name = "loop"
kind = "Recurrent"
[model.params.layers.options]
inputs = [[6]]
${FEEDBACK[join]}
${INSIDE[join]}
[[model.params.layers]]
name = "out"
kind = "Linear"
options = { in_features = 6, out_features = 3 }
`;
}

/** The same in a program's words. */
function program(join: keyof typeof FEEDBACK, stepMode: StepMode): GraphModel {
  const w = { name: "w", kind: "Linear", options: { inFeatures: join === "add" ? 6 : 12, outFeatures: 6 } };
  const cell = {
    name: "cell",
    kind: "ATIF",
    options: { vThreshold: 0.4, ...(join === "add" ? { alpha: 2 } : {}) },
  };
  return new GraphModel({
    inputShape: [4, 4, 1],
    outputShape: [3],
    timesteps: 3,
    stepMode,
    layers: [
      { name: "flat", kind: "Flatten" },
      { name: "in", kind: "Linear", options: { inFeatures: 16, outFeatures: 6 } },
      {
        name: "loop",
        kind: "Recurrent",
        options: {
          inputs: [[6]],
          layers: join === "add" ? [cell, w] : [w, cell],
          feedback:
            join === "add"
              ? [{ from: "w", to: "cell" }]
              : [{ from: "cell", to: "w", join: "concat", shape: [6] }],
          output: "cell",
        },
      },
      { name: "out", kind: "Linear", options: { inFeatures: 6, outFeatures: 3 } },
    ],
  });
}

const data = { train: stripes(16), test: stripes(8, 2) };

describe.each(["add", "concat"] as const)("what is fed back by %s", (join) => {
  it("is read, and written so that it is read as the same", () => {
    const { experiment, warnings } = parseExperiment(file(join));
    expect(warnings).toEqual([]);
    expect(parseExperiment(writeExperiment(experiment)).experiment).toEqual(experiment);
  });

  it.each([
    ["m", "SpikingJellyMultiStep"],
    ["s", "SpikingJelly"],
  ] as const)(
    "is trained for two steps as a program trains it, in step mode %s",
    async (stepMode, framework) => {
      const { experiment } = parseExperiment(file(join, framework));
      const [run] = await prepareExperiment(experiment, { data });
      manualSeed(7);
      const own = program(join, stepMode);
      expectSameModel(run.model, own);
      const before = own.stateDict()["loop.w.weight"].data.slice();

      const models = [run.model, own] as const;
      const optimizers = models.map((model) => new Adam(model.parameters(), { lr: 0.01 }));
      for (const { x, shape, labels } of data.train.batches({ batchSize: 8 })) {
        const gradients = models.map((model) => {
          model.train();
          model.parameters().forEach((parameter) => (parameter.grad = null));
          crossEntropy(model.run(tensor(x, shape)), labels).backward();
          return model.parameters().map(({ grad }) => [...(grad?.data ?? [])]);
        });
        expect(gradients[0]).toEqual(gradients[1]);
        expect(gradients[0].flat().some((value) => value !== 0)).toBe(true);
        optimizers.forEach((optimizer) => optimizer.step());
      }
      expectSameModel(run.model, own);
      expect([...own.stateDict()["loop.w.weight"].data]).not.toEqual([...before]);

      const again = decodeModel(encodeModel(run.model)).model;
      expectSameModel(again, own);
      const x = tensor(data.test.batch([0, 1]).x, [2, 4, 4, 1]);
      expect([...again.eval().run(x).data]).toEqual([...own.eval().run(x).data]);
      expect(createModel(run.model.architecture).architecture).toEqual(run.model.architecture);
    },
  );

  it("is shown with what is inside", async () => {
    const [{ model }] = await prepareExperiment(parseExperiment(file(join)).experiment, { data });
    const names = networkLayers(model).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["loop", "loop.w", "loop.cell", "out"]));
  });
});

it.each([
  [
    'to = "cell"',
    'to = "sell"',
    'makes no network: loop: there is no layer "sell" inside; expected the name of one.',
  ],
  ["inputs = [[6]]", "inputs = [[5]]", "makes no network: loop gets [6]; expected its inputs, [5]."],
  [
    "in_features = 6, out_features = 6",
    "in_features = 6, out_features = 5",
    "makes no network: loop: the feedback of w is [5], and",
  ],
  [
    '{ name = "cell", kind = "ATIF"',
    '{ name = "cell", kind = "ATIFF"',
    'layers[0].kind is "ATIFF"; expected one of',
  ],
  ["v_threshold = 0.4", "v_thresh = 0.4", "v_thresh is not a known key of ATIF"],
  ["feedback", "feed_back", "feed_back is not a known key of Recurrent"],
])("says where what makes no network stands: %s", (from, to, sentence) => {
  const text = file("add");
  expect(text).toContain(from);
  const read = (): unknown => parseExperiment(text.replace(from, to), { source: "my.toml" });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(sentence);
  expect(read).toThrow(/^my\.toml:\d+:\d+: model\[0\]\.params\.layers\[2\]/);
});

it("has no quantized form", () => {
  const step = `[[postprocessing]]
kind = "QuantizationAwareTraining"
[postprocessing.params]
epochs = 0
batch_size = 8
model = { params = { quant_params = { bits = 8 } } }
`;
  expect(() => parseExperiment(file("add") + step)).toThrow(
    'layers[2].kind is "Recurrent", which has no quantized form, but postprocessing[0] is QuantizationAwareTraining;',
  );
});
