/** How much of what a quantizer gives lies at its limits, where larger values would look the same. */

import type { Tensor } from "../tensor/tensor.js";
import type { IntegerRange } from "./grid.js";
import { roundingLoopsOf } from "./rounding-loops.js";

const { fround } = Math;

/** What a quantizer has given since the count was started. */
export interface SaturationCount {
  /** The smallest integer, or the largest. */
  atLimits: number;
  values: number;
}

/** Adds what a quantizer has given, whose integers go from low to high. */
export function countLimits(
  count: SaturationCount,
  given: Tensor,
  { low, high, step }: IntegerRange & { readonly step: number },
): void {
  const { countOutside } = roundingLoopsOf(given.backend);
  count.atLimits += countOutside(given.data, fround(low * step), fround(high * step));
  count.values += given.size;
}
