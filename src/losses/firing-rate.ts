/**
 * How far layers fire from how often they should, to be added to a loss:
 *
 *   r[l, n] = mean over time steps and neurons of the spikes of layer l for sample n
 *   L = weight sum over l of mean over n of (r[l, n] - target[l])^2
 *
 * A mean over the samples, so that batches that are accumulated add up to that of all of them.
 */

import { ShapeError } from "../errors.js";
import { readOptions, required, withDefault, optional, type Schema } from "../schema/schema.js";
import { listOf, oneOrList, real, text } from "../schema/value-types.js";
import { sizeOf } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import type { LayerOutputs } from "./table.js";

export interface FiringRateOptions {
  /** Spikes per neuron and time step that layers should have, 0 to 1: of all of them, or one for each of `layers`. */
  target: number | readonly number[];
  /** What the squared distance is multiplied by (default 1). */
  weight?: number;
  /** Names of spiking layers, such as "layers.neuron1" (default: all). */
  layers?: readonly string[];
}

export type ResolvedFiringRate = Readonly<
  Required<Omit<FiringRateOptions, "layers">> & Pick<FiringRateOptions, "layers">
>;

const share = real({ from: 0, to: 1 });

export const firingRateSchema: Schema<ResolvedFiringRate> = {
  fields: {
    target: required(
      oneOrList(share, listOf(share, 1)),
      "Spikes per neuron and time step that layers should have: of all, or one for each of the layers.",
    ),
    weight: withDefault(real({ from: 0 }), 1, "What the squared distance from the target is multiplied by."),
    layers: optional(
      listOf(text('the name of a layer, such as "layers.neuron1"'), 1),
      "Spiking layers that it is about; all if they are left out.",
    ),
  },
  check({ target, layers }, place) {
    if (typeof target === "number" || target.length === layers?.length) return;
    const count = layers === undefined ? "no layers are named" : `there are ${layers.length} layers`;
    place
      .at("target")
      .fail(`has ${target.length} entries, but ${count}; expected one for each, or a number for all.`);
  },
};

/**
 * @param layers what a loss is given as its third argument
 * @returns shape [], differentiable
 * @throws TypeError, RangeError for the options; RangeError for a layer that is not among those given
 */
export function firingRatePenalty(layers: LayerOutputs, options: FiringRateOptions): Tensor {
  return penaltyOf(layers, readOptions("firingRatePenalty", options, firingRateSchema));
}

/** @param options checked */
export function penaltyOf(layers: LayerOutputs, options: ResolvedFiringRate): Tensor {
  const { target, weight, layers: names = Object.keys(layers) } = options;
  const terms = names.map((name, i) => {
    if (!Object.hasOwn(layers, name)) {
      throw new RangeError(
        `firingRatePenalty: the outputs of ${name} are not given; expected ${Object.keys(layers).join(", ")}. Name it in the layers of the loss.`,
      );
    }
    const away = ratesOf(layers[name].spikes).sub(typeof target === "number" ? target : target[i]);
    return away.mul(away).mean();
  });
  if (terms.length === 0)
    throw new RangeError("firingRatePenalty: there are no layers; expected at least one.");
  return terms.reduce((sum, term) => sum.add(term)).mul(weight);
}

/** Of each sample, over time and neurons. @param spikes [T, N, …] */
function ratesOf(spikes: Tensor): Tensor {
  const [T, N, ...neurons] = spikes.shape;
  if (spikes.rank < 2 || spikes.size === 0)
    throw new ShapeError(`firingRatePenalty: spikes are [${spikes.shape.join(", ")}]; expected [T, N, …].`);
  return spikes
    .reshape([T, N, sizeOf(neurons)])
    .mean(2)
    .mean(0);
}
