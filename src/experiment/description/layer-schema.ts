/** Layers of networks that are lists of them: the kinds that files may name, neurons among them, from the tables of both. */

import type { AnyLayerSpec } from "../../graph/layer-spec.js";
import { recurrentKind } from "../../graph/recurrent/recurrent.js";
import { rareLayers } from "../../layers/rare/kinds.js";
import { layerKinds, layerOf, type PlainOptions } from "../../layers/table.js";
import { refuse } from "../../schema/place.js";
import { plainCopy } from "../../schema/plain-copy.js";
import type { Schema } from "../../schema/schema.js";
import { listOf, text, type ValueType } from "../../schema/value-types.js";
import { isTable, type ConfigTable, type ConfigValue } from "./config-tree.js";
import type { FilePlace } from "./file-place.js";
import { ignoredIf, type IgnoredKeys } from "./ignored-keys.js";
import {
  fileRow,
  inFile,
  readKind,
  readRow,
  tableAt,
  toldFields,
  writeFields,
  type KindRow,
  type KindTable,
} from "./kinds.js";
import { neuronFileKinds, neuronFileRow } from "./neuron-schema.js";

/** In one line, for the reference. */
const summaries: Readonly<Record<string, string>> = {
  Linear: "Features times a matrix of weights, and a bias",
  Conv1d: "Convolution of sequences",
  Conv2d: "Convolution of maps",
  BatchNorm1d: "Batch normalisation of features or sequences, per channel",
  BatchNorm2d: "Batch normalisation of maps, per channel",
  Dropout: "Some neurons are missing in training, the same ones in all time steps of a sample",
  Flatten: "Space and channels in one axis",
  MaxPool1d: "The largest value of each window of a sequence",
  AvgPool1d: "The mean of each window of a sequence",
  MaxPool2d: "The largest value of each window of a map",
  AvgPool2d: "The mean of each window of a map",
  GlobalSumPool: "The sum over space, per channel",
  Add: "The sum of two or more inputs of one shape: name them in `inputs`",
  Concat: "Two or more inputs one after another: name them in `inputs`",
  ConvTranspose2d: "Transposed convolution, which makes maps larger",
  LayerNorm: "Normalisation of each sample by its own statistics, over its last axes",
  Recurrent:
    "A network with feedback as one layer: what a layer gave in the step before is added to what another one reads, or joined with it",
  Upsample: "Each value again, in nearest-neighbour upsampling of maps and sequences",
};

/** What options mean, whatever the kind. */
const meanings: Readonly<Record<string, string>> = {
  inFeatures: "Features that come in.",
  outFeatures: "Features that go out.",
  flattenedChannels: "Channels of the map that a Flatten in the order of memory has flattened before.",
  inChannels: "Channels that come in.",
  outChannels: "Channels that go out.",
  kernelSize: "Of a window.",
  stride: "From each window to the next; of a pooling that leaves it out, the kernel.",
  padding: "Around the input.",
  outputPadding: "How much longer the output is at the end of each axis; below the stride.",
  dilation: "From each tap of the kernel to the next; side by side if it is left out.",
  groups: "Groups of channels that do not see each other.",
  bias: "Whether a learned number is added.",
  numFeatures: "Channels, or features.",
  eps: "Added to the variance.",
  momentum: "Weight of the newest batch in the running statistics.",
  p: "Share of the neurons that are dropped.",
  order: "PyTorch's order of features, or that in memory: channels last.",
  axis: "Of a sample, from 0, or from the end: channels.",
  normalizedShape: "Of the last axes of a sample, channels last.",
  elementwiseAffine: "Whether weights and biases are learned.",
  scaleFactor: "How many times as long each axis becomes.",
  mode: "There is one.",
  inputs: "Of what comes in: a list of shapes of one sample, channels last, such as [[64]].",
  layers: 'Those inside, as above; the first reads "input", which is what comes in.',
  feedback:
    "A list of { from, to }: what the first gave in the step before is added to what the second reads; with " +
    'join = "concat" and its shape, such as [16], it is joined behind that, along the channels.',
  output: "The layer whose output is given; may be left out where there is one that no other reads.",
};

