/** Normalization by given numbers, per channel: y = (x - mean) / std, one float32 rounding per operation. */

import { checkFinite, checkPositive } from "../../checks.js";
import { ShapeError } from "../../errors.js";
import { formatShape } from "../../shapes.js";
import type { Batch } from "../batch.js";
import { Augmentation, withValues } from "./augmentation.js";
import type { AugmentationFlags } from "./augmentation.js";

export interface NormalizeParams extends AugmentationFlags {
  /** One number for all channels, or one per channel, in the units of the samples. */
  readonly mean: number | readonly number[];
  /** The same, above 0. */
  readonly std: number | readonly number[];
}

export class Normalize extends Augmentation {
  readonly mean: Float32Array;
  readonly std: Float32Array;

  constructor(params: NormalizeParams) {
    super("Normalize", params, ["mean", "std"]);
    const { mean, std } = (params ?? {}) as Partial<NormalizeParams>;
    this.mean = perChannel("Normalize: mean", mean, checkFinite);
    this.std = perChannel("Normalize: std", std, checkPositive);
    if (this.mean.length !== this.std.length && this.mean.length !== 1 && this.std.length !== 1) {
      throw new RangeError(
        `Normalize: ${this.mean.length} means and ${this.std.length} stds; expected one of each per channel.`,
      );
    }
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

function perChannel(
  where: string,
  value: unknown,
  check: (where: string, value: unknown) => number,
): Float32Array {
  const numbers: unknown[] = Array.isArray(value) ? (value as unknown[]) : [value];
  if (numbers.length === 0) throw new RangeError(`${where} is []; expected one number or one per channel.`);
  // Rounded before it is checked: a std that float32 cannot hold would divide by 0.
  return Float32Array.from(numbers, (number) =>
    check(where, typeof number === "number" ? Math.fround(number) : number),
  );
}
