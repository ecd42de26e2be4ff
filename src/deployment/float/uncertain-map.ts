/**
 * The numbers of a map, and how far what float32 makes of them may lie from them. Sums in another order, and products that are
 * taken out of sums, round otherwise: of n terms, the roundings come to about sqrt(n) units in the last place of what the terms
 * come to without their signs. Where numbers have so few bits that nothing is rounded, the error is 0.
 */

export interface UncertainMap {
  readonly values: Float64Array;
  /** In units of 2^-24. */
  readonly errors: Float64Array;
}

/** float32 holds whole numbers to here. */
const LARGEST = 2 ** 24;

export function certain(values: ArrayLike<number>): UncertainMap {
  return { values: Float64Array.from(values), errors: new Float64Array(values.length) };
}

/** The roundings of a sum of so many terms, beyond which terms come to `size` without their signs. */
export function roundings(count: number, size: number): number {
  return (2 + Math.sqrt(count)) * size;
}

/** Whether float32 holds it as it is. */
export function isFloat32(value: number): boolean {
  return Math.fround(value) === value;
}

/** Whether no order of a sum rounds: all terms have at most so many fractional bits and come to `size` without their signs. */
export function isExact(fractionalBits: number, size: number): boolean {
  return size * 2 ** fractionalBits <= LARGEST;
}

/** Fractional bits that hold all of them; Infinity for more than float32 has of numbers about 1. */
export function fractionalBits(values: ArrayLike<number>): number {
  let bits = 0;
  for (let i = 0; i < values.length; i++) {
    while (!Number.isInteger(values[i] * 2 ** bits)) if (++bits > 24) return Infinity;
  }
  return bits;
}
