/** A network whose neurons all have a quantized form. */

import type { SpikingModel } from "../models/spiking-model.js";
import { neuronRow } from "../neurons/table.js";
import { quantizedKinds } from "../quantization/kinds.js";
import { draftOf, modelOf } from "./draft.js";

export interface WithQuantizedForms {
  /** The same model where nothing had to be replaced, or a new one. */
  readonly model: SpikingModel;
  /** Neurons that learn nothing any more. */
  readonly fixed: readonly string[];
}

/**
 * Puts a neuron that computes the same and learns nothing in the place of each whose kind has no quantized form, where there
 * is one.
 *
 * @throws TypeError unless it is a model of layers that are known by kind; RangeError for what has been learned and is no
 *   option: a threshold that is not positive
 */
export function withQuantizedForms(model: SpikingModel): WithQuantizedForms {
  const draft = draftOf("withQuantizedForms", model);
  const fixed: string[] = [];
  for (const [name, neuron] of model.spikingLayers()) {
    const layer = draft.layers.find((each) => each.name === name);
    if (layer === undefined || quantizedKinds.has(`Quantized${layer.kind}`)) continue;
    const twin = neuronRow(layer.kind).fixed?.(neuron);
    if (twin === undefined) continue;
    layer.kind = twin.kind;
    layer.options = { ...twin.options };
    for (const [array] of neuron.namedParameters()) {
      draft.state.delete(`${name}.${array}`);
      draft.settings.delete(`${name}.${array}`);
    }
    fixed.push(name);
  }
  return { model: fixed.length === 0 ? model : modelOf(draft), fixed };
}
