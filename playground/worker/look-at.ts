/** What the network does with what it is shown, and what the page is told of it. */

import { recordActivity, scope, tensor, type SpikingModel } from "atif";
import { traceOf } from "../../elements/trace-of.js";
import type { Looked } from "./arrivals-of.js";
import { sequences } from "./late-sequences.js";
import { hasLearnedDigits, isUntrained, preparationFor } from "./model-facts.js";
import { inUnitsOf } from "./network-input.js";
import type { Look, PickedNeuron, Sequence } from "./protocol.js";
import type { MadeSequence } from "./sequences.js";
import { shapeToDraw, type Looking, type Shown } from "./shown-input.js";
import { shownNames } from "./spiking-layers.js";
import { viewShape } from "./view-shape.js";

/** Answers after 1, 2, 4 and 8 steps are shown side by side, whatever the model was trained with. */
const LEAST_STEPS = 8;

/**
 * @param model the network, or a copy of it with other thresholds and another T
 * @param learns whether its weights may be others soon
 */
export function lookedAt(model: SpikingModel, { image, sequence }: Shown, learns: boolean): Looked {
  const timesteps = sequence?.timesteps ?? Math.max(LEAST_STEPS, model.timesteps);
  const given = sequence?.values ?? inUnitsOf(model, image);
  const lead = sequence === null ? [] : [timesteps];
  const activity = scope(() =>
    recordActivity(model, tensor(given, [...lead, 1, ...model.inputShape]), {
      timesteps,
      time: sequence !== null,
    }),
  );
  const state = learns ? model.stateDict() : undefined;
  return { model, activity, image: given, isSequence: sequence !== null, state };
}

/**
 * @param looking what is known of the network
 * @param names of its answers; of the classes of held-out samples, where they have some
 */
export function lookOf(
  { model, activity, image: given }: Looked,
  { input, image, label, sequence }: Shown,
  looking: Looking,
  names: { readonly classes: readonly string[]; readonly samples: readonly string[] | undefined },
  picked: PickedNeuron | null,
): Look {
  const { facts, time } = looking;
  const shown = shownNames(model);
  const imageShape =
    sequence === null ? viewShape(model.inputShape) : sequences().frameShape(model.inputShape);
  const drawn = time === null ? imageShape : (shapeToDraw(looking) ?? imageShape);
  return {
    input,
    image,
    imageShape,
    label,
    labelName: label === null ? null : (names.samples?.[label] ?? names.classes[label]),
    classNames: names.classes,
    sequence: sequence === null ? null : sequenceOf(sequence, looking),
    isBlank: label === null && (image.length > 0 ? image : given).every((value) => value === 0),
    isUntrained: isUntrained(facts),
    madeFor: model.timesteps,
    preparation: preparationFor(drawn, facts),
    hasLearnedDigits: hasLearnedDigits(facts),
    timesteps: activity.timesteps,
    classes: activity.classes,
    scores: activity.scores,
    answers: activity.answers,
    layers: activity.layers.map(({ name, kind, theta, shape, neurons, spikes }) => ({
      name: shown(name), kind, theta, shape, neurons, spikes,
    })), // prettier-ignore
    trace: picked === null ? null : traceOf(activity, picked),
  };
}

/** Of a network that does not say what it takes, it is what its shape is. */
function sequenceOf({ values, events }: MadeSequence, { model, time }: Looking): Sequence {
  const kind = sequences().sequenceKindOf(model, time ?? { encoder: null });
  return { kind, values, shape: model.inputShape, hasEvents: events !== null };
}
