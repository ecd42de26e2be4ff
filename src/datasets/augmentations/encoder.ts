/**
 * What makes signals that change over time of samples: layers of the data path, between the data and the network. They run
 * outside training, too, unless told otherwise.
 */

import { checkInteger } from "../../checks.js";
import { ShapeError } from "../../errors.js";
import { Generator } from "../../random/generator.js";
import { withDefault, type Fields } from "../../schema/schema.js";
import { flag, whole } from "../../schema/value-types.js";
import { formatShape } from "../../shapes.js";
import type { Batch } from "../batch.js";
import { Dataset } from "../dataset.js";
import { Augmentation, flagFields, type AugmentationFlags, type ResolvedFlags } from "./augmentation.js";

export interface EncoderParams extends AugmentationFlags {
  /** Time steps T, which are those of the network. */
  readonly timesteps: number;
}

export const timestepsType = whole(1, 65_536);

/** As those of augmentations, but for `evaluate`: what a network learned from it is to see everywhere. */
export const encoderFlagFields: Fields<ResolvedFlags> = {
  ...flagFields,
  evaluate: withDefault(flag, true, "Whether it runs outside training too, for validation and test."),
};

export abstract class Encoder extends Augmentation {
  /**
   * A whole data set, encoded once, for what takes data sets as they are: evaluate(), inspectLayers() and others.
   *
   * @param seed of what is drawn at random
   * @throws ShapeError for samples that are not encoded so
   */
  encode(data: Dataset, seed = 0): Dataset {
    const generator = new Generator(checkInteger(`${this.name}: seed`, seed));
    const all = data.batch(Array.from({ length: data.length }, (_, i) => i));
    const { x, shape, time = false } = this.apply(all, generator);
    const { name, labels, classes, classNames } = data;
    return new Dataset({
      name,
      x,
      labels,
      sampleShape: shape.slice(1),
      classes,
      time,
      ...(classNames === undefined ? {} : { classNames }),
    });
  }
}

/**
 * [N, …] to [N, T, …] with time.
 *
 * @param value of an element at a time step; asked for sample by sample, step by step
 * @throws ShapeError for samples that change over time already
 */
export function overTime(
  name: string,
  { integerMax: _, ...batch }: Batch,
  T: number,
  value: (element: number, step: number) => number,
): Batch {
  const { x, shape, time } = batch;
  if (time === true) {
    throw new ShapeError(
      `${name}: the batch is ${formatShape(shape)} with time in it; expected still samples, [N, …]. Leave one of the two out.`,
    );
  }
  const [N, ...sample] = shape;
  const size = N === 0 ? 0 : x.length / N;
  const y = new Float32Array(T * x.length);
  for (let n = 0, to = 0; n < N; n++) {
    for (let t = 0; t < T; t++) for (let i = 0; i < size; i++) y[to++] = value(n * size + i, t);
  }
  return { ...batch, x: y, shape: [N, T, ...sample], time: true };
}
