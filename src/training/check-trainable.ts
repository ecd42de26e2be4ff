/** What is wrong with what a trainer is given, beside its options. */

import type { Dataset } from "../datasets/dataset.js";
import type { SpikingModel } from "../models/spiking-model.js";

/** @throws RangeError if only one of them changes over time: the network would be measured on what it did not learn */
export function checkSameTime(train: Dataset, validation: Dataset): void {
  if (train.time === validation.time) return;
  const told = ({ name, time }: Dataset): string => `"${name}" ${time ? "change over time" : "are still"}`;
  throw new RangeError(
    `Trainer: validation: the samples of ${told(validation)}, but those of ${told(train)}; expected the same of both. ` +
      "Data sets say so with time: true.",
  );
}

/** @throws RangeError if there is nothing to train */
export function checkTrainable(model: SpikingModel): void {
  if (model.parameters().length > 0) return;
  throw new RangeError(
    `Trainer: ${model.constructor.name} has no parameters; expected some to train. Layers have to be registered, ` +
      `this.registerChild(name, layer) in the constructor; those in #private fields are not seen otherwise.`,
  );
}
