/** Files that are not TOML, sections that are missing or wrong: every word of what is said about them. */

import { describe, expect, it } from "vitest";
import { parseExperiment } from "../../../src/experiment/description/index.js";
import { edited, messageFor, whenLenient } from "./base.js";
import type { Case } from "./base.js";

const sections: readonly Case[] = [
  [
    "no bench",
    '[bench]\nname = "mnist_atif"\nseed = 7\nfirst_run = 1\nlast_run = 2\nplugins = ["qualia_plugin_snn"]\n',
    "\n\n\n\n\n\n",
    "config.toml: bench is missing; expected a section [bench].",
  ],
  [
    "missing seed",
    "seed = 7\n",
    "\n",
    "config.toml:1:1: bench.seed is missing; expected a whole number of at least 0.",
  ],
  [
    "seed text",
    "seed = 7",
    'seed = "7"',
    'config.toml:3:1: bench.seed is "7"; expected a whole number of at least 0.',
  ],
  [
    "negative seed",
    "seed = 7",
    "seed = -7",
    "config.toml:3:1: bench.seed is -7; expected a whole number of at least 0.",
  ],
  [
    "fractional seed",
    "seed = 7",
    "seed = 7.5",
    "config.toml:3:1: bench.seed is 7.5; expected a whole number of at least 0.",
  ],
  [
    "nan seed",
    "seed = 7",
    "seed = nan",
    "config.toml:3:1: bench.seed is nan; expected a whole number of at least 0.",
  ],
  [
    "date",
    "seed = 7",
    "seed = 2024-01-01",
    "config.toml:3:1: bench.seed is the date 2024-01-01; expected a whole number of at least 0.",
  ],
  [
    "runs reversed",
    "last_run = 2",
    "last_run = 0",
    "config.toml:5:1: bench.last_run is 0; expected at least first_run, 1.",
  ],
  [
    "too many runs",
    "last_run = 2",
    "last_run = 1000000",
    "config.toml:5:1: bench.last_run is 1000000; expected at most 10000 runs from first_run, 1, on.",
  ],
  [
    "name leads elsewhere",
    '"mnist_atif"',
    '"../mnist"',
    'config.toml:2:1: bench.name is "../mnist"; expected a name in quotes without slashes or control characters, of at most 128 characters.',
  ],
  [
    "name empty",
    '"mnist_atif"',
    '""',
    'config.toml:2:1: bench.name is ""; expected a name in quotes without slashes or control characters, of at most 128 characters.',
  ],
  [
    "unknown bench key",
    "seed = 7",
    "seed = 7\ngpus = 2",
    "config.toml:4:1: bench.gpus is not a known key; expected one of name, seed, first_run, last_run, use_test_as_valid.",
  ],
  [
    "typo bench key",
    "first_run = 1",
    "frist_run = 1",
    'config.toml:4:1: bench.frist_run is not a known key; expected one of name, seed, first_run, last_run, use_test_as_valid. Did you mean "first_run"?',
  ],
  [
    "includes",
    "[bench]\n",
    'includes = ["a.toml"]\n[bench]\n',
    "config.toml:1:1: includes is not supported by this version; put the included sections into this file.",
  ],
  [
    "proto",
    "seed = 7",
    "seed = 7\n__proto__ = { polluted = true }",
    "config.toml:4:1: bench.__proto__ is not allowed as a key; remove it.",
  ],
  [
    "proto in ignored section",
    "[bench]\n",
    "[deploy]\nx = [{ constructor = 1 }]\n[bench]\n",
    "config.toml:2:8: deploy.x[0].constructor is not allowed as a key; remove it.",
  ],
  [
    "proto header",
    "[learningframework]\n",
    "[learningframework.__proto__]\nx = 1\n[learningframework]\n",
    "config.toml:8:1: learningframework.__proto__ is not allowed as a key; remove it.",
  ],
  [
    "no template, and no kind",
    '[model_template]\nkind = "SCNN"\nepochs = 3\nbatch_size = 64\n\n[model_template.optimizer]\nkind = "Adam"\nparams.lr = 0.001\n\n[model_template.params]\ntimesteps = 4\ndims = 2\nneuron.kind = "ATIF"\nneuron.params.v_threshold = 1.0\n',
    "",
    'config.toml:31:1: model[0].kind is missing; expected one of "SMLP", "SCNN", "SResNet", "SResNetStride", "GraphModel".',
  ],
  [
    "long key",
    "seed = 7",
    `seed = 7\n${"k".repeat(300)} = 1`,
    'config.toml:4:1: bench."kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk…" is not a known key; expected one of name, seed, first_run, last_run, use_test_as_valid.',
  ],
  [
    "undeclared section",
    "[bench]\n",
    "[extras]\n[bench]\n",
    "config.toml:1:1: extras is not a known section; expected one of bench, learningframework, dataset, preprocessing, data_augmentation, model_template, model, postprocessing, deploy, experimenttracking, parameter_research.",
  ],
  [
    "bench as a list",
    "[bench]\n",
    "[[bench]]\n",
    "config.toml:1:1: bench is [a table]; expected a section [bench].",
  ],
  [
    "array of templates",
    "[model_template]\n",
    "[[model_template]]\n",
    "config.toml:30:1: model_template is [a table]; expected a section [model_template].",
  ],
  [
    "a key that reaches a prototype in an ignored section",
    "[bench]\n",
    '[deploy]\n"prototype" = 1\n[bench]\n',
    "config.toml:2:1: deploy.prototype is not allowed as a key; remove it.",
  ],
];

