/**
 * A rate code: at each of T time steps an element is 1 with probability p = min(1, max(0, gain x)), else 0, each drawn by itself
 * from the generator of whoever shows the samples: a seed fixes all.
 */

import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, required, withDefault, type Schema } from "../../schema/schema.js";
import { float32 } from "../../schema/value-types.js";
import type { Batch } from "../batch.js";
import { flagsOf } from "./augmentation.js";
import { Encoder, encoderFlagFields, overTime, timestepsType, type EncoderParams } from "./encoder.js";

export interface RateEncoderParams extends EncoderParams {
  /** What samples are multiplied by to be probabilities; 1 if it is left out. */
  readonly gain?: number;
}

export const rateEncoderSchema: Schema<Readonly<Required<RateEncoderParams>>> = {
  fields: {
    timesteps: required(timestepsType, "Time steps T, as many as the network has."),
    gain: withDefault(float32({ above: 0 }), 1, "What samples are multiplied by to be probabilities."),
    ...encoderFlagFields,
  },
};

export class RateEncoder extends Encoder {
  declare readonly timesteps: number;
  declare readonly gain: number;

  constructor(params: RateEncoderParams) {
    const options = readOptions("RateEncoder", params, rateEncoderSchema);
    super("RateEncoder", flagsOf(options));
    fix<RateEncoder>(this, { timesteps: options.timesteps, gain: options.gain });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { x } = batch;
    return overTime(this.name, batch, this.timesteps, (i) =>
      generator.uniform() < this.gain * x[i] ? 1 : 0,
    );
  }
}

/** What shows samples as spikes whose rate is their value. @throws TypeError, RangeError */
export function rateEncoder(params: RateEncoderParams): RateEncoder {
  return new RateEncoder(params);
}
