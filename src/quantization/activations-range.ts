/**
 * The range file: per quantized layer, the fractional bits and the rounding of what goes through it. A line is
 *
 *   name,input_q,activation_q,weights_q,bias_q,input_round,activation_round,weights_round
 *
 * with None for what there is not, in the order of the state dict; names are those of graph nodes, layers_conv1. The weights of
 * a neuron are its threshold and constants.
 */

import { noGrad } from "../autograd/grad-mode.js";
import { FormatError, StateError } from "../errors.js";
import { identifierOf, type LayerNode } from "../graph/layer-graph.js";
import { checkModel } from "../models/check-model.js";
import { networkGraph } from "../models/network-graph.js";
import type { Module } from "../module/module.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { quote, show } from "../show.js";
import { scope } from "../tensor/scope.js";
import { quantizersInUse } from "./layer-quantizers.js";
import type { QuantizedLayer } from "./quantized-row.js";
import type { Quantizer } from "./quantizer.js";
import type { Roundtype } from "./quantizer-options.js";

/** Fractional bits and rounding of a layer; null for what there is not. */
export interface ActivationRange {
  readonly inputQ: number | null;
  readonly activationQ: number | null;
  readonly weightsQ: number | null;
  readonly biasQ: number | null;
  readonly inputRound: Roundtype | null;
  readonly activationRound: Roundtype | null;
  readonly weightsRound: Roundtype | null;
}

/**
 * The range file of a model that quantizeModel() made. Inputs and outputs that share the range of the layer before have its
 * fractional bits.
 *
 * @throws TypeError for a model without quantizers
 */
export function activationsRange(quantized: SpikingModel): string {
  checkModel("activationsRange", quantized);
  const nodes = new Map(networkGraph(quantized).nodes.map((node) => [node.name, node]));
  const lines = quantized.namedModules().flatMap(([name, module]) => {
    const node = nodes.get(name);
    const quantizers = quantizersInUse(module);
    if (node?.module !== module || quantizers.size === 0) return [];
    scope(() => noGrad(() => (module as Module & Pick<QuantizedLayer, "observeWeights">).observeWeights?.()));
    for (const [of, quantizer] of quantizers) checkKnown(`${name}.${of}`, quantizer);
    return [`${[identifierOf(name), ...fieldsOf(node)].map((each) => each ?? "None").join(",")}\n`];
  });
  if (lines.length > 0) return lines.join("");
  throw new TypeError(
    "activationsRange: the model has no quantizers; expected a quantized one. Call quantizeModel(model, { bits: 8 }) first.",
  );
}

/** @throws StateError for a quantizer whose fractional bits nobody knows; the reference guesses */
function checkKnown(name: string, { quantEnable, hasRange, forceQ, compat }: Quantizer): void {
  if (!quantEnable || hasRange || forceQ !== null || compat !== undefined) return;
  throw new StateError(
    `activationsRange: ${name} has no range; expected one from data. Call calibrate(model, dataset) first, or train the model.`,
  );
}

function fieldsOf(node: LayerNode): readonly (string | number | null)[] {
  const all = node.module === null ? new Map<string, Quantizer>() : quantizersInUse(node.module);
  const [act, weights, bias] = [
    all.get("quantizer_act"),
    all.get("quantizer_w") ?? all.get("quantizer_v"),
    all.get("quantizer_bias"),
  ];
  const isIdentity = node.kind === "QuantizedIdentity";
  const input = isIdentity ? act : all.get("quantizer_input");
  return [
    inputBits(node, input),
    outputBits(node),
    weights?.fractionalBits ?? null,
    bias?.fractionalBits ?? null,
    input?.roundtype ?? null,
    act?.roundtype ?? null,
    weights?.roundtype ?? null,
  ];
}

/** Of what a layer with one input takes in: its own quantizer's, or that of the layer before. */
function inputBits(node: LayerNode, input: Quantizer | undefined): number | null {
  if (input === undefined) return null;
  return input.quantEnable || input.compat !== undefined ? input.fractionalBits : outputBits(node.inputs[0]);
}

/** Of what a node gives: of its quantizer, or of the layer before where it hands on what it was given. */
function outputBits({ module, inputs }: LayerNode): number | null {
  const act = module === null ? undefined : quantizersInUse(module).get("quantizer_act");
  if (act !== undefined && (act.quantEnable || act.compat !== undefined)) return act.fractionalBits;
  return inputs.length === 1 ? outputBits(inputs[0]) : null;
}

const FIELDS = 8;
const roundtypes: readonly string[] = ["nearest", "floor", "ceil"] satisfies readonly Roundtype[];

/**
 * The layers of a range file by name, and "input": the network's input, with the first input_q and the first rounding of one
 * that the file has.
 *
 * @param source what messages call the text: a file name
 * @throws FormatError that names the line; TypeError for what is no text
 */
export function parseActivationsRange(
  text: string,
  source = "range file",
): ReadonlyMap<string, ActivationRange> {
  checkText(text, source);
  const ranges = new Map<string, ActivationRange>();
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === "") return;
    const where = `${source}:${i + 1}`;
    const fields = line.split(",").map((field) => field.trim());
    if (fields.length !== FIELDS) {
      throw new FormatError(
        `${where}: ${fields.length} fields; expected ${FIELDS}: name, four numbers of fractional bits, three kinds of rounding.`,
      );
    }
    const [name, ...rest] = fields;
    if (ranges.has(name) || name === "")
      throw new FormatError(
        `${where}: the name ${quote(name)} is empty or twice there; expected each layer once.`,
      );
    const bits = rest.slice(0, 4).map((field) => wholeOrNone(where, field));
    const rounds = rest.slice(4).map((field) => roundOrNone(where, field));
    ranges.set(name, {
      inputQ: bits[0], activationQ: bits[1], weightsQ: bits[2], biasQ: bits[3],
      inputRound: rounds[0], activationRound: rounds[1], weightsRound: rounds[2],
    }); // prettier-ignore
  });
  const all = [...ranges.values()];
  const inputQ = all.find((range) => range.inputQ !== null)?.inputQ ?? null;
  const inputRound = all.find((range) => range.inputRound !== null)?.inputRound ?? null;
  ranges.set("input", {
    inputQ, activationQ: inputQ, weightsQ: 0, biasQ: null,
    inputRound, activationRound: inputRound, weightsRound: null,
  }); // prettier-ignore
  return ranges;
}

function checkText(text: unknown, source: string): void {
  if (typeof text === "string") return;
  throw new TypeError(
    `parseActivationsRange: ${source} is ${show(text)}; expected the text of a range file, as activationsRange(model) gives it.`,
  );
}

function wholeOrNone(where: string, field: string): number | null {
  if (field === "None") return null;
  if (/^-?\d{1,4}$/.test(field)) return Number(field);
  throw new FormatError(
    `${where}: ${quote(field)} is no number of fractional bits; expected a whole number or None.`,
  );
}

function roundOrNone(where: string, field: string): Roundtype | null {
  if (field === "None") return null;
  if (roundtypes.includes(field)) return field as Roundtype;
  throw new FormatError(
    `${where}: ${quote(field)} is no rounding; expected ${roundtypes.join(", ")} or None.`,
  );
}
