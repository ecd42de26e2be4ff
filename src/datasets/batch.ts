/** What a data set hands to the trainer: some samples side by side. Channels last, float32. */

import { show } from "../show.js";
import { ShapeError } from "../errors.js";
import type { PreprocessingStep } from "../preprocessing/table.js";
import { formatShape, sizeOf } from "../shapes.js";
import type { Shape } from "../shapes.js";

export interface Batch {
  /** The samples, row-major. */
  readonly x: Float32Array;
  /** [N, H, W, C], [N, S, C] or [N, F]; with time in the data [N, T, …] */
  readonly shape: Shape;
  /** [N] class numbers */
  readonly labels: Int32Array;
  /** true: samples change over time, and the second dimension of the shape is time steps T. */
  readonly time?: boolean;
  /**
   * Set while x still holds unscaled integers: the largest value of their type, 255 for bytes. The augmentation
   * IntToFloat32 reads and clears it, so that nothing is divided twice.
   */
  readonly integerMax?: number;
  /** What was done to the samples already, of what SpikingModel.preprocessing asks for; nothing if it is left out. */
  readonly preprocessing?: readonly PreprocessingStep[];
  /** Set by Mixup: loss = lambda * loss(labels) + (1 - lambda) * loss(mixed.labels) */
  readonly mixed?: MixedLabels;
}

export interface MixedLabels {
  /** [N] the labels of the sample mixed into each sample */
  readonly labels: Int32Array;
  /** The weight of the batch's own samples and labels, from 0 to 1, a float32 number. */
  readonly lambda: number;
}

/** @throws TypeError unless it is a batch; ShapeError unless x holds what shape says and there is one label per sample */
export function checkBatch(where: string, batch: Batch): void {
  const { x, shape, labels } = (batch ?? {}) as Partial<Batch>;
  if (!(x instanceof Float32Array) || !(labels instanceof Int32Array) || !Array.isArray(shape)) {
    throw new TypeError(
      `${where}: the batch is ${show(batch)}; expected { x: Float32Array, shape, labels: Int32Array }, such as dataset.batch([0, 1]).`,
    );
  }
  if (shape.length < 2 || sizeOf(shape) !== x.length || shape[0] !== labels.length) {
    throw new ShapeError(
      `${where}: the batch has the shape ${formatShape(shape)} with ${x.length} values and ${labels.length} labels; ` +
        `expected [N, …] with as many values as the shape says and N labels.`,
    );
  }
}
