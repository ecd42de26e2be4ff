/** Adds normal noise to every element: y = x + N(0, sigma). */

import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { float32 } from "../../schema/value-types.js";
import type { Batch } from "../batch.js";
import { Augmentation, flagFields, flagsOf, withValues, type AugmentationFlags } from "./augmentation.js";

export interface GaussianNoiseParams extends AugmentationFlags {
  /** The standard deviation, in the units of the samples; 0.375 if it is left out. */
  readonly sigma?: number;
}

export const gaussianNoiseSchema: Schema<Readonly<Required<GaussianNoiseParams>>> = {
  fields: {
    sigma: withDefault(float32({ from: 0 }), 0.375, "The standard deviation, in the units of the samples."),
    ...flagFields,
  },
};

export class GaussianNoise extends Augmentation {
  declare readonly sigma: number;

  constructor(params: GaussianNoiseParams = {}) {
    const options = readOptions("GaussianNoise", params, gaussianNoiseSchema);
    super("GaussianNoise", flagsOf(options));
    fix<GaussianNoise>(this, { sigma: options.sigma });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const y = batch.x.slice();
    // Box and Muller's method gives two normals for two uniforms; Generator.normal drops the second.
    for (let i = 0; i < y.length; i += 2) {
      const radius = this.sigma * Math.sqrt(-2 * Math.log(1 - generator.uniform()));
      const angle = 2 * Math.PI * generator.uniform();
      y[i] += radius * Math.cos(angle);
      if (i + 1 < y.length) y[i + 1] += radius * Math.sin(angle);
    }
    return withValues(batch, y);
  }
}
