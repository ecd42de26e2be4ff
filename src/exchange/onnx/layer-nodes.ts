/** Each kind of layer as nodes of ONNX, channels first, as it computes in evaluation; a row per kind. */

import type { Conv1dSpec, Conv2dSpec } from "../../layers/convolution.js";
import type { Pool1dSpec, Pool2dSpec } from "../../layers/pooling.js";
import type { ResolvedLayerOptions } from "../../layers/table.js";
import type { Shape } from "../../shapes.js";
import { sidesOf, type Pair } from "../../windows.js";
import type { FeatureOrder } from "../channels-first.js";
import type { OwnLayerKind } from "../outline.js";
import type { Attributes, OnnxGraph } from "./onnx-graph.js";

/** Where a layer puts its nodes. */
export interface LayerPlace {
  readonly graph: OnnxGraph;
  /** Of one sample, channels last. */
  readonly inputShape: Shape;
  readonly order: FeatureOrder;
  /** A node of this layer; returns its output. */
  node(op: string, inputs: readonly string[], attributes?: Attributes): string;
  /** An array of the layer's state dict, "weight", by its name in the graph. */
  array(name: string): string;
}

type Row<O> = (options: O, inputs: readonly string[], place: LayerPlace) => string;

const rows: { readonly [K in OwnLayerKind]: Row<ResolvedLayerOptions[K]> } = {
  Linear({ bias }, [x], place) {
    const features = exchanged(x, place);
    const arrays = [place.array("weight"), ...(bias ? [place.array("bias")] : [])];
    return place.node("Gemm", [features, ...arrays], { transB: 1 });
  },
  Conv1d: convolution,
  Conv2d: convolution,
  BatchNorm1d: batchNorm,
  BatchNorm2d: batchNorm,
  Dropout: (_options, [x]) => x,
  Flatten(_options, [x], place) {
    const axes = place.inputShape.length;
    if (axes === 1) return x;
    const map = place.order.channelsLast ? place.node("Transpose", [x], { perm: channelsLast(axes) }) : x;
    return place.node("Flatten", [map], { axis: 1 });
  },
  MaxPool1d: (options, [x], place) => place.node("MaxPool", [x], poolWindow(options)),
  MaxPool2d: (options, [x], place) => place.node("MaxPool", [x], poolWindow(options)),
  AvgPool1d: averagePool,
  AvgPool2d: averagePool,
  GlobalSumPool(_options, [x], place) {
    const axes = place.inputShape.length;
    if (axes === 1) return x;
    const space = Array.from({ length: axes - 1 }, (_, axis) => axis + 2);
    return place.node("ReduceSum", [x, place.graph.integers(space)], { keepdims: 0 });
  },
  // From left to right, as here.
  Add: (_options, [first, ...others], place) =>
    others.reduce((sum, other) => place.node("Add", [sum, other]), first),
};

export function isOnnxLayer(kind: string): kind is OwnLayerKind {
  return Object.hasOwn(rows, kind);
}

/** Writes a layer. @returns what its output is called */
export function layerNodes(
  kind: OwnLayerKind,
  options: object,
  inputs: readonly string[],
  place: LayerPlace,
): string {
  return (rows[kind] as Row<object>)(options, inputs, place);
}

function convolution(
  { kernelSize, stride, padding, dilation = 1, groups, bias }: Conv1dSpec | Conv2dSpec,
  [x]: readonly string[],
  place: LayerPlace,
): string {
  const arrays = [place.array("weight"), ...(bias ? [place.array("bias")] : [])];
  const apart = sidesOf(dilation);
  const dilations = Math.max(...apart) > 1 ? { dilations: apart } : {};
  const window = { ...windowOf(kernelSize, stride, padding), ...dilations };
  return place.node("Conv", [x, ...arrays], { ...window, group: groups });
}

function batchNorm({ eps }: { readonly eps: number }, [x]: readonly string[], place: LayerPlace): string {
  const arrays = ["weight", "bias", "running_mean", "running_var"].map((name) => place.array(name));
  return place.node("BatchNormalization", [x, ...arrays], { epsilon: { float: eps } });
}

/** Windows that do not fit are dropped, and zeros around the input count. */
function averagePool(options: Pool1dSpec | Pool2dSpec, [x]: readonly string[], place: LayerPlace): string {
  return place.node("AveragePool", [x], { ...poolWindow(options), count_include_pad: 1 });
}

function poolWindow({ kernelSize, stride, padding }: Pool1dSpec | Pool2dSpec): Attributes {
  return windowOf(kernelSize, stride ?? kernelSize, padding);
}

function windowOf(kernel: Pair, stride: Pair, padding: Pair): Attributes {
  const pads = sidesOf(padding);
  return { kernel_shape: sidesOf(kernel), strides: sidesOf(stride), pads: [...pads, ...pads] };
}

/** [N, C, H, W] to [N, H, W, C] */
function channelsLast(axes: number): number[] {
  return [0, ...Array.from({ length: axes - 1 }, (_, axis) => axis + 2), 1];
}

/** Features [positions, channels] as the weights want them: [channels, positions]. */
function exchanged(x: string, { order, node, graph }: LayerPlace): string {
  if (order.exchanged === null) return x;
  const split = node("Reshape", [x, graph.integers([0, ...order.exchanged])]);
  return node("Flatten", [node("Transpose", [split], { perm: [0, 2, 1] })], { axis: 1 });
}