/** A neuron runs in the step mode of the network. */
const ofNeurons: IgnoredKeys = {
  step_mode: ignoredIf(
    [],
    "expected params.step_mode of the model instead, or none, since the framework says it",
  ),
};

/** Options of a layer of another package that has no schema are taken as they are. */
const asGiven: Schema<PlainOptions> = { fields: {} };

function layerFileRow(kind: string): KindRow<PlainOptions> {
  const summary = summaries[kind] ?? `${kind}, of another package`;
  const { schema } = layerOf("", kind);
  if (schema === undefined) return { summary, schema: asGiven };
  const fields = toldFields(schema, meanings);
  // Read by the keys of files, as the list that it stands in.
  const inside = kind === recurrentKind ? { layers: { ...fields.layers, type: layerList } } : {};
  return fileRow({ summary, schema }, { fields: { ...fields, ...inside } });
}

type LayerKinds = Readonly<Record<string, PlainOptions>>;

/** Those that are no neurons. */
export const LAYERS: KindTable<LayerKinds> = {
  /** Asked for anew: a program may have defined kinds of its own. */
  get rows() {
    const neurons = neuronFileKinds();
    const kinds = new Set([...layerKinds(), ...rareLayers(), recurrentKind]);
    const own = [...kinds].filter((kind) => !neurons.includes(kind));
    return Object.fromEntries(own.map((kind) => [kind, layerFileRow(kind)]));
  },
  elsewhere: [],
};

/** All that a layer may be. */
function allRows(): KindTable<LayerKinds>["rows"] {
  const neurons = neuronFileKinds().map((kind) => [kind, neuronFileRow(kind, ofNeurons)]);
  return { ...LAYERS.rows, ...(Object.fromEntries(neurons) as KindTable<LayerKinds>["rows"]) };
}

const layerName = text("a name in quotes");
const inputNames = listOf(layerName, 1);

function readLayer(value: unknown, place: FilePlace, rows: KindTable<LayerKinds>["rows"]): AnyLayerSpec {
  const table = isTable(value) ? value : refuse(place, value, "a table with name, kind, options and inputs");
  place.checkKeys(table, ["name", "kind", "options", "inputs"]);
  if (!Object.hasOwn(table, "name")) place.key("name").missing(layerName.expects);
  const name = layerName.read(table.name, place.key("name"));
  const kind = readKind(place, table, { rows, elsewhere: [] });
  const row = rows[kind];
  const given = tableAt(place, table, "options");
  const options =
    row.schema === asGiven
      ? plainCopy(kind, given)
      : readRow(place.key("options"), given, row, `key of ${kind}`);
  if (!Object.hasOwn(table, "inputs")) return { name, kind, options };
  return { name, kind, options, inputs: inputNames.read(table.inputs, place.key("inputs")) };
}

function writeLayer(
  { name, kind, options = {}, inputs }: AnyLayerSpec,
  rows: KindTable<LayerKinds>["rows"],
): ConfigTable {
  const row = Object.hasOwn(rows, kind) ? rows[kind] : undefined;
  const isAsGiven = row === undefined || row.schema === asGiven;
  const written = isAsGiven ? (options as Record<string, ConfigValue>) : writeFields(options, row.schema);
  return {
    name,
    kind,
    ...(Object.keys(written).length > 0 ? { options: written } : {}),
    ...(inputs === undefined ? {} : { inputs }),
  };
}

const expectsLayers =
  'layers such as { name = "fc", kind = "Linear", options = { in_features = 64, out_features = 10 } }';

/** Whether they make a network, checkLayers finds out. */
export const layerList: ValueType<readonly AnyLayerSpec[]> = {
  expects: expectsLayers,
  read(value, place) {
    const at = inFile(place);
    if (!Array.isArray(value) || value.length === 0) return refuse(at, value, expectsLayers);
    const rows = allRows();
    return value.map((each: unknown, i) => readLayer(each, at.at(i), rows));
  },
  write(layers) {
    const rows = allRows();
    return layers.map((each) => writeLayer(each, rows));
  },
};
