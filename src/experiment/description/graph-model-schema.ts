/** A network as a list of layers, in experiment files. */

import { shapeFields, timestepCount } from "../../models/model-fields.js";
import { optional, required, type Schema } from "../../schema/schema.js";
import type { GraphParams } from "./experiment.js";
import { ignoredAlways } from "./ignored-keys.js";
import type { KindRow } from "./kinds.js";
import { layerList } from "./layer-schema.js";

type FileParams = Omit<GraphParams, "stepMode" | "neuron">;

const { inputShape, outputShape } = shapeFields;

const schema: Schema<FileParams> = {
  fields: {
    timesteps: required(timestepCount, "T"),
    inputShape: optional(inputShape.type, `${inputShape.meaning} Of the data if it is left out.`),
    outputShape: optional(outputShape.type, `${outputShape.meaning} Of the data if it is left out.`),
    layers: required(
      layerList,
      "A section `[[model.params.layers]]` each: `name`, [`kind`](#layers), its `options`, and `inputs`, a list of names of " +
        'layers, or `"input"`. Without `inputs` a layer reads the one before. The one that no other reads is the output.',
    ),
  },
};

export const graphModelRow: KindRow<FileParams> = {
  summary: "A network of any layers, neurons among them, as a list.",
  schema,
  ignored: { step_mode: ignoredAlways('"m" with a framework of MultiStep, else "s"; it may be left out') },
};
