/** What every layer of a network does for one inference, row by row as the reference counts it. */

import { identifierOf, type LayerGraph, type LayerNode } from "../graph/layer-graph.js";
import { BaseNode } from "../neurons/base-node.js";
import { referenceAdd, referenceFormalSynapses } from "./formal-work.js";
import {
  geometryOf,
  isAdd,
  isInput,
  isNeuron,
  isSynaptic,
  isUnknownToReference,
  leaks,
} from "./layer-kinds.js";
import { commonArithmetic, passed, passedInAll, type LayerWork, type NetworkWork } from "./layer-work.js";
import type { LayersActivity, LayerTraffic, NetworkActivity } from "./network-activity.js";
import { referenceNames } from "./reference-activity.js";
import { referenceSynapses } from "./spiking-work.js";
import { noWork, type Work } from "./work.js";
import { show } from "../show.js";

export type Purpose = "energy" | "operations";

/** @throws RangeError for a neuron that the reference cannot estimate, and for a layer of which nothing was measured */
export function referenceNetworkWork(
  where: string,
  graph: LayerGraph,
  activity: NetworkActivity,
  purpose: Purpose,
): NetworkWork {
  const { nodes } = graph;
  checkKinds(where, nodes);
  checkNeurons(where, nodes);
  const { layers: measured, timesteps: T, total } = activity.reference ?? activity;
  const names = referenceNames(graph);
  const layers = nodes.flatMap((node): LayerWork[] => {
    const [before] = node.inputs;
    if (isInput(node) || (isNeuron(node) && isSynaptic(before))) return [];
    const readers = nodes.filter(({ inputs }) => inputs.includes(node));
    const next = readers.length > 0 && isNeuron(readers[0]) ? readers[0] : null;
    const { input, output, isFormal = false } = trafficOf(where, measured, names, node, next);
    const row = (work: Work, isHybrid = false): LayerWork => {
      const arithmetic = isFormal ? "formal" : isHybrid ? "hybrid" : "spiking";
      const name = names.get(node) ?? node.name;
      return { name, neuron: next?.name ?? null, ...passed(input, output, arithmetic), work };
    };
    if (isFormal && isAdd(node)) return [row(referenceAdd(node))];
    if (!isSynaptic(node)) return [row(noWork)];
    if (isFormal) return [row(referenceFormalSynapses(node, false))];
    const geometry = geometryOf(node);
    const driven =
      next === null ? null : { neurons: geometry.outputs, rate: output.rate, leaks: leaks(next) };
    const drive = { input, driven, T, steps: 1, hasBias: geometry.biases > 0 };
    return [row(referenceSynapses(geometry, drive, purpose), !input.isBinary)];
  });
  const flags = {
    inputIsBinary: layers[0]?.inputIsBinary ?? false,
    outputIsBinary: layers[layers.length - 1]?.outputIsBinary ?? false,
    arithmetic: commonArithmetic(
      Object.values(measured).map(({ isFormal = false }) => (isFormal ? "formal" : "spiking")),
    ),
  };
  return { layers, total: passedInAll(total ?? null, flags) };
}

/**
 * A network without spikes: layers without a formula are left out, but for flattening.
 *
 * @throws RangeError for a layer that the reference has nothing of
 */
export function referenceFormalNetworkWork(where: string, graph: LayerGraph, purpose: Purpose): NetworkWork {
  checkKinds(where, graph.nodes);
  const nothing = passed(null, null, "formal");
  const layers = graph.nodes.flatMap((node): LayerWork[] => {
    const row = (work: Work): LayerWork => ({
      name: identifierOf(node.name),
      neuron: null,
      ...nothing,
      work,
    });
    if (isSynaptic(node)) return [row(referenceFormalSynapses(node, purpose === "operations"))];
    if (isAdd(node)) return [row(referenceAdd(node))];
    return node.kind === "Flatten" ? [row(noWork)] : [];
  });
  return { layers, total: nothing };
}

/** By the name of its row, or from what is known of the layer and of the neuron behind it. */
function trafficOf(
  where: string,
  measured: LayersActivity["layers"],
  names: ReadonlyMap<LayerNode, string>,
  node: LayerNode,
  next: LayerNode | null,
): LayerTraffic {
  const find = (...tried: readonly string[]): LayerTraffic => {
    const known = tried.find((each) => Object.hasOwn(measured, each));
    if (known !== undefined) return measured[known];
    throw new RangeError(
      `${where}: activity has no layer ${show(tried[0])}; expected what passes through each layer of the network. Measure it with measureActivity(model, dataset).`,
    );
  };
  const name = names.get(node) ?? node.name;
  if (next === null || Object.hasOwn(measured, name)) return find(name, node.name);
  return {
    ...find(identifierOf(node.name), node.name),
    output: find(identifierOf(next.name), next.name).output,
  };
}

/** @throws RangeError for a layer that would be left out, and is none of the reference's */
function checkKinds(where: string, nodes: readonly LayerNode[]): void {
  const unknown = nodes.find(isUnknownToReference);
  if (unknown === undefined) return;
  throw new RangeError(
    `${where}: ${unknown.name} is of the kind ${unknown.kind}, which the reference does not have; ` +
      `expected layers and neurons to choose from with compat "qualia".`,
  );
}

/** @throws RangeError for spikes as high as the threshold, which the reference does not know */
function checkNeurons(where: string, nodes: readonly LayerNode[]): void {
  const atif = nodes.find(
    ({ module }) => module instanceof BaseNode && module.traits.spikeHeight === "theta",
  );
  if (atif === undefined) return;
  throw new RangeError(
    `${where}: ${atif.name} is of the kind ${atif.kind}, whose spikes are as high as its threshold, which the reference cannot estimate; expected neurons whose spikes are 1 with compat "qualia". ` +
      `Leave compat out, or estimate foldThresholds(model).model.`,
  );
}
