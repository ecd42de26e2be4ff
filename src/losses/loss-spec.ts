/** What a loss is chosen by: a name of the table, or a function under a name of its own. */

import { refuse } from "../schema/place.js";
import { oneOf, type ValueType } from "../schema/value-types.js";
import { show } from "../show.js";
import { crossEntropyWith } from "./cross-entropy-with.js";
import { lossNames, lossTable, type Loss, type LossName, type PlainLoss } from "./table.js";

/** A loss of one's own. */
export interface NamedLoss {
  /** Reports, metrics and checkpoints have it: a run that is continued with another loss is refused. */
  readonly name: string;
  /** Of mean outputs [N, classes] and N labels, and of what the layers gave: a mean over the samples, shape []. */
  readonly loss: Loss;
  /** Which spiking layers it is given the outputs of: names such as "layers.neuron1", or true for all (default: none). */
  readonly layers?: readonly string[] | true;
}

export type LossSpec = LossName | NamedLoss;

const EXAMPLE = '{ name: "focal", loss: (outputs, labels) => … }';
const known = oneOf(lossNames);
const KEYS: readonly string[] = ["name", "loss", "layers"];

/** Of code: a file cannot hold a function. */
export const lossSpec: ValueType<LossSpec> = {
  // Put together when it is asked for: what makes a text as it is loaded stays in every page.
  get expects() {
    return `${known.expects}, or ${EXAMPLE}`;
  },
  read(value, place) {
    if (typeof value === "string") return known.read(value, place);
    if (typeof value !== "object" || value === null) return refuse(place, value, this.expects, "type");
    const { name, loss, layers } = value as Partial<Record<keyof NamedLoss, unknown>>;
    const stranger = Object.keys(value).find((key) => !KEYS.includes(key));
    if (stranger !== undefined) place.fail(`has ${show(stranger)}; expected ${EXAMPLE}, and layers.`, "type");
    if (typeof name !== "string" || name.trim() === "")
      return refuse(place.at("name"), name, 'what it is called, such as "focal"', "type");
    if (typeof loss !== "function")
      return refuse(place.at("loss"), loss, "a function, such as (outputs, labels) => …", "type");
    const areNames = Array.isArray(layers) && layers.every((each) => typeof each === "string");
    if (layers !== undefined && layers !== true && !areNames)
      refuse(place.at("layers"), layers, 'true, or names such as ["layers.neuron1"]', "type");
    return value as NamedLoss;
  },
  write: () => undefined,
};

export interface LossChoice {
  readonly loss?: LossSpec;
  /** How much each class counts; null, or left out: all alike. */
  readonly classWeights?: readonly number[] | null;
  /** Share of every label that is spread over all classes. */
  readonly labelSmoothing?: number;
}

/** The function that is chosen, and its name. */
export function lossOf({
  loss = "crossentropy",
  classWeights = null,
  labelSmoothing = 0,
}: LossChoice): NamedLoss {
  if (typeof loss !== "string") return loss;
  if (classWeights === null && labelSmoothing === 0) return { name: loss, loss: lossTable[loss] };
  if (classWeights === null) return { name: loss, loss: crossEntropyWith({ labelSmoothing }) };
  return { name: loss, loss: weighted(crossEntropyWith({ weight: classWeights, labelSmoothing })) };
}

/** Where no sample counts there is nothing to learn, and nothing wrong: the next batch has others. */
function weighted(loss: PlainLoss): PlainLoss {
  const { divisor = ({ length }) => length } = loss;
  const orNothing: PlainLoss = (outputs, labels) =>
    divisor(labels) === 0 ? outputs.sum().mul(0) : loss(outputs, labels);
  return Object.assign(orNothing, { divisor });
}
