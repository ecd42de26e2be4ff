/** Steps after the training of a network: the kinds that files may name. */

import { operationEstimations, sramEstimations, type OpEstimations } from "../../energy/estimations.js";
import { groupOf, optional, required, withDefault, type Schema } from "../../schema/schema.js";
import { flag, oneOf, whole, type ValueType } from "../../schema/value-types.js";
import { trainerSchema } from "../../training/trainer-options.js";
import type {
  EnergyEstimationParams,
  PostprocessingKinds,
  QuantizationAwareTrainingParams,
  StepSettings,
} from "./experiment.js";
import { ignoredIf, type IgnoredKeys } from "./ignored-keys.js";
import type { KindTable, TableRow } from "./kinds.js";
import { optimizerOverride } from "./optimizer-override.js";
import { fileQuantParams } from "./training-schema.js";

/** What every step has beside kind and params. */
export const STEP: TableRow<StepSettings> = {
  schema: {
    fields: {
      export: withDefault(
        flag,
        false,
        "Whether the network after the step is kept, in a folder of its own in that of the run.",
      ),
      disabled: withDefault(flag, false, "Whether the step is left out."),
    },
  },
};

type Holder = QuantizationAwareTrainingParams["model"];

const holder: ValueType<Holder> = {
  ...groupOf<Holder>({
    fields: {
      params: required(
        {
          ...groupOf<Holder["params"]>({
            fields: { quantParams: required(fileQuantParams, "Options of the quantizers.") },
          }),
          expects: "a table with quant_params",
        },
        "What the quantized network has beside the options of the float one.",
      ),
    },
  }),
  expects: "a table with params.quant_params, such as { params = { quant_params = { bits = 8 } } }",
};

const { fields: trainer } = trainerSchema;

const quantizationSchema: Schema<QuantizationAwareTrainingParams> = {
  fields: {
    epochs: withDefault(
      trainer.epochs.type,
      1,
      "How often the quantized network learns all samples; 0: it is calibrated, and not trained.",
    ),
    batchSize: withDefault(
      trainer.batchSize.type,
      32,
      "Samples at a time in calibration, training and tests.",
    ),
    evaluateBefore: withDefault(flag, true, "Whether the float network is tested first."),
    model: required(holder, "The quantized network."),
    optimizer: optional(
      optimizerOverride,
      "Over that of the model: kind, params and scheduler. What it has holds; what it leaves out is the model's, but for params " +
        "of another kind. scheduler = false: none.",
    ),
  },
};

/** Bits of words. */
const widest = 1024;
const bus = 64;
const saturated = 32;

const energySchema: Schema<EnergyEstimationParams> = {
  fields: {
    memWidth: required(whole(1, widest), "Bits of a word in every memory, and of operands."),
    fifoSize: required(whole(1, 2 ** 40), "Words of the memory that spikes wait in."),
    opEstimationType: optional(
      groupOf<OpEstimations>({
        fields: {
          add: required(oneOf(operationEstimations), "Of additions."),
          mul: required(oneOf(operationEstimations), "Of multiplications."),
        },
      }),
      "How operations of other widths than 8 and 32 bits are estimated; as those of 32 bits if it is left out.",
    ),
    sramEstimationType: withDefault(
      oneOf(sramEstimations),
      "old",
      "Accesses to memory: by its size (old), or by the width of words (new).",
    ),
  },
  check(
    { memWidth, opEstimationType: { add, mul } = { add: "ICONIP", mul: "ICONIP" }, sramEstimationType },
    place,
  ) {
    if (sramEstimationType === "new" && memWidth > bus) {
      place
        .at("memWidth")
        .fail(
          `is ${memWidth}; expected at most ${bus} with ${place.name("sramEstimationType")} = "new", whose bus has ${bus} bits.`,
        );
    }
    if (memWidth > saturated && (add === "saturation" || mul === "saturation")) {
      place
        .at("memWidth")
        .fail(
          `is ${memWidth}; expected at most ${saturated} with "saturation", which knows no wider operations. Use "linear" or "quadratic".`,
        );
    }
  },
};

const ofMetrics: IgnoredKeys = {
  total_spikerate_exclude_nonbinary: ignoredIf(
    [true],
    "expected true, since totals of rates are of spikes alone",
  ),
};

export const POSTPROCESSING: KindTable<PostprocessingKinds> = {
  rows: {
    FuseBatchNorm: {
      summary: "Batch normalisations go into the weights of the layers before them.",
      schema: { fields: { evaluate: withDefault(flag, true, "Whether the network is tested afterwards.") } },
    },
    QuantizationAwareTraining: {
      summary:
        "The network is quantized, its ranges are taken from the training data, and it is trained on, as `atif quantize` does.",
      schema: quantizationSchema,
    },
    EnergyEstimationMetric: {
      summary: "What an inference costs, layer by layer, as `atif energy` tells; the network stays as it is.",
      schema: energySchema,
      ignored: ofMetrics,
    },
    OperationCounter: {
      summary:
        "Operations and accesses to memory of an inference, layer by layer; the network stays as it is.",
      schema: { fields: {} },
      ignored: ofMetrics,
    },
  },
  elsewhere: [
    "Keras2TFLite",
    "RemoveKerasSoftmax",
    "Torch2Keras",
    "VisualizeActivations",
    "VisualizeFeatureMaps",
  ],
};
