/** [[postprocessing]] of experiment files: what is read, what is filled in, and what is refused where. */

import { describe, expect, it } from "vitest";
import { defineNeuron, IFNode, type Experiment } from "../../../src/index.js";
import { parseExperiment, writeExperiment } from "../../../src/experiment/description/index.js";
import { overriddenOptimizer } from "../../../src/experiment/description/optimizer-override.js";
import { quantizableNeurons } from "../../../src/quantization/quantizable-neurons.js";
import { quantizedKinds } from "../../../src/quantization/kinds.js";
import { mergedQuantParams } from "../../../src/quantization/quantizer-options.js";
import { neuronTable } from "../../../src/neurons/table.js";
import { messageFor } from "./base.js";

const QAT = 'kind = "QuantizationAwareTraining"';
const BITS = "params.model.params.quant_params.bits = 8";

/** Steps begin in line 13, each with the line that says so. */
function file(steps: readonly string[], model = "", epochs = 2): string {
  return `[bench]
name = "b"
seed = 1
[learningframework]
kind = "SpikingJelly"
[dataset]
kind = "Digits"
[[model]]
name = "net"
kind = "SMLP"
epochs = ${epochs}
params = { units = [4], timesteps = 2, neuron = { kind = "ATIF" } }
${steps.map((step) => `[[postprocessing]]\n${step}\n`).join("")}${model}`;
}

const adam = '[model.optimizer]\nkind = "Adam"\nparams = { lr = 0.01, weight_decay = 0.5 }\n';

/** The optimizer of the model stands before the steps, which follow in line 16. */
function trained(steps: readonly string[], before = adam): string {
  const text = file(steps);
  const at = text.indexOf("[[postprocessing]]");
  return text.slice(0, at) + before + text.slice(at);
}

function stepsOf(text: string): Experiment["postprocessing"] {
  const { experiment, warnings } = parseExperiment(text);
  expect(warnings.filter((warning) => !warning.includes("export = false"))).toEqual([]);
  expect(parseExperiment(writeExperiment(experiment)).experiment).toEqual(experiment);
  return experiment.postprocessing;
}

