/** The batches that a model is measured on, where augmentations have a part in it. */

import type { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import type { Batch } from "../datasets/batch.js";
import type { Dataset } from "../datasets/dataset.js";
import { afterStepsOfData, inUnitsOf } from "../measuring/batch-input.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { Generator } from "../random/generator.js";

/**
 * Augmentations run after what the model does to whole data sets. Those that say how samples are prepared (Normalize,
 * IntToFloat32) stand for all that comes after that; what others give, the model prepares.
 *
 * @param augmentations null: none; random ones draw from a generator that starts with seed 0
 */
export function* measuredBatches(
  model: SpikingModel,
  data: Dataset,
  batchSize: number,
  augmentations: AugmentationPipeline | null,
): Iterable<Batch> {
  const { preprocessing } = model;
  const prepares = augmentations?.preparesSamples === true;
  const generator = new Generator(0);
  for (const batch of (prepares ? data : inUnitsOf(model, data)).batches({ batchSize })) {
    if (augmentations === null) {
      yield batch;
      continue;
    }
    const changed = augmentations.apply(afterStepsOfData(model, batch), generator, false);
    yield prepares ? { ...changed, preprocessing } : changed;
  }
}
