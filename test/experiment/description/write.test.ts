/** Writing an experiment, and options over a file. */

import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.js";
import {
  applyOverrides,
  mergeTemplate,
  parseExperiment,
  parseOverride,
  parseToml,
  writeExperiment,
} from "../../../src/experiment/description/index.js";
import type { Override } from "../../../src/experiment/description/index.js";
import { base, edited } from "./base.js";

const atif = 'neuron.kind = "ATIF"\nneuron.params.v_threshold = 1.0';
const stepLr = 'kind = "StepLR", params = { step_size = 2 }';

describe("writeExperiment", () => {
  it.each([
    ["the base file", base],
    ["soft reset", edited(atif, 'neuron.kind = "LIFNode"\nneuron.params = { v_reset = false, tau = 3.5 }')],
    ["hard reset", edited(atif, 'neuron.kind = "IFNode"\nneuron.params.v_reset = 0')],
    [
      "a learned time constant",
      edited(atif, 'neuron.kind = "ParametricLIFNode"\nneuron.params.decay_input = false'),
    ],
    ["no guard", edited(atif, 'neuron.kind = "IFSRL"\nneuron.params.min_threshold = false')],
    [
      "SinDescent",
      edited(stepLr, 'kind = "SinDescent", params = { epoch = 9, pme = 0, w = 2, lr0 = 0.1, lrf = 1e-7 }'),
    ],
    [
      "CosineAnnealingLR",
      edited(stepLr, 'kind = "CosineAnnealingLR", params = { T_max = 9, eta_min = 1e-5 }'),
    ],
    ["MultiStepLR", edited(stepLr, 'kind = "MultiStepLR", params = { milestones = [3, 5] }')],
    [
      "a split",
      edited(
        'kind = "Class2BinMatrix"',
        'kind = "DatasetSplitter"\nparams = { dest = "valid", ratio = 0.2 }',
      ),
    ],
    [
      "shapes and axes",
      edited("dims = 2", "dims = 2\ninput_shape = [28, 28, 1]\nprepool = [2, 1]\nseparables = [true, false]"),
    ],
    ["text that needs escapes", edited('"data/mnist"', String.raw`"C:\\data\\\"mnist\"\t√"`)],
    ["a disabled model", edited('name = "small"', 'name = "small"\ndisabled = true\nload = true')],
    ["gsp", edited("[0, 0.1, 0.2]", "0.1\ngsp = true")],
  ])("writes %s so that it is read as the same experiment", (_, text) => {
    const { experiment } = parseExperiment(text);
    const written = writeExperiment(experiment);
    const again = parseExperiment(written);
    expect(again.experiment).toEqual(experiment);
    expect(writeExperiment(again.experiment)).toBe(written);
  });

  it("spells out every value in the names of the reference", () => {
    const text = edited(atif, 'neuron.kind = "ATIF"\nneuron.params.step_mode = "m"').replace(
      '"SpikingJelly"',
      '"SpikingJellyMultiStep"',
    );
    const written = writeExperiment(parseExperiment(text).experiment);
    const tree = parse(written) as { model: Record<string, unknown>[]; model_template: unknown };
    expect(tree.model_template).toEqual({});
    expect(tree.model[0]).toEqual({
      name: "small",
      kind: "SCNN",
      epochs: 3,
      batch_size: 64,
      load: false,
      train: true,
      evaluate: true,
      disabled: false,
      params: {
        filters: [8, 16],
        kernel_sizes: [3, 3],
        paddings: [1, 1],
        strides: [1, 1],
        pool_sizes: [2, 2],
        dropouts: 0,
        fc_units: [32],
        batch_norm: false,
        prepool: 1,
        postpool: 1,
        gsp: false,
        dims: 2,
        timesteps: 4,
        neuron: {
          kind: "ATIF",
          params: {
            v_threshold: 1,
            vth_init_l: 0.8,
            vth_init_h: 1,
            alpha: 1,
            min_threshold: 1e-3,
            detach_reset: false,
            backend: "fused",
            store_v_seq: false,
            step_mode: "m",
          },
        },
      },
      optimizer: { kind: "Adam", params: { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0 } },
    });
  });
});

