/**
 * Bytes as numbers: y = x / 255 if scale is true, y = x if it is false. Samples that a data set has scaled when it made
 * the batch are left as they are, so that nothing is divided twice; what cannot be what the network learned from is
 * refused: whole numbers above 1 without their mark where it learned from 0 to 1, and numbers from 0 to 1 where it
 * learned from whole ones.
 */

import { required, type Schema } from "../schema/schema.js";
import { flag } from "../schema/value-types.js";
import { stepRow } from "./step-row.js";

export interface IntToFloat32Options {
  /** Whether the network learned from numbers from 0 to 1, and not from 0 to 255. */
  readonly scale: boolean;
}

const schema: Schema<IntToFloat32Options> = {
  fields: {
    scale: required(flag),
  },
};

/** Integers divided by the largest value of their type. */
export function scaled(x: Float32Array, integerMax: number): Float32Array {
  return x.map((value) => value / integerMax);
}

export const intToFloat32Step = stepRow<IntToFloat32Options>({
  schema,
  shapeAfter: (shape) => shape,
  apply({ x, shape, integerMax }, { scale }) {
    if (integerMax !== undefined) return { x: scale ? scaled(x, integerMax) : x, shape };
    const areWhole = x.every(Number.isInteger);
    if (scale && areWhole && x.some((value) => value > 1)) {
      throw new RangeError(
        "IntToFloat32: the samples are whole numbers, such as " +
          `${x.find((value) => value > 1)}, but the network learned from pixels from 0 to 1; expected such. Divide them by 255.`,
      );
    }
    if (!scale && !areWhole && x.every((value) => value >= 0 && value <= 1)) {
      throw new RangeError(
        "IntToFloat32: the samples lie from 0 to 1, but the network learned from pixels from 0 to 255; expected such. " +
          "Multiply them by 255, or give a data set of bytes.",
      );
    }
    return { x, shape };
  },
});
