/** Files that are read: merging, defaults, lenient reading, and that what comes out is what the library takes. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createAugmentation } from "../../../src/datasets/augmentations/table.js";
import { createPreprocessing } from "../../../src/datasets/preprocessing/table.js";
import { ConfigError } from "../../../src/errors.js";
import { parseExperiment, writeExperiment } from "../../../src/experiment/description/index.js";
import type { ModelConfig, ModelKinds } from "../../../src/experiment/description/index.js";
import type { ModelOptions } from "../../../src/models/table.js";
import type { NeuronSpec } from "../../../src/neurons/table.js";
import type { OptimizerSpec, SchedulerSpec } from "../../../src/optimizers/table.js";
import { base, edited } from "./base.js";

/** In the manner of the reference's own files: a template with parameters of other neurons, models switched off. */
const strictFile = `
[bench]
name = "SCNN_MNIST"
seed = 2
first_run = 1
last_run = 5
plugins = ["qualia_plugin_snn"]

[learningframework]
kind = "SpikingJelly"
params = { enable_progress_bar = false, accelerator = "auto", devices = "auto", precision = 32 }

[deploy]
[experimenttracking]
disabled = true
kind = "Neptune"
[parameter_research]
enabled = false

[dataset]
kind = "MNIST"
params.path = "data/mnist"

[[preprocessing]]
kind = "Reshape2DTo1D"

[[preprocessing]]
kind = "Class2BinMatrix"

[[data_augmentation]]
kind = "GaussianNoise"
params.sigma = 0.1

[model_template]
kind = "SCNN"
epochs = 300
batch_size = 64

[model_template.params]
timesteps = 4
neuron.kind = "IFNode"
neuron.params.v_threshold = 1
neuron.params.v_reset = false

[model_template.optimizer]
kind = "SGD"
params = { lr = 0.05, momentum = 0.9, weight_decay = 0 }
[model_template.optimizer.scheduler]
kind = "StepLR"
params = { step_size = 30, gamma = 0.5 }

[[model]]
name = "scnn_if"
params.filters = [16, 32]
params.kernel_sizes = [9, 3]
params.paddings = [4, 1]
params.strides = [2, 1]
params.pool_sizes = [2, 0]
params.fc_units = []

[[model]]
name = "scnn_atif"
load = false
params.filters = [16]
params.kernel_sizes = [9]
params.paddings = [4]
params.strides = [2]
params.pool_sizes = [2]
params.fc_units = []
params.neuron.kind = "ATIF"
params.neuron.params.T = 4

[[model]]
name = "smlp_plif"
kind = "SMLP"
epochs = 10
batch_size = 256
params.units = [300]
params.neuron = { kind = "ParametricLIFNode", params = { init_tau = 3, v_reset = 0 } }

[[model]]
name = "sresnet"
kind = "QuantizedSResNet"
disabled = true
params.num_blocks = [1, 1]
`;

