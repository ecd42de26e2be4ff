/** Adds exponential noise to every element: y = x + e, with e from Exp(rate), whose mean is 1 / rate; then rounds. */

import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { float32, oneOf } from "../../schema/value-types.js";
import type { Batch } from "../batch.js";
import { Augmentation, flagFields, flagsOf, withValues, type AugmentationFlags } from "./augmentation.js";

/** "": not at all. Of two numbers that are equally near, "nearest" takes the even one. */
export type RoundMode = "" | "floor" | "ceil" | "nearest" | "trunc";

export interface ExponentialNoiseParams extends AugmentationFlags {
  /** Above 0: the noise has the mean 1 / rate; 0.375 if it is left out. */
  readonly rate?: number;
  /** "" if it is left out. */
  readonly roundMode?: RoundMode;
}

export const exponentialNoiseSchema: Schema<Readonly<Required<ExponentialNoiseParams>>> = {
  fields: {
    rate: withDefault(float32({ above: 0 }), 0.375, "The noise has the mean 1 / rate."),
    roundMode: withDefault(
      oneOf(["", "floor", "ceil", "nearest", "trunc"]),
      "",
      'How the sums are rounded to whole numbers, as counts of events are; "" leaves them.',
    ),
    ...flagFields,
  },
};

const rounding: Readonly<Record<RoundMode, (value: number) => number>> = {
  "": (value) => value,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  nearest(value) {
    const low = Math.floor(value);
    const rest = value - low;
    if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
    return low % 2 === 0 ? low : low + 1;
  },
};

export class ExponentialNoise extends Augmentation {
  declare readonly rate: number;
  declare readonly roundMode: RoundMode;

  constructor(params: ExponentialNoiseParams = {}) {
    const options = readOptions("ExponentialNoise", params, exponentialNoiseSchema);
    super("ExponentialNoise", flagsOf(options));
    fix<ExponentialNoise>(this, { rate: options.rate, roundMode: options.roundMode });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const round = rounding[this.roundMode];
    const y = batch.x.map((value) =>
      round(Math.fround(value - Math.log(1 - generator.uniform()) / this.rate)),
    );
    return withValues(batch, y);
  }
}
