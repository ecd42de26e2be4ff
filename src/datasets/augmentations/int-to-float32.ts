/** Integer samples to float32: y = x / 255 for bytes if scale is true, y = x if it is false. */

import { scaled } from "../../preprocessing/int-to-float32.js";
import type { PreprocessingStep } from "../../preprocessing/table.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, required, type Schema } from "../../schema/schema.js";
import { flag } from "../../schema/value-types.js";
import type { Batch } from "../batch.js";
import {
  Augmentation,
  flagsOf,
  preparingFlagFields,
  withValues,
  type AugmentationFlags,
} from "./augmentation.js";

export interface IntToFloat32Params extends AugmentationFlags {
  /** Whether to divide by the largest value of the integer type. There is no default. */
  readonly scale: boolean;
}

export const intToFloat32Schema: Schema<Readonly<Required<IntToFloat32Params>>> = {
  fields: {
    scale: required(flag, "Whether to divide by the largest value of the integer type, 255."),
    ...preparingFlagFields,
  },
};

/**
 * For batches of a data set that only casts its bytes (divisor 1). A batch that is scaled already is refused with
 * `scale: true`, because it would be divided twice. Part of what a network sees: a model that learns from it keeps it
 * (SpikingModel.preprocessing).
 */
export class IntToFloat32 extends Augmentation {
  declare readonly scale: boolean;

  constructor(params: IntToFloat32Params) {
    const options = readOptions("IntToFloat32", params, intToFloat32Schema);
    super("IntToFloat32", flagsOf(options));
    fix<IntToFloat32>(this, { scale: options.scale });
  }

  protected override get preparation(): PreprocessingStep | null {
    // A class of somebody's own may do something else.
    if (this.constructor !== IntToFloat32) return null;
    return { kind: "IntToFloat32", options: { scale: this.scale } };
  }

  protected override transform(batch: Batch): Batch {
    if (!this.scale) return withValues(batch, batch.x);
    const { integerMax } = batch;
    if (integerMax === undefined) {
      throw new RangeError(
        "IntToFloat32: the batch holds float samples, scaled when it was made; scale needs integers. " +
          "Give the data set the divisor 1, or leave IntToFloat32 out.",
      );
    }
    return withValues(batch, scaled(batch.x, integerMax));
  }
}
