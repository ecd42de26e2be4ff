/** A trained network as a program of whole numbers. */

import { FormatError } from "../../errors.js";
import { identifierOf, type LayerGraph, type LayerNode } from "../../graph/layer-graph.js";
import type { LayerArguments } from "../../layers/table.js";
import { neuronKinds, neuronRow } from "../../neurons/table.js";
import type { BaseNode } from "../../neurons/base-node.js";
import type { NeuronDynamics } from "../../neurons/dynamics.js";
import { sizeOf, type Shape } from "../../shapes.js";
import type { Tensor } from "../../tensor/tensor.js";
import { saturate, shift, toInteger, type LongWidth } from "./arithmetic.js";
import { formatsOf, type Format } from "./formats.js";
import type { IntegerLayer, IntegerProgram, LayerBase, NeuronLayer, WeightedSum } from "./integer-layer.js";

export interface CompileOptions {
  readonly width: 8 | 16;
  readonly long: LongWidth;
  /** Text of a range file. */
  readonly ranges: string;
  readonly compat: boolean;
}

/** What a layer is made of. */
interface Site {
  readonly node: LayerNode;
  readonly format: Format;
  readonly base: LayerBase;
  /** Of the first input, channels last. */
  readonly from: Shape;
  readonly inputQs: readonly number[];
  readonly compat: boolean;
}

type Form = (site: Site) => IntegerLayer | null;

/** How each kind is written in whole numbers; null: its output is its input. A kind without a form has no row. */
const forms: { readonly [K in keyof LayerArguments]: Form | undefined } = {
  Conv1d: (site) => weightedSum(site),
  Conv2d: (site) => weightedSum(site),
  Linear: (site) => weightedSum(site),
  BatchNorm1d: (site) => channelScale(site),
  BatchNorm2d: (site) => channelScale(site),
  MaxPool1d: (site) => windowPool(site, "maxPool"),
  MaxPool2d: (site) => windowPool(site, "maxPool"),
  AvgPool1d: (site) => windowPool(site, "averagePool"),
  AvgPool2d: (site) => windowPool(site, "averagePool"),
  GlobalSumPool: ({ base, from }) => ({ ...base, kind: "sumPool", count: sizeOf(from.slice(0, -1)) }),
  Add: ({ base, inputQs }) => ({ ...base, kind: "add", inputQs }),
  Flatten: ({ base, from, node }) =>
    node.options.order === "channelsFirst" && from.length > 1 && from[from.length - 1] > 1
      ? { ...base, kind: "channelsFirst", from }
      : { ...base, kind: "view" },
  Dropout: () => null,
};

/** @throws TypeError for a layer without a form; FormatError for ranges of another network */
export function compile(where: string, graph: LayerGraph, options: CompileOptions): IntegerProgram {
  const { width, long, ranges, compat } = options;
  const formats = formatsOf(ranges, graph);
  const layers: IntegerLayer[] = [];
  const places = new Map<LayerNode, number>();
  const qs = [formats.input.q];
  for (const node of graph.nodes) {
    if (node === graph.input) {
      places.set(node, 0);
      continue;
    }
    const inputs = node.inputs.map((input) => places.get(input) ?? 0);
    const format = formats.layers.get(node);
    if (format === undefined) continue;
    const inputQs = inputs.map((place) => qs[place]);
    const base: LayerBase = {
      name: identifierOf(node.name),
      layer: node.name,
      inputs,
      shape: node.shape,
      q: format.q,
      bits: width,
      rounding: format.rounding,
      inputQ: inputQs[0],
      long,
    };
    const site: Site = { node, format, base, from: node.inputs[0].shape, inputQs, compat };
    const layer = formOf(where, node)(site);
    if (layer !== null) {
      layers.push(layer);
      qs.push(layer.q);
    }
    places.set(node, layer === null ? inputs[0] : layers.length);
  }
  return {
    inputShape: graph.input.shape,
    inputQ: formats.input.q,
    inputBits: width,
    inputRounding: formats.input.rounding,
    layers,
    width,
  };
}

function formOf(where: string, { kind, name, module }: LayerNode): Form {
  const known = Object.hasOwn(forms, kind) ? forms[kind as keyof LayerArguments] : undefined;
  if (known !== undefined) return known;
  const row = (neuronKinds as readonly string[]).includes(kind) ? neuronRow(kind) : undefined;
  if (row?.dynamics !== undefined && module !== null) {
    const dynamics = row.dynamics(module as BaseNode);
    return (site) => neuron(site, dynamics);
  }
  const expected = Object.keys(forms).join(", ");
  throw new TypeError(
    `${where}: ${name} is a ${kind}, for which there is no form in whole numbers; expected ${expected}, ` +
      `or a neuron whose row has dynamics.`,
  );
}

function needed(site: Site, q: number | null): number {
  if (q !== null) return q;
  throw new FormatError(
    `ranges: ${site.base.name} has no line with a weights_q; expected the fractional bits of its weights. ` +
      `Take the file that was written for this network.`,
  );
}

