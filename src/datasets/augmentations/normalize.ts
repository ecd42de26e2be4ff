/** Normalization by given numbers, per channel: y = (x - mean) / std, one float32 rounding per operation. */

import { checkNormalize, normalized, normalizeFields } from "../../preprocessing/normalize.js";
import type { PreprocessingStep } from "../../preprocessing/table.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, type Schema } from "../../schema/schema.js";
import type { Batch } from "../batch.js";
import {
  Augmentation,
  flagsOf,
  preparingFlagFields,
  withValues,
  type AugmentationFlags,
  type ResolvedFlags,
} from "./augmentation.js";

export interface NormalizeParams extends AugmentationFlags {
  /** One number for all channels, or one per channel, in the units of the samples. */
  readonly mean: number | readonly number[];
  /** The same, above 0. */
  readonly std: number | readonly number[];
}

/** Lists: of one number for all channels, or of one per channel. */
export interface ResolvedNormalizeParams extends ResolvedFlags {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export const normalizeSchema: Schema<ResolvedNormalizeParams> = {
  fields: {
    mean: {
      ...normalizeFields.mean,
      meaning: "Taken from every sample: one number for all channels, or one per channel.",
    },
    std: { ...normalizeFields.std, meaning: "What the rest is divided by, likewise." },
    ...preparingFlagFields,
  },
  check: checkNormalize,
};

/** Part of what a network sees: a model that learns from it keeps it (SpikingModel.preprocessing). */
export class Normalize extends Augmentation {
  declare readonly mean: Float32Array;
  declare readonly std: Float32Array;

  constructor(params: NormalizeParams) {
    const options = readOptions("Normalize", params, normalizeSchema);
    super("Normalize", flagsOf(options));
    fix<Normalize>(this, { mean: Float32Array.from(options.mean), std: Float32Array.from(options.std) });
  }

  protected override get preparation(): PreprocessingStep | null {
    // A class of somebody's own may do something else.
    if (this.constructor !== Normalize) return null;
    return { kind: "Normalize", options: { mean: [...this.mean], std: [...this.std] } };
  }

  protected override transform(batch: Batch): Batch {
    const { mean, std } = this;
    return withValues(batch, normalized(batch, { mean: [...mean], std: [...std] }));
  }
}
