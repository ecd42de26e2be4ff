/** What a kind of preprocessing is: its options, what it makes of a shape, what it does. describe.ts has the words for it. */

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
}

export function stepRow<P>(row: StepRow<P>): StepRow<P> {
  return row;
}
