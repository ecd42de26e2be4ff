/** Layers that have one kind for signals [S, C] and one for images [H, W, C]. */

import type { LayerSpec } from "../graph/layer-spec.js";
import type { Pair } from "../windows.js";

/** Of a convolution, beside the channels that it reads. */
export interface ConvolutionWindow {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly channels: number;
  readonly groups?: number;
  readonly bias: boolean;
}

export interface Dimension {
  conv(name: string, inChannels: number, o: ConvolutionWindow): LayerSpec;
  batchNorm(name: string, channels: number, momentum?: number): LayerSpec;
  maxPool(name: string, kernel: Pair): LayerSpec;
  avgPool(name: string, kernel: Pair): LayerSpec;
}

/** @param model what messages call the model */
export function dimension(model: string, dims: 1 | 2): Dimension {
  return dims === 2 ? images : signals(model);
}

const images: Dimension = {
  conv: (name, inChannels, { kernel, channels, ...window }) => ({
    name,
    kind: "Conv2d",
    options: { inChannels, outChannels: channels, kernelSize: kernel, ...windowOf(window) },
  }),
  batchNorm: (name, numFeatures, momentum) => ({
    name,
    kind: "BatchNorm2d",
    options: { numFeatures, ...(momentum === undefined ? {} : { momentum }) },
  }),
  maxPool: (name, kernelSize) => ({ name, kind: "MaxPool2d", options: { kernelSize } }),
  avgPool: (name, kernelSize) => ({ name, kind: "AvgPool2d", options: { kernelSize } }),
};

function windowOf({ stride, padding, groups, bias }: Omit<ConvolutionWindow, "kernel" | "channels">) {
  return { stride, padding, groups: groups ?? 1, bias };
}

function signals(model: string): Dimension {
  const one = (name: string, pair: Pair): number => {
    if (typeof pair === "number") return pair;
    throw new TypeError(
      `${model}: a window of ${name} is [${pair.join(", ")}]; expected a number: dims is 1.`,
    );
  };
  return {
    conv: (name, inChannels, { kernel, channels, stride, padding, groups, bias }) => ({
      name,
      kind: "Conv1d",
      options: {
        inChannels,
        outChannels: channels,
        kernelSize: one(name, kernel),
        stride: one(name, stride),
        padding: one(name, padding),
        groups: groups ?? 1,
        bias,
      },
    }),
    batchNorm: (name, numFeatures, momentum) => ({
      name,
      kind: "BatchNorm1d",
      options: { numFeatures, ...(momentum === undefined ? {} : { momentum }) },
    }),
    maxPool: (name, kernel) => ({ name, kind: "MaxPool1d", options: { kernelSize: one(name, kernel) } }),
    avgPool: (name, kernel) => ({ name, kind: "AvgPool1d", options: { kernelSize: one(name, kernel) } }),
  };
}

/** One entry per axis. */
export function sides(pair: Pair, axes: number): number[] {
  return typeof pair === "number" ? new Array<number>(axes).fill(pair) : [...pair];
}

/** Of the entries of both axes. */
export function product(pair: Pair): number {
  return typeof pair === "number" ? pair : pair[0] * pair[1];
}
