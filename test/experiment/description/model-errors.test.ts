/** Models and neurons that are refused: every word of what is said about them. */

import { describe, expect, it } from "vitest";
import { edited, messageFor, whenLenient } from "./base.js";
import type { Case } from "./base.js";

const models: readonly Case[] = [
  [
    "reshape then 2d",
    '"Class2BinMatrix"',
    '"Reshape2DTo1D"',
    "config.toml:41:1: model_template.params.dims (merged into model[0]) is 2, but MNIST gives samples of [784, 1]; expected dims = 1, or no Reshape2DTo1D.",
  ],
  [
    "name in template",
    "[model_template]\n",
    '[model_template]\nname = "all"\n',
    "config.toml:31:1: model_template.name is not a known key; expected one of kind, params, optimizer, update, epochs, batch_size, accumulate_grad_batches, shards, reduce, overlap, bucket_cap_mb, clip_grad_norm, clip_grad_value, firing_rate, detach_every, load, train, evaluate, disabled.",
  ],
  [
    "no kind",
    'kind = "SCNN"\n',
    "\n",
    'config.toml:45:1: model[0].kind is missing; expected one of "SMLP", "SCNN", "SResNet", "SResNetStride", "GraphModel".',
  ],
  [
    "quantized",
    '"SCNN"',
    '"QuantizedSCNN"',
    'config.toml:31:1: model_template.kind (merged into model[0]) is "QuantizedSCNN", which Qualia knows and this version does not support; expected one of "SMLP", "SCNN", "SResNet", "SResNetStride", "GraphModel".',
  ],
  [
    "model kind typo",
    '"SCNN"',
    '"SCN"',
    'config.toml:31:1: model_template.kind (merged into model[0]) is "SCN"; expected one of "SMLP", "SCNN", "SResNet", "SResNetStride", "GraphModel". Did you mean "SCNN"?',
  ],
  [
    "timesteps 0",
    "timesteps = 4",
    "timesteps = 0",
    "config.toml:40:1: model_template.params.timesteps (merged into model[0]) is 0; expected a whole number of at least 1.",
  ],
  [
    "dims 3",
    "dims = 2",
    "dims = 3",
    "config.toml:41:1: model_template.params.dims (merged into model[0]) is 3; expected 1 or 2.",
  ],
  [
    "dims 1",
    "dims = 2\n",
    "\n",
    "config.toml:47:1: model[0].params.dims is 1, but MNIST gives samples of [28, 28, 1]; expected dims = 2, or Reshape2DTo1D in [[preprocessing]].",
  ],
  [
    "filters text",
    "filters = [8, 16]",
    'filters = [8, "32"]',
    'config.toml:48:15: model[0].params.filters[1] is "32"; expected a whole number of at least 1.',
  ],
  [
    "filters number",
    "filters = [8, 16]",
    "filters = 8",
    "config.toml:48:1: model[0].params.filters is 8; expected a list, each a whole number of at least 1.",
  ],
  [
    "filters empty",
    "filters = [8, 16]",
    "filters = []",
    "config.toml:49:1: model[0].params.kernel_sizes has 2 entries; expected 0: one per entry of filters.",
  ],
  [
    "multi-line list",
    "  32, # stage 2",
    "  -32, # stage 2",
    "config.toml:60:3: model[1].params.filters[1] is -32; expected a whole number of at least 1.",
  ],
  [
    "filters huge",
    "filters = [8, 16]",
    "filters = [8, 99999999]",
    "config.toml:48:15: model[0].params.filters[1] is 99999999; expected a whole number from 1 to 1000000.",
  ],
  [
    "kernel count",
    "kernel_sizes = [3, 3]\n",
    "kernel_sizes = [3]\n",
    "config.toml:49:1: model[0].params.kernel_sizes has 1 entry; expected 2: one per entry of filters.",
  ],
  [
    "per axis",
    "[[3, 3], 3]",
    "[[3, 3, 3], 3]",
    "config.toml:62:17: model[1].params.kernel_sizes[0] is [3, 3, 3]; expected a number or two, [height, width].",
  ],
  [
    "per axis entry",
    "[[3, 3], 3]",
    "[[3, 0], 3]",
    "config.toml:62:21: model[1].params.kernel_sizes[0][1] is 0; expected a whole number of at least 1.",
  ],
  [
    "dropout",
    "[0, 0.1, 0.2]",
    "[0, 0.1, 1]",
    "config.toml:66:21: model[1].params.dropouts[2] is 1; expected a number of at least 0 and below 1.",
  ],
  [
    "dropout count",
    "[0, 0.1, 0.2]",
    "[0, 0.1]",
    "config.toml:66:1: model[1].params.dropouts has 2 entries; expected 3: one per entry of filters and fc_units, or one number for all.",
  ],
  [
    "param typo",
    "filters = [8, 16]",
    "filter = [8, 16]",
    'config.toml:48:1: model[0].params.filter is not a known key of SCNN; expected one of input_shape, output_shape, filters, kernel_sizes, paddings, strides, pool_sizes, dropouts, fc_units, separables, batch_norm, prepool, postpool, gsp, timesteps, neuron, dims. Did you mean "filters"?',
  ],
  [
    "smlp params",
    'name = "small"',
    'name = "small"\nkind = "SMLP"',
    "config.toml:41:1: model_template.params.dims (merged into model[0]) is not a known key of SMLP; expected one of input_shape, output_shape, units, timesteps, neuron.",
  ],
  [
    "input shape rank",
    "timesteps = 4",
    "timesteps = 4\ninput_shape = [28, 28]",
    "config.toml:41:1: model_template.params.input_shape (merged into model[0]) has 2 entries; expected 3: [H, W, C].",
  ],
  [
    "same name",
    '"wide"',
    '"small"',
    'config.toml:56:1: model[1].name is "small", as that of model[0] is; expected a name of its own.',
  ],
  [
    "model name missing",
    'name = "wide"\n',
    "",
    "config.toml:55:1: model[1].name is missing; expected a name in quotes without slashes or control characters, of at most 128 characters.",
  ],
  [
    "unknown model key",
    'name = "small"',
    'name = "small"\nepoch = 3',
    'config.toml:47:1: model[0].epoch is not a known key; expected one of name, kind, params, optimizer, update, epochs, batch_size, accumulate_grad_batches, shards, reduce, overlap, bucket_cap_mb, clip_grad_norm, clip_grad_value, firing_rate, detach_every, load, train, evaluate, disabled. Did you mean "epochs"?',
  ],
  [
    "disabled text",
    'name = "small"',
    'name = "small"\ndisabled = "no"',
    'config.toml:47:1: model[0].disabled is "no"; expected true or false.',
  ],
  [
    "gsp text",
    "dims = 2",
    'dims = 2\ngsp = "yes"',
    'config.toml:42:1: model_template.params.gsp (merged into model[0]) is "yes"; expected true or false.',
  ],
  [
    "huge list",
    "fc_units = [32]",
    `fc_units = [${"1,".repeat(1025)}]`,
    "config.toml:53:1: model[0].params.fc_units has 1025 entries; expected at most 1024 entries.",
  ],
  [
    "separables",
    "dims = 2",
    "dims = 2\nseparables = [true]",
    "config.toml:42:1: model_template.params.separables (merged into model[0]) has 1 entry; expected 2: one per entry of filters.",
  ],
];

