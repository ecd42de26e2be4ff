/**
 * A latency code: an element x, clipped to 0 … 1, is 1 at the one time step round((T - 1)(1 - x)), counted from 0, and 0 at all
 * others: what is bright comes early. Halves are rounded up. Elements of at most `threshold` never come.
 */

import { fix } from "../../schema/fixed.js";
import { readOptions, required, withDefault, type Schema } from "../../schema/schema.js";
import { real } from "../../schema/value-types.js";
import type { Batch } from "../batch.js";
import { flagsOf } from "./augmentation.js";
import { Encoder, encoderFlagFields, overTime, timestepsType, type EncoderParams } from "./encoder.js";

export interface LatencyEncoderParams extends EncoderParams {
  /** From 0 to 1: what is not above it gives no spike; 0 if it is left out. */
  readonly threshold?: number;
}

export const latencyEncoderSchema: Schema<Readonly<Required<LatencyEncoderParams>>> = {
  fields: {
    timesteps: required(timestepsType, "Time steps T, as many as the network has."),
    threshold: withDefault(real({ from: 0, to: 1 }), 0, "What is not above it gives no spike."),
    ...encoderFlagFields,
  },
};

export class LatencyEncoder extends Encoder {
  declare readonly timesteps: number;
  declare readonly threshold: number;

  constructor(params: LatencyEncoderParams) {
    const options = readOptions("LatencyEncoder", params, latencyEncoderSchema);
    super("LatencyEncoder", flagsOf(options));
    fix<LatencyEncoder>(this, { timesteps: options.timesteps, threshold: options.threshold });
  }

  protected override transform(batch: Batch): Batch {
    const { timesteps: T } = this;
    const threshold = Math.fround(this.threshold);
    const stepOf = Int32Array.from(batch.x, (x) =>
      x > threshold ? Math.round((T - 1) * (1 - Math.min(1, x))) : -1,
    );
    return overTime(this.name, batch, T, (i, t) => (stepOf[i] === t ? 1 : 0));
  }
}

/** What shows samples as one spike each, the earlier the larger the value. @throws TypeError, RangeError */
export function latencyEncoder(params: LatencyEncoderParams): LatencyEncoder {
  return new LatencyEncoder(params);
}
