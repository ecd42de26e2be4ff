/** What neurons and spikes are called. */

import { grouped } from "./format.js";
import type { PickedNeuron, SpikeRecord } from "./spike-record.js";

/** "neuron1, neuron 37 (row 2, column 4, channel 2)" */
export function neuronName({ layers }: Pick<SpikeRecord, "layers">, { layer, neuron }: PickedNeuron): string {
  const { name, shape } = layers[layer];
  const place = placeOf(shape, neuron);
  return `${name}, neuron ${grouped(neuron + 1)}${place === "" ? "" : ` (${place})`}`;
}

function placeOf(shape: readonly number[], neuron: number): string {
  if (shape.length !== 3) return "";
  const [, width, channels] = shape;
  const pixel = Math.floor(neuron / channels);
  return `row ${Math.floor(pixel / width) + 1}, column ${(pixel % width) + 1}, channel ${(neuron % channels) + 1}`;
}
