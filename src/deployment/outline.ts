/** What a layer computes, but for its numbers: programs of whole numbers and of float32 numbers are made of the same outlines. */

import { noGrad } from "../autograd/grad-mode.js";
import type { LayerNode } from "../graph/layer-graph.js";
import type { BatchNorm } from "../layers/batch-norm.js";
import type { LayerArguments } from "../layers/table.js";
import { BaseNode } from "../neurons/base-node.js";
import type { NeuronDynamics } from "../neurons/dynamics.js";
import { isNeuronKind, neuronRow } from "../neurons/table.js";
import { quantizedKinds } from "../quantization/kinds.js";
import { scaleAndShift } from "../quantization/quantized-batch-norm.js";
import { sizeOf, type Shape } from "../shapes.js";
import { scope } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";

/** What all layers of a program have. */
export interface LayerPlace {
  /** By which range files and C call it: "layers_conv1". */
  readonly name: string;
  /** In the network: "layers.conv1". */
  readonly layer: string;
  /** Places of what it reads; 0 is the network's input. */
  readonly inputs: readonly number[];
  /** Of its output, channels last. */
  readonly shape: Shape;
}

/** Windows over a map. */
export interface Windows {
  /** [H, W, C]; H is 1 in one dimension, H and W for a linear layer. */
  readonly input: readonly [number, number, number];
  /** [OH, OW, F] */
  readonly output: readonly [number, number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/** Convolution in one or two dimensions, or a linear layer, which has a window of one. */
export interface SumOutline extends Windows {
  readonly kind: "weightedSum";
  /** As its kind is called in the network: "Conv2d". */
  readonly layerKind: string;
  readonly groups: number;
}

/** The largest of each window, or the mean. */
export interface PoolOutline extends Windows {
  readonly kind: "maxPool" | "averagePool";
}

/** The sum over all places, per channel. */
export interface SumPoolOutline {
  readonly kind: "sumPool";
  /** Places. */
  readonly count: number;
}

/** The same numbers in PyTorch's order, channels first. */
export interface TurnOutline {
  readonly kind: "channelsFirst";
  /** [..., C] */
  readonly from: Shape;
}

export interface NeuronOutline {
  readonly kind: "neuron";
  readonly dynamics: NeuronDynamics;
}

/** "channelScale": batch normalisation that was not fused. "view": the same numbers in the same order. */
export type Outline =
  | SumOutline
  | PoolOutline
  | SumPoolOutline
  | TurnOutline
  | NeuronOutline
  | { readonly kind: "channelScale" | "add" | "view" };

/** null: its output is its input. A kind that has no row here has no form. */
type Form = (node: LayerNode, kind: string) => Outline | null;

const forms: { readonly [K in keyof LayerArguments]: Form | undefined } & { readonly Identity: Form } = {
  Conv1d: weightedSum,
  Conv2d: weightedSum,
  Linear: weightedSum,
  BatchNorm1d: () => ({ kind: "channelScale" }),
  BatchNorm2d: () => ({ kind: "channelScale" }),
  MaxPool1d: (node) => windowPool(node, "maxPool"),
  MaxPool2d: (node) => windowPool(node, "maxPool"),
  AvgPool1d: (node) => windowPool(node, "averagePool"),
  AvgPool2d: (node) => windowPool(node, "averagePool"),
  GlobalSumPool: (node) => ({ kind: "sumPool", count: sizeOf(shapeRead(node).slice(0, -1)) }),
  Add: () => ({ kind: "add" }),
  Flatten: (node) => {
    const from = shapeRead(node);
    const turns = node.options.order === "channelsFirst" && from.length > 1 && from[from.length - 1] > 1;
    return turns ? { kind: "channelsFirst", from } : { kind: "view" };
  },
  Dropout: () => null,
  Concat: undefined,
  ConvTranspose2d: undefined,
  LayerNorm: undefined,
  Upsample: undefined,
  // What a network's input is quantized by is its output's grid.
  Identity: () => null,
};

/**
 * @param numbers what the program computes with, for the message: "whole numbers"
 * @returns null for a layer whose output is its input
 * @throws TypeError for a layer without a form
 */
export function outlineOf(where: string, node: LayerNode, numbers: string): Outline | null {
  const { kind: own, name, module } = node;
  const kind = floatKind(own);
  const known = Object.hasOwn(forms, kind) ? forms[kind as keyof typeof forms] : undefined;
  if (isDilated(node)) {
    throw new TypeError(
      `${where}: ${name} is dilated, and there is no form of that in ${numbers}; expected a dilation of 1.`,
    );
  }
  if (known !== undefined) return known(node, kind);
  const row = isNeuronKind(own) ? neuronRow(own) : undefined;
  if (module instanceof BaseNode && (module.learnedThreshold?.size ?? 1) > 1) {
    throw new TypeError(
      `${where}: ${name} has a threshold for each channel, and there is no form of that in ${numbers}; expected one for the layer. ` +
        `Take foldThresholds(fuseBatchNorm(model)).model, whose weights take them up; with the command line, atif quantize --fold.`,
    );
  }
  if (row?.dynamics !== undefined && module !== null)
    return { kind: "neuron", dynamics: row.dynamics(module as BaseNode) };
  const expected = Object.entries(forms)
    .flatMap(([each, form]) => (form === undefined ? [] : [each]))
    .join(", ");
  throw new TypeError(
    `${where}: ${name} is a ${own}, for which there is no form in ${numbers}; expected ${expected}, ` +
      `or a neuron whose row has dynamics.`,
  );
}

const isDilated = ({ options: { dilation = 1 } }: LayerNode): boolean =>
  Math.max(...[dilation].flat().map(Number)) > 1;

/** "Conv2d" of QuantizedConv2d. */
function floatKind(kind: string): string {
  return quantizedKinds.has(kind) ? kind.replace(/^Quantized/, "") : kind;
}

const shapeRead = (node: LayerNode): Shape => node.inputs[0].shape;

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

function weightedSum(node: LayerNode, layerKind: string): SumOutline {
  const { options, shape } = node;
  const isLinear = layerKind === "Linear";
  const window = (name: string, high: number): readonly [number, number] => asWindow(options[name], high);
  return {
    kind: "weightedSum",
    layerKind,
    input: asMap(shapeRead(node)),
    output: asMap(shape),
    kernel: isLinear ? [1, 1] : window("kernelSize", 1),
    stride: isLinear ? [1, 1] : window("stride", 1),
    padding: isLinear ? [0, 0] : window("padding", 0),
    groups: isLinear ? 1 : (options.groups as number),
  };
}

function windowPool(node: LayerNode, kind: "maxPool" | "averagePool"): PoolOutline {
  const { kernelSize, stride, padding } = node.options;
  return {
    kind,
    input: asMap(shapeRead(node)),
    output: asMap(node.shape),
    kernel: asWindow(kernelSize, 1),
    stride: asWindow(stride ?? kernelSize, 1),
    padding: asWindow(padding, 0),
  };
}

/** Of a weighted sum: weights [F, KH, KW, C / groups], and its bias [F] or null. */
export function weightsOf(
  { module }: LayerNode,
  F: number,
): { readonly weights: Float32Array; readonly bias: Float32Array | null } {
  const arrays = module as unknown as Record<"weight" | "bias", Tensor | null>;
  return { weights: outputFirst(arrays.weight?.data ?? [], F), bias: arrays.bias?.toArray() ?? null };
}

/** [..., F] as [F, ...] */
function outputFirst(values: ArrayLike<number>, F: number): Float32Array {
  const size = values.length / F;
  const turned = new Float32Array(values.length);
  for (let i = 0; i < size; i++) for (let f = 0; f < F; f++) turned[f * size + i] = values[i * F + f];
  return turned;
}

/** Of a batch normalisation in evaluation: gamma / sqrt(var + eps), and beta - gamma mean / sqrt(var + eps). */
export function scaleOf({ module }: LayerNode): {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
} {
  return scope(() =>
    noGrad(() => {
      const { scale, shift } = scaleAndShift(module as BatchNorm);
      return { weights: scale.toArray(), bias: shift.toArray() };
    }),
  );
}

/** [..., F, size] weights with those of an input side by side, so that an input of 0 costs nothing: [KH, KW, C / groups, F]. */
export function byInput<A extends Int32Array | Float32Array>(weights: A, F: number): A {
  const size = weights.length / F;
  const turned = weights.slice() as A;
  for (let f = 0; f < F; f++) for (let i = 0; i < size; i++) turned[i * F + f] = weights[f * size + i];
  return turned;
}
