/**
 * What passes through a network as the reference measures it, with what it adds: numbers 0 and 1 alone are spikes, sums of
 * spikes where branches meet become spikes again, containers of layers are counted beside their layers, and a layer before a
 * neuron a second time with what the neuron gives.
 */

import { identifierOf, INPUT, type LayerGraph, type LayerNode } from "../graph/layer-graph.js";
import type { StepMode } from "../module/module.js";
import { isAdd, isIdentity, isInput, isNeuron } from "./layer-kinds.js";
import type { LayersActivity, LayerTraffic, MeasuredTraffic, TotalTraffic } from "./network-activity.js";
import { Tally } from "./tally.js";
import { sum } from "./work.js";

/** What the reference calls the network itself. */
const NETWORK = "_unnamed";

type Tallies = ReadonlyMap<LayerNode, Tally>;
type Entry = LayerTraffic<MeasuredTraffic>;

/** The names that rows of the reference have: of what stands before a neuron, both. */
export function referenceNames({ nodes }: LayerGraph): Map<LayerNode, string> {
  const names = new Map(nodes.map((node) => [node, identifierOf(node.name)]));
  for (const node of nodes) {
    const [before] = node.inputs;
    if (!isNeuron(node) || isInput(before)) continue;
    names.set(before, `${names.get(before) ?? ""}${identifierOf(node.name)}`);
  }
  return names;
}

export function referenceActivity(
  graph: LayerGraph,
  tallies: Tallies,
  T: number,
  stepMode: StepMode,
): LayersActivity<MeasuredTraffic> {
  const entries = new Map<string, Entry>();
  const tallyOf = (node: LayerNode): Tally => tallies.get(node) as Tally;
  for (const node of graph.nodes.slice(1)) {
    const name = identifierOf(node.name);
    const entry = entryOf(Tally.joined(node.inputs.map(tallyOf)), tallyOf(node), T);
    entries.set(name, isIdentity(node) ? { ...entry, isFormal: true } : entry);
    if (!isAdd(node)) continue;
    const inside = traffic(tallyOf(node), T, stepMode === "m");
    entries.set(`${name}_functional_activation_post_process`, {
      input: inside,
      output: inside,
      isFormal: true,
    });
  }
  for (const { name, input, output } of containersOf(graph)) {
    const isMultiStep = stepMode === "m";
    entries.set(identifierOf(name), {
      input: traffic(tallyOf(input), T, isMultiStep),
      output: traffic(tallyOf(output), T, isMultiStep),
      isFormal: true,
    });
  }
  entries.set(NETWORK, entryOf(tallyOf(graph.input), tallyOf(graph.output), T));
  followGraph(graph, entries, T);
  return { timesteps: T, layers: Object.fromEntries(entries), total: totalOf([...entries.values()]) };
}

function entryOf(input: Tally, output: Tally, T: number): Entry {
  return { input: traffic(input, T), output: traffic(output, T) };
}

/** @param countsSteps of a container in multi-step mode: time steps are taken for its samples */
function traffic(tally: Tally, T: number, countsSteps = false): MeasuredTraffic {
  const { isZeroOrOne } = tally;
  const own = tally.traffic(T, null, isZeroOrOne);
  if (!countsSteps) return own;
  const samples = T * tally.calls;
  return { ...own, samples, count: (T * own.nonzeros) / samples };
}

/** Values of several spikes are counted as so many. */
function asSpikes(numbers: MeasuredTraffic, T: number): MeasuredTraffic {
  const { sum: events, elements, samples } = numbers;
  return {
    ...numbers,
    nonzeros: events,
    isBinary: true,
    rate: events / elements,
    count: (T * events) / samples,
  };
}

interface Container {
  readonly name: string;
  /** What the first layer that reads from outside reads. */
  readonly input: LayerNode;
  /** The last of its layers. */
  readonly output: LayerNode;
}

/** Blocks and sequences of blocks, "layers.0.1" and "layers.0": those that the reference calls. */
function containersOf({ nodes }: LayerGraph): Container[] {
  const found = new Map<string, Container>();
  for (const node of nodes) {
    const parts = node.name.split(".");
    for (let length = 2; length < parts.length; length++) {
      const name = parts.slice(0, length).join(".");
      const input = found.get(name)?.input ?? node.inputs[0];
      found.set(name, { name, input, output: node });
    }
  }
  return [...found.values()];
}

/** In the order of the graph: neurons give their outputs to what stands before them, sums of spikes become spikes. */
function followGraph(graph: LayerGraph, entries: Map<string, Entry>, T: number): void {
  const names = new Map(graph.nodes.map((node) => [node, identifierOf(node.name)]));
  const nameOf = (node: LayerNode): string => names.get(node) ?? INPUT;
  const entryFor = (node: LayerNode): Entry | undefined => entries.get(nameOf(node));
  for (const node of graph.nodes.slice(1)) {
    const own = entryFor(node);
    if (own === undefined) continue;
    const [before] = node.inputs;
    const entryBefore = entryFor(before);
    if (isNeuron(node) && entryBefore !== undefined) {
      names.set(before, `${nameOf(before)}${nameOf(node)}`);
      entries.set(nameOf(before), { ...entryBefore, output: own.output });
    }
    if (!isAdd(node) || !own.input.isBinary) continue;
    entries.set(nameOf(node), { ...own, output: asSpikes(own.output, T) });
    for (const reader of graph.nodes.filter(({ inputs }) => inputs.includes(node))) {
      const read = entryFor(reader);
      if (read === undefined) continue;
      if (!reader.inputs.every((each) => entryFor(each)?.output.isBinary === true)) continue;
      entries.set(nameOf(reader), { ...read, input: asSpikes(read.input, T) });
    }
  }
}

/** Of everything that was counted and is spikes. */
function totalOf(entries: readonly Entry[]): TotalTraffic {
  const total = (side: "input" | "output"): { rate: number; count: number } => {
    const spikes = entries.map((entry) => entry[side]).filter(({ isBinary }) => isBinary);
    const elements = sum(spikes.map((each) => each.elements));
    return {
      rate: elements === 0 ? 0 : sum(spikes.map(({ nonzeros }) => nonzeros)) / elements,
      count: sum(spikes.map(({ count }) => count)),
    };
  };
  const [input, output] = [total("input"), total("output")];
  return {
    inputRate: input.rate,
    outputRate: output.rate,
    inputCount: input.count,
    outputCount: output.count,
  };
}
