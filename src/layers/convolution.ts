/** Convolution layers, channels last. */

import { permutedLayout } from "../module/layout.js";
import type { Parameter } from "../module/parameter.js";
import { conv1d, conv2d, conv2dAffine } from "../ops/convolution.js";
import { close, fix } from "../schema/fixed.js";
import { pair } from "../schema/pair.js";
import type { Place } from "../schema/place.js";
import {
  optional,
  readArguments,
  required,
  withDefault,
  type Fields,
  type Schema,
} from "../schema/schema.js";
import { flag, whole, type ValueType } from "../schema/value-types.js";
import { sizeOf } from "../shapes.js";
import type { ChannelAffine } from "../tensor/affine-map.js";
import type { Tensor } from "../tensor/tensor.js";
import { sidesOf, windowedMap, type Pair } from "../windows.js";
import { uniformParameter } from "./initial.js";
import { checkChannelsLast, type FullLayerRow } from "./layer-row.js";
import { StatelessLayer } from "./stateless-layer.js";

interface ConvolutionOptions<P> {
  /** Default 1. */
  stride?: P;
  /** Zeros around the input (default 0). */
  padding?: P;
  /** From each tap of the kernel to the next (default 1: side by side). */
  dilation?: P;
  /** Channels are split into groups that do not see each other (default 1); inChannels: depthwise. */
  groups?: number;
  /** Whether a learned number is added to each channel (default true). */
  bias?: boolean;
}

export type Conv2dOptions = ConvolutionOptions<Pair>;
export type Conv1dOptions = ConvolutionOptions<number>;

/** All of it, by name. @typeParam P [height, width], or a number */
interface ConvolutionSpec<P> {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: P;
  readonly stride: P;
  readonly padding: P;
  /** Stated of dilated ones alone, so that files of all others are those of ever. */
  readonly dilation?: P;
  readonly groups: number;
  readonly bias: boolean;
}

export type Conv2dSpec = ConvolutionSpec<readonly [number, number]>;
export type Conv1dSpec = ConvolutionSpec<number>;

function schemaOf<P>(window: (low: number) => ValueType<P>, one: P, none: P): Schema<ConvolutionSpec<P>> {
  const fields = {
    inChannels: required(whole(1)),
    outChannels: required(whole(1)),
    kernelSize: required(window(1)),
    stride: withDefault(window(1), one),
    padding: withDefault(window(0), none),
    dilation: optional(window(1)),
    groups: withDefault(whole(1), 1),
    bias: withDefault(flag, true),
  };
  return { fields: fields as unknown as Fields<ConvolutionSpec<P>>, check: checkGroups };
}

function checkGroups({ inChannels, outChannels, groups }: ConvolutionSpec<unknown>, place: Place): void {
  if (inChannels % groups === 0 && outChannels % groups === 0) return;
  place.fail(
    `${groups} groups of ${inChannels} in and ${outChannels} out channels; expected both to be multiples of the groups.`,
  );
}

const schema2d = schemaOf<readonly [number, number]>(pair, [1, 1], [0, 0]);
const schema1d = schemaOf<number>(whole, 1, 0);

abstract class Convolution<P extends Pair> extends StatelessLayer {
  /** [KH, KW, in/groups, out] here, [K, in/groups, out] in one dimension; [out, in/groups, KH, KW] in state dicts. */
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  declare readonly inChannels: number;
  declare readonly outChannels: number;
  declare readonly kernelSize: P;
  declare readonly stride: P;
  declare readonly padding: P;
  declare readonly dilation: P;
  declare readonly groups: number;

  protected constructor({ bias, ...given }: ConvolutionSpec<P>, dilation: P) {
    super();
    fix<Convolution<P>>(this, { dilation, ...given });
    const { inChannels, outChannels, groups } = given;
    const kernel = sidesOf(given.kernelSize);
    const perGroup = inChannels / groups;
    const shape = [...kernel, perGroup, outChannels];
    const fanIn = sizeOf(kernel) * perGroup;
    this.weight = this.registerParameter("weight", uniformParameter(shape, fanIn), {
      layout: () =>
        permutedLayout(
          shape,
          [kernel.length + 1, kernel.length, ...kernel.keys()],
          [outChannels, perGroup, ...kernel],
        ),
    });
    this.bias = bias ? this.registerParameter("bias", uniformParameter([outChannels], fanIn)) : null;
    close<Convolution<P>>(this, "weight", "bias");
  }
}

/** y [N, OH, OW, outChannels] of x [N, H, W, inChannels] */
export class Conv2d extends Convolution<readonly [number, number]> {
  /** @throws TypeError, RangeError */
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: Conv2dOptions = {}) {
    super(readArguments("Conv2d", { inChannels, outChannels, kernelSize }, options, schema2d), [1, 1]);
  }

  protected apply(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this);
  }

  /** As forward(), then a scale and a shift per channel, in one kernel where x is packed. Not differentiable. */
  forwardAffine(x: Tensor, affine: ChannelAffine): Tensor {
    return this.overBatch(x, (batch) => conv2dAffine(batch, this.weight, this.bias, this, affine));
  }
}

/** y [N, OS, outChannels] of x [N, S, inChannels] */
export class Conv1d extends Convolution<number> {
  /** @throws TypeError, RangeError */
  constructor(inChannels: number, outChannels: number, kernelSize: number, options: Conv1dOptions = {}) {
    super(readArguments("Conv1d", { inChannels, outChannels, kernelSize }, options, schema1d), 1);
  }

  protected apply(x: Tensor): Tensor {
    return conv1d(x, this.weight, this.bias, this);
  }
}

/** Of one or two axes: they differ in how a window is written. */
function rowOf<P extends Pair>(
  layer: typeof Conv1d | typeof Conv2d,
  schema: Schema<ConvolutionSpec<P>>,
  axes: readonly string[],
  create: (options: ConvolutionSpec<P>) => Conv1d | Conv2d,
): FullLayerRow<ConvolutionSpec<P>> {
  return {
    layer,
    schema,
    inputs: 1,
    scaling: "weight",
    create,
    outputShape({ inChannels, outChannels, kernelSize, stride, padding, dilation }, [input], where) {
      checkChannelsLast(where, input, axes, inChannels);
      const window = { kernel: kernelSize, stride, padding, dilation };
      return [...windowedMap(where, input.slice(0, -1), window), outChannels];
    },
    weights: ({ inChannels, outChannels, kernelSize, groups }) =>
      sizeOf(sidesOf(kernelSize)) * (inChannels / groups) * outChannels,
    operations: ({ inChannels, kernelSize, groups, bias }, _inputs, output) => ({
      macs: sizeOf(output) * sizeOf(sidesOf(kernelSize)) * (inChannels / groups),
      adds: bias ? sizeOf(output) : 0,
    }),
    options(layer) {
      const made = layer as unknown as Convolution<P>;
      const { inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias } = made;
      const apart = sizeOf(sidesOf(dilation)) > 1 ? { dilation } : {};
      return { inChannels, outChannels, kernelSize, stride, padding, ...apart, groups, bias: bias !== null };
    },
  };
}

export const conv2dRow = rowOf(
  Conv2d,
  schema2d,
  ["H", "W"],
  ({ inChannels, outChannels, kernelSize, ...options }) =>
    new Conv2d(inChannels, outChannels, kernelSize, options),
);

export const conv1dRow = rowOf(
  Conv1d,
  schema1d,
  ["S"],
  ({ inChannels, outChannels, kernelSize, ...options }) =>
    new Conv1d(inChannels, outChannels, kernelSize, options),
);
