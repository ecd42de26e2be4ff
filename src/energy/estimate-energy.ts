/**
 * The energy of one inference, layer by layer, in pJ: operations, addresses, and accesses to memories on the chip, by the
 * method of E. Lemaire et al., "An analytical estimation of spiking neural networks energy efficiency" (ICONIP 2022,
 * arXiv:2210.13107), with figures for 45 nm. docs/energy.md has the formulas and what they leave out.
 */

import { checkInteger, checkOneOf, checkOptions } from "../checks.js";
import type { LayerGraph } from "../graph/layer-graph.js";
import { networkGraph } from "../models/network-graph.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { show } from "../show.js";
import { sramEstimations, type OpEstimations, type SramEstimation } from "./estimations.js";
import { isNeuron } from "./layer-kinds.js";
import type { NetworkWork, PassedThrough } from "./layer-work.js";
import { checkActivity, type NetworkActivity } from "./network-activity.js";
import { formalNetworkWork, networkWork } from "./network-work.js";
import { checkWidth, operationPrices, type OperationPrices } from "./operation-energy.js";
import { referenceFormalNetworkWork, referenceNetworkWork, type Purpose } from "./reference-work.js";
import { energyOf, sum, type Energy, type Prices } from "./work.js";

export interface EnergyOptions {
  /** Bits of a word in every memory, and of the operands. */
  readonly memWidth: number;
  /** Words of the memory that spikes wait in; needed where there are spikes. */
  readonly fifoSize?: number;
  /** How operations of other widths than 8 and 32 bits are estimated; as those of 32 bits if it is left out. */
  readonly opEstimation?: OpEstimations;
  /** Default "old". */
  readonly sramEstimation?: SramEstimation;
  /** "qualia": the numbers of the reference, defects included, by its names. */
  readonly compat?: "qualia";
}

export interface EnergyRow extends Energy, PassedThrough {
  readonly name: string;
  /** The neuron whose part is counted here; null: none. */
  readonly neuron: string | null;
  /** Of the four memories. */
  readonly memTotal: number;
  /** Operations and addresses. */
  readonly opsAddr: number;
  readonly total: number;
}

export interface EnergyEstimate {
  readonly unit: "pJ";
  /** pJ per operation. */
  readonly operations: OperationPrices;
  /** In the order in which the layers are computed. */
  readonly rows: readonly EnergyRow[];
  readonly total: EnergyRow;
}

export const energyOptionNames = ["memWidth", "fifoSize", "opEstimation", "sramEstimation", "compat"];

/**
 * @param activity what passes through the layers, measured or stated; null for a network without spiking neurons, which
 *   computes once with numbers
 * @throws TypeError, RangeError for options that make no estimate, a layer without a formula, and one of which nothing is known
 */
export function estimateEnergy(
  model: SpikingModel,
  activity: NetworkActivity | null,
  options: EnergyOptions,
): EnergyEstimate {
  const where = "estimateEnergy";
  const graph = networkGraph(model);
  const prices = pricesOf(where, options, graph.nodes.some(isNeuron));
  return priced(workOf(where, graph, activity, options.compat, "energy"), prices);
}

/** @throws TypeError, RangeError for an activity that is none, or none of this network */
export function workOf(
  where: string,
  graph: LayerGraph,
  activity: NetworkActivity | null,
  compat: "qualia" | undefined,
  purpose: Purpose,
): NetworkWork {
  if (!graph.nodes.some(isNeuron))
    return compat === undefined
      ? formalNetworkWork(where, graph)
      : referenceFormalNetworkWork(where, graph, purpose);
  const checked = checkActivity(where, activity);
  if (compat === undefined) return networkWork(where, graph, checked);
  return referenceNetworkWork(where, graph, checked, purpose);
}

/** @throws TypeError, RangeError for options that make no estimate */
export function pricesOf(where: string, options: EnergyOptions, hasSpikes: boolean): Prices {
  checkOptions(where, options ?? null, energyOptionNames);
  const { memWidth, fifoSize, opEstimation, sramEstimation = "old", compat } = options;
  const width = checkWidth(`${where}: memWidth`, memWidth);
  checkCompat(where, compat);
  if (hasSpikes && (fifoSize ?? 0) === 0) {
    throw new RangeError(
      `${where}: fifoSize is ${show(fifoSize)}; expected the words of the memory that spikes wait in, such as 100.`,
    );
  }
  return {
    where,
    width,
    ioWidth: width,
    fifo: checkInteger(`${where}: fifoSize`, fifoSize ?? 0),
    sram: checkOneOf(`${where}: sramEstimation`, sramEstimation, sramEstimations),
    ...operationPrices(where, width, opEstimation),
  };
}

/** @throws RangeError unless it is left out or known */
export function checkCompat(where: string, compat: unknown): void {
  if (compat !== undefined) checkOneOf(`${where}: compat`, compat, ["qualia"]);
}

export function priced({ layers, total }: NetworkWork, prices: Prices): EnergyEstimate {
  const rows = layers.map(({ work, ...row }) => withTotals({ ...row, ...energyOf(work, prices) }));
  const parts = ["memPot", "memWeights", "memBias", "memIo", "ops", "addr"] as const;
  const sums = Object.fromEntries(parts.map((part) => [part, sum(rows.map((row) => row[part]))]));
  return {
    unit: "pJ",
    operations: { add: prices.add, mul: prices.mul },
    rows,
    total: withTotals({ name: "Total", neuron: null, ...total, ...(sums as unknown as Energy) }),
  };
}

function withTotals(row: Omit<EnergyRow, "memTotal" | "opsAddr" | "total">): EnergyRow {
  const memTotal = row.memPot + row.memWeights + row.memBias + row.memIo;
  const opsAddr = row.ops + row.addr;
  return { ...row, memTotal, opsAddr, total: memTotal + opsAddr };
}
