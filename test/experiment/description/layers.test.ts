/** Networks as lists of layers in files: read, refused where they stand, and written back. */

import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.js";
import { parseExperiment, writeExperiment } from "../../../src/experiment/description/index.js";
import type { ModelConfig } from "../../../src/experiment/description/experiment.js";
import { defineLayer } from "../../../src/layers/table.js";
import { Flatten } from "../../../src/layers/flatten.js";

const HEAD = `[bench]
name = "a"
seed = 1
[learningframework]
kind = "SpikingJellyMultiStep"
[dataset]
kind = "Digits"
[[model]]
name = "net"
kind = "GraphModel"
epochs = 1
optimizer = { kind = "Adam", params = { lr = 0.01 } }
[model.params]
timesteps = 2
`;

/** Layer i stands in line 15 + i. */
const LAYERS = [
  'name = "conv", kind = "Conv2d", options = { in_channels = 1, out_channels = 4, kernel_size = [3, 1], dilation = 2 }',
  'name = "n", kind = "LIFNode", options = { tau = 3, v_reset = false }',
  'name = "up", kind = "Upsample", options = { scale_factor = 2 }, inputs = ["n"]',
  'name = "back", kind = "AvgPool2d", options = { kernel_size = 2 }',
  'name = "both", kind = "Concat", inputs = ["n", "back"]',
  'name = "norm", kind = "LayerNorm", options = { normalized_shape = [8], bias = false }',
  'name = "flat", kind = "Flatten", options = { order = "memory" }',
  'name = "fc", kind = "Linear", options = { in_features = 256, out_features = 10, flattened_channels = 8 }',
];

function file(layers: readonly string[] = LAYERS, more = ""): string {
  return `${HEAD}layers = [\n${layers.map((each) => `  { ${each} },`).join("\n")}\n]\n${more}`;
}

function messageFor(text: string): string {
  try {
    parseExperiment(text, { source: "my.toml" });
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ConfigError);
    return (thrown as ConfigError).message;
  }
  return "nothing is refused";
}

function edited(from: string, to: string): string {
  const text = file();
  expect(text).toContain(from);
  return messageFor(text.replace(from, to));
}

function only({ models }: { readonly models: readonly ModelConfig[] }): ModelConfig & { kind: "GraphModel" } {
  return models[0] as ModelConfig & { kind: "GraphModel" };
}

describe("a network as a list", () => {
  it("is read with every default, in the names of code", () => {
    const { experiment, warnings } = parseExperiment(file());
    const { params } = only(experiment);
    expect(warnings).toEqual([]);
    expect(params.stepMode).toBe("m");
    expect(params.layers.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "conv Conv2d",
      "n LIFNode",
      "up Upsample",
      "back AvgPool2d",
      "both Concat",
      "norm LayerNorm",
      "flat Flatten",
      "fc Linear",
    ]);
    expect(params.layers[0].options).toEqual({
      inChannels: 1, outChannels: 4, kernelSize: [3, 1], stride: [1, 1], padding: [0, 0], dilation: [2, 2], groups: 1, bias: true,
    }); // prettier-ignore
    expect(params.layers[1].options).toMatchObject({ tau: 3, vReset: null, vThreshold: 1 });
    expect(params.layers[4]).toEqual({
      name: "both",
      kind: "Concat",
      options: { axis: -1 },
      inputs: ["n", "back"],
    });
    expect(params.layers[5].options).toEqual({
      normalizedShape: [8],
      eps: 1e-5,
      elementwiseAffine: true,
      bias: false,
    });
  });

  it("is written as the same", () => {
    const { experiment } = parseExperiment(file());
    const text = writeExperiment(experiment);
    expect(text).toContain("[[model.params.layers]]");
    expect(text).toContain("in_channels = 1");
    expect(text).toContain('step_mode = "m"');
    expect(parseExperiment(text)).toEqual({ experiment, warnings: [] });
  });

  it("is read alike from sections", () => {
    const sections = LAYERS.map(
      (each) => `[[model.params.layers]]\n${each.replaceAll(/, (kind|options|inputs) =/g, "\n$1 =")}`,
    );
    expect(parseExperiment(`${HEAD}${sections.join("\n")}`)).toEqual(parseExperiment(file()));
  });

  it("takes the step mode of the framework, and no other", () => {
    const single = file().replace("SpikingJellyMultiStep", "SpikingJelly");
    expect(only(parseExperiment(single).experiment).params.stepMode).toBe("s");
    expect(messageFor(file().replace("timesteps = 2", 'timesteps = 2\nstep_mode = "s"'))).toBe(
      'my.toml:15:1: model[0].params.step_mode is "s", but learningframework.kind is "SpikingJellyMultiStep"; expected "m", or the framework "SpikingJelly".',
    );
    expect(edited("tau = 3", 'tau = 3, step_mode = "m"')).toBe(
      'my.toml:17:56: model[0].params.layers[1].options.step_mode is "m"; expected params.step_mode of the model instead, or none, since the framework says it.',
    );
  });

  it("may have layers that a program defines, with options as they are", () => {
    defineLayer("FlatAgain", {
      create: () => new Flatten(),
      outputShape: (_options, [shape]) => [shape.reduce((a, b) => a * b, 1)],
      weights: () => 0,
      operations: () => ({ macs: 0, adds: 0 }),
    });
    const layers = LAYERS.with(
      6,
      'name = "flat", kind = "FlatAgain", options = { howOften = 2, sides = [1] }',
    );
    const { experiment } = parseExperiment(file(layers));
    expect(only(experiment).params.layers[6].options).toEqual({ howOften: 2, sides: [1] });
    expect(parseExperiment(writeExperiment(experiment)).experiment).toEqual(experiment);
  });
});

