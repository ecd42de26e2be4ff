/** The float network of a quantized one: what is exported, with the fractional bits of its quantizers beside it. */

import type { SpikingModel } from "../models/spiking-model.js";
import { quantizedKinds } from "../quantization/kinds.js";
import { draftOf, modelOf } from "./draft.js";

const PREFIX = "Quantized";

/** Options that quantized layers have beside those of their float form. */
const OWN = ["quantParams", "compat", "repair", "branches"];

/** Arrays of quantizers: a learned step. */
const LEARNED = /\.quantizer_\w+\.\w+$/;

/**
 * A new model with the layers, names and weights of this one, whose layers quantize nothing.
 *
 * @throws TypeError unless it is a model of layers that are known by kind, each with a float form
 */
export function withoutQuantizers(quantized: SpikingModel): SpikingModel {
  const where = "withoutQuantizers";
  const draft = draftOf(where, quantized);
  for (const layer of draft.layers) {
    if (!quantizedKinds.has(layer.kind)) continue;
    if (layer.options.compat !== undefined) {
      throw new TypeError(
        `${where}: ${layer.name} computes as the reference does, with its faults; expected quantized layers of this library. ` +
          `Quantize the network without compat.`,
      );
    }
    layer.kind = layer.kind.slice(PREFIX.length);
    layer.options = Object.fromEntries(Object.entries(layer.options).filter(([name]) => !OWN.includes(name)));
  }
  const ofQuantizers = [...draft.state.keys(), ...draft.settings.keys()].filter((name) => LEARNED.test(name));
  for (const name of ofQuantizers) {
    draft.state.delete(name);
    draft.settings.delete(name);
  }
  return modelOf(draft);
}
