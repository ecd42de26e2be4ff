/**
 * Normalization by statistics that were measured on a training set: y = (x - offset) / scale, in float64 and rounded once.
 * Elements of a sample share statistics where their shape has a 1.
 */

import { counted } from "../counted.js";
import { ShapeError } from "../errors.js";
import { required, type Schema } from "../schema/schema.js";
import { listOf, real, whole, type ValueType } from "../schema/value-types.js";
import { formatShape, sameShape, sizeOf, stridesOf, type Shape } from "../shapes.js";
import { stepRow } from "./step-row.js";

export interface NormalizeDatasetOptions {
  /** Of the statistics: that of a sample, or 1 along axes that share them. */
  readonly shape: Shape;
  /** Mean or least, row-major. */
  readonly offset: readonly number[];
  /** Standard deviation or range, above 0. */
  readonly scale: readonly number[];
}

/** As many as samples have values. */
const MAX_STATISTICS = 2 ** 24;

function withoutMinusZero(type: ValueType<readonly number[]>): ValueType<readonly number[]> {
  return { ...type, read: (value, place) => type.read(value, place).map((each) => each + 0) };
}

const schema: Schema<NormalizeDatasetOptions> = {
  fields: {
    shape: required(listOf(whole(1, 2 ** 31 - 1), 1, 8)),
    offset: required(withoutMinusZero(listOf(real(), 1, MAX_STATISTICS))),
    scale: required(listOf(real({ above: 0 }), 1, MAX_STATISTICS)),
  },
  check({ shape, offset, scale }, place) {
    const count = sizeOf(shape);
    for (const [name, { length }] of [["offset", offset], ["scale", scale]] as const) {
      if (length === count) continue;
      const what = `${place.name("shape")} is ${formatShape(shape)}`;
      place.at(name).fail(`has ${counted(length, "number")}, but ${what}; expected ${count}.`);
    }
  },
}; // prettier-ignore

/** For each element of a sample, the number of the statistics it belongs to. */
export function statisticsOfElements(kept: Shape, sampleShape: Shape): Int32Array {
  const strides = stridesOf(sampleShape);
  const keptStrides = stridesOf(kept);
  return Int32Array.from({ length: sizeOf(sampleShape) }, (_, element) =>
    sampleShape.reduce(
      (group, dimension, i) =>
        kept[i] === 1 ? group : group + (Math.floor(element / strides[i]) % dimension) * keptStrides[i],
      0,
    ),
  );
}

function fits(kept: Shape, sampleShape: Shape): boolean {
  if (kept.length !== sampleShape.length) return false;
  return kept.every((dimension, i) => dimension === 1 || dimension === sampleShape[i]);
}

export const normalizeDatasetStep = stepRow<NormalizeDatasetOptions>({
  schema,
  shapeAfter(shape, options, place) {
    // A crop may come between them and the network: only the channels are the same for certain.
    const [kept, channels] = [options.shape.at(-1), shape.at(-1)];
    if (options.shape.length === shape.length && (kept === 1 || kept === channels)) return shape;
    return place
      .at("shape")
      .fail(
        `is ${formatShape(options.shape)}; expected that of samples, ${formatShape(shape)}, or 1 along axes that share statistics.`,
      );
  },
  apply({ x, shape }, options) {
    const sampleShape = shape.slice(1);
    if (!fits(options.shape, sampleShape)) {
      throw new ShapeError(
        `NormalizeDataset: the statistics are of samples ${formatShape(options.shape)}, but the samples are ` +
          `${formatShape(sampleShape)}; expected the same shape.`,
      );
    }
    const isWhole = sameShape(options.shape, sampleShape);
    const features = sizeOf(sampleShape);
    const groups = isWhole ? null : statisticsOfElements(options.shape, sampleShape);
    const y = new Float32Array(x.length);
    for (let i = 0, feature = 0; i < y.length; i++) {
      const group = groups === null ? feature : groups[feature];
      y[i] = (x[i] - options.offset[group]) / options.scale[group];
      feature = feature + 1 === features ? 0 : feature + 1;
    }
    return { x: y, shape };
  },
});
