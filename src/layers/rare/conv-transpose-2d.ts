/** Transposed convolution, which makes maps larger, channels last: y [N, OH, OW, outChannels] of x [N, H, W, inChannels]. */

import { ShapeError } from "../../errors.js";
import { permutedLayout } from "../../module/layout.js";
import type { Parameter } from "../../module/parameter.js";
import {
  convTranspose2d,
  transposedLength,
  type ConvTranspose2dOptions as Windows,
} from "../../ops/conv-transpose.js";
import { close, fix } from "../../schema/fixed.js";
import { pair } from "../../schema/pair.js";
import { readArguments, required, withDefault, type Schema } from "../../schema/schema.js";
import { flag, whole } from "../../schema/value-types.js";
import { formatShape, sizeOf } from "../../shapes.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Pair } from "../../windows.js";
import { uniformParameter } from "../initial.js";
import { checkChannelsLast, type FullLayerRow } from "../layer-row.js";
import { StatelessLayer } from "../stateless-layer.js";
import { addYieldingLayer } from "../table.js";

export interface ConvTranspose2dOptions extends Windows {
  /** Whether a learned number is added to each channel (default true). */
  bias?: boolean;
}

type Sides = readonly [number, number];

export interface ConvTranspose2dSpec {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Sides;
  readonly stride: Sides;
  readonly padding: Sides;
  readonly outputPadding: Sides;
  readonly dilation: Sides;
  readonly groups: number;
  readonly bias: boolean;
}

const schema: Schema<ConvTranspose2dSpec> = {
  fields: {
    inChannels: required(whole(1)),
    outChannels: required(whole(1)),
    kernelSize: required(pair(1)),
    stride: withDefault(pair(1), [1, 1]),
    padding: withDefault(pair(0), [0, 0]),
    outputPadding: withDefault(pair(0), [0, 0]),
    dilation: withDefault(pair(1), [1, 1]),
    groups: withDefault(whole(1), 1),
    bias: withDefault(flag, true),
  },
  check({ inChannels, outChannels, groups, outputPadding, stride }, place) {
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      place.fail(
        `${groups} groups of ${inChannels} in and ${outChannels} out channels; expected both to be multiples of the groups.`,
      );
    }
    if (outputPadding.some((each, axis) => each >= stride[axis])) {
      place
        .at("outputPadding")
        .fail(
          `is ${formatShape(outputPadding)} with the stride ${formatShape(stride)}; expected less than the stride.`,
        );
    }
  },
};

export class ConvTranspose2d extends StatelessLayer {
  /** [KH, KW, out/groups, in] here; [in, out/groups, KH, KW] in state dicts. */
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  declare readonly inChannels: number;
  declare readonly outChannels: number;
  declare readonly kernelSize: Sides;
  declare readonly stride: Sides;
  declare readonly padding: Sides;
  declare readonly outputPadding: Sides;
  declare readonly dilation: Sides;
  declare readonly groups: number;

  /** @throws TypeError, RangeError */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: ConvTranspose2dOptions = {},
  ) {
    super();
    const given = readArguments("ConvTranspose2d", { inChannels, outChannels, kernelSize }, options, schema);
    const { bias, ...fields } = given;
    fix<ConvTranspose2d>(this, fields);
    const perGroup = outChannels / given.groups;
    const shape = [...given.kernelSize, perGroup, inChannels];
    const fanIn = sizeOf(given.kernelSize) * perGroup;
    this.weight = this.registerParameter("weight", uniformParameter(shape, fanIn), {
      layout: () => permutedLayout(shape, [3, 2, 0, 1], [inChannels, perGroup, ...given.kernelSize]),
    });
    this.bias = bias ? this.registerParameter("bias", uniformParameter([outChannels], fanIn)) : null;
    close<ConvTranspose2d>(this, "weight", "bias");
  }

  protected apply(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this);
  }
}

export const convTranspose2dRow: FullLayerRow<ConvTranspose2dSpec> = {
  layer: ConvTranspose2d,
  schema,
  inputs: 1,
  scaling: "weight",
  create: ({ inChannels, outChannels, kernelSize, ...options }) =>
    new ConvTranspose2d(inChannels, outChannels, kernelSize, options),
  outputShape(options, [input], where) {
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, outputPadding } = options;
    checkChannelsLast(where, input, ["H", "W"], inChannels);
    const map = [0, 1].map((axis) =>
      transposedLength(
        ...([input, kernelSize, stride, padding, dilation, outputPadding].map(
          (each) => each[axis],
        ) as SixNumbers),
      ),
    );
    if (Math.min(...map) >= 1) return [...map, outChannels];
    throw new ShapeError(
      `${where} makes a map of ${formatShape(map)} of ${formatShape(input)}; expected something to be left. Use less padding.`,
    );
  },
  weights: ({ inChannels, outChannels, kernelSize, groups }) =>
    sizeOf(kernelSize) * (outChannels / groups) * inChannels,
  // Each value of the input meets every tap, also those that fall outside the map.
  operations: ({ outChannels, kernelSize, groups, bias }, [input], output) => ({
    macs: sizeOf(input) * sizeOf(kernelSize) * (outChannels / groups),
    adds: bias ? sizeOf(output) : 0,
  }),
  options(layer) {
    const made = layer as ConvTranspose2d;
    const { inChannels, outChannels, kernelSize, stride, padding, outputPadding, dilation, groups } = made;
    const windows = { kernelSize, stride, padding, outputPadding, dilation };
    return { inChannels, outChannels, ...windows, groups, bias: made.bias !== null };
  },
};

type SixNumbers = [number, number, number, number, number, number];

declare module "../table.js" {
  interface LayerArguments {
    ConvTranspose2d: Pick<ConvTranspose2dSpec, "inChannels" | "outChannels"> & {
      kernelSize: Pair;
    } & ConvTranspose2dOptions;
  }
}

export const convTranspose2dKind = addYieldingLayer("ConvTranspose2d", convTranspose2dRow, false);
