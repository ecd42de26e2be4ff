/** Normalization by given numbers, per channel: y = (x - mean) / std, one float32 rounding per operation. */

import { ShapeError } from "../../errors.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, required, type Schema } from "../../schema/schema.js";
import { float32, listOrOne } from "../../schema/value-types.js";
import { formatShape } from "../../shapes.js";
import type { Batch } from "../batch.js";
import {
  Augmentation,
  flagFields,
  flagsOf,
  withValues,
  type AugmentationFlags,
  type ResolvedFlags,
} from "./augmentation.js";

export interface NormalizeParams extends AugmentationFlags {
  /** One number for all channels, or one per channel, in the units of the samples. */
  readonly mean: number | readonly number[];
  /** The same, above 0. */
  readonly std: number | readonly number[];
}

/** Lists: of one number for all channels, or of one per channel. */
export interface ResolvedNormalizeParams extends ResolvedFlags {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export const normalizeSchema: Schema<ResolvedNormalizeParams> = {
  fields: {
    mean: required(
      listOrOne(float32()),
      "Taken from every sample: one number for all channels, or one per channel.",
    ),
    std: required(listOrOne(float32({ above: 0 })), "What the rest is divided by, likewise."),
    ...flagFields,
  },
  check({ mean, std }, place) {
    if (mean.length === std.length || mean.length === 1 || std.length === 1) return;
    place
      .at("std")
      .fail(
        `has ${std.length} entries and ${place.name("mean")} has ${mean.length}; expected one of each per channel.`,
      );
  },
};

export class Normalize extends Augmentation {
  declare readonly mean: Float32Array;
  declare readonly std: Float32Array;

  constructor(params: NormalizeParams) {
    const options = readOptions("Normalize", params, normalizeSchema);
    super("Normalize", flagsOf(options));
    fix<Normalize>(this, { mean: Float32Array.from(options.mean), std: Float32Array.from(options.std) });
  }

  protected override transform(batch: Batch): Batch {
    const channels = batch.shape[batch.shape.length - 1];
    const mean = this.#forChannels("mean", this.mean, channels, batch);
    const std = this.#forChannels("std", this.std, channels, batch);
    const y = new Float32Array(batch.x.length);
    for (let i = 0, channel = 0; i < y.length; i++) {
      y[i] = Math.fround(batch.x[i] - mean[channel]) / std[channel];
      channel = channel + 1 === channels ? 0 : channel + 1;
    }
    return withValues(batch, y);
  }

  #forChannels(what: string, numbers: Float32Array, channels: number, batch: Batch): Float32Array {
    if (numbers.length === channels) return numbers;
    if (numbers.length === 1) return new Float32Array(channels).fill(numbers[0]);
    throw new ShapeError(
      `Normalize: ${what} has ${numbers.length} numbers but the batch ${formatShape(batch.shape)} has ${channels} ` +
        `channels; expected one number or ${channels}.`,
    );
  }
}
