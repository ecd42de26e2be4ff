/** What the spiking layers of a model did: thresholds and firing rates. */

import type { SpikingModel } from "../models/spiking-model.js";
import { ATIF } from "../neurons/atif.js";
import type { BaseNode } from "../neurons/base-node.js";
import type { SpikeCount } from "../neurons/spike-count.js";
import { IFNode } from "../neurons/if-node.js";
import { IFSRL } from "../neurons/ifsrl.js";
import { LIFNode } from "../neurons/lif-node.js";
import { ParametricLIFNode } from "../neurons/parametric-lif-node.js";
import type { NeuronKind } from "../neurons/table.js";

export interface LayerReport {
  /** Its name in the state dict, without its parameter: "layers.neuron1". */
  name: string;
  /** The kind of neuron: "ATIF". */
  kind: string;
  theta: number;
  /** Spikes per neuron and time step, 0 to 1. */
  firingRate: number;
  /** Spikes of the whole layer, over all time steps, for one sample. */
  spikesPerInference: number;
  /** Neurons of the layer, for one sample. */
  neurons: number;
}

const kinds: { readonly [K in NeuronKind]: new () => BaseNode } = {
  ATIF,
  IFSRL,
  LIFNode,
  ParametricLIFNode,
  // the base of both above: last
  IFNode,
};

/** By class, since the names of classes may be shortened on the way to a browser. */
export function kindOf(neuron: BaseNode): string {
  const known = Object.entries(kinds).find(([, kind]) => neuron instanceof kind);
  return known === undefined ? neuron.constructor.name : known[0];
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
      kind: kindOf(neuron),
      theta: neuron.theta,
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
