/** Adds normal noise to every element: y = x + N(0, sigma). */

import { checkBetween } from "../../checks.js";
import type { Generator } from "../../random/generator.js";
import type { Batch } from "../batch.js";
import { Augmentation, withValues } from "./augmentation.js";
import type { AugmentationFlags } from "./augmentation.js";

export interface GaussianNoiseParams extends AugmentationFlags {
  /** The standard deviation, in the units of the samples; 0.375 if it is left out. */
  readonly sigma?: number;
}

export class GaussianNoise extends Augmentation {
  readonly sigma: number;

  constructor(params: GaussianNoiseParams = {}) {
    super("GaussianNoise", params, ["sigma"]);
    this.sigma = checkBetween("GaussianNoise: sigma", params.sigma ?? 0.375, 0, MAX_FLOAT32);
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

const MAX_FLOAT32 = 3.4028234663852886e38;
