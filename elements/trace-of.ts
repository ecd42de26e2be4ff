/** One neuron of a record over all its time steps. */

import type { Activity, LayerActivity } from "atif";
import type { PickedNeuron } from "./spike-record.js";

/** [T] each. */
export type Trace = PickedNeuron & Pick<LayerActivity, "input" | "charged" | "spikes" | "potential">;

/** null if the record has no such neuron. */
export function traceOf(activity: Activity | null, { layer, neuron }: PickedNeuron): Trace | null {
  const { timesteps = 0, layers = [] } = activity ?? {};
  if (layer >= layers.length || neuron >= layers[layer].neurons) return null;
  const { neurons, input, charged, spikes, potential } = layers[layer];
  const at = <A extends Float32Array | Uint8Array>(values: A, of: (count: number) => A): A => {
    const taken = of(timesteps);
    for (let t = 0; t < timesteps; t++) taken[t] = values[t * neurons + neuron];
    return taken;
  };
  const float = (count: number): Float32Array => new Float32Array(count);
  return {
    layer,
    neuron,
    input: at(input, float),
    charged: at(charged, float),
    spikes: at(spikes, (count) => new Uint8Array(count)),
    potential: at(potential, float),
  };
}
