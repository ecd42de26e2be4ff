/** Each kind of layer as PyTorch has it, in the words of Python; a row per kind. */

import type { BatchNormSpec } from "../../layers/batch-norm.js";
import type { Conv1dSpec, Conv2dSpec } from "../../layers/convolution.js";
import type { Pool1dSpec, Pool2dSpec } from "../../layers/pooling.js";
import type { Shape } from "../../shapes.js";
import type { Pair } from "../../windows.js";
import { axisOfBatch, channelsFirst, type FeatureOrder } from "../channels-first.js";
import type { OwnLayerKind, OwnLayerOptions } from "../outline.js";
import { argumentsOf, pythonNumber } from "./python-text.js";

export interface LayerSource {
  /** What makes the module; null where an expression is enough. */
  readonly module: string | null;
  /** What it gives of its inputs. @param layer how the module is reached */
  result(inputs: readonly string[], layer: string): string;
}

type Row<O> = (options: O, inputShape: Shape, order: FeatureOrder) => LayerSource;

const rows: { readonly [K in OwnLayerKind]: Row<OwnLayerOptions[K]> } = {
  Linear({ inFeatures, outFeatures, bias }, _shape, { exchanged }) {
    const features =
      exchanged === null ? "" : `.unflatten(1, (${exchanged.join(", ")})).transpose(1, 2).flatten(1)`;
    return {
      module: `nn.Linear(${argumentsOf([inFeatures, outFeatures], { bias: bias ? null : "False" })})`,
      result: ([x], layer) => `${layer}(${x}${features})`,
    };
  },
  Conv1d: (options) => called(convolution("nn.Conv1d", options)),
  Conv2d: (options) => called(convolution("nn.Conv2d", options)),
  BatchNorm1d: (options) => called(batchNorm("nn.BatchNorm1d", options)),
  BatchNorm2d: (options) => called(batchNorm("nn.BatchNorm2d", options)),
  Dropout: ({ p }) => called(`Dropout(${pythonNumber(p)})`),
  Flatten(_options, { length: axes }, { channelsLast }) {
    if (axes === 1) return expression((x) => x);
    return expression((x) => `${x}${channelsLast ? ".movedim(1, -1)" : ""}.flatten(1)`);
  },
  MaxPool1d: (options) => called(pooling("nn.MaxPool1d", options)),
  MaxPool2d: (options) => called(pooling("nn.MaxPool2d", options)),
  AvgPool1d: (options) => called(pooling("nn.AvgPool1d", options)),
  AvgPool2d: (options) => called(pooling("nn.AvgPool2d", options)),
  GlobalSumPool: (_options, { length: axes }) =>
    expression((x) => (axes === 1 ? x : `${x}.flatten(2).sum(2)`)),
  Add: () => ({ module: null, result: (inputs) => inputs.join(" + ") }),
  Concat: ({ axis }, { length: axes }) => ({
    module: null,
    result: (inputs) => `torch.cat((${inputs.join(", ")}), ${axisOfBatch(axis, axes)})`,
  }),
  ConvTranspose2d(options) {
    const { inChannels, outChannels, kernelSize, stride, padding, outputPadding, dilation, groups, bias } =
      options;
    const named = {
      stride: window(stride) === "1" ? null : window(stride),
      padding: window(padding) === "0" ? null : window(padding),
      output_padding: window(outputPadding) === "0" ? null : window(outputPadding),
      groups: groups === 1 ? null : String(groups),
      bias: bias ? null : "False",
      dilation: window(dilation) === "1" ? null : window(dilation),
    };
    return called(`nn.ConvTranspose2d(${argumentsOf([inChannels, outChannels, window(kernelSize)], named)})`);
  },
  LayerNorm({ normalizedShape, eps, elementwiseAffine, bias }, { length: axes }) {
    const named = {
      eps: eps === 1e-5 ? null : pythonNumber(eps),
      elementwise_affine: elementwiseAffine ? null : "False",
      bias: elementwiseAffine && !bias ? "False" : null,
    };
    const axis = axes + 1 - normalizedShape.length;
    // The arrays have channels first: they go before the axes that are normalised with them.
    const [there, back] = axis === 1 ? ["", ""] : [`.movedim(1, ${axis})`, `.movedim(${axis}, 1)`];
    return {
      module: `nn.LayerNorm(${argumentsOf([`(${channelsFirst(normalizedShape).join(", ")}${normalizedShape.length === 1 ? "," : ""})`], named)})`,
      result: ([x], layer) => `${layer}(${x}${there})${back}`,
    };
  },
  Upsample: ({ scaleFactor }, { length: axes }) =>
    called(
      `nn.Upsample(scale_factor=${axes === 3 ? `(${scaleFactor.join(", ")})` : String(scaleFactor[1])})`,
    ),
};

export function isTorchLayer(kind: string): kind is OwnLayerKind {
  return Object.hasOwn(rows, kind);
}

/** @param inputShape of one sample, channels last */
export function layerSource(
  kind: OwnLayerKind,
  options: object,
  inputShape: Shape,
  order: FeatureOrder,
): LayerSource {
  return (rows[kind] as Row<object>)(options, inputShape, order);
}

function called(module: string): LayerSource {
  return { module, result: ([x], layer) => `${layer}(${x})` };
}

function expression(of: (x: string) => string): LayerSource {
  return { module: null, result: ([x]) => of(x) };
}

function convolution(name: string, options: Conv1dSpec | Conv2dSpec): string {
  const { inChannels, outChannels, kernelSize, stride, padding, dilation = 1, groups, bias } = options;
  const named = {
    stride: window(stride) === "1" ? null : window(stride),
    padding: window(padding) === "0" ? null : window(padding),
    dilation: window(dilation) === "1" ? null : window(dilation),
    groups: groups === 1 ? null : String(groups),
    bias: bias ? null : "False",
  };
  return `${name}(${argumentsOf([inChannels, outChannels, window(kernelSize)], named)})`;
}

function batchNorm(name: string, { numFeatures, eps, momentum }: BatchNormSpec): string {
  const named = {
    eps: eps === 1e-5 ? null : pythonNumber(eps),
    momentum: momentum === 0.1 ? null : pythonNumber(momentum),
  };
  return `${name}(${argumentsOf([numFeatures], named)})`;
}

function pooling(name: string, { kernelSize, stride, padding }: Pool1dSpec | Pool2dSpec): string {
  const [kernel, steps, pads] = [kernelSize, stride ?? kernelSize, padding].map(window);
  const named = { stride: steps === kernel ? null : steps, padding: pads === "0" ? null : pads };
  return `${name}(${argumentsOf([kernel], named)})`;
}

/** 3, or (3, 5) where the axes differ. */
function window(size: Pair): string {
  if (typeof size === "number") return String(size);
  return size[0] === size[1] ? String(size[0]) : `(${size.join(", ")})`;
}
