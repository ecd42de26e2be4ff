/** Models and neurons: kinds, parameters, defaults, and the rules their lists obey together. */

import type { ModelKind } from "../../models/table.js";
import type { NeuronKind } from "../../neurons/table.js";
import type {
  AtifParams,
  IfNodeParams,
  ModelKinds,
  NetworkParams,
  NeuronConfig,
  NeuronKinds,
  PerAxis,
  ScnnParams,
  Training,
} from "./experiment.js";
import { isTable } from "./config-tree.js";
import {
  ignoredAlways,
  ignoredIf,
  optional,
  readVariant,
  required,
  withDefault,
  writeVariant,
} from "./fields.js";
import type { Fields, IgnoredKeys, KindTable, Row } from "./fields.js";
import type { Place } from "./report.js";
import { MAX_EPOCHS } from "./training-schema.js";
import { entryCount, flag, listOf, oneOf, oneOrList, orFalse, real, whole } from "./value-types.js";
import type { ValueType } from "./value-types.js";

/** Read for the whole network, see validate-model.ts. */
const stepMode = ignoredAlways();

const ONE_BACKEND = 'expected "torch", since neurons here have no choice of backends';

const atifRow: Row<AtifParams> = {
  fields: {
    vThreshold: withDefault(real({ above: 0 }), 1),
    vthInitL: withDefault(real({ above: 0 }), 0.8),
    vthInitH: withDefault(real({ above: 0 }), 1),
    alpha: withDefault(real({ above: 0 }), 1),
    minThreshold: optional(orFalse(real({ above: 0 }))),
  },
  ignored: {
    step_mode: stepMode,
    device: ignoredIf(["cpu", "auto"], "this library computes on the CPU", "warn"),
    T: ignoredIf([], "the number of steps is params.timesteps of the model", "warn"),
    v_reset: ignoredIf(
      [false],
      "expected false, since this neuron resets by subtraction and has no hard reset",
    ),
    detach_reset: ignoredIf([false], "expected false, since the reset of this neuron is never detached"),
    store_v_seq: ignoredIf([false], "expected false, since this neuron does not keep its potentials"),
    backend: ignoredIf(["torch"], ONE_BACKEND),
  },
  check({ vthInitL, vthInitH }, place) {
    if (vthInitL <= vthInitH) return;
    place.at("vth_init_l").refuse(vthInitL, `at most vth_init_h, ${vthInitH}`);
  },
};

const ifNodeFields: Fields<IfNodeParams> = {
  vThreshold: withDefault(real({ above: 0 }), 1),
  vReset: withDefault(orFalse(real()), 0),
  detachReset: withDefault(flag, false),
  storeVSeq: withDefault(flag, false),
};

const ifNodeIgnored: IgnoredKeys = { step_mode: stepMode, backend: ignoredIf(["torch"], ONE_BACKEND) };

function checkReset({ vReset, vThreshold }: IfNodeParams, place: Place): void {
  if (vReset === null || vReset < vThreshold) return;
  place
    .at("v_reset")
    .refuse(vReset, `a number below v_threshold, ${vThreshold}, or the neuron would fire at rest`);
}

/** Time constants are in steps; 1 or less would let nothing of the potential remain. */
const timeConstant = real({ above: 1 });

export const NEURONS: KindTable<Pick<NeuronKinds, NeuronKind>> = {
  rows: {
    ATIF: atifRow,
    IFSRL: atifRow,
    IFNode: { fields: ifNodeFields, ignored: ifNodeIgnored, check: checkReset },
    LIFNode: {
      fields: { tau: withDefault(timeConstant, 2), decayInput: withDefault(flag, true), ...ifNodeFields },
      ignored: ifNodeIgnored,
      check: checkReset,
    },
    ParametricLIFNode: {
      fields: { initTau: withDefault(timeConstant, 2), decayInput: withDefault(flag, true), ...ifNodeFields },
      ignored: ifNodeIgnored,
      check: checkReset,
    },
  },
  elsewhere: ["QIFNode", "EIFNode", "IzhikevichNode", "QuantizedIFNode", "QuantizedLIFNode", "QuantizedATIF"],
};

const neuron: ValueType<NeuronConfig> = {
  expects: 'a table such as { kind = "ATIF" }',
  read(value, place) {
    return isTable(value) ? readVariant(place, value, NEURONS) : place.refuse(value, this.expects);
  },
  write: (config) => writeVariant<NeuronKinds>(config, NEURONS),
};

/** Parameters as a file has them: the step mode stands in neuron.params. */
export type FileModelKinds = { readonly [K in keyof ModelKinds]: Omit<ModelKinds[K], "stepMode"> };

const width = whole(1, 1_000_000);
const steps = whole(1, 10_000);
const side = 65_536;

function networkFields(): Pick<Fields<NetworkParams>, "inputShape" | "outputShape" | "neuron"> {
  return {
    inputShape: optional(listOf(whole(1, 2 ** 20), 1, 3)),
    outputShape: optional(listOf(width, 1, 1)),
    neuron: required(neuron),
  };
}

