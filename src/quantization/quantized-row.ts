/** The row of a quantized layer: that of the layer it stands for, with the options of its quantizers. */

import type { FullLayerRow, LayerRow } from "../layers/layer-row.js";
import type { Module } from "../module/module.js";
import type { Schema } from "../schema/schema.js";
import { givenOptions, quantizedFields, type QuantizedSettings } from "./layer-quantizers.js";

/** A layer with quantizers. */
export interface QuantizedLayer extends Module {
  readonly settings: QuantizedSettings;
  /** Makes the ranges of its weights those of the weights that it has now, as evaluation would. */
  observeWeights?(): void;
}

/** @param inner the layer whose options the float row tells: a subclass of it, or one inside */
export function quantizedRow<O extends object, L extends QuantizedLayer>(
  float: FullLayerRow<O>,
  layer: abstract new (...args: never[]) => L,
  create: (options: O, settings: QuantizedSettings) => L,
  inner: (layer: L) => Module = (own) => own,
): LayerRow<O & QuantizedSettings> {
  return {
    layer,
    schema: {
      ...float.schema,
      fields: { ...float.schema.fields, ...quantizedFields },
    } as unknown as Schema<O & QuantizedSettings>,
    inputs: float.inputs,
    create: ({ quantParams, compat, ...options }) => create(options as unknown as O, { quantParams, compat }),
    outputShape: float.outputShape.bind(float),
    weights: float.weights.bind(float),
    operations: float.operations.bind(float),
    options: (made) => {
      const own = made as L;
      return { ...float.options(inner(own)), ...givenOptions(own.settings) } as O & QuantizedSettings;
    },
  };
}
