/** The network of the file, and what it makes of a sample: numbers of the library, as `atif predict` gives them. */

import { decodeModel, initInference, type Activity, type ModelFacts, type SpikingModel } from "atif";
import {
  hasLearnedDigits,
  isUntrained,
  knownClassNames,
  numbered,
  preparationFor,
} from "../playground/worker/model-facts.js";
import { YOUR_PICTURES } from "../playground/pictures/picture.js";
import type { Preparation } from "../playground/pictures/prepare-picture.js";
import { shownNames } from "../playground/worker/spiking-layers.js";
import { offerOf, type Offer, type StandaloneFacts } from "../src/cli/exports/filled-page.js";
import { shownActivity } from "../src/cli/shown-activity.js";
import { shownDataset } from "../src/training/shown-dataset.js";
import type { Filled } from "./filled.js";
import { knowAllKinds } from "./kinds.js";
import { heldSamples, type Sample } from "./sample.js";

export interface Network {
  readonly model: SpikingModel;
  readonly facts: StandaloneFacts;
  /** What its file says of its training. */
  readonly learned: ModelFacts;
  readonly classNames: readonly string[];
  readonly offer: Offer;
  /** Of pictures, as the data set it has learned was made; null: of another one, pictures are scaled to its size. */
  readonly preparation: Preparation | null;
  readonly hasLearnedDigits: boolean;
  readonly isUntrained: boolean;
  /** That came with the page, one after the other. */
  readonly held: readonly Sample[];
}

/** More steps than it has learned with show how an answer to something still would settle. */
const LEAST_STEPS = 8;

/** @throws Error with a sentence for the reader, where the browser cannot compute or the file is damaged */
export async function openNetwork({ facts, model: bytes, samples }: Filled): Promise<Network> {
  knowAllKinds();
  await initInference({ threads: 1 });
  const { model, facts: learned } = decodeModel(bytes, facts.name);
  const outputs = model.outputShape[0];
  const offer = offerOf(facts);
  const { height = 1, width = 1, channels = 1 } = offer.picture ?? {};
  const network = {
    model: model.eval(),
    facts,
    learned,
    classNames: knownClassNames(learned, outputs) ?? numbered(outputs),
    offer,
    preparation: preparationOf([height, width, channels], learned),
    hasLearnedDigits: hasLearnedDigits(learned),
    isUntrained: isUntrained(learned),
  };
  return { ...network, held: heldSamples(network, samples) };
}

function preparationOf(shape: readonly number[], learned: ModelFacts): Preparation | null {
  const preparation = preparationFor(shape, learned);
  const isKnown = hasLearnedDigits(learned) || preparation === "clothes" || learned.dataset === YOUR_PICTURES;
  return isKnown ? preparation : null;
}

/** @throws RangeError, TypeError with a sentence for the reader, for samples that it does not take */
export function lookAt({ model }: Network, { data }: Sample): Activity {
  const batch = shownDataset(model, data, null).batch([0]);
  const timesteps = Math.max(LEAST_STEPS, model.timesteps);
  const activity = shownActivity(model, batch, data.time ? {} : { timesteps });
  const shown = shownNames(model);
  return { ...activity, layers: activity.layers.map((layer) => ({ ...layer, name: shown(layer.name) })) };
}
