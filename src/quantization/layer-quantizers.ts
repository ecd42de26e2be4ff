/** The quantizers of a layer, made of the options of its network. */

import type { Module } from "../module/module.js";
import type { Tensor } from "../tensor/tensor.js";
import { optional, withDefault } from "../schema/schema.js";
import { oneOf } from "../schema/value-types.js";
import { quantizerOptions, quantParams, type QuantParams, type TensorType } from "./quantizer-options.js";
import { Quantizer } from "./quantizer.js";
import { plainRoundingLoops } from "./rounding-loops.js";

/** What quantized layers and neurons take beside the options of those that they stand for. */
export interface QuantizedOptions {
  /** For its quantizers (default: 8 bits, fixed point, nearest). */
  quantParams?: QuantParams;
  /** "qualia": as the reference does, with its faults. */
  compat?: "qualia" | undefined;
}

export interface QuantizedSettings {
  readonly quantParams: QuantParams;
  readonly compat?: "qualia" | undefined;
}

export const quantizedFields = {
  quantParams: withDefault<QuantParams>(quantParams, {}, "Options of its quantizers."),
  compat: optional(oneOf(["qualia"]), "Whose faults to have, too."),
};

/** A quantizer for a kind of tensor. */
export function quantizerOf(type: TensorType, { quantParams: params, compat }: QuantizedSettings): Quantizer {
  return new Quantizer(quantizerOptions(type, params, compat));
}

/** Only what was given: undefined is no option. */
export function givenOptions({ quantParams: params, compat }: QuantizedSettings): QuantizedOptions {
  return { quantParams: params, ...(compat === undefined ? {} : { compat }) };
}

/** The quantizers of a layer, by the name that they have in it: quantizer_input, quantizer_act … */
export function quantizersOf(layer: Module): ReadonlyMap<string, Quantizer> {
  return new Map(
    layer.children().filter((child): child is [string, Quantizer] => child[1] instanceof Quantizer),
  );
}

/** Those of them that have something to quantize: a layer without a bias has a quantizer for one, too. */
export function quantizersInUse(layer: Module): ReadonlyMap<string, Quantizer> {
  const hasBias = (layer as { readonly bias?: Tensor | null }).bias !== null;
  return new Map([...quantizersOf(layer)].filter(([name]) => hasBias || name !== "quantizer_bias"));
}

/**
 * What a layer gives for an input that is the same at all T time steps, computed once. In step mode 'm' its inputs and outputs
 * are quantized as the whole sequence that they stand for.
 */
export function applyOnce(layer: Module, T: number, apply: () => Tensor): Tensor {
  const quantizers = layer.stepMode === "m" ? [...quantizersOf(layer).values()] : [];
  const moving = quantizers.filter(({ tensorType }) => tensorType === "input" || tensorType === "act");
  return moving.reduce((fn, quantizer) => () => quantizer.standingFor(T, fn), apply)();
}

/** What a quantizer makes of a number, as far as it can be told: without a range, the number. */
export function asQuantized(value: number, quantizer: Quantizer): number {
  if (!quantizer.hasRange && quantizer.forceQ === null) return value;
  const { grid } = quantizer;
  if (grid === null) return value;
  const y = new Float32Array(1);
  plainRoundingLoops.round(y, Float32Array.of(value), grid);
  return y[0];
}
