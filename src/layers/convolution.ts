/** Convolution layers, channels last. */

import { checkBoolean, checkInteger, checkOptions } from "../checks.js";
import { permutedLayout } from "../module/layout.js";
import type { Parameter } from "../module/parameter.js";
import { conv1d, conv2d, conv2dAffine } from "../ops/convolution.js";
import { checkPair, type Pair } from "../windows.js";
import type { ChannelAffine } from "../tensor/affine-map.js";
import type { Tensor } from "../tensor/tensor.js";
import { uniformParameter } from "./initial.js";
import { StatelessLayer } from "./stateless-layer.js";

interface ConvolutionOptions<P> {
  /** Default 1. */
  stride?: P;
  /** Zeros around the input (default 0). */
  padding?: P;
  /** Channels are split into groups that do not see each other (default 1); inChannels: depthwise. */
  groups?: number;
  /** Default true. */
  bias?: boolean;
}

export type Conv2dOptions = ConvolutionOptions<Pair>;
export type Conv1dOptions = ConvolutionOptions<number>;

const optionNames = ["stride", "padding", "groups", "bias"];

function checkChannels(where: string, inChannels: number, outChannels: number, groups: number): void {
  checkInteger(`${where}: inChannels`, inChannels, 1);
  checkInteger(`${where}: outChannels`, outChannels, 1);
  checkInteger(`${where}: groups`, groups, 1);
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new RangeError(
      `${where}: ${groups} groups of ${inChannels} in and ${outChannels} out channels; expected both to be multiples of the groups.`,
    );
  }
}

/** y [N, OH, OW, outChannels] of x [N, H, W, inChannels] */
export class Conv2d extends StatelessLayer {
  /** [KH, KW, in/groups, out] here; [out, in/groups, KH, KW] in state dicts. */
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly groups: number;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Pair,
    options: Conv2dOptions = {},
  ) {
    super();
    checkOptions("Conv2d", options, optionNames);
    const bias = checkBoolean("Conv2d: bias", options.bias === undefined ? true : options.bias);
    this.groups = options.groups ?? 1;
    checkChannels("Conv2d", inChannels, outChannels, this.groups);
    this.kernelSize = checkPair("Conv2d: kernelSize", kernelSize, 1);
    this.stride = checkPair("Conv2d: stride", options.stride ?? 1, 1);
    this.padding = checkPair("Conv2d: padding", options.padding ?? 0, 0);
    const [KH, KW] = this.kernelSize;
    const perGroup = inChannels / this.groups;
    const fanIn = KH * KW * perGroup;
    this.weight = this.registerParameter("weight", uniformParameter([KH, KW, perGroup, outChannels], fanIn), {
      layout: () =>
        permutedLayout([KH, KW, perGroup, outChannels], [3, 2, 0, 1], [outChannels, perGroup, KH, KW]),
    });
    this.bias = bias ? this.registerParameter("bias", uniformParameter([outChannels], fanIn)) : null;
  }

  protected apply(x: Tensor): Tensor {
    const { stride, padding, groups } = this;
    return conv2d(x, this.weight, this.bias, { stride, padding, groups });
  }

  /** As forward(), then a scale and a shift per channel, in one kernel where x is packed. Not differentiable. */
  forwardAffine(x: Tensor, affine: ChannelAffine): Tensor {
    const { stride, padding, groups } = this;
    return this.overBatch(x, (batch) =>
      conv2dAffine(batch, this.weight, this.bias, { stride, padding, groups }, affine),
    );
  }
}

/** y [N, OS, outChannels] of x [N, S, inChannels] */
export class Conv1d extends StatelessLayer {
  /** [K, in/groups, out] here; [out, in/groups, K] in state dicts. */
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    readonly kernelSize: number,
    options: Conv1dOptions = {},
  ) {
    super();
    checkOptions("Conv1d", options, optionNames);
    const bias = checkBoolean("Conv1d: bias", options.bias === undefined ? true : options.bias);
    this.groups = options.groups ?? 1;
    checkChannels("Conv1d", inChannels, outChannels, this.groups);
    checkInteger("Conv1d: kernelSize", kernelSize, 1);
    this.stride = checkInteger("Conv1d: stride", options.stride ?? 1, 1);
    this.padding = checkInteger("Conv1d: padding", options.padding ?? 0);
    const perGroup = inChannels / this.groups;
    const fanIn = kernelSize * perGroup;
    this.weight = this.registerParameter(
      "weight",
      uniformParameter([kernelSize, perGroup, outChannels], fanIn),
      {
        layout: () =>
          permutedLayout([kernelSize, perGroup, outChannels], [2, 1, 0], [outChannels, perGroup, kernelSize]),
      },
    );
    this.bias = bias ? this.registerParameter("bias", uniformParameter([outChannels], fanIn)) : null;
  }

  protected apply(x: Tensor): Tensor {
    const { stride, padding, groups } = this;
    return conv1d(x, this.weight, this.bias, { stride, padding, groups });
  }
}