/** Arrays of the layer, by their names in the state dict. */
function arrayOf({ node }: Site, name: "weight" | "bias" | "runningMean" | "runningVar"): Tensor | null {
  return (node.module as unknown as Record<string, Tensor | null>)[name] ?? null;
}

function integers(site: Site, values: ArrayLike<number>, q: number): Int32Array {
  const { format, base } = site;
  return Int32Array.from(values, (value) => toInteger(value, q, format.weightsRounding, base.bits));
}

/** A shape as [H, W, C]. */
function asMap(shape: Shape): readonly [number, number, number] {
  const C = shape[shape.length - 1];
  if (shape.length === 3) return [shape[0], shape[1], C];
  return shape.length === 2 ? [1, shape[0], C] : [1, 1, C];
}

/** A window along both axes; one of a signal is 1 high. */
function asWindow(value: unknown, high: number): readonly [number, number] {
  return Array.isArray(value) ? (value as unknown as readonly [number, number]) : [high, value as number];
}

function weightedSum(site: Site): WeightedSum {
  const { node, format, base, from } = site;
  const { options, kind } = node;
  const isLinear = kind === "Linear";
  const output = asMap(node.shape);
  const window = (name: string, high: number): readonly [number, number] => asWindow(options[name], high);
  const kernel = isLinear ? ([1, 1] as const) : window("kernelSize", 1);
  const groups = isLinear ? 1 : (options.groups as number);
  const weightsQ = needed(site, format.weightsQ);
  const biasQ = format.biasQ ?? weightsQ;
  const bias = arrayOf(site, "bias");
  return {
    ...base,
    kind: "weightedSum",
    layerKind: kind,
    input: asMap(from),
    output,
    kernel,
    stride: isLinear ? [1, 1] : window("stride", 1),
    padding: isLinear ? [0, 0] : window("padding", 0),
    groups,
    weights: integers(site, outputFirst(arrayOf(site, "weight")?.data ?? [], output[2]), weightsQ),
    weightsQ,
    bias: bias === null ? null : integers(site, bias.data, biasQ),
    biasQ,
  };
}

/** [..., F] as [F, ...] */
function outputFirst(values: ArrayLike<number>, F: number): Float32Array {
  const size = values.length / F;
  const turned = new Float32Array(values.length);
  for (let i = 0; i < size; i++) for (let f = 0; f < F; f++) turned[f * size + i] = values[i * F + f];
  return turned;
}

/** In evaluation: gamma / sqrt(var + eps), and beta - gamma mean / sqrt(var + eps). */
function channelScale(site: Site): IntegerLayer {
  const { node, format, base } = site;
  const [gamma, beta, mean, variance] = (["weight", "bias", "runningMean", "runningVar"] as const).map(
    (name) => arrayOf(site, name)?.data ?? [],
  );
  const eps = node.options.eps as number;
  const scale = Array.from(gamma, (value, c) => value / Math.sqrt(variance[c] + eps));
  const offset = Array.from(beta, (value, c) => value - mean[c] * scale[c]);
  const weightsQ = needed(site, format.weightsQ);
  const biasQ = format.biasQ ?? weightsQ;
  const weights = integers(site, scale, weightsQ);
  return { ...base, kind: "channelScale", weights, weightsQ, bias: integers(site, offset, biasQ), biasQ };
}

function windowPool({ node, base, from }: Site, kind: "maxPool" | "averagePool"): IntegerLayer {
  const { kernelSize, stride, padding } = node.options;
  return {
    ...base,
    kind,
    input: asMap(from),
    output: asMap(node.shape),
    kernel: asWindow(kernelSize, 1),
    stride: asWindow(stride ?? kernelSize, 1),
    padding: asWindow(padding, 0),
  };
}

function neuron(site: Site, dynamics: NeuronDynamics): NeuronLayer {
  const { format, base, compat } = site;
  const { q, bits, rounding, inputQ, long } = base;
  const potentialQ = needed(site, format.weightsQ);
  const [threshold] = integers(site, [dynamics.threshold], potentialQ);
  const reset = dynamics.reset === null ? null : integers(site, [dynamics.reset], potentialQ)[0];
  const height =
    dynamics.spikeHeight === "one"
      ? shift(1, -q, rounding, 64)
      : shift(threshold, potentialQ - q, rounding, 64);
  return {
    ...base,
    kind: "neuron",
    potentialQ,
    potentialBits: bits,
    threshold,
    reset,
    leak: dynamics.leak === null ? null : integers(site, [dynamics.leak], potentialQ)[0],
    decaysInput: dynamics.decaysInput,
    spike: saturate(height, bits),
    // The reference begins at 0 whatever the reset is, and shifts the leak by the bits of the common grid.
    initial: compat ? 0 : (reset ?? 0),
    leakShift: compat ? Math.max(inputQ, potentialQ) : potentialQ,
    long,
  };
}
