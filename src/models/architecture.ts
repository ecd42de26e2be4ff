import type { PreprocessingSpec } from "../preprocessing/table.js";

/** Plain data from which a model is made again: what a model file stores beside the weights. */
export interface Architecture {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** What is done to samples before the network sees them; nothing if it is left out. */
  readonly preprocessing?: readonly PreprocessingSpec[];
}