describe("[[postprocessing]]", () => {
  it("has the defaults of the reference", () => {
    expect(
      stepsOf(
        trained([
          'kind = "FuseBatchNorm"',
          `${QAT}\n${BITS}`,
          'kind = "EnergyEstimationMetric"\nparams = { mem_width = 16, fifo_size = 1 }',
          'kind = "OperationCounter"\nparams.total_spikerate_exclude_nonbinary = true',
        ]),
      ),
    ).toEqual([
      { kind: "FuseBatchNorm", params: { evaluate: true }, export: false, disabled: false },
      {
        kind: "QuantizationAwareTraining",
        params: {
          epochs: 1,
          batchSize: 32,
          evaluateBefore: true,
          model: { params: { quantParams: { bits: 8 } } },
        },
        export: false,
        disabled: false,
      },
      {
        kind: "EnergyEstimationMetric",
        params: { memWidth: 16, fifoSize: 1, sramEstimationType: "old" },
        export: false,
        disabled: false,
      },
      { kind: "OperationCounter", params: {}, export: false, disabled: false },
    ]);
  });

  it("reads every option of quantizers, for all and for each kind of tensor", () => {
    const [step] = stepsOf(
      trained([
        `${QAT}
export = true
[postprocessing.params]
epochs = 3
batch_size = 7
evaluate_before = false
[postprocessing.params.model.params.quant_params]
bits = 6
quantype = "fxp"
roundtype = "floor"
range_setting = "MSE_simulation"
force_q = 3
LSQ = true
quant_enable = true
is_asymmetric = false
input = { bits = 5 }
act = { roundtype = "ceil" }
v = { force_q = false, LSQ = false }
w = { bits = 4, quant_enable = false }
bias = {}`,
      ]),
    );
    expect(step).toMatchObject({ export: true, params: { epochs: 3, batchSize: 7, evaluateBefore: false } });
    expect(step.params).toMatchObject({
      model: {
        params: {
          quantParams: {
            bits: 6,
            quantype: "fxp",
            roundtype: "floor",
            rangeSetting: "MSE_simulation",
            forceQ: 3,
            LSQ: true,
            quantEnable: true,
            isAsymmetric: false,
            input: { bits: 5 },
            act: { roundtype: "ceil" },
            v: { forceQ: null, LSQ: false },
            w: { bits: 4, quantEnable: false },
            bias: {},
          },
        },
      },
    });
  });

  it("lays an optimizer over that of the model, key by key", () => {
    const own = parseExperiment(trained([`${QAT}\n${BITS}`])).experiment.models[0].optimizer;
    const over = (text: string): unknown => {
      const [step] = stepsOf(trained([`${QAT}\n${BITS}\nparams.optimizer = ${text}`]));
      return step.kind === "QuantizationAwareTraining"
        ? overriddenOptimizer(own, step.params.optimizer)
        : null;
    };
    expect(overriddenOptimizer(own, undefined)).toBe(own);
    expect(over("{ params = { lr = 0.5 } }")).toEqual({ ...own, params: { ...own?.params, lr: 0.5 } });
    expect(over('{ kind = "Adam" }')).toEqual(own);
    expect(over('{ kind = "SGD", params = { momentum = 0.25 } }')).toEqual({
      kind: "SGD",
      params: { lr: 0.001, momentum: 0.25, dampening: 0, weightDecay: 0, nesterov: false },
      scheduler: null,
    });
    expect(over('{ scheduler = { kind = "StepLR", params = { step_size = 3 } } }')).toEqual({
      ...own,
      scheduler: { kind: "StepLR", params: { stepSize: 3, gamma: 0.1 } },
    });
    const scheduled =
      own === null
        ? null
        : { ...own, scheduler: { kind: "StepLR", params: { stepSize: 1, gamma: 1 } } as const };
    expect(overriddenOptimizer(scheduled, { kind: "Adam", params: {} })).toEqual(scheduled);
    expect(overriddenOptimizer(scheduled, { kind: "Adam", params: {}, scheduler: null })).toEqual(own);
  });

  it("lets a model have other options of quantizers, kind of tensor by kind of tensor", () => {
    const { models } = parseExperiment(
      file([`${QAT}\nparams.epochs = 0\n${BITS}`], "", 0).replace(
        'name = "net"',
        'name = "net"\nupdate.quant_params = { w = { bits = 3 } }',
      ),
    ).experiment;
    expect(models[0].update).toEqual({ quantParams: { w: { bits: 3 } } });
    expect(
      mergedQuantParams(
        { bits: 8, roundtype: "floor", w: { bits: 4, LSQ: true }, v: { bits: 9 } },
        { bits: 6, w: { bits: 3 }, act: { bits: 5 } },
      ),
    ).toEqual({ bits: 6, roundtype: "floor", w: { bits: 3, LSQ: true }, v: { bits: 9 }, act: { bits: 5 } });
  });

  it("leaves out what is disabled, also if it makes no sense", () => {
    const text = trained([
      'kind = "FuseBatchNorm"\ndisabled = true',
      'kind = "FuseBatchNorm"',
      `${QAT}\ndisabled = true\nparams.epochs = -1`,
    ]);
    const { experiment, warnings } = parseExperiment(text);
    expect(experiment.postprocessing.map(({ kind, disabled }) => [kind, disabled])).toEqual([
      ["FuseBatchNorm", true],
      ["FuseBatchNorm", false],
    ]);
    expect(warnings).toEqual([
      "config.toml:21:1: postprocessing[2] is disabled and left out: config.toml:24:1: postprocessing[2].params.epochs is -1; expected a whole number of at least 0.",
    ]);
  });

  it("warns of what is measured and lost, and of what changes nothing", () => {
    const warnings = (steps: string[], epochs = 2): string[] => {
      const text = trained(steps).replace("epochs = 2", `epochs = ${epochs}`);
      return parseExperiment(text).warnings.map((warning) => warning.replace(/^config\.toml:\d+:\d+: /, ""));
    };
    expect(warnings([`${QAT}\n${BITS}`])).toEqual([
      "postprocessing[0] has export = false, so that the quantized network is measured and not kept; set export = true to keep it.",
    ]);
    expect(warnings([`${QAT}\nexport = true\n${BITS}\nparams.epochs = 0\nparams.optimizer = {}`])).toEqual([
      "postprocessing[0].params.optimizer changes nothing, since epochs is 0: nothing is trained.",
    ]);
    expect(warnings(['kind = "OperationCounter"\nexport = true'])).toEqual([
      "postprocessing[0].export is true, but OperationCounter leaves the network as it is, so there is none to keep.",
    ]);
  });
});

