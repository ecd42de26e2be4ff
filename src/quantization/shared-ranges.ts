/**
 * One range where a producer and its consumer meet. What a quantized layer gives lies on the grid of its output's quantizer;
 * a quantizer of the next layer's input, with a range of its own, could only move it: where the extreme is negative and a
 * power of two, it takes one fractional bit less. So inputs that are on a grid of the same options are not quantized again, and
 * neither is what a max pooling gives, which are values that it was given.
 */

import { INPUT } from "../graph/layer-graph.js";
import type { AnyLayerSpec } from "../graph/layer-spec.js";
import type { PlainOptions } from "../layers/table.js";
import { sameData } from "../schema/plain-copy.js";
import { quantizerOptions, type QuantParams } from "./quantizer-options.js";

/** A layer and what it reads, by name. */
export interface QuantizedSpec extends AnyLayerSpec {
  readonly options: PlainOptions;
  readonly inputs: readonly string[];
}

/** Hand on what they are given, on its grid. */
const TRANSPARENT = ["Flatten", "Dropout", "QuantizedMaxPool1d", "QuantizedMaxPool2d"];

export function withSharedRanges(
  specs: readonly QuantizedSpec[],
  params: QuantParams,
): readonly QuantizedSpec[] {
  if (!sharesGrid(params)) return specs;
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const isOnGrid = (name: string): boolean => {
    const spec = byName.get(name);
    if (spec === undefined || name === INPUT) return false;
    return !TRANSPARENT.includes(spec.kind) || isOnGrid(spec.inputs[0]);
  };
  return specs.map((spec) => {
    if (!("quantParams" in spec.options) || !spec.inputs.every(isOnGrid)) return spec;
    const off = { quantEnable: false };
    const shared = { ...params, input: { ...params.input, ...off } };
    const quantParams = TRANSPARENT.includes(spec.kind)
      ? { ...shared, act: { ...params.act, ...off } }
      : shared;
    return { ...spec, options: { ...spec.options, quantParams } };
  });
}

/** Whether inputs and outputs are quantized, and alike. */
function sharesGrid(params: QuantParams): boolean {
  const [input, act] = (["input", "act"] as const).map((type) => {
    const { tensorType: _, ...options } = quantizerOptions(type, params, undefined);
    return options;
  });
  return sameData(input, act) && act.quantEnable !== false;
}
