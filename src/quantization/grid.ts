/** The values that a quantizer can give: whole multiples of a step, between two integers. */

import type { Roundtype } from "./quantizer-options.js";

/** The integers that there are: low is negative, high positive. */
export interface IntegerRange {
  readonly low: number;
  readonly high: number;
}

/** Two's complement. */
export function integerRange(bits: number): IntegerRange {
  return { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 };
}

/** A grid of values: whole multiples of a step. */
export interface Grid extends IntegerRange {
  /** > 0; NaN: everything becomes NaN. */
  readonly step: number;
  readonly roundtype: Roundtype;
}

/**
 * How a grid rounds, as loops compute it in a few cycles a value, without a call for each: r = floor(x / divisor + shift), clamped
 * from low to high, stands for r divisor. Halves go up, below 0 too. Ceilings are floors of the other sign; shift is -0 where
 * there is none, so that a zero keeps its sign.
 */
export function floorsOf({
  step,
  low,
  high,
  roundtype,
}: Grid): IntegerRange & { divisor: number; shift: number } {
  if (roundtype === "ceil") return { divisor: -step, shift: -0, low: -high, high: -low };
  return { divisor: step, shift: roundtype === "nearest" ? 0.5 : -0, low, high };
}
