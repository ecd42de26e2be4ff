/** A trained network as a program of whole numbers. */

import { FormatError } from "../../errors.js";
import { identifierOf, type LayerGraph, type LayerNode } from "../../graph/layer-graph.js";
import type { NeuronDynamics } from "../../neurons/dynamics.js";
import { outlineOf, scaleOf, weightsOf, type Outline, type SumOutline } from "../outline.js";
import { saturate, shift, toInteger, type LongWidth } from "./arithmetic.js";
import type { FixedPoint } from "./fixed-point.js";
import { formatsOf, type Format, type Formats } from "./formats.js";
import type { IntegerLayer, IntegerProgram, LayerBase, NeuronLayer, WeightedSum } from "./integer-layer.js";
import { formatsOfQuantizers, inputReaders, ownFormats } from "./quantizer-formats.js";

export interface CompileOptions {
  readonly width: 8 | 16;
  readonly long: LongWidth;
  /** Text of a range file; undefined: the network's own quantizers know. */
  readonly ranges: string | undefined;
  readonly compat: boolean;
}

/** What a layer is made of. */
interface Site {
  readonly node: LayerNode;
  readonly format: Format;
  readonly base: LayerBase;
  readonly inputQs: readonly number[];
  readonly compat: boolean;
}

/**
 * @throws TypeError for a layer without a form, and for quantizers whose steps are no powers of two; FormatError for ranges of
 *   another network
 */
export function compile(where: string, graph: LayerGraph, options: CompileOptions): IntegerProgram {
  const { width, long, compat } = options;
  const formats = formatsFor(where, graph, options);
  const layers: IntegerLayer[] = [];
  const grids: FixedPoint[] = [formats.input];
  const places = new Map<LayerNode, number>([[graph.input, 0]]);
  const names = new Set(graph.nodes.map(({ name }) => identifierOf(name)));
  const put = (layer: IntegerLayer, grid: FixedPoint): number => {
    layers.push(layer);
    grids.push(grid);
    return layers.length;
  };
  for (const node of graph.nodes) {
    const format = formats.layers.get(node) ?? HANDS_ON;
    if (node === graph.input) continue;
    const name = identifierOf(node.name);
    const inputs = node.inputs.map((input, k) => {
      const place = places.get(input) ?? 0;
      const [has, wants] = [grids[place], format.inputs[k] ?? null];
      if (wants === null || (has.q === wants.q && has.bits <= wants.bits)) return place;
      const { q, bits, rounding } = wants;
      const label = unique(`${name}_input${node.inputs.length > 1 ? k : ""}`, names);
      const inputQ = has.q;
      const base: LayerBase = { name: label, layer: label, inputs: [place], shape: input.shape, q, bits, rounding, inputQ, long }; // prettier-ignore
      return put({ ...base, kind: "add", inputQs: [inputQ] }, wants);
    });
    const inputQs = inputs.map((place) => grids[place].q);
    const output = format.output ?? grids[inputs[0]];
    const base: LayerBase = {
      name,
      layer: node.name,
      inputs,
      shape: node.shape,
      ...output,
      inputQ: inputQs[0],
      long,
    };
    const outline = outlineOf(where, node, "whole numbers");
    const site: Site = { node, format, base, inputQs, compat };
    places.set(node, outline === null ? inputs[0] : put(layerOf(site, outline), output));
  }
  const { q: inputQ, bits: inputBits, rounding: inputRounding } = formats.input;
  return { inputShape: graph.input.shape, inputQ, inputBits, inputRounding, layers, width };
}

const HANDS_ON: Format = { output: null, weights: null, bias: null, inputs: [] };

function formatsFor(where: string, graph: LayerGraph, { width, ranges, compat }: CompileOptions): Formats {
  // The reference knows one width, and no quantizers of inputs.
  if (compat && ranges !== undefined)
    return formatsOf(ranges, graph, new Map(), { width, inputBits: width, compat });
  const own = ownFormats(graph, { where, width, needsRanges: ranges === undefined });
  if (ranges !== undefined) {
    const bits = inputReaders(graph, own).find(({ format }) => format !== null)?.format?.bits ?? width;
    return formatsOf(ranges, graph, own, { width, inputBits: bits, compat });
  }
  return formatsOfQuantizers(where, graph, own);
}

