/** Compares what a kernel wrote with what the reference wrote. */

import type { Tolerance } from "./arguments.js";
import { wordsOf } from "./call.js";

/**
 * The first difference as a sentence, or null.
 *
 * "bits": the same 32 bits, or NaN on both sides. Otherwise NaN only where NaN is expected, infinities equal, and
 * |actual - expected| <= relative * max(|expected|, root mean square of expected, scale). The scale is for sums whose
 * terms cancel: their error is that of the terms.
 */
export function difference(
  actual: Float32Array | Int32Array,
  expected: Float32Array | Int32Array,
  tolerance: Tolerance,
  scale: number,
): string | null {
  if (actual.length !== expected.length) return `has ${actual.length} elements; expected ${expected.length}`;
  if (tolerance === "bits" || actual instanceof Int32Array) return differenceInBits(actual, expected);
  const floor = Math.max(rootMeanSquare(expected), scale);
  for (let i = 0; i < actual.length; i++) {
    const [a, e] = [actual[i], expected[i]];
    if (Object.is(a, e) || a === e) continue;
    const error = Math.abs(a - e) / Math.max(Math.abs(e), floor);
    // written so that a NaN fails
    if (!(error <= tolerance.relative && Number.isFinite(e))) {
      return `[${i}] is ${a}; expected ${e} (error ${error.toExponential(2)}, at most ${tolerance.relative})`;
    }
  }
  return null;
}

function differenceInBits(
  actual: Float32Array | Int32Array,
  expected: Float32Array | Int32Array,
): string | null {
  const [a, e] = [wordsOf(actual), wordsOf(expected)];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === e[i] || (Number.isNaN(actual[i]) && Number.isNaN(expected[i]))) continue;
    return `[${i}] is ${show(actual[i])} (${hex(a[i])}); expected ${show(expected[i])} (${hex(e[i])})`;
  }
  return null;
}

/** Of the finite elements. */
function rootMeanSquare(data: ArrayLike<number>): number {
  let total = 0;
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) continue;
    total += data[i] * data[i];
    count++;
  }
  return count === 0 ? 0 : Math.sqrt(total / count);
}

function show(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, "0")}`;
}
