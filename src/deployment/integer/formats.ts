/** Which integers hold each tensor of a network: those of its quantizers, or what a range file says of its graph's names. */

import { FormatError } from "../../errors.js";
import { identifierOf, INPUT, type LayerGraph, type LayerNode } from "../../graph/layer-graph.js";
import { parseActivationsRange, type ActivationRange } from "../../quantization/activations-range.js";
import type { FixedPoint } from "./fixed-point.js";

/** Of a layer. */
export interface Format {
  /** Of its output; null: that of what it reads, which it hands on. */
  readonly output: FixedPoint | null;
  /** Of weights, or of a neuron's potential; null where it has none. */
  readonly weights: FixedPoint | null;
  /** Of a bias that has its own; null where it shares that of the weights. */
  readonly bias: FixedPoint | null;
  /** What each input is brought to first; null: it is taken as it is. */
  readonly inputs: readonly (FixedPoint | null)[];
}

export interface Formats {
  /** Of the network's input. */
  readonly input: FixedPoint;
  readonly layers: ReadonlyMap<LayerNode, Format>;
}

const MOST_CHARACTERS = 2 ** 22;

export interface FormatOptions {
  /** Bits of integers that no quantizer tells. */
  readonly width: number;
  readonly inputBits: number;
  /** A layer without a line has that of the layer before, weights included, as the reference guesses. */
  readonly compat: boolean;
}

/** Lines that quantized networks have for what is no layer of a network. */
const EXTRA = /(^|_)identity\d*$/;

/**
 * What the file says; how many bits there are, and what inputs are brought to, is known of quantizers alone.
 *
 * @param own of the layers that have quantizers
 * @throws FormatError for a file of another network, or without what a layer needs
 */
export function formatsOf(
  text: string,
  { nodes }: LayerGraph,
  own: ReadonlyMap<LayerNode, Format>,
  { width, inputBits, compat }: FormatOptions,
): Formats {
  const { first, ranges } = readRanges(text);
  const known = new Set(nodes.map(({ name }) => identifierOf(name)));
  const strange = [...ranges.keys()].find((name) => !known.has(name) && !EXTRA.test(name));
  if (strange !== undefined) {
    throw new FormatError(
      `ranges: there is a line for ${strange}, and the network has no such layer; ` +
        `expected names of ${[...known].slice(1, 4).join(", ")}, … Take the file that was written for this network.`,
    );
  }
  const input: FixedPoint = { ...first, bits: inputBits };
  const none: Format = { output: input, weights: null, bias: null, inputs: [] };
  const layers = new Map<LayerNode, Format>();
  for (const node of nodes) {
    const line = ranges.get(identifierOf(node.name));
    const before = node.inputs.length === 0 ? undefined : layers.get(node.inputs[0]);
    if (line === undefined) {
      checkHandsOn(node, own.get(node));
      const handed = { ...(before ?? none), inputs: [] };
      layers.set(node, compat ? handed : { ...handed, weights: null, bias: null });
    } else layers.set(node, stated(node, line, own.get(node), width));
  }
  return { input, layers };
}

/** A layer without a line hands on what it gets. @throws FormatError for one that has quantizers which do otherwise */
function checkHandsOn({ name }: LayerNode, own: Format | undefined): void {
  if (own === undefined || own.output === null) return;
  throw new FormatError(
    `ranges: there is no line for ${identifierOf(name)}; expected the fractional bits of each quantized layer. ` +
      `Take the file that was written for this network.`,
  );
}

function readRanges(text: string): {
  first: Pick<FixedPoint, "q" | "rounding">;
  ranges: ReadonlyMap<string, ActivationRange>;
} {
  if (text.length > MOST_CHARACTERS) {
    throw new FormatError(
      `ranges: ${text.length} characters; expected a range file, which has a line per layer and at most ${MOST_CHARACTERS}.`,
    );
  }
  const ranges = new Map(parseActivationsRange(text, "ranges"));
  const first = ranges.get(INPUT);
  ranges.delete(INPUT);
  if (ranges.size === 0) throw new FormatError("ranges: it is empty; expected a line per layer.");
  if (first === undefined || first.inputQ === null || first.inputRound === null) {
    throw new FormatError(
      "ranges: no line has an input_q and an input_round; expected those of the network's input in the first line that has any.",
    );
  }
  return { first: { q: first.inputQ, rounding: first.inputRound }, ranges };
}

function stated({ name }: LayerNode, line: ActivationRange, own: Format | undefined, width: number): Format {
  const { inputQ, activationQ, activationRound, weightsQ, biasQ, weightsRound, inputRound } = line;
  if (activationQ === null || activationRound === null) {
    throw new FormatError(
      `ranges: ${identifierOf(name)} has no activation_q or no activation_round; expected numbers of fractional bits. ` +
        `Quantize activations as "fxp".`,
    );
  }
  const rounding = weightsRound ?? activationRound;
  const bits = (of: FixedPoint | null | undefined): number => of?.bits ?? width;
  return {
    // What a quantized layer only hands on has the bits that it had.
    output:
      own?.output === null ? null : { q: activationQ, bits: bits(own?.output), rounding: activationRound },
    weights: weightsQ === null ? null : { q: weightsQ, bits: bits(own?.weights), rounding },
    bias:
      biasQ === null ? null : { q: biasQ, bits: bits(own?.bias), rounding: own?.bias?.rounding ?? rounding },
    inputs: (own?.inputs ?? []).map((each) =>
      each === null ? null : { q: inputQ ?? each.q, bits: each.bits, rounding: inputRound ?? each.rounding },
    ),
  };
}
