/** Why a network cannot be shown the data at hand. */

import type { Dataset, ModelFacts, SpikingModel } from "atif";
import { shownDataName } from "../state/data-name.js";
import { problems } from "../words/problems.js";
import { knownClassNames } from "./model-facts.js";

export function misfit({ inputShape, outputShape }: SpikingModel, facts: ModelFacts, test: Dataset): Error {
  const known = knownClassNames(facts, outputShape[0]);
  return new Error(
    problems.network.misfit(
      { shape: inputShape.join(" × "), classes: outputShape[0], names: known },
      {
        name: shownDataName(test.name),
        shape: test.sampleShape.join(" × "),
        classes: test.classes,
        names: test.classNames ?? null,
      },
    ),
  );
}
