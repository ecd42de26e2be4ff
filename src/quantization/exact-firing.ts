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
import { onGrid, withGradientOf } from "./exact-values.js";
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
  const [theta, spike] = [perChannel(neuron.theta), perChannel(neuron.spike)];
  const [y, after] = [Tensor.empty(x.shape, x.backend), Tensor.empty(x.shape, x.backend)];
  const [ys, vs, xs, before] = [y.data, after.data, x.data, v.data];
  const isOne = before.length === 1;
  for (let i = 0; i < xs.length; i++) {
    const u = charge(xs[i], before[isOne ? 0 : i]);
    const threshold = theta.length === 1 ? theta[0] : theta[i % theta.length];
    const fires = u - threshold >= 0;
    ys[i] = fires ? (spike.length === 1 ? spike[0] : spike[i % spike.length]) : 0;
    const left = fires ? (vReset ?? u - threshold) : u;
    vs[i] = grid === null ? left : onGrid(left, grid);
  }
  return { y, v: after };
}

function perChannel(value: number | Float32Array): ArrayLike<number> {
  return typeof value === "number" ? [value] : value;
}
