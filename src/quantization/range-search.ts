/**
 * The range of a set of values, as one number M: values from -M to M are told apart.
 *
 *   minmax          the largest |z|
 *   MSE_simulation  2a for the a of 1.0, 1.1 … 39.9 at which clipping to a and rounding to steps of 2a / 2^bits costs least
 *   MSE_analysis    2a for the a of 1.00, 1.01 … 79.99 at which that cost is least for a normal distribution of z's width
 *
 * The last two are the reference's, and there for its experiments: a does not follow the width of z, so that no range is
 * below 2, and they try some hundred or thousand values of it.
 *
 * @source the cost of clipping a normal distribution: R. Banner et al., "Post training 4-bit quantization of convolutional
 *   networks for rapid-deployment", NeurIPS 2019, eq. 6
 */

import { errorFunction } from "./error-function.js";
import type { RangeSetting } from "./quantizer-options.js";
import { roundHalfEven } from "./rounding.js";
import type { RoundingLoops } from "./rounding-loops.js";

const { fround } = Math;

const searches: {
  readonly [S in RangeSetting]: (
    parts: readonly Float32Array[],
    bits: number,
    loops: RoundingLoops,
  ) => number;
} = { minmax: largest, MSE_simulation: simulated, MSE_analysis: analysed };

/** M of all values of these arrays together; there is at least one value. */
export function rangeOf(
  parts: readonly Float32Array[],
  { rangeSetting, bits }: { readonly rangeSetting: RangeSetting; readonly bits: number },
  loops: RoundingLoops,
): number {
  return fround(searches[rangeSetting](parts, bits, loops));
}

/** NaN if one of them is. */
function largest(parts: readonly Float32Array[], _bits: number, loops: RoundingLoops): number {
  return Math.max(...parts.map((part) => loops.largest(part)));
}

function simulated(parts: readonly Float32Array[], bits: number): number {
  return 2 * best(10, 399, 10, (a) => clippingError(parts, fround(a), bits));
}

/** Sum of squares of what is lost. */
function clippingError(parts: readonly Float32Array[], a: number, bits: number): number {
  const step = fround((2 * a) / 2 ** bits);
  let sum = 0;
  for (const part of parts) {
    // By index: some 400 ranges are tried on all values.
    for (let i = 0; i < part.length; i++) {
      const value = part[i];
      const clipped = value < -a ? -a : value > a ? a : value;
      const error = fround(value - fround(roundHalfEven(fround(clipped / step)) * step));
      sum += error * error;
    }
  }
  return sum;
}

function analysed(parts: readonly Float32Array[], bits: number): number {
  const sigma = deviation(parts);
  const { SQRT2, PI, exp, sqrt } = Math;
  return (
    2 *
    best(100, 7999, 100, (a) => {
      const outside =
        sigma === 0
          ? 0
          : (sigma ** 2 + a ** 2) * (1 - errorFunction(a / (sigma * SQRT2))) -
            sqrt(2 / PI) * a * sigma * exp(-(a ** 2) / (2 * sigma ** 2));
      return outside + a ** 2 / (3 * 2 ** (2 * bits));
    })
  );
}

/** Of a sample; 0 of a single value. */
function deviation(parts: readonly Float32Array[]): number {
  const count = parts.reduce((sum, { length }) => sum + length, 0);
  const mean = parts.reduce((sum, part) => sum + part.reduce((a, b) => a + b, 0), 0) / count;
  const squares = parts.reduce((sum, part) => sum + part.reduce((a, b) => a + (b - mean) ** 2, 0), 0);
  return count < 2 ? 0 : Math.sqrt(squares / (count - 1));
}

/** The first of first/unit … last/unit at which the cost is least. */
function best(first: number, last: number, unit: number, cost: (a: number) => number): number {
  let [found, least] = [first, Infinity];
  for (let i = first; i <= last; i++) {
    const here = cost(i / unit);
    if (here < least) [found, least] = [i, here];
  }
  return found / unit;
}
