/** How many fractional bits each tensor of a network has, read from a range file by the names of its graph. */

import { FormatError } from "../../errors.js";
import { identifierOf, INPUT, type LayerGraph, type LayerNode } from "../../graph/layer-graph.js";
import { parseActivationsRange, type ActivationRange } from "../../quantization/activations-range.js";
import type { Rounding } from "./arithmetic.js";

export interface Format {
  /** Fractional bits of its output. */
  readonly q: number;
  readonly rounding: Rounding;
  /** Of weights, or of a neuron's potential; null where it has none. */
  readonly weightsQ: number | null;
  /** Of a bias that has its own; null where it shares those of the weights. */
  readonly biasQ: number | null;
  readonly weightsRounding: Rounding;
}

/** The network's input: what the first line with an input says. */
export interface InputFormat {
  readonly q: number;
  readonly rounding: Rounding;
}

export interface Formats {
  readonly input: InputFormat;
  readonly layers: ReadonlyMap<LayerNode, Format>;
}

const MOST_CHARACTERS = 2 ** 22;

/** Lines that quantized networks have for what is no layer of a network. */
const EXTRA = /(^|_)identity\d*$/;

/** @throws FormatError for a file of another network, or without what a layer needs */
export function formatsOf(text: string, { nodes }: LayerGraph): Formats {
  const { input, ranges } = readRanges(text);
  const known = new Set(nodes.map(({ name }) => identifierOf(name)));
  const strange = [...ranges.keys()].find((name) => !known.has(name) && !EXTRA.test(name));
  if (strange !== undefined) {
    throw new FormatError(
      `ranges: there is a line for ${strange}, and the network has no such layer; ` +
        `expected names of ${[...known].slice(1, 4).join(", ")}, … Take the file that was written for this network.`,
    );
  }
  const layers = new Map<LayerNode, Format>();
  for (const node of nodes) {
    const line = ranges.get(identifierOf(node.name));
    const before = node.inputs.length === 0 ? undefined : layers.get(node.inputs[0]);
    layers.set(node, line === undefined ? copied(before, input) : stated(node, line));
  }
  return { input, layers };
}

function readRanges(text: string): { input: InputFormat; ranges: ReadonlyMap<string, ActivationRange> } {
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
  return { input: { q: first.inputQ, rounding: first.inputRound }, ranges };
}

/** Of a layer that hands on what it gets. */
function copied(before: Format | undefined, { q, rounding }: InputFormat): Format {
  return before ?? { q, rounding, weightsQ: null, biasQ: null, weightsRounding: rounding };
}

function stated({ name }: LayerNode, line: ActivationRange): Format {
  const { activationQ, activationRound, weightsQ, biasQ, weightsRound } = line;
  if (activationQ === null || activationRound === null) {
    throw new FormatError(
      `ranges: ${identifierOf(name)} has no activation_q or no activation_round; expected numbers of fractional bits. ` +
        `Quantize activations as "fxp".`,
    );
  }
  return {
    q: activationQ,
    rounding: activationRound,
    weightsQ,
    biasQ,
    weightsRounding: weightsRound ?? activationRound,
  };
}