const framework: readonly Case[] = [
  [
    "legacy framework",
    "[learningframework]\n",
    "[framework]\n",
    "config.toml:8:1: framework is the old name of learningframework; rename it.",
  ],
  [
    "kind missing",
    'kind = "SpikingJelly"\n',
    "\n",
    'config.toml:8:1: learningframework.kind is missing; expected one of "SpikingJelly", "SpikingJellyMultiStep", "SpikingJellyTimeStepsInData", "SpikingJellyMultiStepTimeStepsInData".',
  ],
  [
    "framework timesteps in data",
    '"SpikingJelly"',
    '"SpikingJellyTimeStepsInData"',
    'config.toml:9:1: learningframework.kind is "SpikingJellyTimeStepsInData", but the samples of MNIST do not change over time; expected "SpikingJelly". An encoder in [[data_augmentation]] makes time of them, and Split2TimeSteps in [[preprocessing]] of sequences.',
  ],
  [
    "framework typo",
    '"SpikingJelly"',
    '"SpikingJely"',
    'config.toml:9:1: learningframework.kind is "SpikingJely"; expected one of "SpikingJelly", "SpikingJellyMultiStep", "SpikingJellyTimeStepsInData", "SpikingJellyMultiStepTimeStepsInData". Did you mean "SpikingJelly"?',
  ],
  [
    "framework number",
    '"SpikingJelly"',
    "3",
    'config.toml:9:1: learningframework.kind is 3; expected one of "SpikingJelly", "SpikingJellyMultiStep", "SpikingJellyTimeStepsInData", "SpikingJellyMultiStepTimeStepsInData".',
  ],
  [
    "loss",
    '"SpikingJelly"\n',
    '"SpikingJelly"\nparams.loss = "hinge"\n',
    'config.toml:10:1: learningframework.params.loss is "hinge"; expected "crossentropy" or "mse".',
  ],
  [
    "loss typo",
    '"SpikingJelly"\n',
    '"SpikingJelly"\nparams.loss = "cross-entropy"\n',
    'config.toml:10:1: learningframework.params.loss is "cross-entropy"; expected "crossentropy" or "mse". Did you mean "crossentropy"?',
  ],
  [
    "metric",
    '"SpikingJelly"\n',
    '"SpikingJelly"\nparams.metrics = ["acc", "mae"]\n',
    'config.toml:10:26: learningframework.params.metrics[1] is "mae", which is not supported by this version; expected one of "prec", "rec", "f1", "acc", "avgclsacc".',
  ],
  [
    "metric unk",
    '"SpikingJelly"\n',
    '"SpikingJelly"\nparams.metrics = ["acc", "f2"]\n',
    'config.toml:10:26: learningframework.params.metrics[1] is "f2"; expected one of "prec", "rec", "f1", "acc", "avgclsacc". Did you mean "f1"?',
  ],
  [
    "checkpoint metric",
    '"SpikingJelly"\n',
    '"SpikingJelly"\nparams.checkpoint_metric = { name = "val_accuracy", mode = "max" }\n',
    'config.toml:10:30: learningframework.params.checkpoint_metric.name is "val_accuracy"; expected one of "train_loss", "train_acc", "train_prec", "train_rec", "train_f1", "train_avgclsacc", "val_loss", "val_acc", "val_prec", "val_rec", "val_f1", "val_avgclsacc". Did you mean "val_acc"?',
  ],
  [
    "precision",
    '"SpikingJelly"\n',
    '"SpikingJelly"\nparams.precision = 16\n',
    "config.toml:10:1: learningframework.params.precision is 16; expected 32, since this library computes in float32.",
  ],
  [
    "checkpoint metric mode",
    '"SpikingJelly"\n',
    '"SpikingJelly"\nparams.checkpoint_metric.mode = "best"\n',
    'config.toml:10:1: learningframework.params.checkpoint_metric.mode is "best"; expected "max" or "min".',
  ],
  [
    "checkpoint metric as text",
    '"SpikingJelly"\n',
    '"SpikingJelly"\nparams.checkpoint_metric = "val_acc"\n',
    'config.toml:10:1: learningframework.params.checkpoint_metric is "val_acc"; expected a table with name, mode.',
  ],
];