describe("overrides", () => {
  const read = (...overrides: Override[]) => parseExperiment(base, { overrides }).experiment;

  it("are laid over the merged file", () => {
    const experiment = read(
      ["model.0.epochs", 5],
      ["model.1.optimizer.params.lr", 0.25],
      ["bench.seed", 11],
      ["model.0.params.filters.1", 24],
      ["dataset.params.path", "/elsewhere"],
    );
    expect(experiment.models.map(({ epochs }) => epochs)).toEqual([5, 3]);
    expect(experiment.models.map(({ optimizer }) => optimizer?.params.lr)).toEqual([0.001, 0.25]);
    expect(experiment.bench.seed).toBe(11);
    expect(experiment.models[0].params).toHaveProperty("filters", [8, 24]);
    expect(experiment.dataset.params).toHaveProperty("path", "/elsewhere");
  });

  it("make tables that are missing, and the last of two wins", () => {
    const experiment = read(
      ["learningframework.params.use_best_epoch", true],
      ["learningframework.params.use_best_epoch", false],
      ["learningframework.params.loss", "mse"],
    );
    expect(experiment.learningFramework.params).toMatchObject({ useBestEpoch: false, loss: "mse" });
  });

  it("replace whole tables and lists", () => {
    const experiment = read(
      ["model.0.optimizer", { kind: "SGD", params: { lr: 1 } }],
      ["data_augmentation", []],
    );
    expect(experiment.models[0].optimizer).toMatchObject({ kind: "SGD", params: { lr: 1 } });
    expect(experiment.dataAugmentation).toEqual([]);
  });

  it("leave the document as it was", () => {
    const document = mergeTemplate(parseToml(base, "a.toml"));
    const before = JSON.stringify(document.tree);
    applyOverrides(document, [["model.0.epochs", 5]]);
    expect(JSON.stringify(document.tree)).toBe(before);
  });

  it.each<readonly [path: string, value: unknown, message: string]>([
    [
      "model.0.epochs",
      "many",
      '--set model.0.epochs: model[0].epochs is "many"; expected a whole number of at least 0.',
    ],
    [
      "model.0.epochs",
      NaN,
      "--set model.0.epochs: model[0].epochs is nan; expected a whole number of at least 0.",
    ],
    [
      "model.0.epoch",
      3,
      "--set model.0.epoch: model[0].epoch is not a known key; expected one of name, kind, params, optimizer, update, epochs, " +
        'batch_size, accumulate_grad_batches, shards, reduce, overlap, bucket_cap_mb, clip_grad_norm, clip_grad_value, firing_rate, detach_every, load, train, evaluate, disabled. Did you mean "epochs"?',
    ],
    [
      "model.0.params.filters",
      [8, -1],
      "--set model.0.params.filters: model[0].params.filters[1] is -1; expected a whole number of at least 1.",
    ],
    [
      "model.2.epochs",
      3,
      "--set model.2.epochs: there is no entry 2 in model, which has entries 0 to 1; expected a number, as in --set model.0.epochs=3.",
    ],
    [
      "model.small.epochs",
      3,
      "--set model.small.epochs: there is no entry small in model, which has entries 0 to 1; expected a number, as in --set model.0.epochs=3.",
    ],
    [
      "preprocessing.0.params.axis.0",
      1,
      "--set preprocessing.0.params.axis.0: preprocessing[0].params.axis is not a known key of Class2BinMatrix; expected one of classes.",
    ],
    [
      "bench.seed.value",
      3,
      "--set bench.seed.value: bench.seed is a single value, so there is no value in it; set bench.seed itself.",
    ],
    [
      "model_template.epochs",
      3,
      "--set model_template.epochs would have no effect, since the template is merged into the models before options are read; " +
        "set the key of a model instead, as in --set model.0.epochs=3.",
    ],
    [
      "benhc.seed",
      3,
      '--set benhc.seed: there is no section "benhc"; expected one of bench, learningframework, dataset, preprocessing, ' +
        "data_augmentation, model_template, model, postprocessing, deploy, experimenttracking, parameter_research. " +
        'Did you mean "bench"?',
    ],
    [
      "model..epochs",
      3,
      "--set model..epochs is not a dotted path; expected one like --set model.0.epochs=3.",
    ],
    ["", 3, "--set  is not a dotted path; expected one like --set model.0.epochs=3."],
    ["bench.__proto__.x", 3, "--set bench.__proto__.x is not allowed as a key; remove it."],
    [
      "bench.seed",
      null,
      "--set bench.seed is null; expected text, a number, true, false, a list or a table.",
    ],
    ["bench.seed", { constructor: 1 }, "--set bench.seed is not allowed as a key; remove it."],
  ])("refuse %s = %j", (path, value, message) => {
    let caught: unknown;
    try {
      read([path, value]);
    } catch (thrown) {
      caught = thrown;
    }
    expect(caught).toBeInstanceOf(ConfigError);
    expect((caught as ConfigError).message).toBe(message);
  });
});

describe("parseOverride", () => {
  it.each<readonly [option: string, path: string, value: unknown]>([
    ["--model.0.epochs=3", "model.0.epochs", 3],
    ["model.0.epochs=3", "model.0.epochs", 3],
    ["--a.b=0.5", "a.b", 0.5],
    ["--a.b=true", "a.b", true],
    ["--a.b=False", "a.b", false],
    ["--a.b=[1, 2]", "a.b", [1, 2]],
    ["--a.b='x y'", "a.b", "x y"],
    ['--a.b="x=y"', "a.b", "x=y"],
    ["--dataset.params.path=/usr/share/x y", "dataset.params.path", "/usr/share/x y"],
    ["--dataset.params.path=../mnist", "dataset.params.path", "../mnist"],
    ["--model.0.kind=SMLP", "model.0.kind", "SMLP"],
  ])("reads %s", (option, path, value) => {
    expect(parseOverride(option)).toEqual([path, value]);
  });

  it("reads a table", () => {
    const [path, value] = parseOverride('--model.0.optimizer={ kind = "SGD" }');
    expect([path, { ...(value as object) }]).toEqual(["model.0.optimizer", { kind: "SGD" }]);
  });

  it.each([
    [
      "--model.0.epochs",
      "--set model.0.epochs is not of the form key.key=value; expected one like --set model.0.epochs=3.",
    ],
    ["--=3", "--set =3 is not of the form key.key=value; expected one like --set model.0.epochs=3."],
    ["--a.b=", "--set a.b=: the value is empty; expected text, a number, true, false or a list."],
    ["--a.b=None", "--set a.b=None: the value is None; expected text, a number, true, false or a list."],
    [
      "--a.b=[1, 2",
      "--set a.b=[1, 2: [1, 2 is not a TOML value; expected one as in --set model.0.epochs=3. Put text in quotes.",
    ],
    [
      "--a.b=1\nc=2",
      "--set a.b=1\nc=2: 1\nc=2 is not a TOML value; expected one as in --set model.0.epochs=3. Put text in quotes.",
    ],
    [
      "--a.b={'kind': 'SGD'}",
      "--set a.b={'kind': 'SGD'}: {'kind': 'SGD'} is not a TOML value; expected one as in --set model.0.epochs=3. Put text in quotes.",
    ],
  ])("refuses %j", (option, message) => {
    expect(() => parseOverride(option)).toThrow(new ConfigError(message));
  });
});
