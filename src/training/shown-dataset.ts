/** Samples as a network is shown them, where augmentations have a part in it. */

import type { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import { Dataset } from "../datasets/dataset.js";
import { inUnitsOf } from "../measuring/batch-input.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { measuredBatches } from "./measured-batches.js";

const BATCH = 256;

/**
 * A data set whose samples need nothing more than what the model does to them, as `evaluate` shows them with these
 * augmentations. Without any, the samples are not copied.
 *
 * @throws RangeError if something else was done to the samples than the model expects
 */
export function shownDataset(
  model: SpikingModel,
  data: Dataset,
  augmentations: AugmentationPipeline | null,
): Dataset {
  if (augmentations === null) return inUnitsOf(model, data);
  const parts: Float32Array[] = [];
  let { sampleShape, preprocessing, time } = data;
  for (const batch of measuredBatches(model, data, BATCH, augmentations)) {
    parts.push(batch.x);
    sampleShape = batch.shape.slice(1);
    preprocessing = batch.preprocessing ?? [];
    time = batch.time ?? false;
  }
  const x = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    x.set(part, at);
    at += part.length;
  }
  const { name, labels, classes, classNames } = data;
  return new Dataset({
    name,
    x,
    labels,
    sampleShape,
    classes,
    time,
    ...(classNames === undefined ? {} : { classNames }),
    ...(preprocessing.length === 0 ? {} : { preprocessing }),
  });
}
