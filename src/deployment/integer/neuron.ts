/**
 * Neurons of whole numbers. With t = max(q_i, q_v) fractional bits of input and potential, and everything shifted to t:
 *
 *   no leak             u = v + x
 *   leaky, decaying x   u = v + (x - (v - r)) leak
 *   leaky, whole x      u = v - (v - r) leak + x
 *   fire                z = [u - theta >= 0], of u before it is rounded or saturated
 *   soft reset          v = sat(u - z theta), rounded once;   hard reset  v = z ? r : sat(u)
 *   output              y = z spike
 *
 * The leak has q_v fractional bits, so that a leaky u has q_v more than t. The reference shifts the product back to t before it
 * is added (leakShift).
 */

import { saturate, shift, wrap } from "./arithmetic.js";
import type { NeuronLayer } from "./integer-layer.js";

/** u and theta with chargeQ fractional bits. */
export function charge(
  layer: NeuronLayer,
  v: number,
  x: number,
): { readonly u: number; readonly theta: number } {
  const { inputQ, potentialQ, chargeQ, threshold, reset, leak, decaysInput, leakShift, rounding, long } =
    layer;
  const t = Math.max(inputQ, potentialQ);
  const widened = (value: number, q: number, to: number): number => shift(value, q - to, rounding, long);
  const theta = widened(threshold, potentialQ, chargeQ);
  if (leak === null) {
    return { u: wrap(widened(v, potentialQ, chargeQ) + widened(x, inputQ, chargeQ), long), theta };
  }
  const [potential, input] = [widened(v, potentialQ, t), widened(x, inputQ, t)];
  const above = wrap(potential - widened(reset ?? 0, potentialQ, t), long);
  const gap = decaysInput ? wrap(input - above, long) : above;
  // With t + q_v fractional bits, and then with chargeQ; of the reference t.
  const part = shift(
    wrap(product(gap, leak, long), long),
    leakShift ?? t + potentialQ - chargeQ,
    rounding,
    long,
  );
  const [from, whole] = [widened(potential, t, chargeQ), widened(input, t, chargeQ)];
  const u = decaysInput ? wrap(from + part, long) : wrap(wrap(from - part, long) + whole, long);
  return { u, theta };
}

/** Exact where it fits; where 32 bits wrap, modulo 2^32. */
function product(a: number, b: number, long: NeuronLayer["long"]): number {
  return long === 64 ? a * b : Math.imul(a, b);
}

/** One time step. @param v is changed */
export function runNeuron(layer: NeuronLayer, x: Int32Array, v: Int32Array, y: Int32Array): void {
  const { chargeQ, potentialQ, potentialBits, potentialRounding, reset, spike, long } = layer;
  const back = chargeQ - potentialQ;
  for (let i = 0; i < x.length; i++) {
    const { u, theta } = charge(layer, v[i], x[i]);
    const fires = wrap(u - theta, long) >= 0;
    y[i] = fires ? spike : 0;
    if (fires && reset !== null) v[i] = reset;
    else {
      const left = fires ? wrap(u - theta, long) : u;
      v[i] = saturate(shift(left, back, potentialRounding, long), potentialBits);
    }
  }
}
