/** Something computed in this process, whatever the number of threads. */

import type { Check } from "./check.js";
import type { Row } from "./results.js";

/** Arrays by name, in PyTorch's layouts. */
export type Results = ReadonlyMap<string, Float32Array>;

export interface Work {
  readonly name: string;
  readonly run: () => void;
  /** Computed anew by every call. */
  readonly results: () => Results;
  /** With the reference twin. @param threads that the kernels have again afterwards */
  readonly check: (threads: number) => Promise<readonly Check[]>;
  readonly items: NonNullable<Row["items"]>;
  readonly dispose?: () => void;
}
