/** The integers of a quantized network, as its quantizers have them. */

import { noGrad } from "../../autograd/grad-mode.js";
import { StateError } from "../../errors.js";
import type { LayerGraph, LayerNode } from "../../graph/layer-graph.js";
import type { Module } from "../../module/module.js";
import { quantizersInUse } from "../../quantization/layer-quantizers.js";
import type { Quantizer } from "../../quantization/quantizer.js";
import type { QuantizedLayer } from "../../quantization/quantized-row.js";
import { show } from "../../show.js";
import { scope } from "../../tensor/scope.js";
import type { FixedPoint } from "./fixed-point.js";
import type { Format, Formats } from "./formats.js";

/** They hand on the integers that they are given. */
const TRANSPARENT: readonly string[] = ["Flatten", "Dropout"];
const CHOOSING: readonly string[] = ["QuantizedMaxPool1d", "QuantizedMaxPool2d"];

/** What its messages say, and what it asks of the quantizers. */
export interface QuantizerFormatOptions {
  readonly where: string;
  /** No integer has more bits than this. */
  readonly width: number;
  /** Whether quantizers must know their ranges: a range file may. */
  readonly needsRanges: boolean;
}

/**
 * Of the layers that have quantizers.
 *
 * @throws TypeError for quantizers whose steps are no powers of two; StateError for one without a range; RangeError for one of
 *   more bits than the width
 */
export function ownFormats(
  { nodes }: LayerGraph,
  options: QuantizerFormatOptions,
): ReadonlyMap<LayerNode, Format> {
  const formats = new Map<LayerNode, Format>();
  for (const node of nodes) {
    const { module, name, kind } = node;
    const quantizers = module === null ? new Map<string, Quantizer>() : quantizersInUse(module);
    if (quantizers.size === 0) continue;
    scope(() => noGrad(() => (module as Module & Pick<QuantizedLayer, "observeWeights">).observeWeights?.()));
    const formatOf = (part: string): FixedPoint | null => {
      const quantizer = quantizers.get(part);
      return quantizer === undefined ? null : fixedPoint(`${name}.${part}`, quantizer, options);
    };
    const act = quantizers.get("quantizer_act");
    const output = CHOOSING.includes(kind) && act?.quantEnable === false ? null : formatOf("quantizer_act");
    const inputs = [...quantizers].filter(([part]) => part.startsWith("quantizer_input"));
    formats.set(node, {
      output,
      weights: formatOf("quantizer_w") ?? formatOf("quantizer_v"),
      bias: formatOf("quantizer_bias"),
      inputs:
        kind === "QuantizedIdentity"
          ? [output]
          : inputs.map(([part, { quantEnable }]) => (quantEnable ? formatOf(part) : null)),
    });
  }
  return formats;
}

function fixedPoint(
  name: string,
  quantizer: Quantizer,
  { where, width, needsRanges }: QuantizerFormatOptions,
): FixedPoint {
  const {
    bits,
    roundtype: rounding,
    quantEnable,
    quantype,
    LSQ,
    hasRange,
    forceQ,
    fractionalBits,
  } = quantizer;
  const refuse = (what: string): never => {
    throw new TypeError(
      `${where}: ${name} ${what}; expected steps that are powers of two. Quantize the model with quantype "fxp", without LSQ.`,
    );
  };
  if (!quantEnable) refuse("is disabled (quantEnable), so that its values are no whole numbers");
  if (LSQ) refuse("has a learned step (LSQ)");
  if (quantype !== "fxp" || fractionalBits === null) return refuse(`has the quantype ${show(quantype)}`);
  if (needsRanges && !hasRange && forceQ === null) {
    throw new StateError(
      `${where}: ${name} has no range; expected one from data. Call calibrate(model, dataset) first, or train the model.`,
    );
  }
  // A range file may have been written for fewer.
  if (needsRanges && bits > width) {
    throw new RangeError(
      `${where}: ${name} has ${bits} bits, and width is ${width}; expected a width that holds them. ` +
        `Give width: 16, or quantize with at most ${width} bits.`,
    );
  }
  return { q: fractionalBits, bits: Math.min(bits, width), rounding };
}

/** What each layer that reads the network's input itself brings it to, in order; null where it takes it as it is. */
export function inputReaders(
  { nodes, input }: LayerGraph,
  own: ReadonlyMap<LayerNode, Format>,
): readonly { readonly name: string; readonly format: FixedPoint | null }[] {
  const isInput = new Set<LayerNode>([input]);
  return nodes.flatMap((node) => {
    if (TRANSPARENT.includes(node.kind) && isInput.has(node.inputs[0])) isInput.add(node);
    if (isInput.has(node)) return [];
    return node.inputs.flatMap((each, k) =>
      isInput.has(each) ? [{ name: node.name, format: own.get(node)?.inputs[k] ?? null }] : [],
    );
  });
}

/** Formats of a network that needs no range file. @throws TypeError unless all that read its input agree on it */
export function formatsOfQuantizers(
  where: string,
  graph: LayerGraph,
  own: ReadonlyMap<LayerNode, Format>,
): Formats {
  const [first, ...others] = inputReaders(graph, own).map(({ name, format }) => {
    if (format !== null) return { name, format };
    throw new TypeError(
      `${where}: ${name} reads the network's input and does not quantize it; expected whole numbers. ` +
        `Quantize the model with its inputs (quantEnable), or give ranges.`,
    );
  });
  const other = others.find(({ format }) => !sameFormat(first.format, format));
  if (other !== undefined) {
    throw new TypeError(
      `${where}: ${first.name} reads the network's input with ${told(first.format)}, and ${other.name} with ${told(other.format)}; ` +
        `expected the same for all that read it. Call calibrate(model, dataset).`,
    );
  }
  return { input: first.format, layers: own };
}

function sameFormat(a: FixedPoint, b: FixedPoint): boolean {
  return a.q === b.q && a.bits === b.bits && a.rounding === b.rounding;
}

function told({ q, bits, rounding }: FixedPoint): string {
  return `${q} of ${bits} bits behind the point, rounded ${show(rounding)}`;
}
