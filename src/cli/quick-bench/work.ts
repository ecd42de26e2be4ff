/** Something computed in this process, whatever the number of threads. */

import type { Results } from "./network-results.js";
import type { Row } from "./results.js";

export interface Work {
  readonly name: string;
  readonly run: () => void;
  /** Computed anew by every call. */
  readonly results: () => Results;
  readonly items: NonNullable<Row["items"]>;
  readonly dispose?: () => void;
}
