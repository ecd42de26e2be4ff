/** Normalization by given numbers, per channel: y = (x - mean) / std, one float32 rounding per operation. */

import { counted } from "../counted.js";
import { ShapeError } from "../errors.js";
import type { Place } from "../schema/place.js";
import { required, type Fields, type Schema } from "../schema/schema.js";
import { float32, listOrOne, type ValueType } from "../schema/value-types.js";
import { formatShape, type Shape } from "../shapes.js";
import type { Samples } from "./samples.js";
import { stepRow } from "./step-row.js";

/** Lists: of one number for all channels, or of one per channel. */
export interface NormalizeOptions {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export const normalizeFields: Fields<NormalizeOptions> = {
  mean: required(listOrOne(float32())),
  std: required(listOrOne(float32({ above: 0 }))),
};

/** @throws through the place unless there is one of each per channel */
export function checkNormalize({ mean, std }: NormalizeOptions, place: Place): void {
  if (mean.length === std.length || mean.length === 1 || std.length === 1) return;
  place
    .at("std")
    .fail(
      `has ${std.length} entries and ${place.name("mean")} has ${mean.length}; expected one of each per channel.`,
    );
}

/** As float32, which is what is computed with: equal numbers are equal steps. */
function asFloat32(type: ValueType<readonly number[]>): ValueType<readonly number[]> {
  // Without -0, which plain data does not keep.
  return { ...type, read: (value, place) => type.read(value, place).map((each) => Math.fround(each) + 0) };
}

const schema: Schema<NormalizeOptions> = {
  fields: {
    mean: { ...normalizeFields.mean, type: asFloat32(normalizeFields.mean.type) },
    std: { ...normalizeFields.std, type: asFloat32(normalizeFields.std.type) },
  },
  check: checkNormalize,
};

/** @throws ShapeError unless there is one number, or one per channel */
export function normalized({ x, shape }: Samples, { mean, std }: NormalizeOptions): Float32Array {
  const channels = shape[shape.length - 1];
  const means = forChannels("mean", mean, channels, shape);
  const stds = forChannels("std", std, channels, shape);
  const y = new Float32Array(x.length);
  for (let i = 0, channel = 0; i < y.length; i++) {
    y[i] = Math.fround(x[i] - means[channel]) / stds[channel];
    channel = channel + 1 === channels ? 0 : channel + 1;
  }
  return y;
}

function forChannels(what: string, numbers: readonly number[], channels: number, shape: Shape): Float32Array {
  if (numbers.length === channels) return Float32Array.from(numbers);
  if (numbers.length === 1) return new Float32Array(channels).fill(numbers[0]);
  throw new ShapeError(
    `Normalize: ${what} has ${numbers.length} numbers but the batch ${formatShape(shape)} has ${channels} ` +
      `channels; expected one number or ${channels}.`,
  );
}

export const normalizeStep = stepRow<NormalizeOptions>({
  schema,
  shapeAfter(shape, options, place) {
    const channels = shape[shape.length - 1];
    for (const name of ["mean", "std"] as const) {
      const { length } = options[name];
      if (length === 1 || length === channels) continue;
      place
        .at(name)
        .fail(
          `has ${counted(length, "number")}, but samples of ${formatShape(shape)} have ${counted(channels, "channel")}; ` +
            `expected one number${channels === 1 ? "" : `, or ${channels}`}.`,
        );
    }
    return shape;
  },
  apply: (samples, options) => ({ x: normalized(samples, options), shape: samples.shape }),
});
