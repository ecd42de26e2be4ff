/**
 * A spiking network beside the same network with quantized ReLUs: after T time steps a neuron has told one of T + 1 levels, which a
 * ReLU says at once in ceil(log2(T + 1)) bits. Weights and operations are of the same width in both; what layers hand on has
 * these few bits.
 */

import { identifierOf, type LayerGraph } from "../graph/layer-graph.js";
import { networkGraph } from "../models/network-graph.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { levels } from "../measuring/levels.js";
import { sizeOf } from "../shapes.js";
import { priced, pricesOf, workOf, type EnergyEstimate, type EnergyOptions } from "./estimate-energy.js";
import { isNeuron } from "./layer-kinds.js";
import { checkActivity, scaleSpikes, type NetworkActivity } from "./network-activity.js";
import { formalNetworkWork } from "./network-work.js";
import { referenceFormalNetworkWork } from "./reference-work.js";
import { sum } from "./work.js";

/** Where both cost the same if all rates of spikes change in one proportion. */
export interface BreakEven {
  /** What every rate of spikes is multiplied by. */
  readonly scale: number;
  /** Spikes per neuron and time step, in the mean over the network. Above 1: more than there can be. */
  readonly rate: number;
}

export interface ReluComparison {
  /** Of a ReLU's output. */
  readonly bits: number;
  readonly levels: number;
  readonly spiking: EnergyEstimate;
  readonly relu: EnergyEstimate;
  /** Spiking energy / energy with ReLUs: below 1, the spiking network costs less. */
  readonly ratio: number;
  readonly cheaper: "spiking" | "relu" | "same";
  /** pJ that the spiking network costs without a spike. */
  readonly silent: number;
  /** Spikes per neuron and time step as they are, in the mean over the network. */
  readonly rate: number;
  /** null: at no rate, or nothing is known of how it costs with more spikes, because there is none. */
  readonly breakEven: BreakEven | null;
  /** All that in a sentence. */
  readonly finding: string;
}

/**
 * @param activity, options as for estimateEnergy
 * @throws TypeError, RangeError as estimateEnergy; RangeError for a network without spiking neurons
 */
export function compareWithRelu(
  model: SpikingModel,
  activity: NetworkActivity,
  options: EnergyOptions,
): ReluComparison {
  const where = "compareWithRelu";
  const graph = networkGraph(model);
  if (!graph.nodes.some(isNeuron)) {
    throw new RangeError(
      `${where}: the network has no spiking neurons; expected one whose spikes can be compared.`,
    );
  }
  const prices = pricesOf(where, options, true);
  const { compat } = options;
  const T = checkActivity(where, activity).timesteps;
  const bits = Math.ceil(Math.log2(levels(T)));
  const estimate = (s: number): EnergyEstimate =>
    priced(workOf(where, graph, s === 1 ? activity : scaleSpikes(activity, s), compat, "energy"), prices);
  const spiking = estimate(1);
  const formal =
    compat === undefined
      ? formalNetworkWork(where, graph)
      : referenceFormalNetworkWork(where, graph, "energy");
  const relu = priced(formal, { ...prices, ioWidth: bits });
  const silent = estimate(0).total.total;
  const rate = meanRate(graph, activity);
  const breakEven = breakEvenOf(silent, spiking.total.total, relu.total.total, rate);
  const ratio = spiking.total.total / relu.total.total;
  const cheaper = ratio < 1 ? "spiking" : ratio > 1 ? "relu" : "same";
  const facts = { bits, levels: levels(T), spiking, relu, ratio, cheaper, silent, rate, breakEven } as const;
  return { ...facts, finding: findingOf(facts) };
}

/** Of the neurons' outputs, whatever the totals of an estimate are taken over. */
function meanRate(graph: LayerGraph, { layers, reference }: NetworkActivity): number {
  const neurons = graph.nodes.filter(isNeuron);
  const known = new Map([...Object.entries(reference?.layers ?? {}), ...Object.entries(layers)]);
  const rates = neurons.map(
    ({ name }) => (known.get(name) ?? known.get(identifierOf(name)))?.output.rate ?? 0,
  );
  const sizes = neurons.map(({ shape }) => sizeOf(shape));
  return sum(rates.map((rate, i) => rate * sizes[i])) / sum(sizes);
}

/** Energies are linear in the rates: silent + s (as it is - silent) = ReLU. */
function breakEvenOf(silent: number, asItIs: number, relu: number, rate: number): BreakEven | null {
  const spikes = asItIs - silent;
  if (!(spikes > 0) || silent >= relu) return null;
  const scale = (relu - silent) / spikes;
  return { scale, rate: scale * rate };
}

function findingOf(facts: Omit<ReluComparison, "finding">): string {
  const { bits, ratio, cheaper, silent, relu, breakEven, rate } = facts;
  const network = `the same network of ReLUs with ${bits === 1 ? "1 bit" : `${bits} bits`}`;
  const costs = {
    spiking: `The spiking network costs ${(1 / ratio).toPrecision(3)} times less than ${network}`,
    relu: `The spiking network costs ${ratio.toPrecision(3)} times as much as ${network}`,
    same: `The spiking network costs as much as ${network}`,
  }[cheaper];
  if (relu.total.total === 0 && ratio > 1)
    return `The spiking network costs energy for its neurons alone, and ${network} none: it has no layer with a price.`;
  if (silent >= relu.total.total)
    return `${costs}, and would without a single spike: potentials and biases alone cost as much.`;
  if (breakEven === null) return `${costs}; nothing spikes, so that the cost of a spike is not known.`;
  const at = `${breakEven.rate.toPrecision(3)} spikes per neuron and time step, where it has ${rate.toPrecision(3)}`;
  if (breakEven.rate > 1)
    return `${costs}; it would cost as much at ${at}, which is more than neurons can fire.`;
  return `${costs}; both cost the same at ${at}.`;
}
