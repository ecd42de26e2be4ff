/** Multiplies every sample of the batch by one number f: y = f x, with f from U(low, high) or N(1, sigma). */

import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { float32, oneOf } from "../../schema/value-types.js";
import type { Batch } from "../batch.js";
import { Augmentation, flagFields, flagsOf, withValues, type AugmentationFlags } from "./augmentation.js";

export interface AmplitudeParams extends AugmentationFlags {
  /** "uniform" if it is left out. */
  readonly distribution?: "uniform" | "normal";
  /** Of the uniform one; 0 if it is left out. */
  readonly low?: number;
  /** Of the uniform one; 1 if it is left out. */
  readonly high?: number;
  /** Deviation of the normal one; 1 if it is left out. */
  readonly sigma?: number;
}

export const amplitudeSchema: Schema<Readonly<Required<AmplitudeParams>>> = {
  fields: {
    distribution: withDefault(
      oneOf(["uniform", "normal"]),
      "uniform",
      "What the factor is drawn from: U(low, high), or N(1, sigma).",
    ),
    low: withDefault(float32(), 0, "The least factor, with uniform."),
    high: withDefault(float32(), 1, "The largest factor, with uniform."),
    sigma: withDefault(float32({ from: 0 }), 1, "The standard deviation, with normal."),
    ...flagFields,
  },
  check({ low, high }, place) {
    if (low > high)
      place.at("low").fail(`is ${low}; expected at most ${place.name("high")}, which is ${high}.`);
  },
};

export class Amplitude extends Augmentation {
  declare readonly distribution: "uniform" | "normal";
  declare readonly low: number;
  declare readonly high: number;
  declare readonly sigma: number;

  constructor(params: AmplitudeParams = {}) {
    const options = readOptions("Amplitude", params, amplitudeSchema);
    super("Amplitude", flagsOf(options));
    const { distribution, low, high, sigma } = options;
    fix<Amplitude>(this, { distribution, low, high, sigma });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const factor =
      this.distribution === "uniform"
        ? generator.uniform(this.low, this.high)
        : 1 + this.sigma * generator.normal();
    const f = Math.fround(factor);
    return withValues(
      batch,
      batch.x.map((value) => f * value),
    );
  }
}
