/** What the spiking layers of a model did: thresholds and firing rates. */

import type { SpikingModel } from "../models/spiking-model.js";
import type { SpikeCount } from "../neurons/spike-count.js";
import { thetaSpread, type HasThetaSpread } from "./theta-spread.js";

export interface LayerReport extends HasThetaSpread {
  /** Its name in the state dict, without its parameter: "layers.neuron1". */
  name: string;
  /** The kind of neuron: "ATIF". */
  kind: string;
  /** The threshold, or the mean of several. */
  theta: number;
  /** Spikes per neuron and time step, 0 to 1. */
  firingRate: number;
  /** Spikes of the whole layer, over all time steps, for one sample. */
  spikesPerInference: number;
  /** Neurons of the layer, for one sample. */
  neurons: number;
}

/** @param counts one per spiking layer, over `samples` samples, at least 1 */
export function layerReports(
  model: SpikingModel,
  counts: readonly SpikeCount[],
  samples: number,
): LayerReport[] {
  return model.spikingLayers().map(([name, neuron], i) => {
    const { spikes, opportunities } = counts[i];
    return {
      name,
      kind: neuron.traits.kind,
      theta: neuron.theta,
      ...thetaSpread(neuron),
      firingRate: opportunities === 0 ? 0 : spikes / opportunities,
      spikesPerInference: spikes / samples,
      neurons: opportunities / (samples * model.timesteps),
    };
  });
}

/** Spikes of all layers for one sample. */
export function totalSpikes(layers: readonly LayerReport[]): number {
  return layers.reduce((sum, layer) => sum + layer.spikesPerInference, 0);
}
