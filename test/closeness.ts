/** Comparisons of float32 arrays that say where they failed. */

import { expect } from "vitest";

/** The same values to the bit, signed zeros included; a NaN is a NaN. */
export function expectSameBits(actual: ArrayLike<number>, expected: ArrayLike<number>, what = "array"): void {
  expect(actual.length, `${what}: length`).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(actual[i], expected[i])) {
      expect.fail(`${what}: element ${i} is ${sign(actual[i])}; expected exactly ${sign(expected[i])}`);
    }
  }
}

/**
 * |actual - expected| <= tolerance * max(|expected|, floor), element by element.
 *
 * @param floor below this size the difference counts absolutely; without it, the tolerance is relative throughout
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  { floor = 0, what = "array" }: { floor?: number; what?: string } = {},
): void {
  expect(actual.length, `${what}: length`).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    const allowed = tolerance * Math.max(Math.abs(expected[i]), floor);
    if (!(error <= allowed)) {
      expect.fail(
        `${what}: element ${i} is ${actual[i]}; expected ${expected[i]} within ${allowed} (off by ${error})`,
      );
    }
  }
}

function sign(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
