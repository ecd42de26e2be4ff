/** Each kind of layer as nodes of ONNX, channels first, as it computes in evaluation; a row per kind. */

import type { Conv1dSpec, Conv2dSpec } from "../../layers/convolution.js";
import type { Pool1dSpec, Pool2dSpec } from "../../layers/pooling.js";
import { sizeOf, type Shape } from "../../shapes.js";
import { sidesOf, type Pair } from "../../windows.js";
import { axisOfBatch, channelsFirst, type FeatureOrder } from "../channels-first.js";
import type { OwnLayerKind, OwnLayerOptions } from "../outline.js";
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

const rows: { readonly [K in OwnLayerKind]: Row<OwnLayerOptions[K]> } = {
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
  Concat: ({ axis }, inputs, place) =>
    place.node("Concat", inputs, { axis: axisOfBatch(axis, place.inputShape.length) }),
  ConvTranspose2d({ kernelSize, stride, padding, outputPadding, dilation, groups, bias }, [x], place) {
    const arrays = [place.array("weight"), ...(bias ? [place.array("bias")] : [])];
    const window = { ...windowOf(kernelSize, stride, padding), dilations: dilation };
    return place.node("ConvTranspose", [x, ...arrays], {
      ...window,
      output_padding: outputPadding,
      group: groups,
    });
  },
  LayerNorm({ normalizedShape, eps, elementwiseAffine, bias }, [x], place) {
    // The arrays have channels first: they go before the axes that are normalised with them.
    const axes = place.inputShape.length + 1;
    const axis = axes - normalizedShape.length;
    const rest = Array.from({ length: axes - 2 }, (_, i) => i + 2);
    const there = [0, ...rest.slice(0, axis - 1), 1, ...rest.slice(axis - 1)];
    const moved = axis === 1 ? x : place.node("Transpose", [x], { perm: there });
    const scale = elementwiseAffine
      ? place.array("weight")
      : place.graph.constant(
          channelsFirst(normalizedShape),
          new Float32Array(sizeOf(normalizedShape)).fill(1),
        );
    const arrays = [scale, ...(elementwiseAffine && bias ? [place.array("bias")] : [])];
    const normal = place.node("LayerNormalization", [moved, ...arrays], { axis, epsilon: { float: eps } });
    if (axis === 1) return normal;
    return place.node("Transpose", [normal], { perm: there.map((_, i) => there.indexOf(i)) });
  },
  // Nearest is what it does unless it is told otherwise; of whole factors no place lies in the middle of two.
  Upsample({ scaleFactor }, [x], place) {
    const factors = place.inputShape.length === 3 ? scaleFactor : scaleFactor.slice(1);
    const scales = place.graph.constant([factors.length + 2], [1, 1, ...factors]);
    return place.node("Resize", [x, "", scales]);
  },
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
