/**
 * A code of changes, of samples that change over time: at step t an element is 1 where x[t] - x[t - 1] >= threshold, and, with
 * `offSpikes`, -1 where it is <= -threshold; else 0. Before the first step x is 0.
 */

import { ShapeError } from "../../errors.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { flag, float32 } from "../../schema/value-types.js";
import { formatShape } from "../../shapes.js";
import type { Batch } from "../batch.js";
import { flagsOf, withValues, type AugmentationFlags } from "./augmentation.js";
import { Encoder, encoderFlagFields } from "./encoder.js";

export interface DeltaEncoderParams extends AugmentationFlags {
  /** Above 0: the least change that gives a spike, in the units of the samples; 0.1 if it is left out. */
  readonly threshold?: number;
  /** Whether falling gives spikes of -1; false if it is left out. */
  readonly offSpikes?: boolean;
}

export const deltaEncoderSchema: Schema<Readonly<Required<DeltaEncoderParams>>> = {
  fields: {
    threshold: withDefault(
      float32({ above: 0 }),
      0.1,
      "The least change that gives a spike, in the units of the samples.",
    ),
    offSpikes: withDefault(flag, false, "Whether falling gives spikes of -1."),
    ...encoderFlagFields,
  },
};

export class DeltaEncoder extends Encoder {
  declare readonly threshold: number;
  declare readonly offSpikes: boolean;

  constructor(params: DeltaEncoderParams = {}) {
    const options = readOptions("DeltaEncoder", params, deltaEncoderSchema);
    super("DeltaEncoder", flagsOf(options));
    fix<DeltaEncoder>(this, { threshold: options.threshold, offSpikes: options.offSpikes });
  }

  protected override transform(batch: Batch): Batch {
    const { x, shape, time } = batch;
    if (time !== true) {
      throw new ShapeError(
        `DeltaEncoder: the batch is ${formatShape(shape)} without time; expected samples that change over time, [N, T, …]. ` +
          `Still ones have no changes: use latencyEncoder or rateEncoder.`,
      );
    }
    const [N, T] = shape;
    const size = N === 0 ? 0 : x.length / (N * T);
    const threshold = Math.fround(this.threshold);
    const y = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) {
      const isFirst = Math.floor(i / size) % T === 0;
      const change = Math.fround(x[i] - (isFirst ? 0 : x[i - size]));
      if (change >= threshold) y[i] = 1;
      else if (this.offSpikes && change <= -threshold) y[i] = -1;
    }
    return withValues(batch, y);
  }
}

/** What shows the changes of signals as spikes. @throws TypeError, RangeError */
export function deltaEncoder(params: DeltaEncoderParams = {}): DeltaEncoder {
  return new DeltaEncoder(params);
}
