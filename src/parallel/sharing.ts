/** How a step is shared out. */

import type { Communicator } from "./communicator.js";
import type { StepArrays } from "./step-arrays.js";

/** Who computes what, and how it is added. */
export interface Sharing {
  readonly communicator: Communicator;
  readonly shards: number;
  /** false: gradients are added in float32, in whatever order ranks add them. */
  readonly isExact: boolean;
  /** MiB of gradients that are exchanged at a time while others are computed, null for half of them; undefined: none are. */
  readonly bucketCapMb: number | null | undefined;
  readonly arrays: StepArrays;
}
