/** The first neuron to be shown. */

import type { PickedNeuron, SpikeRecord } from "./spike-record.js";

/**
 * One of the first layer that fires in about a third of the steps, the first one with as many as that, or else the one that fires
 * most: its potential has something to show. null: there is no neuron.
 */
export function livelyNeuron({ layers, timesteps }: SpikeRecord): PickedNeuron | null {
  if (layers.length === 0) return null;
  const [{ neurons, spikes }] = layers;
  const wanted = Math.ceil(timesteps / 3);
  let best = { neuron: 0, count: 0 };
  for (let neuron = 0; neuron < neurons; neuron++) {
    let count = 0;
    for (let t = 0; t < timesteps; t++) count += spikes[t * neurons + neuron];
    if (count === wanted) return { layer: 0, neuron };
    if (count > best.count) best = { neuron, count };
  }
  return { layer: 0, neuron: best.neuron };
}
