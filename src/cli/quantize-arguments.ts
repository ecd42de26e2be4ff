/** What `atif quantize` is told. */

import type { ComputeArguments } from "./compute-arguments.js";
import type { QuantizeOptionsAsked } from "./quantize-options.js";

export interface QuantizeArguments extends ComputeArguments, QuantizeOptionsAsked {
  /** Left out where one is resumed, which knows it. */
  readonly run?: string;
  readonly fuse?: boolean;
  readonly fold?: boolean;
  readonly epochs?: number;
  readonly lr?: number;
  readonly batchSize?: number;
  readonly data?: string;
  readonly out?: string;
  /** A folder; true: that of --out, or the latest. */
  readonly resume?: string | true;
  readonly json?: boolean;
  readonly quiet?: boolean;
}
