/** A neuron as a layer of a network. */

import type { LayerSpec } from "../graph/layer-spec.js";
import { checkOneOf } from "../checks.js";
import { isNeuronKind, neuronKinds, type NeuronSpec } from "../neurons/table.js";

export function neuronLayer(name: string, { kind, params }: NeuronSpec): LayerSpec {
  if (!isNeuronKind(kind)) checkOneOf("neuron.kind", kind, neuronKinds);
  return { name, kind, options: params ?? {} } as LayerSpec;
}