describe("what makes no network is refused where it stands", () => {
  it.each([
    ['kind = "Concat"', 'kind = "Concatt"', /^my\.toml:20:20: model\[0\]\.params\.layers\[4\]\.kind is "Concatt"; expected one of "Linear", .*"Upsample", .*"ATIF", .* Did you mean "Concat"\?$/],
    ["in_channels", "in_channel", /^my\.toml:16:\d+: model\[0\]\.params\.layers\[0\]\.options\.in_channel is not a known key of Conv2d; expected one of in_channels, .* Did you mean "in_channels"\?$/],
    ["tau = 3", "taw = 3", /options\.taw is not a known key of LIFNode; .* Did you mean "tau"\?$/],
    ["in_channels = 1, ", "", /^my\.toml:16:\d+: model\[0\]\.params\.layers\[0\]\.options\.in_channels is missing; expected a whole number of at least 1\.$/],
    ["out_channels = 4", "out_channels = 0", /layers\[0\]\.options\.out_channels is 0; expected a whole number of at least 1\.$/],
    ['name = "n", ', "", /^my\.toml:17:\d+: model\[0\]\.params\.layers\[1\]\.name is missing; expected a name in quotes\.$/],
    ['name = "n"', 'named = "n"', /layers\[1\]\.named is not a known key; expected one of name, kind, options, inputs\. Did you mean "name"\?$/],
    ['name = "n"', 'name = "conv"', /^my\.toml:17:5: model\[0\]\.params\.layers\[1\]\.name is "conv", and there is a layer "conv" already;/],
    ['name = "n"', 'name = "a b"', /^my\.toml:17:5: model\[0\]\.params\.layers\[1\]\.name is "a b"; expected letters/],
    ['inputs = ["n"]', 'inputs = ["conw"]', /^my\.toml:18:\d+: model\[0\]\.params\.layers\[2\]\.inputs\[0\] is "conw", and there is no such layer; expected "input" or the name of one\. Did you mean "conv"\?$/],
    ['inputs = ["n"]', 'inputs = "n"', /layers\[2\]\.inputs is "n"; expected a list/],
    ['inputs = ["n"]', 'inputs = ["n", "conv"]', /^my\.toml:18:\d+: model\[0\]\.params\.layers\[2\] makes no network: up has 2 inputs; expected one/],
    ['inputs = ["n"]', 'inputs = ["flat"]', /^my\.toml:\d+:\d+: model\[0\]\.params\.layers\[\d\] makes no network: \w+ reads \w+, which reads it in turn; expected a network without circles\.$/],
    ['inputs = ["n", "back"]', 'inputs = ["n", "up"]', /^my\.toml:15:1: model\[0\]\.params\.layers make no network: nothing reads back and fc; expected one output\./],
    ["in_features = 256", "in_features = 128", /^my\.toml:23:\d+: model\[0\]\.params\.layers\[7\] makes no network: fc gets \[256\]; expected \[128\]/],
    ["out_features = 10", "out_features = 11", /^my\.toml:23:\d+: model\[0\]\.params\.layers\[7\] makes no network: fc, the output, gives \[11\]; expected outputShape, \[10\]\.$/],
  ])("%s as %s", (from, to, expected) => {
    expect(edited(from, to)).toMatch(expected);
  }); // prettier-ignore

  it("no list, and one without layers", () => {
    expect(messageFor(`${HEAD}layers = []`)).toMatch(
      /^my\.toml:15:1: model\[0\]\.params\.layers is \[\]; expected layers such as \{ name = "fc"/,
    );
    expect(messageFor(`${HEAD}layers = [3]`)).toMatch(
      /layers\[0\] is 3; expected a table with name, kind, options and inputs\.$/,
    );
    expect(messageFor(HEAD)).toMatch(/params\.layers is missing; expected layers such as/);
  });

  it("a shape that the data do not have", () => {
    expect(messageFor(file().replace("timesteps = 2", "timesteps = 2\ninput_shape = [64]"))).toBe(
      "my.toml:15:1: model[0].params.input_shape is [64], but Digits gives samples of [8, 8, 1]; leave it out or make them agree.",
    );
  });

  it("layers that have no quantized form, before a step that quantizes", () => {
    const step =
      '[[postprocessing]]\nkind = "QuantizationAwareTraining"\nparams = { epochs = 0, model = { params = { quant_params = { bits = 8 } } } }\n';
    expect(messageFor(file(LAYERS, step))).toBe(
      'my.toml:18:18: model[0].params.layers[2].kind is "Upsample", which has no quantized form, but postprocessing[0] is QuantizationAwareTraining; expected another layer. Remove that step, or the layer.',
    );
  });
});