const neurons: readonly Case[] = [
  [
    "multistep without m",
    '"SpikingJelly"',
    '"SpikingJellyMultiStep"',
    'config.toml:43:1: model[0].params.neuron.params.step_mode is missing; expected "m" with the framework "SpikingJellyMultiStep".',
  ],
  [
    "m without multistep",
    "neuron.params.v_threshold = 1.0",
    'neuron.params.step_mode = "m"',
    'config.toml:43:1: model_template.params.neuron.params.step_mode (merged into model[0]) is "m", but learningframework.kind is "SpikingJelly", which runs single steps; expected "s", or the framework "SpikingJellyMultiStep".',
  ],
  [
    "step mode bad",
    "neuron.params.v_threshold = 1.0",
    'neuron.params.step_mode = "multi"',
    'config.toml:43:1: model_template.params.neuron.params.step_mode (merged into model[0]) is "multi"; expected "s" or "m".',
  ],
  [
    "neuron missing",
    'neuron.kind = "ATIF"\nneuron.params.v_threshold = 1.0\n',
    "",
    'config.toml:45:1: model[0].params.neuron is missing; expected a table such as { kind = "ATIF" }.',
  ],
  [
    "neuron kind missing",
    'neuron.kind = "ATIF"\n',
    "",
    'config.toml:42:1: model[0].params.neuron.kind is missing; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode", "QuantReLU".',
  ],
  [
    "neuron string",
    'neuron.kind = "ATIF"\nneuron.params.v_threshold = 1.0\n',
    'neuron = "ATIF"\n',
    'config.toml:42:1: model_template.params.neuron (merged into model[0]) is "ATIF"; expected a table such as { kind = "ATIF" }.',
  ],
  [
    "neuron unknown",
    '"ATIF"',
    '"ATIFu"',
    'config.toml:42:1: model_template.params.neuron.kind (merged into model[0]) is "ATIFu"; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode", "QuantReLU". Did you mean "ATIF"?',
  ],
  [
    "neuron quantized",
    '"ATIF"',
    '"QuantizedATIF"',
    'config.toml:42:1: model_template.params.neuron.kind (merged into model[0]) is "QuantizedATIF", which Qualia knows and this version does not support; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode", "QuantReLU".',
  ],
  [
    "threshold 0",
    "v_threshold = 1.0",
    "v_threshold = 0",
    "config.toml:43:1: model_template.params.neuron.params.v_threshold (merged into model[0]) is 0; expected a number above 0.",
  ],
  [
    "threshold inf",
    "v_threshold = 1.0",
    "v_threshold = inf",
    "config.toml:43:1: model_template.params.neuron.params.v_threshold (merged into model[0]) is inf; expected a finite number above 0.",
  ],
  [
    "threshold nan",
    "v_threshold = 1.0",
    "v_threshold = nan",
    "config.toml:43:1: model_template.params.neuron.params.v_threshold (merged into model[0]) is nan; expected a finite number above 0.",
  ],
  [
    "hard reset",
    "neuron.params.v_threshold = 1.0",
    "neuron.params.v_reset = 0.0",
    "config.toml:43:1: model_template.params.neuron.params.v_reset (merged into model[0]) is 0; expected false, since this neuron has no hard reset.",
  ],
  [
    "tau leaks",
    "neuron.params.v_threshold = 1.0",
    "neuron.params.tau = 2.0",
    "config.toml:43:1: model_template.params.neuron.params.tau (merged into model[0]) is not a known key of ATIF; expected one of v_threshold, vth_init_l, vth_init_h, alpha, min_threshold, detach_reset, backend, store_v_seq, threshold_shape.",
  ],
  [
    "vth order",
    "neuron.params.v_threshold = 1.0",
    "neuron.params.vth_init_l = 1.5",
    "config.toml:43:1: model_template.params.neuron.params.vth_init_l (merged into model[0]) is 1.5 and vth_init_h 1; expected vth_init_l <= vth_init_h.",
  ],
  [
    "lif tau",
    'neuron.kind = "ATIF"\nneuron.params.v_threshold = 1.0',
    'neuron.kind = "LIFNode"\nneuron.params.tau = 1.0',
    "config.toml:43:1: model_template.params.neuron.params.tau (merged into model[0]) is 1; expected a time constant above 1 time step.",
  ],
  [
    "v_reset true",
    'neuron.kind = "ATIF"\nneuron.params.v_threshold = 1.0',
    'neuron.kind = "IFNode"\nneuron.params.v_reset = true',
    "config.toml:43:1: model_template.params.neuron.params.v_reset (merged into model[0]) is true; expected a finite number, or false.",
  ],
  [
    "reset at the threshold",
    'neuron.kind = "ATIF"\nneuron.params.v_threshold = 1.0',
    'neuron.kind = "LIFNode"\nneuron.params.v_reset = 1.5',
    "config.toml:43:1: model_template.params.neuron.params.v_reset (merged into model[0]) is 1.5 and v_threshold 1; expected v_reset below v_threshold, or it would fire at rest.",
  ],
  [
    "time constant of PLIF",
    'neuron.kind = "ATIF"\nneuron.params.v_threshold = 1.0',
    'neuron.kind = "ParametricLIFNode"\nneuron.params.init_tau = 0.5',
    "config.toml:43:1: model_template.params.neuron.params.init_tau (merged into model[0]) is 0.5; expected a time constant above 1 time step.",
  ],
  [
    "backend",
    "neuron.params.v_threshold = 1.0",
    'neuron.params.backend = "gpu"',
    'config.toml:43:1: model_template.params.neuron.params.backend (merged into model[0]) is "gpu"; expected "fused" or "eager".',
  ],
  [
    "min_threshold",
    "neuron.params.v_threshold = 1.0",
    "neuron.params.min_threshold = -1",
    "config.toml:43:1: model_template.params.neuron.params.min_threshold (merged into model[0]) is -1; expected a number above 0.",
  ],
];

describe("refuses bad models", () => {
  it.each(models)("%s", (_label, find, replacement, message) => {
    expect(messageFor(edited(find, replacement))).toBe(message);
  });
});

describe("refuses bad neurons", () => {
  it.each(neurons)("%s", (_label, find, replacement, message) => {
    expect(messageFor(edited(find, replacement))).toBe(message);
  });
});

// Leaving these out or guessing at them would run another experiment than the file says.
describe("refuses when lenient, too", () => {
  it.each(["quantized", "kernel count", "m without multistep", "threshold 0", "vth order"])("%s", (label) => {
    const { got, expected } = whenLenient([...models, ...neurons], label);
    expect(got).toBe(expected);
  });
});
