/** Why a network cannot be shown the data at hand. */

import type { Dataset, ModelFacts, SpikingModel } from "atif";
import { knownClassNames } from "./model-facts.js";

export function misfit({ inputShape, outputShape }: SpikingModel, facts: ModelFacts, test: Dataset): Error {
  const known = knownClassNames(facts, outputShape[0]);
  return new Error(
    `This network takes images of ${inputShape.join(" × ")} and knows ${classesIn(outputShape[0], known)}, but the data "${test.name}" ` +
      `are ${test.sampleShape.join(" × ")} with ${classesIn(test.classes, test.classNames)}. Drop the data it was trained on, or draw.`,
  );
}

/** "2 classes (cat, dog)" */
function classesIn(count: number, names: readonly string[] | null | undefined): string {
  return names ? `${count} classes (${names.join(", ")})` : `${count} classes`;
}
