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
  const along = (name: string, pair: Pair): Pair => {
    if (dims === 2 || typeof pair === "number") return pair;
    throw new TypeError(
      `${model}: a window of ${name} is [${pair.join(", ")}]; expected a number: dims is 1.`,
    );
  };
  // Of signals every window is a number by now, as their kinds have it.
  const spec = (name: string, kind: string, options: object): LayerSpec =>
    ({ name, kind: `${kind}${dims}d`, options }) as LayerSpec;
  const pool =
    (kind: string) =>
    (name: string, kernel: Pair): LayerSpec =>
      spec(name, kind, { kernelSize: along(name, kernel) });
  return {
    conv: (name, inChannels, { kernel, channels, stride, padding, groups = 1, bias }) =>
      spec(name, "Conv", {
        inChannels,
        outChannels: channels,
        kernelSize: along(name, kernel),
        stride: along(name, stride),
        padding: along(name, padding),
        groups,
        bias,
      }),
    batchNorm: (name, numFeatures, momentum) =>
      spec(name, "BatchNorm", { numFeatures, ...(momentum === undefined ? {} : { momentum }) }),
    maxPool: pool("MaxPool"),
    avgPool: pool("AvgPool"),
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