const syntax: readonly Case[] = [
  [
    "unclosed string",
    '"mnist_atif"',
    '"mnist_atif',
    'config.toml:2:19: not valid TOML: control characters are not allowed in strings in the line "name = "mnist_atif". Close the text with a quote.',
  ],
  [
    "unclosed list",
    "filters = [8, 16]",
    "filters = [8, 16",
    'config.toml:49:1: not valid TOML: expected comma or end of structure in the line "kernel_sizes = [3, 3]". A list or table begun here or above may lack a comma or its closing bracket.',
  ],
  [
    "unquoted",
    '"MNIST"',
    "MNIST",
    'config.toml:12:8: not valid TOML: invalid value in the line "kind = MNIST". Put text in quotes.',
  ],
  [
    "python bool",
    "scale = true",
    "scale = True",
    'config.toml:24:9: not valid TOML: invalid value in the line "scale = True". Write true and false in lower case.',
  ],
  [
    "python none",
    "scale = true",
    "scale = None",
    'config.toml:24:9: not valid TOML: invalid value in the line "scale = None". TOML has no empty value; leave the key out.',
  ],
  [
    "colon",
    "seed = 7",
    "seed: 7",
    'config.toml:3:5: not valid TOML: illegal character in key in the line "seed: 7". Write "key = value".',
  ],
  [
    "no value",
    "seed = 7",
    "seed =",
    'config.toml:3:7: not valid TOML: invalid value in the line "seed =". Write a value behind the equals sign.',
  ],
  [
    "duplicate key",
    "seed = 7",
    "seed = 7\nseed = 8",
    'config.toml:4:1: the key or table of the line "seed = 8" was given before; expected each once. Remove one of the two.',
  ],
  [
    "duplicate table",
    "[learningframework]\n",
    "[bench]\n[learningframework]\n",
    'config.toml:8:2: the key or table of the line "[bench]" was given before; expected each once. Remove one of the two.',
  ],
  [
    "leading zero",
    "seed = 7",
    "seed = 007",
    'config.toml:3:8: not valid TOML: illegal leading zero in the line "seed = 007".',
  ],
  [
    "big integer",
    "seed = 7",
    "seed = 99999999999999999999",
    'config.toml:3:8: not valid TOML: integer value cannot be represented losslessly in the line "seed = 99999999999999999999".',
  ],
];

describe("refuses bad sections", () => {
  it.each(sections)("%s", (_label, find, replacement, message) => {
    expect(messageFor(edited(find, replacement))).toBe(message);
  });
});

describe("refuses a bad framework", () => {
  it.each(framework)("%s", (_label, find, replacement, message) => {
    expect(messageFor(edited(find, replacement))).toBe(message);
  });
});

describe("refuses what is not TOML", () => {
  it.each(syntax)("%s", (_label, find, replacement, message) => {
    expect(messageFor(edited(find, replacement))).toBe(message);
  });
});

describe("refuses whole files", () => {
  it.each<readonly [label: string, text: string, message: string]>([
    [
      "json",
      '{"bench": {}}',
      'config.toml:1:1: not valid TOML: illegal character in key in the line "{"bench": {}}". This does not look like TOML.',
    ],
    [
      "empty",
      "",
      "config.toml is empty; expected an experiment with [bench], [learningframework], [dataset], [model_template] and [[model]].",
    ],
    [
      "only comment",
      "# nothing\n",
      "config.toml is empty; expected an experiment with [bench], [learningframework], [dataset], [model_template] and [[model]].",
    ],
    [
      "models single table",
      '[bench]\nname="a"\nseed=1\nfirst_run=1\nlast_run=1\n[learningframework]\nkind="SpikingJelly"\n[dataset]\nkind="Digits"\n[model_template]\n[model]\nname="x"\n',
      "config.toml:11:1: model is a table; expected an array of tables. Write [[model]].",
    ],
    [
      "no models",
      '[bench]\nname="a"\nseed=1\nfirst_run=1\nlast_run=1\n[learningframework]\nkind="SpikingJelly"\n[dataset]\nkind="Digits"\n[model_template]\n',
      "config.toml: model is missing; expected at least one [[model]].",
    ],
    [
      "model of numbers",
      'model = [1, 2]\n[bench]\nname="a"\nseed=1\nfirst_run=1\nlast_run=1\n[learningframework]\nkind="SpikingJelly"\n[dataset]\nkind="Digits"\n[model_template]\n',
      "config.toml:1:10: model[0] is 1; expected a table. Write [[model]].",
    ],
  ])("%s", (_label, text, message) => {
    expect(messageFor(text)).toBe(message);
  });

  it("anything but text", () => {
    expect(() => parseExperiment(undefined as unknown as string)).toThrow(
      new TypeError("config.toml: the configuration is undefined; expected text."),
    );
  });

  it("under the name it is told", () => {
    expect(() => parseExperiment("x", { source: "runs/a.toml" })).toThrow(
      /^runs\/a\.toml:1:\d: not valid TOML: /,
    );
  });

  it("and options it does not have", () => {
    expect(() => parseExperiment("", { lenien: true } as object)).toThrow('Did you mean "lenient"?');
  });
});

// Leaving these out or guessing at them would run another experiment than the file says.
describe("refuses when lenient, too", () => {
  it.each(["seed text", "includes", "proto", "framework timesteps in data"])("%s", (label) => {
    const { got, expected } = whenLenient([...sections, ...framework], label);
    expect(got).toBe(expected);
  });
});