/** A name that nothing has; takes it. */
function unique(name: string, names: Set<string>): string {
  const free = names.has(name) ? unique(`${name}_`, names) : name;
  names.add(free);
  return free;
}

/** An outline with its integers. */
function layerOf(site: Site, outline: Outline): IntegerLayer {
  const { base, inputQs } = site;
  switch (outline.kind) {
    case "weightedSum":
      return weightedSum(site, outline);
    case "channelScale":
      return channelScale(site);
    case "neuron":
      return neuron(site, outline.dynamics);
    case "add":
      return { ...base, kind: "add", inputQs };
    case "view":
      return { ...base, kind: "view" };
    case "maxPool":
    case "averagePool":
    case "sumPool":
    case "channelsFirst":
      return { ...base, ...outline };
  }
}

function needed(site: Site): FixedPoint {
  const { weights } = site.format;
  if (weights !== null) return weights;
  throw new FormatError(
    `ranges: ${site.base.name} has no line with a weights_q; expected the fractional bits of its weights. ` +
      `Take the file that was written for this network.`,
  );
}

function integers(values: ArrayLike<number>, { q, rounding, bits }: FixedPoint): Int32Array {
  return Int32Array.from(values, (value) => toInteger(value, q, rounding, bits));
}

/** Fractional bits of weights, bias and sums. */
function sumFormats(site: Site): {
  readonly weights: FixedPoint;
  readonly bias: FixedPoint;
  readonly qs: Pick<WeightedSum, "weightsQ" | "biasQ" | "sumQ">;
} {
  const weights = needed(site);
  const bias = site.format.bias ?? weights;
  const { inputQ } = site.base;
  // The reference has as many bits more behind the point as the input has, also where the bias has them already.
  const sumQ = site.compat ? Math.max(weights.q, bias.q) + inputQ : Math.max(weights.q + inputQ, bias.q);
  return { weights, bias, qs: { weightsQ: weights.q, biasQ: bias.q, sumQ } };
}

function weightedSum(site: Site, outline: SumOutline): WeightedSum {
  const { weights: weightsFormat, bias: biasFormat, qs } = sumFormats(site);
  const { weights, bias } = weightsOf(site.node, outline.output[2]);
  return {
    ...site.base,
    ...outline,
    weights: integers(weights, weightsFormat),
    bias: bias === null ? null : integers(bias, biasFormat),
    ...qs,
  };
}

function channelScale(site: Site): IntegerLayer {
  const { weights: weightsFormat, bias: biasFormat, qs } = sumFormats(site);
  const { weights, bias } = scaleOf(site.node);
  const arrays = { weights: integers(weights, weightsFormat), bias: integers(bias, biasFormat) };
  return { ...site.base, kind: "channelScale", ...arrays, ...qs };
}

function neuron(site: Site, dynamics: NeuronDynamics): NeuronLayer {
  const { base, compat } = site;
  const { q, bits, inputQ, rounding } = base;
  const potential = needed(site);
  const number = (value: number): number => integers([value], potential)[0];
  const threshold = number(dynamics.threshold);
  const reset = dynamics.reset === null ? null : number(dynamics.reset);
  const leak = dynamics.leak === null ? null : number(dynamics.leak);
  const height =
    dynamics.spikeHeight === "one"
      ? shift(1, -q, rounding, 64)
      : shift(threshold, potential.q - q, rounding, 64);
  const t = Math.max(inputQ, potential.q);
  return {
    ...base,
    kind: "neuron",
    potentialQ: potential.q,
    potentialBits: potential.bits,
    potentialRounding: compat ? rounding : potential.rounding,
    threshold,
    reset,
    leak,
    decaysInput: dynamics.decaysInput,
    spike: saturate(height, bits),
    // The reference begins at 0 whatever the reset is, and drops the bits of the leak, those of the common grid, at once.
    initial: compat ? 0 : (reset ?? 0),
    chargeQ: compat || leak === null ? t : t + Math.max(0, potential.q),
    leakShift: compat ? t : null,
  };
}
