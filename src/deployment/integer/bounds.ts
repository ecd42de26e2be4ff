/**
 * The widest number that each layer can come to, from its weights and the range of what it reads, whatever the input is:
 * sums that could leave their width are refused before anything runs. A bound holds for every order of summation, because
 * terms of one sign are counted alone.
 */

import { saturate, shift, type LongWidth } from "./arithmetic.js";
import {
  never,
  type ChannelScale,
  type IntegerLayer,
  type IntegerProgram,
  type NeuronLayer,
  type WeightedSum,
} from "./integer-layer.js";
import { charge } from "./neuron.js";
import { divide } from "./pooling.js";

/** Doubles, of which the simulator is made, are exact up to so many. */
export const MOST_BITS = 53;

/** From low to high, both included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Bounds {
  /** Layers whose sums could need more bits than they have, the widest number they could come to, and the bits for it. */
  readonly overflows: readonly {
    readonly layer: IntegerLayer;
    readonly most: number;
    readonly bits: number;
  }[];
  /** Neurons that no input can make fire, although it is shown for ever. */
  readonly silent: readonly IntegerLayer[];
  /** Neurons that fire at rest, without any input: the threshold is rounded to 0. */
  readonly restless: readonly IntegerLayer[];
}

/** Keeps the widest number of a layer. */
class Widest {
  most = 0;

  see(...values: readonly number[]): void {
    for (const value of values) if (bitsFor(value) > bitsFor(this.most)) this.most = value;
  }

  /** As it would be with room for everything. */
  shifted({ low, high }: Interval, n: number, rounding: IntegerLayer["rounding"]): Interval {
    // What is added before bits are dropped, so that dropping rounds to the nearest, or up.
    const added = n <= 0 || rounding === "floor" ? 0 : rounding === "nearest" ? 2 ** (n - 1) : 2 ** n - 1;
    this.see(low, high, high + added);
    const moved = { low: shift(low, n, rounding, 64), high: shift(high, n, rounding, 64) };
    this.see(moved.low, moved.high);
    return moved;
  }
}

export function boundsOf({ layers, inputBits }: IntegerProgram): Bounds {
  const intervals: Interval[] = [ofBits(inputBits)];
  const overflows: { layer: IntegerLayer; most: number; bits: number }[] = [];
  const [silent, restless]: [IntegerLayer[], IntegerLayer[]] = [[], []];
  for (const layer of layers) {
    const widest = new Widest();
    const given = layer.inputs.map((place) => intervals[place]);
    const interval = outputOf(layer, given, widest);
    intervals.push(interval);
    const bits = Math.ceil(bitsFor(widest.most));
    if (bits > Math.min(layer.long, MOST_BITS)) overflows.push({ layer, most: widest.most, bits });
    if (layer.kind !== "neuron") continue;
    if (layer.threshold - (layer.reset === null ? 0 : layer.initial) <= 0) restless.push(layer);
    else if (interval.high === 0 && interval.low === 0) silent.push(layer);
  }
  return { overflows, silent, restless };
}

/** The least width that holds them all. */
export function widthFor({ overflows }: Bounds): LongWidth | null {
  const bits = Math.max(0, ...overflows.map((each) => each.bits));
  return bits <= 32 ? 32 : bits <= MOST_BITS ? 64 : null;
}

/** Bits that two's complement needs; of two numbers, more for the one that needs more room. */
function bitsFor(value: number): number {
  return Math.log2(value < 0 ? -value : value + 1) + 1;
}

function ofBits(bits: number): Interval {
  return { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 };
}

function outputOf(layer: IntegerLayer, given: readonly Interval[], widest: Widest): Interval {
  const [x] = given;
  const stored = ({ low, high }: Interval): Interval => ({
    low: saturate(low, layer.bits),
    high: saturate(high, layer.bits),
  });
  switch (layer.kind) {
    case "weightedSum":
      return stored(sums(layer, x, widest));
    case "channelScale": {
      const each = Array.from(layer.weights, (w, c) => finished(layer, scaled(x, w), layer.bias[c], widest));
      return stored(union(each));
    }
    case "maxPool":
      return stored(widest.shifted(x, layer.inputQ - layer.q, layer.rounding));
    case "averagePool": {
      const count = layer.kernel[0] * layer.kernel[1];
      const most = { low: Math.min(0, x.low) * count, high: Math.max(0, x.high) * count };
      const n = layer.inputQ - layer.q;
      // C rounds (2 sum + count) / (2 count), all of it shifted to whole numbers.
      const [above, below] = [2 ** Math.max(0, -n), count * 2 ** Math.max(0, n)];
      widest.see(2 * most.low * above - 2 * below, 2 * most.high * above + 2 * below);
      const mean = (value: number): number => divide(value, n, count, layer.rounding);
      return stored({ low: mean(most.low), high: mean(most.high) });
    }
    case "sumPool": {
      const count = layer.count;
      const sum = { low: Math.min(0, x.low) * count, high: Math.max(0, x.high) * count };
      return stored(widest.shifted(sum, layer.inputQ - layer.q, layer.rounding));
    }
    case "add": {
      const a = Math.max(...layer.inputQs);
      const parts = given.map((each, k) => widest.shifted(each, layer.inputQs[k] - a, layer.rounding));
      const low = parts.reduce((sum, each) => sum + Math.min(0, each.low), 0);
      const high = parts.reduce((sum, each) => sum + Math.max(0, each.high), 0);
      return stored(widest.shifted({ low, high }, a - layer.q, layer.rounding));
    }
    case "neuron":
      return neuron(layer, x, widest);
    case "channelsFirst":
    case "view":
      return x;
    default:
      return never(layer);
  }
}

