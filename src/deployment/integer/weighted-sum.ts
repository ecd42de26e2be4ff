/**
 * Convolutions and linear layers of whole numbers. With fractional bits q_w of the weights, q_b of the bias, q_i of the input, and
 * s = max(q_w + q_i, q_b) of the sum (of the reference, max(q_w, q_b) + q_i):
 *
 *   a = sum w x + bias, both shifted to s fractional bits
 *   y = sat(a shifted to the output's bits and rounded)
 */

import { saturate, shift, wrap } from "./arithmetic.js";
import type { ChannelScale, WeightedSum } from "./integer-layer.js";

/** What comes of a sum: shifted, with its bias, rounded and saturated. */
export function finish(layer: WeightedSum | ChannelScale, sum: number, bias: number | null): number {
  const { weightsQ, biasQ, inputQ, sumQ, q, rounding, long, bits } = layer;
  let a = shift(wrap(sum, long), weightsQ + inputQ - sumQ, rounding, long);
  if (bias !== null) a = wrap(a + shift(bias, biasQ - sumQ, rounding, long), long);
  return saturate(shift(a, sumQ - q, rounding, long), bits);
}

/** @param turned byInput() of its weights */
export function runWeightedSum(layer: WeightedSum, turned: Int32Array, x: Int32Array, y: Int32Array): void {
  const { input, output, kernel, stride, padding, groups, bias } = layer;
  const [H, W, C] = input;
  const [OH, OW, F] = output;
  const [KH, KW] = kernel;
  const [inGroup, outGroup] = [C / groups, F / groups];
  const sums = new Float64Array(F);
  for (let oy = 0; oy < OH; oy++) {
    for (let ox = 0; ox < OW; ox++) {
      sums.fill(0);
      for (let ky = 0; ky < KH; ky++) {
        const iy = oy * stride[0] + ky - padding[0];
        if (iy < 0 || iy >= H) continue;
        for (let kx = 0; kx < KW; kx++) {
          const ix = ox * stride[1] + kx - padding[1];
          if (ix < 0 || ix >= W) continue;
          for (let c = 0; c < C; c++) {
            const value = x[(iy * W + ix) * C + c];
            if (value === 0) continue;
            const first = Math.floor(c / inGroup) * outGroup;
            const row = ((ky * KW + kx) * inGroup + (c % inGroup)) * F;
            for (let f = first; f < first + outGroup; f++) sums[f] += value * turned[row + f];
          }
        }
      }
      const at = (oy * OW + ox) * F;
      for (let f = 0; f < F; f++) y[at + f] = finish(layer, sums[f], bias === null ? null : bias[f]);
    }
  }
}

export function runChannelScale(layer: ChannelScale, x: Int32Array, y: Int32Array): void {
  const { weights, bias } = layer;
  const C = weights.length;
  for (let i = 0; i < x.length; i++) y[i] = finish(layer, x[i] * weights[i % C], bias[i % C]);
}
