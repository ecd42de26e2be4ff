/** Counts of the values that one tensor of a network held, over all batches and time steps. */

import type { MeasuredTraffic } from "./network-activity.js";

export class Tally {
  nonzeros = 0;
  sum = 0;
  elements = 0;
  /** Samples, each counted once in every time step. */
  samples = 0;
  /** How often it was looked at. */
  calls = 0;
  /** What all values are that are not 0; undefined before there is one, null once they differ. */
  height: number | null | undefined = undefined;

  add(values: Float32Array, samples: number): void {
    let [nonzeros, sum] = [0, 0];
    // By index, and a number at all times, 0 for none: of all layers and steps these are millions for each sample.
    let height = this.height ?? 0;
    let differs = this.height === null;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === 0) continue;
      nonzeros++;
      sum += value;
      if (height === 0) height = value;
      else if (height !== value) differs = true;
    }
    if (differs) this.height = null;
    else if (height !== 0) this.height = height;
    this.nonzeros += nonzeros;
    this.sum += sum;
    this.elements += values.length;
    this.samples += samples;
    this.calls++;
  }

  /** Whether all values are 0 or 1. */
  get isZeroOrOne(): boolean {
    return this.height === undefined || this.height === 1;
  }

  /**
   * @param unit what an event adds to the sum, or null where values that are not 0 are counted
   * @param isBinary whether events are spikes
   */
  traffic(T: number, unit: number | null, isBinary: boolean): MeasuredTraffic {
    const { nonzeros, sum, elements, samples } = this;
    const events = unit === null ? nonzeros : sum / unit;
    return {
      rate: elements === 0 ? 0 : events / elements,
      count: samples === 0 ? 0 : (T * events) / samples,
      isBinary,
      nonzeros,
      sum,
      elements,
      samples,
    };
  }

  /** Of tensors side by side. */
  static joined(tallies: readonly Tally[]): Tally {
    const all = new Tally();
    const total = (part: "nonzeros" | "sum" | "elements"): number =>
      tallies.reduce((whole, tally) => whole + tally[part], 0);
    all.nonzeros = total("nonzeros");
    all.sum = total("sum");
    all.elements = total("elements");
    all.samples = tallies[0].samples;
    all.calls = tallies[0].calls;
    const heights = new Set(tallies.flatMap(({ height }) => (height === undefined ? [] : [height])));
    all.height = heights.size > 1 ? null : [...heights][0];
    return all;
  }
}