describe("a file in the manner of the reference", () => {
  const { experiment, warnings } = parseExperiment(strictFile);
  const [scnn, atif, smlp] = experiment.models;

  it("gives bench, framework and data with all defaults", () => {
    expect(experiment.bench).toEqual({
      name: "SCNN_MNIST",
      seed: 2,
      firstRun: 1,
      lastRun: 5,
      useTestAsValid: false,
    });
    expect(experiment.learningFramework).toEqual({
      kind: "SpikingJelly",
      params: {
        useBestEpoch: false,
        enableProgressBar: false,
        enableConfusionMatrix: true,
        loss: "crossentropy",
        metrics: ["prec", "rec", "f1", "acc", "avgclsacc"],
        checkpointMetric: { name: "val_avgclsacc", mode: "max" },
      },
    });
    expect(experiment.dataset).toEqual({ kind: "MNIST", params: { path: "data/mnist", dtype: "float32" } });
    expect(experiment.preprocessing).toEqual([
      { kind: "Reshape2DTo1D", params: {} },
      { kind: "Class2BinMatrix", params: {} },
    ]);
    expect(experiment.dataAugmentation).toEqual([
      { kind: "GaussianNoise", params: { sigma: 0.1, before: false, after: true, evaluate: false } },
    ]);
  });

  it("merges the template under a model", () => {
    expect(scnn).toEqual({
      name: "scnn_if",
      kind: "SCNN",
      params: {
        filters: [16, 32],
        kernelSizes: [9, 3],
        paddings: [4, 1],
        strides: [2, 1],
        poolSizes: [2, 0],
        dropouts: 0,
        fcUnits: [],
        batchNorm: false,
        prepool: 1,
        postpool: 1,
        gsp: false,
        dims: 1,
        timesteps: 4,
        neuron: {
          kind: "IFNode",
          params: { vThreshold: 1, vReset: null, detachReset: false, storeVSeq: false },
        },
        stepMode: "s",
      },
      epochs: 300,
      batchSize: 64,
      load: false,
      train: true,
      evaluate: true,
      disabled: false,
      optimizer: {
        kind: "SGD",
        params: { lr: 0.05, momentum: 0.9, dampening: 0, weightDecay: 0, nesterov: false },
        scheduler: { kind: "StepLR", params: { stepSize: 30, gamma: 0.5 } },
      },
    });
  });

  it("lets the model win, table by table, and takes lists whole", () => {
    expect(smlp.params.neuron).toEqual({
      kind: "ParametricLIFNode",
      // v_threshold is merged from the template; v_reset is the model's own hard reset.
      params: {
        initTau: 3,
        decayInput: true,
        vThreshold: 1,
        vReset: 0,
        detachReset: false,
        storeVSeq: false,
      },
    });
    expect([smlp.epochs, smlp.batchSize]).toEqual([10, 256]);
    expect(atif.kind === "SCNN" && atif.params.filters).toEqual([16]);
  });

  it("drops v_reset = false of ATIF in silence, and T with a word", () => {
    expect(atif.params.neuron).toEqual({
      kind: "ATIF",
      params: {
        vThreshold: 1,
        vthInitL: 0.8,
        vthInitH: 1,
        alpha: 1,
        minThreshold: 1e-3,
        detachReset: false,
        backend: "fused",
        storeVSeq: false,
      },
    });
    expect(warnings[0]).toBe(
      "config.toml:71:1: model[1].params.neuron.params.T is 4; the number of steps is params.timesteps of the model; ignored.",
    );
  });

  it("leaves a disabled model out, with a word, when there is something wrong in it", () => {
    expect(experiment.models.map(({ name }) => name)).toEqual(["scnn_if", "scnn_atif", "smlp_plif"]);
    expect(warnings.slice(1)).toEqual([
      'config.toml:81:1: model[3] is disabled and left out: config.toml:83:1: model[3].kind is "QuantizedSResNet", ' +
        'which Qualia knows and this version does not support; expected one of "SMLP", "SCNN", "SResNet", "SResNetStride", "GraphModel".',
    ]);
  });
});