/** One number or one per axis; a list of one is its number. */
function perAxis(low: number, lowInList = low): ValueType<PerAxis> {
  const type = oneOrList(whole(low, side), listOf(whole(lowInList, side), 1, 2));
  return {
    expects: type.expects,
    read(value, place) {
      const read = type.read(value, place);
      if (typeof read === "number") return read;
      return read.length === 1 ? read[0] : [read[0], read[1]];
    },
    write: (value) => type.write(value),
  };
}

const chance = real({ from: 0, below: 1 });

export const MODELS: KindTable<Pick<FileModelKinds, ModelKind>> = {
  rows: {
    SMLP: {
      fields: { units: required(listOf(width)), timesteps: required(steps), ...networkFields() },
    },
    SCNN: {
      fields: {
        filters: required(listOf(width, 1)),
        kernelSizes: required(listOf(perAxis(1))),
        paddings: required(listOf(perAxis(0))),
        strides: required(listOf(perAxis(1))),
        poolSizes: required(listOf(perAxis(0, 1))),
        dropouts: withDefault(oneOrList(chance, listOf(chance)), 0),
        fcUnits: required(listOf(width)),
        separables: optional(listOf(flag)),
        batchNorm: withDefault(flag, false),
        prepool: withDefault(perAxis(1), 1),
        postpool: withDefault(perAxis(1), 1),
        gsp: withDefault(flag, false),
        dims: withDefault(oneOf([1, 2]), 1),
        timesteps: withDefault(steps, 4),
        ...networkFields(),
      },
      check: checkStages,
    },
  },
  elsewhere: [
    "SResNet",
    "SResNetStride",
    "QuantizedSMLP",
    "QuantizedSCNN",
    "QuantizedSResNet",
    "QuantizedSResNetStride",
    "MLP",
    "CNN",
    "ResNet",
  ],
};

/** One entry per stage in every list; the reference would drop the stages beyond the shortest list. */
function checkStages(params: Omit<ScnnParams, "stepMode">, place: Place): void {
  const { filters, kernelSizes, paddings, strides, poolSizes, separables, dropouts, fcUnits, gsp, dims } =
    params;
  const stages = filters.length;
  const perStage: Readonly<Record<string, readonly (PerAxis | boolean)[]>> = {
    kernel_sizes: kernelSizes,
    paddings,
    strides,
    pool_sizes: poolSizes,
    ...(separables === undefined ? {} : { separables }),
  };
  for (const [key, list] of Object.entries(perStage)) {
    if (list.length !== stages) {
      place
        .at(key)
        .fail(
          `has ${entryCount(list.length)} and filters has ${stages}; expected one entry per convolution stage.`,
        );
    }
    list.forEach((entry, i) => checkAxes(entry, dims, place.at(key).at(i)));
  }
  checkAxes(params.prepool, dims, place.at("prepool"));
  checkAxes(params.postpool, dims, place.at("postpool"));
  if (typeof dropouts !== "number" && !dropoutCounts(params).includes(dropouts.length)) {
    place
      .at("dropouts")
      .fail(
        `has ${entryCount(dropouts.length)}; expected ${stages + fcUnits.length}, one per entry of filters and of fc_units, ` +
          "or one number for all.",
      );
  }
  if (gsp && fcUnits.length > 0)
    place.at("fc_units").warn("is ignored: with gsp = true there are no linear layers.");
  if (params.inputShape !== undefined && params.inputShape.length !== dims + 1) {
    place
      .at("input_shape")
      .refuse(
        params.inputShape,
        `${dims === 1 ? "[length, channels]" : "[height, width, channels]"} with dims = ${dims}`,
      );
  }
}

/** With gsp there are no linear layers, and entries for them may be left out. */
function dropoutCounts({ filters, fcUnits, gsp }: Omit<ScnnParams, "stepMode">): number[] {
  const all = filters.length + fcUnits.length;
  return gsp ? [all, filters.length] : [all];
}

function checkAxes(entry: PerAxis | boolean, dims: number, place: Place): void {
  if (typeof entry !== "object" || dims === 2) return;
  place.refuse(entry, "one number with dims = 1");
}

export const TRAINING: Row<Training> = {
  fields: {
    epochs: withDefault(whole(0, MAX_EPOCHS), 0),
    batchSize: withDefault(whole(1, 1_000_000), 32),
    load: withDefault(flag, false),
    train: withDefault(flag, true),
    evaluate: withDefault(flag, true),
    disabled: withDefault(flag, false),
  },
  ignored: {
    update: ignoredIf([], "this version does not quantize", "warn"),
  },
};

/** Keys of [[model]] beside those of TRAINING. */
export const MODEL_KEYS: readonly string[] = ["name", "kind", "params", "optimizer"];

/** Keys of [model_template]: a name belongs to one model. */
export const TEMPLATE_KEYS: readonly string[] = MODEL_KEYS.filter((key) => key !== "name");
