/** A trained network as a program of whole numbers. */

import { noGrad } from "../../autograd/grad-mode.js";
import { FormatError } from "../../errors.js";
import { identifierOf, type LayerGraph, type LayerNode } from "../../graph/layer-graph.js";
import type { BatchNorm } from "../../layers/batch-norm.js";
import type { LayerArguments } from "../../layers/table.js";
import { isNeuronKind, neuronRow } from "../../neurons/table.js";
import type { BaseNode } from "../../neurons/base-node.js";
import type { NeuronDynamics } from "../../neurons/dynamics.js";
import { quantizedKinds } from "../../quantization/kinds.js";
import { scaleAndShift } from "../../quantization/quantized-batch-norm.js";
import { sizeOf, type Shape } from "../../shapes.js";
import { scope } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";
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
  /** Of its layer before it was quantized. */
  readonly kind: string;
  readonly format: Format;
  readonly base: LayerBase;
  /** Of the first input, channels last. */
  readonly from: Shape;
  readonly inputQs: readonly number[];
  readonly compat: boolean;
}

type Form = (site: Site) => IntegerLayer | null;

/** How each kind is written in whole numbers; null: its output is its input. A kind without a form has no row. */
const forms: { readonly [K in keyof LayerArguments]: Form | undefined } & { readonly Identity: Form } = {
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
  // What a network's input is quantized by is its output's grid.
  Identity: () => null,
};

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
    const kind = floatKind(node.kind);
    const site: Site = { node, kind, format, base, from: node.inputs[0].shape, inputQs, compat };
    const layer = formOf(where, node, kind)(site);
    places.set(node, layer === null ? inputs[0] : put(layer, output));
  }
  const { q: inputQ, bits: inputBits, rounding: inputRounding } = formats.input;
  return { inputShape: graph.input.shape, inputQ, inputBits, inputRounding, layers, width };
}

const HANDS_ON: Format = { output: null, weights: null, bias: null, inputs: [] };

function formatsFor(where: string, graph: LayerGraph, { width, ranges, compat }: CompileOptions): Formats {
  // The reference knows one width, and no quantizers of inputs.
  if (compat && ranges !== undefined) return formatsOf(ranges, graph, new Map(), { width, inputBits: width });
  const own = ownFormats(graph, { where, width, needsRanges: ranges === undefined });
  if (ranges !== undefined) {
    const bits = inputReaders(graph, own).find(({ format }) => format !== null)?.format?.bits ?? width;
    return formatsOf(ranges, graph, own, { width, inputBits: bits });
  }
  return formatsOfQuantizers(where, graph, own);
}

/** "Conv2d" of QuantizedConv2d. */
function floatKind(kind: string): string {
  return quantizedKinds.has(kind) ? kind.replace(/^Quantized/, "") : kind;
}

/** A name that nothing has; takes it. */
function unique(name: string, names: Set<string>): string {
  const free = names.has(name) ? unique(`${name}_`, names) : name;
  names.add(free);
  return free;
}

function formOf(where: string, { kind: own, name, module }: LayerNode, kind: string): Form {
  const known = Object.hasOwn(forms, kind) ? forms[kind as keyof typeof forms] : undefined;
  if (known !== undefined) return known;
  const row = isNeuronKind(own) ? neuronRow(own) : undefined;
  if (row?.dynamics !== undefined && module !== null) {
    const dynamics = row.dynamics(module as BaseNode);
    return (site) => neuron(site, dynamics);
  }
  const expected = Object.keys(forms).join(", ");
  throw new TypeError(
    `${where}: ${name} is a ${own}, for which there is no form in whole numbers; expected ${expected}, ` +
      `or a neuron whose row has dynamics.`,
  );
}

function needed(site: Site): FixedPoint {
  const { weights } = site.format;
  if (weights !== null) return weights;
  throw new FormatError(
    `ranges: ${site.base.name} has no line with a weights_q; expected the fractional bits of its weights. ` +
      `Take the file that was written for this network.`,
  );
}

/** Arrays of the layer, by their names in the state dict. */
function arrayOf({ node }: Site, name: "weight" | "bias"): Tensor | null {
  return (node.module as unknown as Record<string, Tensor | null>)[name] ?? null;
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
  const { node, kind, base, from } = site;
  const { options } = node;
  const isLinear = kind === "Linear";
  const output = asMap(node.shape);
  const window = (name: string, high: number): readonly [number, number] => asWindow(options[name], high);
  const kernel = isLinear ? ([1, 1] as const) : window("kernelSize", 1);
  const groups = isLinear ? 1 : (options.groups as number);
  const { weights, bias: biasFormat, qs } = sumFormats(site);
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
    weights: integers(outputFirst(arrayOf(site, "weight")?.data ?? [], output[2]), weights),
    bias: bias === null ? null : integers(bias.data, biasFormat),
    ...qs,
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
  const { weights, bias, qs } = sumFormats(site);
  return scope(() =>
    noGrad(() => {
      const { scale, shift: offset } = scaleAndShift(site.node.module as BatchNorm);
      const arrays = { weights: integers(scale.data, weights), bias: integers(offset.data, bias) };
      return { ...site.base, kind: "channelScale", ...arrays, ...qs };
    }),
  );
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
