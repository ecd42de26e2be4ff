/**
 * exp and log over dense sweeps of float32s. 2 ulp are promised; what the polynomials reach is below 1 (measured
 * on every 331st float32: 0.991 and 0.776), and that is what is held here, so that a wrong digit shows.
 */

import { describe, expect, it } from "vitest";
import { expOf, logOf, roundHalfEven } from "../../src/kernels/reference/exp-log.js";

/** Every `stride`-th float32 from one bit pattern to another. */
function* floats(from: number, to: number, stride: number): Generator<number> {
  const bits = Int32Array.of(0);
  const value = new Float32Array(bits.buffer);
  for (let word = from; word <= to; word += stride) {
    bits[0] = word;
    yield value[0];
  }
}

function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0];
}

/** |actual - truth| in units in the last place of truth as a float32. */
function ulps(actual: number, truth: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(truth))));
  return Math.abs(actual - truth) / 2 ** (exponent - 23);
}

function worst(
  values: Iterable<number>,
  kernel: (x: number) => number,
  truth: (x: number) => number,
): number {
  let largest = 0;
  for (const x of values) largest = Math.max(largest, ulps(kernel(x), truth(x)));
  return largest;
}

describe("exp", () => {
  it("is within 1 ulp from -87.33 to 88.72", () => {
    const tiny = bitsOf(1e-8);
    const positive = worst(floats(tiny, bitsOf(88.72283), 1009), expOf, Math.exp);
    const negative = worst(
      floats(tiny, bitsOf(87.33654), 1009),
      (x) => expOf(-x),
      (x) => Math.exp(-x),
    );
    expect(Math.max(positive, negative)).toBeLessThan(1);
  });

  it("of special values", () => {
    expect([0, -0, 1e-45, -1e-45].map(expOf)).toEqual([1, 1, 1, 1]);
    expect([Infinity, 88.73, 1e38].map((x) => expOf(Math.fround(x)))).toEqual([Infinity, Infinity, Infinity]);
    expect([-Infinity, -87.34, -1e38].map((x) => expOf(Math.fround(x)))).toEqual([0, 0, 0]);
    expect(expOf(NaN)).toBeNaN();
  });

  it("reaches the ends of the normal range: k = 128 and k = -126", () => {
    const [top, bottom] = [Math.fround(88.72283), Math.fround(-87.33654)];
    expect(expOf(top)).toBeLessThan(Infinity);
    expect(expOf(bottom)).toBeGreaterThanOrEqual(2 ** -126);
  });
});

describe("log", () => {
  it("is within 1 ulp over all positive numbers, densely around 1", () => {
    expect(worst(floats(1, bitsOf(3.4e38), 9973), logOf, Math.log)).toBeLessThan(1);
    expect(worst(floats(bitsOf(0.65), bitsOf(1.45), 97), logOf, Math.log)).toBeLessThan(1);
  });

  it("of special values", () => {
    expect([0, -0, Infinity, 1].map(logOf)).toEqual([-Infinity, -Infinity, Infinity, 0]);
    expect([-1, -Infinity, -1e-45, NaN].map(logOf)).toEqual([NaN, NaN, NaN, NaN]);
    expect(ulps(logOf(2 ** -149), -149 * Math.LN2)).toBeLessThan(1);
  });
});

it("roundHalfEven takes halves to the even neighbour", () => {
  const rounded = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.4, 2.6, -7].map(roundHalfEven);
  expect(rounded).toEqual([0, 2, 2, 0, -2, -2, 2, 3, -7]);
});
