/** The spiking layers of any network, in the order in which they are computed, under the names that the page shows. */

import { networkLayers, type BaseNode, type SpikingModel } from "atif";

export interface SpikingLayer {
  /** In the state dict: "layers.neuron1". */
  readonly path: string;
  /** "neuron1" */
  readonly name: string;
  /** "ATIF" */
  readonly kind: string;
  readonly theta: number;
}

export function spikingLayersOf(model: SpikingModel): SpikingLayer[] {
  const paths = new Set(model.spikingLayers().map(([path]) => path));
  return networkLayers(model).flatMap(({ name, kind, neuron }) => {
    if (neuron === undefined) return [];
    const path = paths.has(name) ? name : `layers.${name}`;
    return [{ path, name, kind, theta: neuron.theta }];
  });
}

/** From names in the state dict to those that the page shows. */
export function shownNames(model: SpikingModel): (path: string) => string {
  const names = new Map(spikingLayersOf(model).map(({ path, name }) => [path, name]));
  return (path) => names.get(path) ?? path;
}

/** Their neurons, in the same order. */
export function neuronsOf(model: SpikingModel): BaseNode[] {
  const neurons = new Map(model.spikingLayers());
  return spikingLayersOf(model).flatMap(({ path }) => neurons.get(path) ?? []);
}
