/** What a trainer makes small: the loss that is measured, and what is added to it while the network learns. */

import { penaltyOf } from "../losses/firing-rate.js";
import type { NamedLoss } from "../losses/loss-spec.js";
import type { Loss } from "../losses/table.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { entryCount } from "../schema/value-types.js";
import { checkLayers } from "./layer-outputs.js";
import type { ResolvedTrainerOptions } from "./trainer-options.js";

/** The loss, and how far layers fire from how often they should. */
export function withPenalty(own: NamedLoss, { firingRate }: ResolvedTrainerOptions): NamedLoss {
  if (firingRate === null) return own;
  const { layers: asked = [] } = own;
  const { layers: penalized = true } = firingRate;
  const layers = asked === true || penalized === true ? true : [...new Set([...asked, ...penalized])];
  const loss: Loss = (outputs, labels, given) =>
    own.loss(outputs, labels, given).add(penaltyOf(given, firingRate));
  const { divisor } = own.loss;
  return { ...own, layers, loss: divisor === undefined ? loss : Object.assign(loss, { divisor }) };
}

/** @throws RangeError for what does not fit the model */
export function checkLoss(
  model: SpikingModel,
  { layers }: NamedLoss,
  { classWeights, detachEvery, firingRate }: ResolvedTrainerOptions,
): void {
  const [classes] = model.outputShape;
  if (classWeights !== null && classWeights.length !== classes) {
    throw new RangeError(
      `Trainer: classWeights has ${entryCount(classWeights.length)} for ${classes} outputs; expected one per class.`,
    );
  }
  if (layers === undefined) return;
  checkLayers("Trainer", model, layers);
  if (firingRate !== null && model.spikingLayers().length === 0) {
    throw new RangeError(
      "Trainer: firingRate is given, but the model has no spiking layers; expected some. Leave it out.",
    );
  }
  if (detachEvery === null || detachEvery >= model.timesteps) return;
  throw new RangeError(
    `Trainer: detachEvery is ${detachEvery}, but ${firingRate === null ? "the loss" : "firingRate"} reads what layers gave at ` +
      "all time steps; expected one of the two. Leave out the other.",
  );
}
