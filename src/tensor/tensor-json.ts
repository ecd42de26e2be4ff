/** Tensors in JSON. */

import { formatShape, type Shape } from "../shapes.js";

/** Strings hold no more text than this many numbers may take. */
const MAX_JSON_ELEMENTS = 2 ** 24;

export interface TensorJson {
  readonly shape: number[];
  /** row-major; each float32 number exactly */
  readonly data: number[];
}

/** @throws RangeError for NaN and infinity, which JSON would write as null, and for more elements than a text can hold */
export function tensorJson(shape: Shape, data: Float32Array): TensorJson {
  if (data.length > MAX_JSON_ELEMENTS) {
    throw new RangeError(
      `toJSON: the tensor of shape ${formatShape(shape)} has ${data.length} elements; ` +
        `expected at most ${MAX_JSON_ELEMENTS} in JSON. Store it in parts, or as bytes: toArray().`,
    );
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new RangeError(
      `toJSON: element ${wrong} of the tensor of shape ${formatShape(shape)} is ${data[wrong]}, which JSON would write as null; ` +
        `expected finite numbers. Look at the computation that gave it.`,
    );
  }
  // JSON writes -0 as 0.
  return { shape: [...shape], data: Array.from(data) };
}
