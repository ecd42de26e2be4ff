/** Models: the kinds that files may name, from the table of templates, and networks as lists of layers. */

import { templateTable, type ModelKind } from "../../models/table.js";
import { refuse } from "../../schema/place.js";
import { optional, required, withDefault, type AnyField, type Schema } from "../../schema/schema.js";
import type { ValueType } from "../../schema/value-types.js";
import { isTable } from "./config-tree.js";
import type { ModelKinds, NeuronConfig, NeuronKinds } from "./experiment.js";
import { graphModelRow } from "./graph-model-schema.js";
import { fileRow, inFile, keysIn, readVariant, writeVariant, type KindRow, type KindTable } from "./kinds.js";
import { NEURONS } from "./neuron-schema.js";
import { TRAINING } from "./training-schema.js";

const neuron: ValueType<NeuronConfig> = {
  expects: 'a table such as { kind = "ATIF" }',
  read(value, place) {
    return isTable(value) ? readVariant(inFile(place), value, NEURONS) : refuse(place, value, this.expects);
  },
  write: (config) => writeVariant<NeuronKinds>(config, NEURONS),
};

/** Parameters as a file has them: the step mode stands in neuron.params. */
export type FileModelKinds = { readonly [K in keyof ModelKinds]: Omit<ModelKinds[K], "stepMode"> };

/** What the data decide may be left out; dimensions are Qualia's default. */
function modelFileRow<P>({ summary, schema }: KindRow<P>): KindRow<P> {
  const fields = schema.fields as Readonly<Record<string, AnyField>>;
  const { inputShape, outputShape, dims, neuron: spec } = fields as Partial<typeof fields>;
  return fileRow(
    { summary, schema },
    {
      fields: {
        ...(inputShape === undefined
          ? {}
          : {
              inputShape: optional(inputShape.type, `${inputShape.meaning} Of the data if it is left out.`),
            }),
        ...(outputShape === undefined
          ? {}
          : {
              outputShape: optional(
                outputShape.type,
                `${outputShape.meaning} Of the data if it is left out.`,
              ),
            }),
        ...(dims === undefined ? {} : { dims: withDefault(dims.type, 1, dims.meaning) }),
        ...(spec === undefined ? {} : { neuron: required(neuron as ValueType<unknown>, spec.meaning) }),
      },
    },
  );
}

/** In one line, for the reference. */
const summaries: { readonly [K in ModelKind]: string } = {
  SMLP: "Spiking multilayer perceptron: linear layers, each but the last with a neuron behind it.",
  SCNN: "Spiking convolutional network: stages of convolution, neuron and pooling, then linear layers or a global sum.",
  SResNet: "Spiking residual network, whose blocks shrink the map by max pooling.",
  SResNetStride: "Spiking residual network, whose blocks shrink the map by strides of their convolutions.",
};

const templateRows = Object.entries(summaries).map(([kind, summary]) => [
  kind,
  modelFileRow({ summary, schema: templateTable[kind as ModelKind].schema as Schema<unknown> }),
]);

export const MODELS: KindTable<FileModelKinds> = {
  rows: {
    ...Object.fromEntries(templateRows),
    GraphModel: graphModelRow,
  } as KindTable<FileModelKinds>["rows"],
  elsewhere: [
    "QuantizedSMLP",
    "QuantizedSCNN",
    "QuantizedSResNet",
    "QuantizedSResNetStride",
    "MLP",
    "CNN",
    "ResNet",
  ],
};

/** Keys of [[model]] beside those of TRAINING. */
const MODEL_KEYS: readonly string[] = ["name", "kind", "params", "optimizer", "update"];

/** All keys of [[model]]. */
export const modelKeys: readonly string[] = [...MODEL_KEYS, ...keysIn(TRAINING.schema)];

/** Keys of [model_template]: a name belongs to one model. */
export const templateKeys: readonly string[] = modelKeys.filter((key) => key !== "name");
