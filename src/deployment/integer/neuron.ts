/**
 * Neurons of whole numbers. With t = max(q_i, q_v) fractional bits of input and potential, and everything shifted to t:
 *
 *   no leak             u = v + x
 *   leaky, decaying x   u = v + ((x - (v - r)) leak, shifted back by the leak's bits)
 *   leaky, whole x      u = v - ((v - r) leak, shifted back by the leak's bits) + x
 *   fire                z = [u - theta >= 0], of u before it is saturated
 *   soft reset          v = sat(u - z theta), shifted back;   hard reset  v = z ? r : sat(u)
 *   output              y = z spike
 */

import { saturate, shift, wrap } from "./arithmetic.js";
import type { NeuronLayer } from "./integer-layer.js";

/** u and theta with t fractional bits. */
export function charge(
  layer: NeuronLayer,
  v: number,
  x: number,
): { readonly u: number; readonly theta: number } {
  const { inputQ, potentialQ, threshold, reset, leak, decaysInput, leakShift, rounding, long } = layer;
  const t = Math.max(inputQ, potentialQ);
  const widened = (value: number, q: number): number => shift(value, q - t, rounding, long);
  const theta = widened(threshold, potentialQ);
  const [potential, input] = [widened(v, potentialQ), widened(x, inputQ)];
  if (leak === null) return { u: wrap(potential + input, long), theta };
  const above = wrap(potential - widened(reset ?? 0, potentialQ), long);
  const leaking = (value: number): number =>
    shift(wrap(product(value, leak, long), long), leakShift, rounding, long);
  const u = decaysInput
    ? wrap(potential + leaking(wrap(input - above, long)), long)
    : wrap(wrap(potential - leaking(above), long) + input, long);
  return { u, theta };
}

/** Exact where it fits; where 32 bits wrap, modulo 2^32. */
function product(a: number, b: number, long: NeuronLayer["long"]): number {
  return long === 64 ? a * b : Math.imul(a, b);
}

/** One time step. @param v is changed */
export function runNeuron(layer: NeuronLayer, x: Int32Array, v: Int32Array, y: Int32Array): void {
  const { inputQ, potentialQ, potentialBits, reset, spike, rounding, long } = layer;
  const back = Math.max(inputQ, potentialQ) - potentialQ;
  for (let i = 0; i < x.length; i++) {
    const { u, theta } = charge(layer, v[i], x[i]);
    const fires = wrap(u - theta, long) >= 0;
    y[i] = fires ? spike : 0;
    if (fires && reset !== null) v[i] = reset;
    else {
      const left = fires ? wrap(u - theta, long) : u;
      v[i] = saturate(shift(left, back, rounding, long), potentialBits);
    }
  }
}
