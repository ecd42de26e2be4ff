/** What files say of steps, losses and groups of parameters: read, written, read again, and brought to the trainer. */

import { describe, expect, it } from "vitest";
import { init } from "../../../src/kernels/select.js";
import { parseExperiment, writeExperiment } from "../../../src/experiment/description/index.js";
import { prepareExperiment } from "../../../src/experiment/prepare-experiment.js";

const file = (framework: string, model: string, optimizer = ""): string => `[bench]
name = "learning"
seed = 1

[learningframework]
kind = "SpikingJellyMultiStep"
params = { ${framework} }

[dataset]
kind = "Digits"

[[model]]
name = "net"
kind = "SMLP"
epochs = 1
${model}
params = { units = [8], timesteps = 2, neuron = { kind = "ATIF", params = { step_mode = "m" } } }
optimizer = { kind = "Adam", params = { lr = 0.01 }${optimizer} }
`;

const whole = file(
  "label_smoothing = 0.1, class_weights = [1, 1, 2, 1, 1, 1, 1, 1, 1, 1]",
  'accumulate_grad_batches = 2\nclip_grad_norm = 1.5\nfiring_rate = { target = 0.1, weight = 2.0, layers = ["layers.neuron1"] }',
  ', threshold_lr = 0.001, groups = [{ parameters = ["layers.fc1.*"], params = { weight_decay = 0.1 } }]',
);

describe("an experiment file", () => {
  it("says what steps are made of, and is written back as it was read", async () => {
    const { experiment } = parseExperiment(whole);
    const [model] = experiment.models;
    expect(model).toMatchObject({
      accumulateGradBatches: 2,
      clipGradNorm: 1.5,
      firingRate: { target: 0.1, weight: 2, layers: ["layers.neuron1"] },
    });
    expect(model.optimizer).toMatchObject({
      thresholdLr: 0.001,
      groups: [{ parameters: ["layers.fc1.*"], params: { weightDecay: 0.1 } }],
    });
    expect(parseExperiment(writeExperiment(experiment)).experiment).toEqual(experiment);
    await init({ backend: "wasm", threads: 1 });
    const [run] = await prepareExperiment(experiment);
    const { fingerprint } = run.trainer().state();
    expect(fingerprint).toMatchObject({
      "number of batches to a step": "2",
      "clipping of gradients": "norm 1.5",
      "smoothing of labels": "0.1",
      "weights of classes": "[1,1,2,1,1,1,1,1,1,1]",
    });
    expect(fingerprint.optimizer).toContain('"thresholdLr":0.001');
  });

  it("that says nothing of it is written without it", () => {
    const text = writeExperiment(parseExperiment(file("", "")).experiment);
    expect(text).not.toMatch(/clip|accumulate|smoothing|class_weights|threshold_lr|groups|firing_rate/);
  });

  it.each([
    [
      "model[0].clip_grad_value is given beside clip_grad_norm; expected one of them.",
      file("", "clip_grad_norm = 1.0\nclip_grad_value = 1.0"),
    ],
    ["model[0].clip_grad_norm is 0; expected a number above 0.", file("", "clip_grad_norm = 0.0")],
    [
      'learningframework.params.label_smoothing is given, but loss is "mse"; expected "crossentropy"',
      file('loss = "mse", label_smoothing = 0.1', ""),
    ],
    ["model[0].firing_rate.target is missing;", file("", "firing_rate = { weight = 1.0 }")],
    [
      "model[0].optimizer.threshold_lr is -1; expected a learning rate of at least 0.",
      file("", "", ", threshold_lr = -1"),
    ],
    [
      "model[0].optimizer.groups[0].params.rate is not a known key",
      file("", "", ', groups = [{ parameters = "thresholds", params = { rate = 1 } }]'),
    ],
    [
      'model[0].optimizer.groups[0].parameters is "theta"; expected "thresholds", or names of parameters',
      file("", "", ', groups = [{ parameters = "theta", params = {} }]'),
    ],
  ])("is refused: %s", (sentence, text) => {
    expect(() => parseExperiment(text)).toThrow(sentence);
  });

  it("with weights of fewer classes than there are is refused before it trains", async () => {
    const { experiment } = parseExperiment(file("class_weights = [1, 2]", ""));
    await init({ backend: "wasm", threads: 1 });
    const [run] = await prepareExperiment(experiment);
    expect(() => run.trainer()).toThrow(
      'model "net": Trainer: classWeights has 2 entries for 10 outputs; expected one per class.',
    );
  });
});
