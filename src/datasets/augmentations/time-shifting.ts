/** Shifts every signal of the batch in a circle, by floor(L b) places of its length L, with one b from Beta(alpha, alpha). */

import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { real } from "../../schema/value-types.js";
import type { Batch } from "../batch.js";
import { Augmentation, flagFields, flagsOf, type AugmentationFlags } from "./augmentation.js";
import { sampleBeta } from "./beta.js";
import { signalsOf } from "./signals.js";

export interface TimeShiftingParams extends AugmentationFlags {
  /** Above 0: small shifts by little or by almost all, large by about half; 1, any shift alike, if it is left out. */
  readonly alpha?: number;
}

export const timeShiftingSchema: Schema<Readonly<Required<TimeShiftingParams>>> = {
  fields: {
    alpha: withDefault(
      real({ above: 0 }),
      1,
      "Small shifts by little or by almost all, large by about half.",
    ),
    ...flagFields,
  },
};

/** Works along S of [N, …, S, C]; of features over time, [N, T, F], along T. */
export class TimeShifting extends Augmentation {
  declare readonly alpha: number;

  constructor(params: TimeShiftingParams = {}) {
    const options = readOptions("TimeShifting", params, timeShiftingSchema);
    super("TimeShifting", flagsOf(options));
    fix<TimeShifting>(this, { alpha: options.alpha });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { length, channels } = signalsOf("TimeShifting", batch);
    const shift = (Math.floor(length * sampleBeta(generator, this.alpha, this.alpha)) % length) * channels;
    const { x } = batch;
    const y = new Float32Array(x.length);
    const signal = length * channels;
    for (let start = 0; start < x.length; start += signal) {
      y.set(x.subarray(start, start + signal - shift), start + shift);
      y.set(x.subarray(start + signal - shift, start + signal), start);
    }
    return { ...batch, x: y };
  }
}