function union(intervals: readonly Interval[]): Interval {
  return {
    low: Math.min(...intervals.map(({ low }) => low)),
    high: Math.max(...intervals.map(({ high }) => high)),
  };
}

function scaled({ low, high }: Interval, factor: number): Interval {
  return factor < 0 ? { low: high * factor, high: low * factor } : { low: low * factor, high: high * factor };
}

/** Of all outputs, before they are saturated. */
function sums(layer: WeightedSum, x: Interval, widest: Widest): Interval {
  const { weights, output, bias } = layer;
  const F = output[2];
  const size = weights.length / F;
  const each = Array.from({ length: F }, (_, f) => {
    const sum = { low: 0, high: 0 };
    for (let i = f * size; i < (f + 1) * size; i++) {
      const term = scaled(x, weights[i]);
      sum.low += Math.min(0, term.low);
      sum.high += Math.max(0, term.high);
    }
    return finished(layer, sum, bias === null ? null : bias[f], widest);
  });
  return union(each);
}

/** As finish() in weighted-sum.ts, before it saturates. */
function finished(
  layer: WeightedSum | ChannelScale,
  sum: Interval,
  bias: number | null,
  widest: Widest,
): Interval {
  const { weightsQ, biasQ, inputQ, sumQ, q, rounding } = layer;
  const a = widest.shifted(sum, weightsQ + inputQ - sumQ, rounding);
  const b = bias === null ? 0 : shift(bias, biasQ - sumQ, rounding, 64);
  widest.see(b);
  return widest.shifted({ low: a.low + b, high: a.high + b }, sumQ - q, rounding);
}

function neuron(layer: NeuronLayer, x: Interval, widest: Widest): Interval {
  const {
    inputQ,
    potentialQ,
    potentialBits,
    potentialRounding,
    chargeQ,
    threshold,
    reset,
    leak,
    decaysInput,
  } = layer;
  const t = Math.max(inputQ, potentialQ);
  const wide = (interval: Interval, q: number, to: number): Interval =>
    widest.shifted(interval, q - to, layer.rounding);
  const theta = wide({ low: threshold, high: threshold }, potentialQ, chargeQ).high;
  const v = wide(ofBits(potentialBits), potentialQ, chargeQ);
  const input = wide(x, inputQ, chargeQ);
  let u = { low: v.low + input.low, high: v.high + input.high };
  if (leak !== null) {
    const [before, given] = [wide(ofBits(potentialBits), potentialQ, t), wide(x, inputQ, t)];
    const r = wide({ low: reset ?? 0, high: reset ?? 0 }, potentialQ, t).high;
    const above = { low: before.low - r, high: before.high - r };
    const gap = decaysInput ? { low: given.low - above.high, high: given.high - above.low } : above;
    widest.see(above.low, above.high, gap.low, gap.high);
    const back = layer.leakShift ?? t + potentialQ - chargeQ;
    const part = widest.shifted(scaled(gap, leak), back, layer.rounding);
    u = decaysInput
      ? { low: v.low + part.low, high: v.high + part.high }
      : { low: v.low - part.high + input.low, high: v.high - part.low + input.high };
    if (!decaysInput) widest.see(v.low - part.high, v.high - part.low);
  }
  widest.see(u.low, u.high, u.low - theta, u.high - theta);
  widest.shifted(u, chargeQ - potentialQ, potentialRounding);
  // After a soft reset, what is left.
  if (reset === null)
    widest.shifted({ low: u.low, high: u.high - theta }, chargeQ - potentialQ, potentialRounding);
  if (!canFire(layer, x.high)) return { low: 0, high: 0 };
  return { low: Math.min(0, layer.spike), high: Math.max(0, layer.spike) };
}

/**
 * Whether it fires when the largest input is shown for ever. u grows with x and with v, so that no other input reaches more;
 * v then grows until it fires or stays where it is.
 */
function canFire(layer: NeuronLayer, most: number): boolean {
  const { potentialQ, potentialBits, potentialRounding, chargeQ, initial } = layer;
  const wide = { ...layer, long: 64 } as const;
  const back = chargeQ - potentialQ;
  let v = initial;
  for (let step = 0; step <= 2 ** potentialBits; step++) {
    const { u, theta } = charge(wide, v, most);
    if (u - theta >= 0) return true;
    const next = saturate(shift(u, back, potentialRounding, 64), potentialBits);
    if (next <= v) return false;
    v = next;
  }
  return false;
}
