/** Bits that single layers of a quantized network have for themselves: each keeps options of its own for its quantizers. */

import { createModel, type QuantParams, type SpikingModel } from "atif";
import { shortName } from "./short-name.js";

interface QuantizedLayer {
  readonly name: string;
  readonly options?: { readonly quantParams?: QuantParams };
}

/**
 * @param ownBits by the short name of the layer: of its weights and biases, of its potentials, whichever it holds. Names that the
 *   network does not have are stepped over: they are of another one.
 * @returns the model, if no layer has any
 */
export function withOwnBits(model: SpikingModel, ownBits: Readonly<Record<string, number>>): SpikingModel {
  const { architecture } = model;
  const layers = architecture.options.layers as readonly QuantizedLayer[];
  const bitsOf = new Map(Object.entries(ownBits));
  if (!layers.some(({ name }) => bitsOf.has(shortName(name)))) return model;
  const changed = layers.map((layer) => {
    const { quantParams } = layer.options ?? {};
    const bits = bitsOf.get(shortName(layer.name));
    if (bits === undefined || quantParams === undefined) return layer;
    const own = { bits };
    const { w, bias, v } = quantParams;
    const params = { ...quantParams, w: { ...w, ...own }, bias: { ...bias, ...own }, v: { ...v, ...own } };
    return { ...layer, options: { ...layer.options, quantParams: params } };
  });
  const made = createModel({ ...architecture, options: { ...architecture.options, layers: changed } });
  made.setParameterSettings(model.parameterSettings());
  made.loadStateDict(model.stateDict());
  return made.train(model.training);
}
