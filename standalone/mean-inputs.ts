/** What the neurons of a layer took in, on average over the time steps: where they stand on the staircase. */

import type { LayerActivity } from "atif";

/** @param timesteps the first ones are looked at @returns [neurons] */
export function meanInputs({ input, neurons }: LayerActivity, timesteps: number): Float32Array {
  return Float32Array.from({ length: neurons }, (_, neuron) => {
    let sum = 0;
    for (let t = 0; t < timesteps; t++) sum += input[t * neurons + neuron];
    return sum / timesteps;
  });
}
