/** The augmentations of an experiment, in order. */

import { isList } from "../../checks.js";
import { show } from "../../show.js";
import { close } from "../../schema/fixed.js";
import type { PreprocessingStep } from "../../preprocessing/table.js";
import type { Generator } from "../../random/generator.js";
import type { Batch } from "../batch.js";
import { Augmentation } from "./augmentation.js";
import { Mixup } from "./mixup.js";

export class AugmentationPipeline {
  /** What runs, in the order it runs: first all with `before`, then all with `after`. */
  readonly steps: readonly Augmentation[];

  /** @throws TypeError unless it is an array of augmentations; RangeError if something runs after Mixup */
  constructor(augmentations: readonly Augmentation[]) {
    if (!isList(augmentations) || !augmentations.every((each: unknown) => each instanceof Augmentation)) {
      throw new TypeError(
        `AugmentationPipeline: got ${show(augmentations)}; expected an array of augmentations, such as [new HorizontalFlip()].`,
      );
    }
    this.steps = [
      ...augmentations.filter(({ before }) => before),
      ...augmentations.filter(({ after }) => after),
    ];
    const mixup = this.steps.findIndex((step) => step instanceof Mixup);
    if (mixup >= 0 && mixup < this.steps.length - 1) {
      throw new RangeError(
        `augmentations: Mixup runs before ${this.steps[mixup + 1].name}; expected it to run last and once. ` +
          `Order: all with before, then all with after, each as listed.`,
      );
    }
    close<AugmentationPipeline>(this, "steps");
  }

  /** Whether training batches come back with mixed labels. */
  get mixesLabels(): boolean {
    return this.steps.some((step) => step instanceof Mixup);
  }

  /** What it always does to samples, in training and outside: what a network that learns from it is to see everywhere. */
  get preprocessing(): readonly PreprocessingStep[] {
    return this.steps.flatMap(({ step }) => step ?? []);
  }

  /** Whether it says itself how samples are prepared, were it for training alone. */
  get preparesSamples(): boolean {
    return this.steps.some(({ preparesSamples }) => preparesSamples);
  }

  /** Whether it changes samples outside training by more than `preprocessing` says: at random. */
  get variesOutsideTraining(): boolean {
    return this.steps.some(({ evaluate, step }) => evaluate && step === null);
  }

  /**
   * Runs all steps, or outside training those that say `evaluate`.
   * @param generator the source of everything random
   */
  apply(batch: Batch, generator: Generator, training: boolean): Batch {
    let current = batch;
    for (const step of this.steps) if (training || step.evaluate) current = step.apply(current, generator);
    return current;
  }
}
