/** The same sample at each of T time steps: what run() shows, as data with time. */

import { fix } from "../../schema/fixed.js";
import { readOptions, required, type Schema } from "../../schema/schema.js";
import type { Batch } from "../batch.js";
import { flagsOf } from "./augmentation.js";
import { Encoder, encoderFlagFields, overTime, timestepsType, type EncoderParams } from "./encoder.js";

export type RepeatEncoderParams = EncoderParams;

export const repeatEncoderSchema: Schema<Readonly<Required<RepeatEncoderParams>>> = {
  fields: {
    timesteps: required(timestepsType, "Time steps T, as many as the network has."),
    ...encoderFlagFields,
  },
};

export class RepeatEncoder extends Encoder {
  declare readonly timesteps: number;

  constructor(params: RepeatEncoderParams) {
    const options = readOptions("RepeatEncoder", params, repeatEncoderSchema);
    super("RepeatEncoder", flagsOf(options));
    fix<RepeatEncoder>(this, { timesteps: options.timesteps });
  }

  protected override transform(batch: Batch): Batch {
    const { x } = batch;
    return overTime(this.name, batch, this.timesteps, (i) => x[i]);
  }
}

/** What shows samples unchanged at every time step. @throws TypeError, RangeError */
export function repeatEncoder(params: RepeatEncoderParams): RepeatEncoder {
  return new RepeatEncoder(params);
}
