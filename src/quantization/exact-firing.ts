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
import type { Grid } from "./grid.js";
import { chargeOf, roundingLoopsOf, type Leak } from "./rounding-loops.js";

export interface ExactNeuron {
  /** null: the potential and the input are added. */
  readonly leak: Leak | null;
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

/** @param x [N, ...], quantized @param v of the same shape, quantized */
export function fireExactly(x: Tensor, v: Tensor, neuron: ExactNeuron): Unrolled {
  const { leak, vReset, grid } = neuron;
  const [y, after] = [Tensor.empty(x.shape, x.backend), Tensor.empty(x.shape, x.backend)];
  const [ys, vs, xs, before] = [y.data, after.data, x.data, v.data];
  const [theta, spike] = [neuron.theta, neuron.spike].map(oneOf);
  if (theta !== null && spike !== null && grid !== null)
    roundingLoopsOf(x.backend).fire(ys, vs, xs, before, { leak, theta, spike, vReset, grid });
  else fireByChannel(ys, vs, xs, before, neuron);
  return { y, v: after };
}

/** The number, if it is one for all. */
const oneOf = (value: number | Float32Array): number | null =>
  typeof value === "number" ? value : value.length === 1 ? value[0] : null;

function fireByChannel(
  y: Float32Array,
  after: Float32Array,
  x: Float32Array,
  v: Float32Array,
  neuron: ExactNeuron,
): void {
  const { vReset, grid } = neuron;
  const charge = chargeOf(neuron.leak);
  const channels = Math.max(lengthOf(neuron.theta), lengthOf(neuron.spike));
  const [theta, spike] = [perChannel(neuron.theta, channels), perChannel(neuron.spike, channels)];
  const stride = v.length === 1 ? 0 : 1;
  let channel = 0;
  for (let start = 0; start < x.length; start += BLOCK) {
    const count = Math.min(BLOCK, x.length - start);
    for (let i = 0; i < count; i++) {
      const u = charge(x[start + i], v[(start + i) * stride]);
      const over = u - theta[channel];
      const fires = over >= 0;
      y[start + i] = fires ? spike[channel] : 0;
      left[i] = fires ? (vReset ?? over) : u;
      if (++channel === channels) channel = 0;
    }
    if (grid === null) after.set(left.subarray(0, count), start);
    else onGridInto(after, start, left, count, grid);
  }
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
