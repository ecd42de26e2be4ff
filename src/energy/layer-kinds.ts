/** What the estimation knows of kinds of layers. */

import type { LayerNode } from "../graph/layer-graph.js";
import { isNeuronKind, neuronKinds, neuronRow } from "../neurons/table.js";
import { BaseNode } from "../neurons/base-node.js";
import type { Conv1dSpec, Conv2dSpec } from "../layers/convolution.js";
import { kindOfLayer, layerKinds } from "../layers/table.js";
import type { LinearSpec } from "../layers/linear.js";
import { sizeOf } from "../shapes.js";

/** Kinds that hand on what they get, at another size: nothing of them is modelled. */
const pools = ["MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d", "GlobalSumPool"];
const passing = [...pools, "Flatten", "Dropout", "Identity"];
const norms = ["BatchNorm1d", "BatchNorm2d"];

/** Quantized layers compute what those do that they were made of. */
const floatKind = ({ kind }: Pick<LayerNode, "kind">): string => kind.replace(/^Quantized/, "");

export const isSynaptic = (node: LayerNode): boolean =>
  ["Conv1d", "Conv2d", "Linear"].includes(floatKind(node));
export const isAdd = (node: LayerNode): boolean => floatKind(node) === "Add";
export const isNorm = (node: LayerNode): boolean => norms.includes(floatKind(node));
/** The layer that quantizes the network's input, before all others. */
export const isIdentity = (node: LayerNode): boolean => floatKind(node) === "Identity";
export const isInput = ({ inputs }: LayerNode): boolean => inputs.length === 0;
export const passesSpikes = (node: LayerNode): boolean => passing.includes(floatKind(node));
export const isNeuron = ({ module }: LayerNode): boolean => module instanceof BaseNode;
/** Kinds that cost nothing here: pooling, flattening; normalisation, whose numbers weights take up. */
export const isFree = (node: LayerNode): boolean => isInput(node) || passesSpikes(node) || isNorm(node);
export const hasFormula = (node: LayerNode): boolean =>
  isFree(node) || isSynaptic(node) || isAdd(node) || (isNeuron(node) && !isOtherwise(node));

/** A kind without a formula that nobody chooses, such as those of networks of other tools: the reference has none of them. */
export const isUnknownToReference = (node: LayerNode): boolean =>
  !hasFormula(node) &&
  node.module !== null &&
  kindOfLayer(node.module) !== null &&
  !layerKinds().includes(node.kind);

/** A neuron of this library that does not state its dynamics computes something else than the formulas count. */
function isOtherwise({ kind }: LayerNode): boolean {
  if (!isNeuronKind(kind)) return false;
  const { isDerived, dynamics } = neuronRow(kind);
  return isDerived === true && dynamics === undefined;
}

/** How many values an average pooling divides by: what a spike is worth behind it. */
export function averaged(node: LayerNode): number {
  const { options } = node;
  return floatKind(node).startsWith("AvgPool") ? sizeOf(sidesOf(options.kernelSize as number | number[])) : 1;
}

/** Whether the potential leaks. Of a kind that does not state its dynamics, it is taken not to. */
export function leaks(node: LayerNode): boolean {
  const { module } = node;
  const kind = floatKind(node);
  if (!(module instanceof BaseNode) || !(neuronKinds as readonly string[]).includes(kind)) return false;
  const dynamics = neuronRow(kind).dynamics?.(module);
  return dynamics !== undefined && dynamics.leak !== null;
}

/** Of a convolution or a linear layer: the symbols of the formulas. */
export interface Geometry {
  readonly isConvolution: boolean;
  /** Values of its input and of its output, for one sample in one time step. */
  readonly inputs: number;
  readonly outputs: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  /** Positions of the kernel. */
  readonly kernel: number;
  /** Windows that see a value, at most: the product of kernel size / stride, rounded up. */
  readonly windows: number;
  readonly weights: number;
  /** 0: none. */
  readonly biases: number;
}

export function geometryOf(node: LayerNode): Geometry {
  const { options, inputs, shape } = node;
  const sizes = { inputs: sizeOf(inputs[0].shape), outputs: sizeOf(shape) };
  if (floatKind(node) === "Linear") {
    const { inFeatures, outFeatures, bias } = options as unknown as LinearSpec;
    return {
      ...sizes,
      isConvolution: false,
      inChannels: inFeatures,
      outChannels: outFeatures,
      groups: 1,
      kernel: 1,
      windows: 1,
      weights: inFeatures * outFeatures,
      biases: bias ? outFeatures : 0,
    };
  }
  const { inChannels, outChannels, groups, bias, ...window } = options as unknown as Conv1dSpec | Conv2dSpec;
  const sides = sidesOf(window.kernelSize);
  const strides = sidesOf(window.stride);
  const kernel = sizeOf(sides);
  return {
    ...sizes,
    isConvolution: true,
    inChannels,
    outChannels,
    groups,
    kernel,
    windows: sizeOf(sides.map((side, axis) => Math.ceil(side / strides[axis]))),
    weights: (kernel * inChannels * outChannels) / groups,
    biases: bias ? outChannels : 0,
  };
}

function sidesOf(sides: number | readonly number[]): readonly number[] {
  return typeof sides === "number" ? [sides] : sides;
}
