/** Comparisons of two results before either is timed. A result that is wrong is not timed. */

import { ShapeError } from "../../errors.js";

/** What a comparison found. */
export interface Check {
  /** Whose result it was compared with: "the reference twin", "PyTorch 2.13.0". */
  readonly against: string;
  /** "logits", "gradient of layers.conv1.weight" */
  readonly what: string;
  /** What `error` is. */
  readonly measure: "elements that differ" | "largest difference" | "relative distance";
  readonly error: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** Equal to the bit, but for the sign of zero: the error is the number of elements that are not. */
export function sameValues(
  against: string,
  what: string,
  actual: Float32Array | Int32Array,
  expected: Float32Array | Int32Array,
): Check {
  checkLengths(what, actual, expected);
  let error = 0;
  for (let i = 0; i < expected.length; i++) if (actual[i] !== expected[i]) error++;
  return { against, what, measure: "elements that differ", error, tolerance: 0, passed: error === 0 };
}

/** The largest |actual - expected|, in units of the largest |expected|. */
export function nearValues(
  against: string,
  what: string,
  actual: Float32Array,
  expected: Float32Array,
  tolerance: number,
): Check {
  checkLengths(what, actual, expected);
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    // Math.max hands a NaN on, which a comparison would pass over.
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    size = Math.max(size, Math.abs(expected[i]));
  }
  const error = difference === 0 ? 0 : difference / size;
  return { against, what, measure: "largest difference", error, tolerance, passed: error <= tolerance };
}

/**
 * |actual - expected| / |expected|, Euclidean norms of the whole. For results of a spiking network: two sums in another
 * order differ in their last bits, a potential that lies between them fires in one and not in the other, and the few
 * elements behind that spike differ by much more than rounding.
 */
export function nearOverall(
  against: string,
  what: string,
  actual: Float32Array,
  expected: Float32Array,
  tolerance: number,
): Check {
  checkLengths(what, actual, expected);
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    size += expected[i] ** 2;
  }
  const error = difference === 0 ? 0 : Math.sqrt(difference / size);
  return { against, what, measure: "relative distance", error, tolerance, passed: error <= tolerance };
}

function checkLengths(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  if (actual.length === expected.length) return;
  throw new ShapeError(
    `bench: ${what} has ${actual.length} elements here and ${expected.length} there; expected as many. Nothing was compared.`,
  );
}
