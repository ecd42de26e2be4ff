/**
 * Sets a stretch of every signal of the batch to 0, the same one in all: from o = floor(U(0, 1) L) on,
 * floor(|N(0, sigma)| (L - o)) places, of a signal of length L.
 */

import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { float32 } from "../../schema/value-types.js";
import type { Batch } from "../batch.js";
import { Augmentation, flagFields, flagsOf, withValues, type AugmentationFlags } from "./augmentation.js";
import { signalsOf } from "./signals.js";

export interface Cutout1DParams extends AugmentationFlags {
  /** Of the length that is cut out, as a share of what is left of the signal; 1 if it is left out. */
  readonly lengthSigma?: number;
}

export const cutout1DSchema: Schema<Readonly<Required<Cutout1DParams>>> = {
  fields: {
    lengthSigma: withDefault(
      float32({ from: 0 }),
      1,
      "Deviation of the length that is cut out, as a share of what is left of the signal.",
    ),
    ...flagFields,
  },
};

/** Works along S of [N, …, S, C]. */
export class Cutout1D extends Augmentation {
  declare readonly lengthSigma: number;

  constructor(params: Cutout1DParams = {}) {
    const options = readOptions("Cutout1D", params, cutout1DSchema);
    super("Cutout1D", flagsOf(options));
    fix<Cutout1D>(this, { lengthSigma: options.lengthSigma });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { length: L, channels } = signalsOf("Cutout1D", batch);
    const offset = Math.floor(generator.uniform() * L);
    const length = Math.floor(Math.abs(this.lengthSigma * generator.normal()) * (L - offset));
    // Nothing would be left.
    if (offset < 1 && length > L) return batch;
    const y = batch.x.slice();
    const signal = L * channels;
    const end = Math.min(L, offset + length);
    for (let start = 0; start < y.length; start += signal)
      y.fill(0, start + offset * channels, start + end * channels);
    return withValues(batch, y);
  }
}