describe("lenient reading", () => {
  const untidy = strictFile
    .replace("[learningframework]", "[framework]")
    .replace("[model_template]\n", '[model_template]\nname = "all"\n')
    .replace("params.sigma = 0.1", "params.sigma = 0.1\nfparams = {}")
    .replace(
      "params.neuron.params.T = 4",
      "params.neuron.params.v_reset = 0.0\nparams.neuron.params.tau = 2.0",
    )
    .replace("load = false", "load = false\ngpus = 1")
    .replace("[model_template]", '[[postprocessing]]\nkind = "Keras2TFLite"\nexport = true\n[model_template]')
    .replace("[deploy]", '[deploy]\ntarget = "Linux"')
    .replace("disabled = true\nkind", "kind")
    .replace("enabled = false", "enabled = true");

  it("reads the same experiment and says what it passed over", () => {
    const { experiment, warnings } = parseExperiment(untidy, { lenient: true });
    expect(experiment).toEqual(parseExperiment(strictFile).experiment);
    expect(warnings.map((warning) => warning.replace(/^config\.toml:\d+:\d+: /, ""))).toEqual([
      "framework is the old name of learningframework; read as that.",
      'data_augmentation[0].fparams is ignored: it is not a known key; expected one of kind, params. Did you mean "params"?',
      "deploy is not obeyed, since this version deploys nothing; left out.",
      "experimenttracking is not obeyed, since this version reports to no tracker: what is measured stands in metrics.jsonl of the run; left out.",
      "parameter_research is not obeyed, since this version searches no parameters: every model is trained as it is written; left out.",
      "model_template.name is ignored: it is not a known key; expected one of kind, params, optimizer, update, epochs, batch_size, accumulate_grad_batches, shards, reduce, overlap, bucket_cap_mb, clip_grad_norm, clip_grad_value, firing_rate, detach_every, load, train, evaluate, disabled.",
      "model[1].gpus is ignored: it is not a known key; expected one of name, kind, params, optimizer, update, epochs, batch_size, accumulate_grad_batches, shards, reduce, overlap, bucket_cap_mb, clip_grad_norm, clip_grad_value, firing_rate, detach_every, load, train, evaluate, disabled.",
      "model[1].params.neuron.params.v_reset is 0; expected false, since this neuron has no hard reset; ignored.",
      "model[1].params.neuron.params.tau is ignored: it is not a known key of ATIF; expected one of v_threshold, vth_init_l, vth_init_h, alpha, min_threshold, detach_reset, backend, store_v_seq, threshold_shape.",
      expect.stringContaining("model[3] is disabled and left out: "),
      'postprocessing[0].kind is "Keras2TFLite", a step that this version does not have; left out.',
    ]);
  });

  it.each([
    ["the untidy file", untidy],
    ["integers that are said to be numbers", base.replace('"uint8"', '"float32"')],
    ["numbers by default", base.replace('dtype = "uint8"\n', "")],
    [
      "a step mode that is missing",
      base
        .replace('kind = "SpikingJelly"', 'kind = "SpikingJellyMultiStep"')
        .replace("dtype = ", "bits = 8\ndtype = "),
    ],
  ])("reads %s as an experiment that is stored and read without lenience", (_, text) => {
    expect(() => parseExperiment(text)).toThrow(ConfigError);
    const { experiment } = parseExperiment(text, { lenient: true });
    expect(parseExperiment(writeExperiment(experiment))).toMatchObject({ experiment, warnings: [] });
  });

  it("shows no more than a hundred warnings", () => {
    const keys = Array.from({ length: 500 }, (_, i) => `k${i} = 1\n`).join("");
    const { warnings } = parseExperiment(keys + base, { lenient: true });
    expect(warnings).toHaveLength(101);
    expect(warnings[100]).toBe("Further warnings are not shown.");
  });

  it("has no need to take a missing template as empty, nor runs that are not numbered", () => {
    const digits = `
      bench = { name = "a", seed = 1, }
      learningframework.kind = "SpikingJelly"
      dataset.kind = "Digits"
      [[model]]
      name = "m"
      kind = "SMLP"
      params = { units = [], timesteps = 2, neuron.kind = "IFSRL" }`;
    const { experiment, warnings } = parseExperiment(digits);
    expect(experiment.models[0].params.neuron?.kind).toBe("IFSRL");
    expect(experiment.bench).toMatchObject({ firstRun: 1, lastRun: 1 });
    expect(warnings).toEqual([]);
  });

  it("needs a legacy framework only where there is no new one", () => {
    const both = edited("[dataset]\n", '[framework]\nkind = "Keras"\n[dataset]\n');
    const { experiment, warnings } = parseExperiment(both, { lenient: true });
    expect(experiment.learningFramework.kind).toBe("SpikingJelly");
    expect(warnings).toEqual(["config.toml:11:1: framework is the old name of learningframework; ignored."]);
  });
});

