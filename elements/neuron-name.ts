/** What neurons and spikes are called. */

import type { PickedNeuron, SpikeRecord } from "./spike-record.js";
import { drawingWords as words } from "./words.js";

/** "neuron1, neuron 37 (row 2, column 4, channel 2)" */
export function neuronName({ layers }: Pick<SpikeRecord, "layers">, { layer, neuron }: PickedNeuron): string {
  const { name, shape } = layers[layer];
  const place = placeOf(shape, neuron);
  return words.neuron(name, neuron + 1) + (place === "" ? "" : ` (${place})`);
}

/** "row 2, column 4, channel 2"; nothing of a layer without rows */
export function placeOf(shape: readonly number[], neuron: number): string {
  if (shape.length !== 3) return "";
  const [, width, channels] = shape;
  const pixel = Math.floor(neuron / channels);
  return words.place(Math.floor(pixel / width) + 1, (pixel % width) + 1, (neuron % channels) + 1);
}
