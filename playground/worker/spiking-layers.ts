/** The spiking layers of any network, in the order in which they are computed, under the names that the page shows. */

import { networkLayers, type BaseNode, type LayerNode, type SpikingModel } from "atif";
import { problems } from "../words/problems.js";
import { FROM_INPUT, layerFlow, type LayerRole } from "./layer-flow.js";

export interface SpikingLayer {
  /** In the state dict: "layers.neuron1". */
  readonly path: string;
  /** As people call it: "Convolution 1" */
  readonly name: string;
  /** As the file calls it: "neuron1" */
  readonly ownName: string;
  /** "ATIF" */
  readonly kind: string;
  readonly theta: number;
  /** What it reads, without what lies between: indices of spiking layers, FROM_INPUT for the network's input. */
  readonly sources: readonly number[];
}

export function spikingLayersOf(model: SpikingModel): readonly SpikingLayer[] {
  return flowOf(model).layers;
}

export interface SpikeFlow {
  readonly layers: readonly SpikingLayer[];
  /** What the answer reads, as SpikingLayer.sources. */
  readonly answer: readonly number[];
}

export function flowOf(model: SpikingModel): SpikeFlow {
  const paths = new Map<LayerNode["module"], string>(
    model.spikingLayers().map(([path, neuron]) => [neuron, path]),
  );
  const modules = new Map([...paths].map(([module, path]) => [path, module]));
  const flow = layerFlow(model, (module) => paths.has(module));
  const spiking = networkLayers(model).flatMap(({ name, kind, neuron }) => {
    if (neuron === undefined) return [];
    const path = modules.has(name) ? name : `layers.${name}`;
    return [{ path, ownName: name, kind, theta: neuron.theta, module: modules.get(path) ?? null }];
  });
  const places = new Map(spiking.map(({ module }, i) => [module, i]));
  const placesOf = (sources: readonly LayerNode["module"][] = []): number[] =>
    sources.map((module) => (module === null ? FROM_INPUT : (places.get(module) ?? FROM_INPUT)));
  const names = namesOf(spiking.map(({ module }) => flow.layers.get(module)?.role ?? "other"));
  return {
    layers: spiking.map(({ module, ...layer }, i) => {
      return { ...layer, name: names[i], sources: placesOf(flow.layers.get(module)?.sources) };
    }),
    answer: placesOf(flow.answer),
  };
}

/** Those of a kind are counted, unless there is one alone. */
function namesOf(roles: readonly LayerRole[]): string[] {
  const counts = new Map<LayerRole, number>();
  return roles.map((role) => {
    const number = (counts.get(role) ?? 0) + 1;
    counts.set(role, number);
    const isAlone = roles.filter((other) => other === role).length === 1;
    return problems.layers[role](isAlone && role === "hidden" ? null : number);
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
