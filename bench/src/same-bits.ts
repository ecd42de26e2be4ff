/** Two backends of this library: the same numbers, or one of them is wrong. */

import { sameValues, type Check } from "../../dist/cli/quick-bench/check.js";
import type { Results } from "../../dist/cli/quick-bench/work.js";

/** @throws RangeError if a result is missing on one side */
export function compareBits(against: string, own: Results, other: Results): Check[] {
  if (own.size !== other.size)
    throw new RangeError(`bench: ${against} has ${other.size} results; expected ${own.size}.`);
  return [...own].map(([what, actual]) => {
    const expected = other.get(what);
    if (expected === undefined) throw new RangeError(`bench: ${against} has no ${what}; expected it.`);
    return sameValues(against, what, actual, expected);
  });
}
