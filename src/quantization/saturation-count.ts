/** How much of what a quantizer gives lies at its limits, where larger values would look the same. */

import type { IntegerRange } from "./rounding.js";

/** What a quantizer has given since the count was started. */
export interface SaturationCount {
  /** The smallest integer, or the largest. */
  atLimits: number;
  values: number;
}

/** Adds what a quantizer has given, whose integers go from low to high. */
export function countLimits(
  count: SaturationCount,
  given: Float32Array,
  limits: IntegerRange & { readonly step: number },
): void {
  const [low, high] = [Math.fround(limits.low * limits.step), Math.fround(limits.high * limits.step)];
  let atLimits = 0;
  for (let i = 0; i < given.length; i++) if (given[i] <= low || given[i] >= high) atLimits++;
  count.atLimits += atLimits;
  count.values += given.length;
}
