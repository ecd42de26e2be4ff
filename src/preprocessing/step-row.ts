/** What a kind of preprocessing is: its options, what it makes of a shape, what it does. */

import type { Place } from "../schema/place.js";
import type { Schema } from "../schema/schema.js";
import type { Shape } from "../shapes.js";
import type { Samples } from "./samples.js";

export interface StepRow<P> {
  readonly schema: Schema<P>;
  /**
   * The shape of a sample that comes out of one of the shape that goes in.
   *
   * @param place of the options
   * @throws through the place, for options that do not fit such samples
   */
  shapeAfter(shape: Shape, options: P, place: Place): Shape;
  /** The changed samples; the given ones are left as they are. @throws ShapeError, RangeError */
  apply(samples: Samples, options: P): Samples;
  /** In a few words, for people: "mean 0.5, std 0.25". */
  describe(options: P): string;
}

export function stepRow<P>(row: StepRow<P>): StepRow<P> {
  return row;
}

/** For people. */
export function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** One number, or how many and between which they lie. */
export function listed(values: readonly number[]): string {
  if (values.length <= 4) return values.map(rounded).join(", ");
  const [low, high] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  return `${rounded(low)} to ${rounded(high)} (${values.length} numbers)`;
}
