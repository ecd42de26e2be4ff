/** Sums of products, exact: of convolutions and linear layers, and of pools. */

import type { Tensor } from "../tensor/tensor.js";
import { windowCount } from "../windows.js";

/** A window over a map [N, H, W, C]; of a signal H is 1, of a linear layer H and W. */
export interface WindowedMap {
  /** [H, W, C] */
  readonly input: readonly [number, number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  /** Default 1. */
  readonly dilation?: readonly [number, number];
}

export interface WeightedMap extends WindowedMap {
  readonly groups: number;
}

/** Bits that float32 keeps of a sum, whatever the order of summation. */
const FLOAT_BITS = 24;

/**
 * Whether float32 gives sum w x + b exactly, in any order: then all partial sums are multiples of one power of two, and few enough.
 *
 * @param weight [..., F]
 * @param bias [F]
 */
export function fitsFloat(x: Tensor, weight: Tensor, bias: Tensor | null): boolean {
  const F = weight.shape[weight.rank - 1];
  const sums = new Float64Array(F);
  weight.data.forEach((value, i) => (sums[i % F] += Math.abs(value)));
  const [xs, ws, bs] = [x, weight, bias].map((each) => extent(each?.data ?? []));
  const most = xs.most * sums.reduce((a, b) => Math.max(a, b), 0) + bs.most;
  return most < 2 ** (Math.min(xs.lowestBit + ws.lowestBit, bs.lowestBit) + FLOAT_BITS);
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** The largest |x|, and the exponent of the lowest bit that any x has; of zeros, Infinity. */
function extent(values: ArrayLike<number>): { most: number; lowestBit: number } {
  let [most, lowestBit] = [0, Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === 0) continue;
    most = Math.max(most, Math.abs(value));
    float[0] = value;
    const exponent = (bits[0] >>> 23) & 0xff;
    const mantissa = (bits[0] & 0x7fffff) | (exponent === 0 ? 0 : 0x800000);
    const zeros = 31 - Math.clz32(mantissa & -mantissa);
    lowestBit = Math.min(lowestBit, Math.max(1, exponent) - 150 + zeros);
  }
  return { most, lowestBit };
}

/** Calls fn for each window of a map, with its number in the output and the elements of x that lie in it. */
function eachWindow(
  { input: [H, W, C], kernel, stride, padding, dilation = [1, 1] }: WindowedMap,
  maps: number,
  fn: (place: number, visit: (seen: (at: number, inKernel: number) => void) => void) => void,
): void {
  const [OH, OW] = [H, W].map((size, i) => windowCount(size, kernel[i], stride[i], padding[i], dilation[i]));
  for (let place = 0; place < maps * OH * OW; place++) {
    const [n, oy, ox] = [Math.floor(place / (OH * OW)), Math.floor(place / OW) % OH, place % OW];
    fn(place, (seen) => {
      for (let ky = 0; ky < kernel[0]; ky++) {
        const iy = oy * stride[0] + ky * dilation[0] - padding[0];
        if (iy < 0 || iy >= H) continue;
        for (let kx = 0; kx < kernel[1]; kx++) {
          const ix = ox * stride[1] + kx * dilation[1] - padding[1];
          if (ix >= 0 && ix < W) seen(((n * H + iy) * W + ix) * C, ky * kernel[1] + kx);
        }
      }
    });
  }
}

/**
 * @param x [N, H, W, C]
 * @param weight [KH, KW, C / groups, F]
 * @param bias [F]
 * @returns [N, OH, OW, F]
 */
export function weightedSums(
  map: WeightedMap,
  { data: x }: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  size: number,
): Float64Array {
  const { input, groups } = map;
  const C = input[2];
  const F = weight.shape[weight.rank - 1];
  const [inGroup, outGroup] = [C / groups, F / groups];
  const [w, b] = [weight.data, bias?.data];
  const sums = new Float64Array(size);
  eachWindow(map, x.length / (input[0] * input[1] * C), (place, visit) => {
    const y = sums.subarray(place * F, (place + 1) * F);
    if (b !== undefined) y.set(b);
    visit((at, inKernel) => {
      for (let c = 0; c < C; c++) {
        const value = x[at + c];
        if (value === 0) continue;
        const row = (inKernel * inGroup + (c % inGroup)) * F;
        const first = Math.floor(c / inGroup) * outGroup;
        for (let f = first; f < first + outGroup; f++) y[f] += value * w[row + f];
      }
    });
  });
  return sums;
}

/** Sums of windows, per channel. @param x [N, H, W, C] @returns [N, OH, OW, C] */
export function windowSums(map: WindowedMap, { data: x }: Tensor, size: number): Float64Array {
  const [H, W, C] = map.input;
  const sums = new Float64Array(size);
  eachWindow(map, x.length / (H * W * C), (place, visit) => {
    visit((at) => {
      for (let c = 0; c < C; c++) sums[place * C + c] += x[at + c];
    });
  });
  return sums;
}
