/**
 * One time step of a quantized neuron in evaluation, as whole numbers give it: u is exact, compared before it is rounded, and
 * rounded once when it is stored.
 *
 *   z = [u - theta >= 0]
 *   v = Qv(u - z theta), or Qv((1 - z) u + z vReset)
 *   y = z spike
 */

import { gradEnabled } from "../autograd/grad-mode.js";
import type { Unrolled } from "../neurons/unrolled.js";
import { Tensor } from "../tensor/tensor.js";
import { onGridInto, withGradientOf } from "./exact-values.js";
import type { Grid } from "./rounding.js";

export interface ExactNeuron {
  /** u of an input and a potential. */
  readonly charge: (x: number, v: number) => number;
  /** Of all neurons, or of each channel: the last axis. */
  readonly theta: number | Float32Array;
  /** null: soft reset. */
  readonly vReset: number | null;
  /** What is given where it fires, of all or of each channel. */
  readonly spike: number | Float32Array;
  /** Of the potential; null: it is not rounded. */
  readonly grid: Grid | null;
}

/** The exact step; where a gradient may be asked for, with that of what `float` computes. */
export function firedWithGradientOf(float: () => Unrolled, exact: Unrolled): Unrolled {
  if (!gradEnabled()) return exact;
  const { y, v } = float();
  return { y: withGradientOf(() => y, exact.y), v: withGradientOf(() => v, exact.v) };
}

/** Of the leak: v + (x - (v - r)) k where the input decays with the potential, else v - (v - r) k + x. */
export function leakyCharge(
  { k, r, decaysInput }: { readonly k: number; readonly r: number; readonly decaysInput: boolean },
  x: number,
  v: number,
): number {
  return decaysInput ? v + (x - (v - r)) * k : v - (v - r) * k + x;
}

/** @param x [N, ...], quantized @param v of the same shape, quantized */
export function fireExactly(x: Tensor, v: Tensor, neuron: ExactNeuron): Unrolled {
  const { charge, vReset, grid } = neuron;
  const channels = Math.max(lengthOf(neuron.theta), lengthOf(neuron.spike));
  const [theta, spike] = [perChannel(neuron.theta, channels), perChannel(neuron.spike, channels)];
  const [y, after] = [Tensor.empty(x.shape, x.backend), Tensor.empty(x.shape, x.backend)];
  const [ys, vs, xs, before] = [y.data, after.data, x.data, v.data];
  const stride = before.length === 1 ? 0 : 1;
  let channel = 0;
  for (let start = 0; start < xs.length; start += BLOCK) {
    const count = Math.min(BLOCK, xs.length - start);
    for (let i = 0; i < count; i++) {
      const u = charge(xs[start + i], before[(start + i) * stride]);
      const over = u - theta[channel];
      const fires = over >= 0;
      ys[start + i] = fires ? spike[channel] : 0;
      left[i] = fires ? (vReset ?? over) : u;
      if (++channel === channels) channel = 0;
    }
    if (grid === null) vs.set(left.subarray(0, count), start);
    else onGridInto(vs, start, left, count, grid);
  }
  return { y, v: after };
}

/** Neurons at a time: their potentials stay in the cache until they are rounded. */
const BLOCK = 1024;
const left = new Float64Array(BLOCK);

const lengthOf = (value: number | Float32Array): number => (typeof value === "number" ? 1 : value.length);

/** One for each channel. */
function perChannel(value: number | Float32Array, channels: number): Float64Array {
  const isOne = lengthOf(value) === 1;
  return Float64Array.from({ length: channels }, (_, i) =>
    typeof value === "number" ? value : value[isOne ? 0 : i],
  );
}
