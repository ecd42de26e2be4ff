/** Numbers to feed kernels with. */

import type { Generator } from "../../src/random/generator.js";

/** Signed zeros, infinities, NaN, the ends of the subnormal and normal ranges, ties. */
export const SPECIAL_VALUES: readonly number[] = [
  0, -0, Infinity, -Infinity, NaN, 1, -1, 0.5, -0.5, 1.5, 2.5,
  2 ** -149, -(2 ** -149), 2 ** -127, -(2 ** -127), 2 ** -126, -(2 ** -126), (2 - 2 ** -23) * 2 ** -127,
  (2 - 2 ** -23) * 2 ** 127, -(2 - 2 ** -23) * 2 ** 127, 2 ** 24, 2 ** 24 + 2, 1 + 2 ** -23, 1 - 2 ** -24,
]; // prettier-ignore

/** Lengths around the widths of vectors, and beyond a chunk of work (kernels/c/parallel.h). */
export const LENGTHS: readonly number[] = [
  0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 1023, 70001,
];

export function normals(random: Generator, n: number, deviation = 1, mean = 0): Float32Array {
  return Float32Array.from({ length: n }, () => mean + deviation * random.normal());
}

export function uniforms(random: Generator, n: number, low: number, high: number): Float32Array {
  return Float32Array.from({ length: n }, () => random.uniform(low, high));
}

/** 0 and 1 */
export function spikes(random: Generator, n: number, rate = 0.2): Float32Array {
  return Float32Array.from({ length: n }, () => (random.uniform() < rate ? 1 : 0));
}

/** Whole numbers from -range to range: sums of them are exact and ties are common */
export function wholes(random: Generator, n: number, range: number): Float32Array {
  return Float32Array.from({ length: n }, () => random.integer(2 * range + 1) - range);
}

/** Multiples of 1/8 with a theta that is one too: sums are exact, and u lands on the threshold often. */
export function eighths(random: Generator, n: number): Float32Array {
  return Float32Array.from({ length: n }, () => (random.integer(25) - 8) / 8);
}

/** Any float32 there is, each bit pattern equally likely, then the special values at random places. */
export function anything(random: Generator, n: number): Float32Array {
  const bits = new Uint32Array(n).map(() => random.uint32());
  return sprinkle(random, new Float32Array(bits.buffer));
}

/** Normal numbers of every magnitude from 1e-3 to 1e3, with the special values at random places. */
export function mixed(random: Generator, n: number): Float32Array {
  return sprinkle(
    random,
    Float32Array.from({ length: n }, () => random.normal() * 10 ** random.uniform(-3, 3)),
  );
}

/** Overwrites every other element, on average, of the first hundred with a special value. */
function sprinkle(random: Generator, data: Float32Array): Float32Array {
  for (let i = 0; i < Math.min(data.length, 100); i++) {
    if (random.uniform() < 0.5) data[i] = SPECIAL_VALUES[random.integer(SPECIAL_VALUES.length)];
  }
  return data;
}

/** One of the choices, each equally likely. */
export function pick<T>(random: Generator, choices: readonly T[]): T {
  return choices[random.integer(choices.length)];
}

/** Of special numbers theta is one as often as not: no positive number, or one so large that u - theta overflows. */
export function thetaFor(random: Generator, kind: "normal" | "on the threshold" | "special"): number {
  if (kind === "on the threshold") return pick(random, [0.5, 0.875, 1, 1.25]);
  const usual = random.uniform(0.3, 1.5);
  if (kind === "normal" || random.uniform() < 0.5) return usual;
  return pick(random, [0, -0, -usual, 2 ** -149, 1e30, 3e38, Infinity, -Infinity, NaN]);
}
