/** Batches as signals along one axis: [N, …, S, C] is many of length S, with C channels each. */

import { ShapeError } from "../../errors.js";
import { formatShape } from "../../shapes.js";
import type { Batch } from "../batch.js";

export interface Signals {
  /** S; of images [N, H, W, C], W. Of features that change over time, [N, T, F], T. */
  readonly length: number;
  /** C values stand at each place of it. */
  readonly channels: number;
}

/** @throws ShapeError for flat features, which have no such axis */
export function signalsOf(name: string, { shape }: Batch): Signals {
  if (shape.length < 3) {
    throw new ShapeError(
      `${name}: the batch is ${formatShape(shape)}; expected signals, [N, S, C], or images, [N, H, W, C]. ` +
        `Flat features have no order.`,
    );
  }
  const [length, channels] = shape.slice(-2);
  return { length, channels };
}

/** @throws ShapeError for what are no images [N, …, H, W, C] */
export function imageShape(name: string, { shape, time }: Batch): readonly [number, number, number] {
  const least = time === true ? 5 : 4;
  if (shape.length < least) {
    throw new ShapeError(
      `${name}: the batch is ${formatShape(shape)}; expected images, [N, ${time === true ? "T, " : ""}H, W, C].`,
    );
  }
  const [height, width, channels] = shape.slice(-3);
  return [height, width, channels];
}
