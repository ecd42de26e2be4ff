/**
 * Plays every signal of the batch faster or slower by one factor f from N(1, sigma): it is resized to floor(L f) places, linearly,
 * repeated where it became shorter, and cut to its length L where it became longer.
 */

import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { float32 } from "../../schema/value-types.js";
import type { Batch } from "../batch.js";
import { Augmentation, flagFields, flagsOf, withValues, type AugmentationFlags } from "./augmentation.js";
import { resizeWeights } from "./resize.js";
import { signalsOf } from "./signals.js";

export interface TimeWarpingParams extends AugmentationFlags {
  /** Deviation of the factor; 0.25 if it is left out. */
  readonly sigma?: number;
}

export const timeWarpingSchema: Schema<Readonly<Required<TimeWarpingParams>>> = {
  fields: {
    sigma: withDefault(
      float32({ from: 0 }),
      0.25,
      "Deviation of the factor by which signals are lengthened.",
    ),
    ...flagFields,
  },
};

/** Signals are not made longer than this many times, which sigma hardly ever asks for. */
const MOST = 64;

/** Works along S of [N, …, S, C]; of features over time, [N, T, F], along T. */
export class TimeWarping extends Augmentation {
  declare readonly sigma: number;

  constructor(params: TimeWarpingParams = {}) {
    const options = readOptions("TimeWarping", params, timeWarpingSchema);
    super("TimeWarping", flagsOf(options));
    fix<TimeWarping>(this, { sigma: options.sigma });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { length: L, channels } = signalsOf("TimeWarping", batch);
    const factor = Math.min(MOST, 1 + this.sigma * generator.normal());
    if (factor * L < 1) return batch;
    const resized = Math.floor(L * factor);
    const weights = resizeWeights(L, resized, "bilinear", false);
    const { x } = batch;
    const y = new Float32Array(x.length);
    const signal = L * channels;
    for (let start = 0; start < x.length; start += signal) {
      for (let i = 0; i < L; i++) {
        const taps = weights[i % resized];
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0;
          for (const [from, weight] of taps) sum += weight * x[start + from * channels + channel];
          y[start + i * channels + channel] = sum;
        }
      }
    }
    return withValues(batch, y);
  }
}
