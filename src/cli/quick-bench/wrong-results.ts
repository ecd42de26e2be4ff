/** How a bench ends that has found wrong results. */

import { FoundFailure } from "../exit-codes.js";
import type { Row } from "./results.js";

/** @param facts the whole answer @throws FoundFailure with it if one of the rows was refused */
export function refuseWrong(rows: readonly Row[], facts: Readonly<Record<string, unknown>>): void {
  const wrong = rows.filter(({ valid }) => !valid);
  if (wrong.length === 0) return;
  const names = wrong.map(({ name }) => name).join("; ");
  throw new FoundFailure(`${wrong.length} of the results are wrong and were not timed: ${names}.`, facts);
}
