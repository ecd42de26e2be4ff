/** What networks are shown after their training: samples as in a test. */

import type { AugmentationPipeline } from "../../datasets/augmentations/pipeline.js";
import { lossOfExperiment } from "../training.js";
import type { PreparedRun } from "../prepared-run.js";
import type { TestSet } from "../quantized/measure-stage.js";

/** The augmentations, if they have a part in what a network is shown outside training. */
export function shownAugmentations(augmentations: AugmentationPipeline): AugmentationPipeline | null {
  return augmentations.steps.some(({ evaluate }) => evaluate) ? augmentations : null;
}

export function testSetOf({ run, sets, augmentations, own }: PreparedRun): TestSet {
  const loss = lossOfExperiment(run.experiment, own);
  const shown = shownAugmentations(augmentations);
  return { data: sets.test ?? sets.train, loss, ...(shown === null ? {} : { augmentations: shown }) };
}
