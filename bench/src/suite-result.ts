/** What a suite finds, as --json prints it. */

import type { Figure, Row } from "../../dist/cli/quick-bench/results.js";

export type SuiteLetter = "a" | "b" | "c" | "d" | "e" | "f" | "g" | "h";

export interface SuiteResult {
  readonly suite: SuiteLetter;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly figures: readonly Figure[];
  /** What could not be measured, and what there is to know about the rest. */
  readonly notes: readonly string[];
}
