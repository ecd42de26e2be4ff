/**
 * Arithmetic of whole numbers in fixed widths. A value with q fractional bits is an integer i and stands for i 2^-q. Products
 * and sums are kept in the long width, in two's complement; results are saturated to the width of what they are stored in.
 * Numbers are held as doubles, which are exact up to 2^53.
 */

/** How the bits that a shift drops are rounded. "nearest": a half goes up. */
export type Rounding = "floor" | "nearest" | "ceil";

export const roundings: readonly Rounding[] = ["floor", "nearest", "ceil"];

/** Bits of sums. */
export type LongWidth = 16 | 32 | 64;

/** The value that a long variable then has: modulo 2^width. Up to 2^53 in, and out. */
export function wrap(value: number, width: LongWidth): number {
  if (width === 64) return value;
  // A number is taken modulo 2^32 by |.
  return width === 32 ? value | 0 : (value << 16) >> 16;
}

/** value 2^-n: to the right by n bits, or to the left by -n. */
export function shift(value: number, n: number, rounding: Rounding, width: LongWidth): number {
  if (n <= 0) return wrap(value * 2 ** -n, width);
  if (rounding === "nearest") return Math.floor(wrap(value + 2 ** (n - 1), width) / 2 ** n);
  return rounding === "floor" ? Math.floor(value / 2 ** n) : Math.ceil(value / 2 ** n);
}

/** Clamped to what so many bits hold. */
export function saturate(value: number, bits: number): number {
  const low = -(2 ** (bits - 1));
  return value < low ? low : value > -low - 1 ? -low - 1 : value;
}

/**
 * The integer for a float32 value: rounded in float32, as devices without doubles do, and clamped.
 *
 * @param q fractional bits
 */
export function toInteger(value: number, q: number, rounding: Rounding, bits: number): number {
  const scaled = Math.fround(Math.fround(value) * 2 ** q);
  if (rounding === "ceil") return saturate(Math.ceil(scaled), bits);
  return saturate(Math.floor(rounding === "floor" ? scaled : Math.fround(scaled + 0.5)), bits);
}
