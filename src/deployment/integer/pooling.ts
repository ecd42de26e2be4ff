/** Pooling and sums of whole numbers. */

import { saturate, shift, wrap, type Rounding } from "./arithmetic.js";
import type { AddLayer, SumPool, WindowPool } from "./integer-layer.js";

/**
 * The largest of a window, or the mean: its sum, shifted to the output's bits and divided, rounded once.
 *
 * @param compat as the reference: divided towards zero, then shifted
 */
export function runWindowPool(layer: WindowPool, x: Int32Array, y: Int32Array, compat: boolean): void {
  const { kind, input, output, kernel, stride, padding } = layer;
  const [H, W, C] = input;
  const [OH, OW] = output;
  for (let oy = 0; oy < OH; oy++) {
    for (let ox = 0; ox < OW; ox++) {
      for (let c = 0; c < C; c++) {
        let sum = 0;
        let most = -Infinity;
        for (let ky = 0; ky < kernel[0]; ky++) {
          const iy = oy * stride[0] + ky - padding[0];
          if (iy < 0 || iy >= H) continue;
          for (let kx = 0; kx < kernel[1]; kx++) {
            const ix = ox * stride[1] + kx - padding[1];
            if (ix < 0 || ix >= W) continue;
            const value = x[(iy * W + ix) * C + c];
            sum += value;
            most = Math.max(most, value);
          }
        }
        const at = (oy * OW + ox) * C + c;
        y[at] = kind === "maxPool" ? rescaled(layer, most) : mean(layer, sum, compat);
      }
    }
  }
}

function rescaled({ inputQ, q, rounding, long, bits }: WindowPool | SumPool, value: number): number {
  return saturate(shift(value, inputQ - q, rounding, long), bits);
}

function mean(layer: WindowPool, sum: number, compat: boolean): number {
  const { kernel, inputQ, q, rounding, long, bits } = layer;
  const count = kernel[0] * kernel[1];
  if (compat) return rescaled(layer, Math.trunc(wrap(sum, long) / count));
  return saturate(divide(sum, inputQ - q, count, rounding), bits);
}

/** sum 2^-n / count, rounded once. */
export function divide(sum: number, n: number, count: number, rounding: Rounding): number {
  const above = sum * 2 ** Math.max(0, -n);
  const below = count * 2 ** Math.max(0, n);
  if (rounding === "floor") return Math.floor(above / below);
  if (rounding === "ceil") return Math.ceil(above / below);
  return Math.floor((2 * above + below) / (2 * below));
}

/** Per channel, the sum over all places. */
export function runSumPool(layer: SumPool, x: Int32Array, y: Int32Array): void {
  const C = y.length;
  for (let c = 0; c < C; c++) {
    let sum = 0;
    for (let i = c; i < x.length; i += C) sum += x[i];
    y[c] = rescaled(layer, wrap(sum, layer.long));
  }
}

/** With a the most fractional bits of an input: y = sat(sum of x_k shifted to a, shifted to the output's bits). */
export function runAdd(layer: AddLayer, inputs: readonly Int32Array[], y: Int32Array): void {
  const { inputQs, q, rounding, long, bits } = layer;
  const a = Math.max(...inputQs);
  for (let i = 0; i < y.length; i++) {
    let sum = 0;
    inputs.forEach((x, k) => (sum = wrap(sum + shift(x[i], inputQs[k] - a, rounding, long), long)));
    y[i] = saturate(shift(sum, a - q, rounding, long), bits);
  }
}
