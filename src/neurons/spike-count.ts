/** How often neurons fire. */

import { checkInteger } from "../checks.js";
import { show } from "../show.js";

/** Outputs of a neuron since the count was started. */
export interface SpikeCount {
  spikes: number;
  /** Neurons times time steps. */
  opportunities: number;
}

/** What counts its spikes while it has where to. */
interface Counted {
  spikeCount: SpikeCount | null;
}

/** Counts the spikes of every neuron layer while fn runs, whatever else is being counted. */
export function countingSpikes<R>(
  neurons: readonly Counted[],
  fn: () => R,
): { result: R; counts: readonly SpikeCount[] } {
  const before = neurons.map(({ spikeCount }) => spikeCount);
  const counts = neurons.map((): SpikeCount => ({ spikes: 0, opportunities: 0 }));
  try {
    neurons.forEach((neuron, i) => (neuron.spikeCount = counts[i]));
    return { result: fn(), counts };
  } finally {
    neurons.forEach((neuron, i) => (neuron.spikeCount = before[i]));
  }
}

/** The sum of two counts of the same layers; the first may be empty. */
export function addCounts(a: readonly SpikeCount[], b: readonly SpikeCount[]): SpikeCount[] {
  if (a.length === 0) return b.map((count) => ({ ...count }));
  return a.map(({ spikes, opportunities }, i) => ({
    spikes: spikes + b[i].spikes,
    opportunities: opportunities + b[i].opportunities,
  }));
}

/** @throws TypeError, RangeError unless it holds two counts */
export function checkSpikeCount(where: string, count: unknown): SpikeCount {
  if (typeof count !== "object" || count === null) {
    throw new TypeError(
      `${where}: spikeCount is ${show(count)}; expected null or { spikes: 0, opportunities: 0 }.`,
    );
  }
  const { spikes, opportunities } = count as Partial<SpikeCount>;
  checkInteger(`${where}: spikeCount.spikes`, spikes);
  checkInteger(`${where}: spikeCount.opportunities`, opportunities);
  return count as SpikeCount;
}
