/** The batches that a model is measured on, where augmentations have a part in it. */

import type { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import type { Batch } from "../datasets/batch.js";
import type { Dataset } from "../datasets/dataset.js";
import { inUnitsOf } from "../measuring/batch-input.js";
import { prepareSamples } from "../models/prepare-samples.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { samePreprocessing, stepsLeft } from "../preprocessing/table.js";
import { Generator } from "../random/generator.js";

/**
 * Augmentations that say how samples are prepared (Normalize, IntToFloat32) do so instead of the model; what the model does
 * before those, such as normalization by its training set, it does here as well. All others act on samples as data give
 * them, and the model prepares what comes of it.
 *
 * @param augmentations null: none; random ones draw from a generator that starts with seed 0
 */
export function* measuredBatches(
  model: SpikingModel,
  data: Dataset,
  batchSize: number,
  augmentations: AugmentationPipeline | null,
): Iterable<Batch> {
  const prepares = augmentations?.preparesSamples === true;
  const source = prepares ? data : inUnitsOf(model, data);
  const generator = new Generator(0);
  for (const batch of source.batches({ batchSize })) {
    if (augmentations === null) yield batch;
    else if (!prepares) yield augmentations.apply(batch, generator, false);
    else {
      const { preprocessing } = model;
      yield { ...augmentations.apply(before(model, augmentations, batch), generator, false), preprocessing };
    }
  }
}

/** A batch after what the model does before these augmentations, if it does the same after that. */
function before(model: SpikingModel, augmentations: AugmentationPipeline, batch: Batch): Batch {
  const { preprocessing } = model;
  const own = augmentations.preprocessing;
  const split = preprocessing.length - own.length;
  if (split <= 0 || !samePreprocessing(preprocessing.slice(split), own)) return batch;
  const left = stepsLeft(preprocessing.slice(0, split), batch.preprocessing ?? []);
  return left === null ? batch : { ...batch, ...prepareSamples(model, left, batch) };
}