describe("the neurons that can be quantized", () => {
  it("are those whose quantized form is there", () => {
    const named = [...quantizedKinds].map((kind) => kind.replace(/^Quantized/, ""));
    expect(quantizableNeurons.filter((kind) => !named.includes(kind))).toEqual([]);
    expect(
      Object.keys(neuronTable)
        .filter((kind) => named.includes(kind))
        .sort(),
    ).toEqual([...quantizableNeurons].sort());
  });
});

const at = "config.toml";

const refused: readonly (readonly [label: string, text: string, message: string])[] = [
  [
    "a kind of the reference that is not here",
    file(['kind = "Torch2Keras"']),
    `${at}:14:1: postprocessing[0].kind is "Torch2Keras", which Qualia knows and this version does not support; expected one of "FuseBatchNorm", "QuantizationAwareTraining", "EnergyEstimationMetric", "OperationCounter".`,
  ],
  [
    "a slip in a key",
    file(['kind = "FuseBatchNorm"\nexports = true']),
    `${at}:15:1: postprocessing[0].exports is not a known key; expected one of kind, params, export, disabled. Did you mean "export"?`,
  ],
  [
    "a slip in a parameter",
    file(['kind = "FuseBatchNorm"\nparams = { evalute = false }']),
    `${at}:15:12: postprocessing[0].params.evalute is not a known key of FuseBatchNorm; expected one of evaluate. Did you mean "evaluate"?`,
  ],
  [
    "no options of quantizers",
    trained([QAT]),
    `${at}:16:1: postprocessing[0].params.model is missing; expected a table with params.quant_params, such as { params = { quant_params = { bits = 8 } } }.`,
  ],
  [
    "no options of quantizers in the model",
    trained([`${QAT}\nparams.model.params = {}`]),
    `${at}:18:1: postprocessing[0].params.model.params.quant_params is missing; expected options of quantizers, such as { bits = 8, roundtype = "floor" }.`,
  ],
  [
    "an option of quantizers that there is not",
    trained([`${QAT}\nparams.model.params.quant_params = { bits = 8, lsq = true }`]),
    `${at}:18:48: postprocessing[0].params.model.params.quant_params.lsq is not a known key; expected one of bits, quantype, roundtype, range_setting, force_q, LSQ, quant_enable, is_asymmetric, input, act, v, w, bias. Did you mean "LSQ"?`,
  ],
  [
    "bits that there are not",
    trained([`${QAT}\nparams.model.params.quant_params = { w = { bits = 1 } }`]),
    `${at}:18:44: postprocessing[0].params.model.params.quant_params.w.bits is 1; expected a whole number of at least 2.`,
  ],
  [
    "a range setting that there is not",
    trained([`${QAT}\nparams.model.params.quant_params = { range_setting = "MSE_simulated" }`]),
    `${at}:18:38: postprocessing[0].params.model.params.quant_params.range_setting is "MSE_simulated"; expected one of "minmax", "MSE_simulation", "MSE_analysis". Did you mean "MSE_simulation"?`,
  ],
  [
    "fractional bits of steps that have none",
    trained([`${QAT}\nparams.model.params.quant_params = { quantype = "fake", w = { force_q = 3 } }`]),
    `${at}:18:57: postprocessing[0].params.model.params.quant_params.w force_q is 3 and quantype "fake"; expected quantype "fxp": another has no fractional bits.`,
  ],
  [
    "fusing twice",
    file(['kind = "FuseBatchNorm"', 'kind = "FuseBatchNorm"']),
    `${at}:16:1: postprocessing[1].kind is "FuseBatchNorm", as that of postprocessing[0] is, and a network is fused once; expected one such step. Remove one of the two.`,
  ],
  [
    "quantizing twice",
    trained([`${QAT}\n${BITS}`, `${QAT}\n${BITS}`]),
    `${at}:20:1: postprocessing[1].kind is "QuantizationAwareTraining", as that of postprocessing[0] is, and a network is quantized once; expected one such step. Remove one of the two.`,
  ],
  [
    "fusing what is quantized",
    trained([`${QAT}\n${BITS}`, 'kind = "FuseBatchNorm"']),
    `${at}:20:1: postprocessing[1].kind is "FuseBatchNorm" behind QuantizationAwareTraining (postprocessing[0]), whose layers have no weights of float32 to take a normalisation up; expected it before that. Move it up.`,
  ],
  [
    "training on without an optimizer",
    file([`${QAT}\n${BITS}`], "", 0),
    `${at}:15:1: postprocessing[0].params.optimizer is missing, and model "net" has none either; expected a table such as { kind = "Adam", params = { lr = 0.001 } } to train 1 epoch, or epochs = 0.`,
  ],
  [
    "an optimizer of no kind",
    file([`${QAT}\n${BITS}\nparams.optimizer.params.lr = 0.1`], "", 0),
    `${at}:16:1: postprocessing[0].params.optimizer.kind is missing; expected one of "SGD", "Adam", "AdamW", "RMSprop", "RAdam", "NAdam".`,
  ],
  [
    "a parameter of another optimizer",
    trained([`${QAT}\n${BITS}\nparams.optimizer.params.momentum = 0.1`]),
    `${at}:19:1: postprocessing[0].params.optimizer.params.momentum is not a known key of Adam; expected one of lr, betas, eps, weight_decay.`,
  ],
  [
    "parameters that make no sense together",
    trained([`${QAT}\n${BITS}\nparams.optimizer = { kind = "SGD", params = { nesterov = true } }`]),
    `${at}:19:47: postprocessing[0].params.optimizer.params.nesterov is true with momentum 0 and dampening 0; expected a momentum above 0 and no dampening.`,
  ],
  [
    "fractional bits that a model asks for",
    file(
      [`${QAT}\nparams.epochs = 0\nparams.model.params.quant_params = { quantype = "fake" }`],
      "",
      0,
    ).replace('name = "net"', 'name = "net"\nupdate.quant_params = { force_q = 2 }'),
    `${at}:10:1: model[0].update.quant_params force_q is 2 and quantype "fake"; expected quantype "fxp": another has no fractional bits.`,
  ],
  [
    "a slip in the update of a model",
    file([], "", 0).replace('name = "net"', 'name = "net"\nupdate = { quant_parms = {} }'),
    `${at}:10:12: model[0].update.quant_parms is not a known key; expected one of quant_params. Did you mean "quant_params"?`,
  ],
  [
    "energy without the width of words",
    file(['kind = "EnergyEstimationMetric"\nparams = { fifo_size = 100 }']),
    `${at}:15:1: postprocessing[0].params.mem_width is missing; expected a whole number of at least 1.`,
  ],
  [
    "energy without a memory for spikes",
    file(['kind = "EnergyEstimationMetric"\nparams = { mem_width = 8 }']),
    `${at}:15:1: postprocessing[0].params.fifo_size is missing; expected a whole number of at least 1.`,
  ],
  [
    "energy with an empty memory for spikes",
    file(['kind = "EnergyEstimationMetric"\nparams = { mem_width = 8, fifo_size = 0 }']),
    `${at}:15:27: postprocessing[0].params.fifo_size is 0; expected a whole number of at least 1.`,
  ],
  [
    "the name that some files of the reference have",
    file([
      'kind = "EnergyEstimationMetric"\nparams = { mem_width = 8, fifo_size = 1, estimation_type = { add = "linear", mul = "linear" } }',
    ]),
    `${at}:15:42: postprocessing[0].params.estimation_type is not a known key of EnergyEstimationMetric; expected one of mem_width, fifo_size, op_estimation_type, sram_estimation_type. Did you mean "op_estimation_type"?`,
  ],
  [
    "half an estimation",
    file([
      'kind = "EnergyEstimationMetric"\nparams = { mem_width = 8, fifo_size = 1, op_estimation_type = { add = "linear" } }',
    ]),
    `${at}:15:42: postprocessing[0].params.op_estimation_type.mul is missing; expected one of "ICONIP", "saturation", "linear", "quadratic".`,
  ],
  [
    "words wider than the bus",
    file([
      'kind = "EnergyEstimationMetric"\nparams = { mem_width = 65, fifo_size = 1, sram_estimation_type = "new" }',
    ]),
    `${at}:15:12: postprocessing[0].params.mem_width is 65; expected at most 64 with sram_estimation_type = "new", whose bus has 64 bits.`,
  ],
  [
    "operations wider than those that are known",
    file([
      'kind = "EnergyEstimationMetric"\nparams = { mem_width = 33, fifo_size = 1, op_estimation_type = { add = "linear", mul = "saturation" } }',
    ]),
    `${at}:15:12: postprocessing[0].params.mem_width is 33; expected at most 32 with "saturation", which knows no wider operations. Use "linear" or "quadratic".`,
  ],
  [
    "rates of numbers in the totals",
    file(['kind = "OperationCounter"\nparams.total_spikerate_exclude_nonbinary = false']),
    `${at}:15:1: postprocessing[0].params.total_spikerate_exclude_nonbinary is false; expected true, since totals of rates are of spikes alone.`,
  ],
  [
    "a table in the place of the list",
    file([]).replace("[[model]]", '[postprocessing]\nkind = "FuseBatchNorm"\n[[model]]'),
    `${at}:8:1: postprocessing is a table; expected an array of tables. Write [[postprocessing]].`,
  ],
];

describe("[[postprocessing]] refuses", () => {
  it.each(refused)("%s", (_label, text, message) => {
    expect(
      messageFor(
        text.includes("[model.optimizer]") || text.includes("epochs = 0")
          ? text
          : text.replace("epochs = 2", "epochs = 0"),
      ),
    ).toBe(message);
  });

  it("a neuron that has no quantized form, and only where it is quantized", () => {
    class Own extends IFNode {}
    defineNeuron("OwnOfPostprocessing", {
      summary: "an integrate-and-fire neuron by another name",
      classes: [Own],
      schema: { fields: {} },
      create: () => new Own(),
      options: () => ({}),
    });
    const text = (step: string): string => file([step], "", 0).replace('"ATIF"', '"OwnOfPostprocessing"');
    expect(messageFor(text(`${QAT}\nparams.epochs = 0\n${BITS}`))).toBe(
      `${at}:12:51: model[0].params.neuron.kind is "OwnOfPostprocessing", which has no quantized form, but postprocessing[0] is QuantizationAwareTraining; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode". Remove that step, or take another neuron.`,
    );
    expect(parseExperiment(text('kind = "FuseBatchNorm"')).experiment.postprocessing).toHaveLength(1);
  });
});
