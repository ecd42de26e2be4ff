/** What every layer of a network does for one inference. */

import { show } from "../show.js";
import type { LayerGraph, LayerNode } from "../graph/layer-graph.js";
import { sizeOf } from "../shapes.js";
import { formalAdd, formalSynapses } from "./formal-work.js";
import {
  geometryOf,
  hasFormula,
  isAdd,
  isFree,
  isInput,
  isNeuron,
  isNorm,
  isSynaptic,
  leaks,
} from "./layer-kinds.js";
import { commonArithmetic, passed, passedInAll, type LayerWork, type NetworkWork } from "./layer-work.js";
import type { LayerTraffic, NetworkActivity, Traffic } from "./network-activity.js";
import { membrane, spikingSynapses, type Driven } from "./spiking-work.js";
import { noWork, sum, type Work } from "./work.js";

/** @throws RangeError for a layer without a formula, and for one of which nothing was measured */
export function networkWork(where: string, graph: LayerGraph, activity: NetworkActivity): NetworkWork {
  const { nodes } = graph;
  checkFormulas(where, graph);
  const T = activity.timesteps;
  const trafficOf = (node: LayerNode): LayerTraffic => {
    const traffic = Object.hasOwn(activity.layers, node.name) ? activity.layers[node.name] : undefined;
    if (traffic !== undefined) return traffic;
    throw new RangeError(
      `${where}: activity has no layer ${show(node.name)}; expected what passes through each layer of the network. Measure it with measureActivity(model, dataset).`,
    );
  };
  const neuronOf = neuronsBehind(nodes);
  const merged = new Set(neuronOf.values());
  const norms = normsBehind(nodes);
  const steps = timesComputed(nodes, T);
  const drivenBy = (neuron: LayerNode | undefined): Driven | null =>
    neuron === undefined
      ? null
      : { neurons: sizeOf(neuron.shape), rate: trafficOf(neuron).output.rate, leaks: leaks(neuron) };
  const layers = nodes.flatMap((node): LayerWork[] => {
    if (isInput(node) || merged.has(node)) return [];
    const { input, output, isFormal = false } = trafficOf(node);
    const neuron = neuronOf.get(node);
    const given = neuron === undefined ? output : trafficOf(neuron).output;
    const row = (work: Work, isComputed = false): LayerWork => {
      const arithmetic = isFormal ? "formal" : isComputed && !input.isBinary ? "hybrid" : "spiking";
      return { name: node.name, neuron: neuron?.name ?? null, ...passed(input, given, arithmetic), work };
    };
    if (isSynaptic(node)) {
      const geometry = geometryOf(node);
      const hasBias = geometry.biases > 0 || norms.has(node);
      if (isFormal) return [row(formalSynapses(geometry, hasBias))];
      const drive = { input, driven: drivenBy(neuron), T, steps: steps(node), hasBias };
      return [row(spikingSynapses(geometry, drive), true)];
    }
    const driven = isNeuron(node) && !isFormal ? drivenBy(node) : null;
    if (driven !== null) return [row(membrane(driven, { input, T, steps: steps(node) }), true)];
    // Spikes of branches that meet pass one by one: what they cost is counted where they arrive.
    const isSum = isAdd(node) && (isFormal || !output.isBinary);
    return [row(isSum ? formalAdd(node, isFormal ? 1 : steps(node)) : noWork, isSum)];
  });
  return { layers, total: totalOf(graph, layers, activity, trafficOf) };
}

/** The same network where every layer computes once, with numbers. */
export function formalNetworkWork(where: string, graph: LayerGraph): NetworkWork {
  checkFormulas(where, graph);
  const norms = normsBehind(graph.nodes);
  const nothing = passed(null, null, "formal");
  const layers = graph.nodes.flatMap((node): LayerWork[] => {
    if (isInput(node) || isNeuron(node)) return [];
    const row = (work: Work): LayerWork => ({ name: node.name, neuron: null, ...nothing, work });
    if (isAdd(node)) return [row(formalAdd(node))];
    if (!isSynaptic(node)) return [row(noWork)];
    const geometry = geometryOf(node);
    return [row(formalSynapses(geometry, geometry.biases > 0 || norms.has(node)))];
  });
  return { layers, total: nothing };
}

/** @throws RangeError that names the first layer without a formula */
function checkFormulas(where: string, { nodes }: LayerGraph): void {
  const unknown = nodes.find((node) => !hasFormula(node));
  if (unknown === undefined) return;
  throw new RangeError(
    `${where}: ${unknown.name} is of the kind ${unknown.kind}, for which there is no formula; ` +
      `expected convolutions, linear layers, sums, neurons, pooling, flattening, dropout and batch normalisation.`,
  );
}

/** By convolution or linear layer: the neuron that its output reaches through pooling, normalisation and flattening. */
function neuronsBehind(nodes: readonly LayerNode[]): Map<LayerNode, LayerNode> {
  const found = new Map<LayerNode, LayerNode>();
  for (const neuron of nodes.filter(isNeuron)) {
    let [source] = neuron.inputs;
    while (isFree(source) && !isInput(source)) [source] = source.inputs;
    if (isSynaptic(source) && !found.has(source)) found.set(source, neuron);
  }
  return found;
}

/** Convolutions and linear layers whose weights take up a normalisation: they have biases then. */
function normsBehind(nodes: readonly LayerNode[]): Set<LayerNode> {
  return new Set(
    nodes.filter(isNorm).flatMap(({ inputs: [before] }) => (isSynaptic(before) ? [before] : [])),
  );
}

/** How often a layer computes for one inference: once where no neuron is upstream, for its input is still. */
function timesComputed(nodes: readonly LayerNode[], T: number): (node: LayerNode) => number {
  const moving = new Set<LayerNode>();
  for (const node of nodes)
    if (node.inputs.some((from) => isNeuron(from) || moving.has(from))) moving.add(node);
  return (node) => (moving.has(node) ? T : 1);
}

/** What the network takes in, and the spikes of its neurons. */
function totalOf(
  { nodes, input, output }: LayerGraph,
  layers: readonly LayerWork[],
  { total, timesteps: T }: NetworkActivity,
  trafficOf: (node: LayerNode) => LayerTraffic,
): NetworkWork["total"] {
  const neurons = nodes.filter(isNeuron);
  const size = sum(neurons.map(({ shape }) => sizeOf(shape)));
  const events = sum(neurons.map((node) => trafficOf(node).output.rate * sizeOf(node.shape)));
  const reader = nodes.find(({ inputs }) => inputs.length === 1 && inputs[0] === input);
  const taken: Traffic | null = reader === undefined ? null : trafficOf(reader).input;
  const own = {
    inputRate: taken?.rate ?? 0,
    inputCount: (taken?.rate ?? 0) * T * sizeOf(input.shape),
    outputRate: size === 0 ? 0 : events / size,
    outputCount: T * events,
  };
  return passedInAll(total ?? own, {
    inputIsBinary: taken?.isBinary ?? false,
    outputIsBinary: trafficOf(output).output.isBinary,
    arithmetic: commonArithmetic(
      layers.filter(({ work }) => work !== noWork).map((layer) => layer.arithmetic),
    ),
  });
}