describe("multi-step networks", () => {
  const multiStep = base.replace('"SpikingJelly"', '"SpikingJellyMultiStep"');

  it("need step_mode = 'm' when strict, and get it when lenient", () => {
    const text = multiStep.replace("neuron.params.v_threshold = 1.0", 'neuron.params.step_mode = "m"');
    for (const { params } of parseExperiment(text).experiment.models) expect(params.stepMode).toBe("m");
    const { experiment, warnings } = parseExperiment(multiStep, { lenient: true });
    for (const { params } of experiment.models) expect(params.stepMode).toBe("m");
    expect(warnings[0]).toBe(
      'config.toml:43:1: model[0].params.neuron.params.step_mode is missing; taken as "m".',
    );
  });

  it("refuse step_mode = 's'", () => {
    const text = multiStep.replace("neuron.params.v_threshold = 1.0", 'neuron.params.step_mode = "s"');
    expect(() => parseExperiment(text, { lenient: true })).toThrow(
      'step_mode (merged into model[0]) is "s", but learningframework.kind is "SpikingJellyMultiStep"; ' +
        'expected "m", or the framework "SpikingJelly".',
    );
  });
});

describe("values", () => {
  it.each([
    ["a byte order mark", `\uFEFF${base}`],
    ["Windows line ends", base.replaceAll("\n", "\r\n")],
    ["whole numbers with a point", base.replaceAll("epochs = 3", "epochs = 3.0")],
    ["keys in quotes", base.replace("seed = 7", '"seed" = 7').replace("[dataset]", "['dataset']")],
  ])("read %s alike", (_, text) => {
    expect(parseExperiment(text)).toEqual(parseExperiment(base));
  });

  it("keep false apart from 0", () => {
    const withReset = (value: string): unknown =>
      parseExperiment(
        edited(
          'neuron.kind = "ATIF"\nneuron.params.v_threshold = 1.0',
          `neuron.kind = "IFNode"\nneuron.params.v_reset = ${value}`,
        ),
      ).experiment.models[0].params.neuron?.params;
    expect(withReset("false")).toHaveProperty("vReset", null);
    expect(withReset("0")).toHaveProperty("vReset", 0);
    expect(withReset("0.0")).toHaveProperty("vReset", 0);
    expect(withReset("-0.5")).toHaveProperty("vReset", -0.5);
  });

  it("may turn the guard of the threshold off", () => {
    const guard = (value: string): unknown =>
      parseExperiment(edited("neuron.params.v_threshold = 1.0", `neuron.params.min_threshold = ${value}`))
        .experiment.models[0].params.neuron?.params;
    expect(guard("false")).toHaveProperty("minThreshold", null);
    expect(guard("0.01")).toHaveProperty("minThreshold", 0.01);
    expect(parseExperiment(base).experiment.models[0].params.neuron?.params).toHaveProperty(
      "minThreshold",
      1e-3,
    );
  });

  it("per axis stand as pairs, a list of one as its number", () => {
    const text = edited("[[3, 3], 3]", "[[5, 3], [3]]");
    const [, wide] = parseExperiment(text).experiment.models;
    expect(wide.kind === "SCNN" && wide.params.kernelSizes).toEqual([[5, 3], 3]);
  });

  it("of crop and normalization may be given once for all", () => {
    const text = edited(
      '[[data_augmentation]]\nkind = "Mixup"',
      `[[data_augmentation]]
      kind = "Crop"
      params = { size = 28, padding = 2 }
      [[data_augmentation]]
      kind = "Normalize"
      params = { mean = 0.5, std = [0.25], evaluate = true, before = true, after = false }`,
    ).replace("evaluate = true\n", "evaluate = true\nbefore = true\nafter = false\n");
    const times = { before: false, after: true, evaluate: false };
    expect(parseExperiment(text).experiment.dataAugmentation.slice(1)).toEqual([
      { kind: "Crop", params: { size: [28, 28], padding: [2, 2, 2, 2], ...times } },
      { kind: "Normalize", params: { mean: [0.5], std: [0.25], before: true, after: false, evaluate: true } },
    ]);
  });

  it("without linear layers lose what is said about those", () => {
    const text = edited("[0, 0.1, 0.2]", "[0, 0.1, 0.2]\ngsp = true");
    const { experiment, warnings } = parseExperiment(text);
    const [, wide] = experiment.models;
    expect(wide.kind === "SCNN" && [wide.params.fcUnits, wide.params.dropouts]).toEqual([[], [0, 0.1]]);
    expect(warnings).toEqual([
      "config.toml:68:1: model[1].params.fc_units is ignored: with gsp there are no linear layers.",
    ]);
  });

  it("are not shared between experiments", () => {
    const [first, second] = [parseExperiment(base), parseExperiment(base)];
    expect(first.experiment.learningFramework.params.metrics).not.toBe(
      second.experiment.learningFramework.params.metrics,
    );
  });

  it("cannot reach a prototype", () => {
    expect(() => parseExperiment(`__proto__.polluted = true\n${base}`, { lenient: true })).toThrow(
      "config.toml:1:1: __proto__ is not allowed as a key; remove it.",
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("warnings about likely slips", () => {
  const augmentation = (params: string): string[] =>
    parseExperiment(edited("scale = true\nevaluate = true", params)).warnings;

  it("tell of data that differ between training and evaluation", () => {
    expect(augmentation("scale = true")).toEqual([]);
    expect(augmentation("scale = true\nevaluate = false")).toEqual([
      "config.toml:23:1: data_augmentation[0].params has evaluate = false, so IntToFloat32 changes the training data only; set evaluate = true to treat all alike.",
    ]);
  });

  it("tell of augmentations that run twice or never", () => {
    expect(augmentation("scale = false\nevaluate = true\nbefore = true")).toEqual([
      "config.toml:23:1: data_augmentation[0].params has before and after both true (after is by default), so it is applied twice.",
    ]);
    expect(augmentation("scale = true\nevaluate = true\nafter = false")).toEqual([
      "config.toml:23:1: data_augmentation[0].params has before and after both false, so it is never applied.",
    ]);
  });

  it("tell of milestones in another order, which all count", () => {
    const stepLr = 'kind = "StepLR", params = { step_size = 2 }';
    const text = edited(stepLr, 'kind = "MultiStepLR", params = { milestones = [10, 5] }');
    const { experiment, warnings } = parseExperiment(text);
    expect(experiment.models[1].optimizer?.scheduler?.params).toHaveProperty("milestones", [10, 5]);
    expect(warnings).toEqual([
      "config.toml:70:66: model[1].optimizer.scheduler.params.milestones[1] is 5, not after 10; each counts, in whatever order.",
    ]);
  });

  it("tell of a backend of SpikingJelly, and take the default", () => {
    const text = edited("neuron.params.v_threshold = 1.0", 'neuron.params.backend = "cupy"');
    const { experiment, warnings } = parseExperiment(text);
    expect(experiment.models[0].params.neuron?.params).toHaveProperty("backend", "fused");
    expect(warnings[0]).toBe(
      'config.toml:43:1: model_template.params.neuron.params.backend (merged into model[0]) is "cupy"; a backend of ' +
        'SpikingJelly; the default is used, "fused".',
    );
  });

  it("are not made of what is obeyed: mse with Mixup, a detached reset, kept potentials", () => {
    const text = edited('kind = "SpikingJelly"', 'kind = "SpikingJelly"\nparams.loss = "mse"').replace(
      "neuron.params.v_threshold = 1.0",
      'neuron.params = { detach_reset = true, store_v_seq = true, backend = "eager" }',
    );
    const { experiment, warnings } = parseExperiment(text);
    expect(warnings).toEqual([]);
    expect(experiment.learningFramework.params.loss).toBe("mse");
    expect(experiment.models[0].params.neuron?.params).toMatchObject({
      detachReset: true,
      storeVSeq: true,
      backend: "eager",
    });
  });

  it("tell that nothing is left to run", () => {
    const text = base.replaceAll(/name = "(small|wide)"/g, "$&\ndisabled = true");
    const { experiment, warnings } = parseExperiment(text);
    expect(experiment.models.map(({ disabled }) => disabled)).toEqual([true, true]);
    expect(warnings).toEqual([
      "config.toml:45:1: model has only disabled models, so there is nothing to run.",
    ]);
  });

  it("tell of settings that have no meaning here", () => {
    const text = base
      .replace('["qualia_plugin_snn"]', '["qualia_plugin_snn", "qualia_plugin_som"]')
      .replace(
        'kind = "SpikingJelly"',
        'kind = "SpikingJelly"\nparams = { accelerator = "gpu", devices = 2 }',
      )
      .replace('name = "small"', 'name = "small"\nupdate = { quant_params = { bits = 8 } }');
    expect(parseExperiment(text).warnings).toEqual([
      'config.toml:6:1: bench.plugins is ["qualia_plugin_snn", "qualia_plugin_som"]; this library loads no plugins; ignored.',
      'config.toml:10:12: learningframework.params.accelerator is "gpu"; this library computes on the CPU; ignored.',
      "config.toml:10:33: learningframework.params.devices is 2; this library uses one device; ignored.",
      "config.toml:48:1: model[0].update changes nothing, since there is no QuantizationAwareTraining in [[postprocessing]].",
    ]);
  });
});

/** Compiles only while what is read is what the library's constructors take. */
function conforms(model: ModelConfig): void {
  const neuron: NeuronSpec | undefined = model.params.neuron;
  const optimizer: OptimizerSpec | null = model.optimizer;
  const scheduler: SchedulerSpec | null = model.optimizer?.scheduler ?? null;
  const kind: keyof ModelOptions = model.kind;
  const inputShape = [28, 28, 1];
  const outputShape = [10];
  const shapes = { inputShape, outputShape };
  const by = {
    SMLP: (params: ModelKinds["SMLP"]): ModelOptions["SMLP"] => ({ ...shapes, ...params }),
    SCNN: (params: ModelKinds["SCNN"]): ModelOptions["SCNN"] => ({ ...shapes, ...params }),
    SResNet: (params: ModelKinds["SResNet"]): ModelOptions["SResNet"] => ({ ...shapes, ...params }),
    SResNetStride: (params: ModelKinds["SResNetStride"]): ModelOptions["SResNetStride"] => ({
      ...shapes,
      ...params,
    }),
    GraphModel: ({ neuron: _, ...params }: ModelKinds["GraphModel"]): ModelOptions["GraphModel"] => ({
      ...shapes,
      ...params,
    }),
  } satisfies { [K in keyof ModelOptions]: (params: ModelKinds[K]) => ModelOptions[K] };
  const options = by[model.kind](model.params as never);
  expect([neuron, optimizer, scheduler, kind, options]).toHaveLength(5);
}

describe("the examples", () => {
  it.each(["digits", "digits-integers", "digits-layers", "fashion-mnist", "moving-digits"])(
    "%s reads without a warning",
    (file) => {
      const path = new URL(`../../../examples/${file}.toml`, import.meta.url);
      const { experiment, warnings } = parseExperiment(readFileSync(path, "utf8"), { source: path.pathname });
      expect(warnings).toEqual([]);
      for (const model of experiment.models) conforms(model);
      const { loss } = experiment.learningFramework.params;
      expect(loss).toBe("crossentropy");
      for (const { kind, params } of experiment.preprocessing)
        expect(createPreprocessing(kind, params).name).toBe(kind);
      for (const { kind, params } of experiment.dataAugmentation)
        expect(createAugmentation(kind, params)).toMatchObject({ name: kind, evaluate: params.evaluate });
    },
  );

  it("hold the network of the Fashion-MNIST experiment", () => {
    const path = new URL("../../../examples/fashion-mnist.toml", import.meta.url);
    const { experiment } = parseExperiment(readFileSync(path, "utf8"));
    expect(experiment.models).toHaveLength(1);
    expect(experiment.models[0]).toMatchObject({
      kind: "SCNN",
      epochs: 3,
      batchSize: 64,
      optimizer: { kind: "Adam", params: { lr: 1e-3 }, scheduler: null },
      params: {
        inputShape: [28, 28, 1],
        filters: [32, 64],
        kernelSizes: [3, 3],
        paddings: [1, 1],
        poolSizes: [2, 2],
        fcUnits: [128],
        batchNorm: true,
        timesteps: 4,
        neuron: { kind: "ATIF" },
      },
    });
  });
});
