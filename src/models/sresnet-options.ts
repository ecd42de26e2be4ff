/** Options of the residual networks: what they mean, their defaults, and which of them make no network. */

import type { StepMode } from "../module/module.js";
import type { NeuronSpec } from "../neurons/table.js";
import type { Place } from "../schema/place.js";
import { optional, readOptions, required, withDefault, type Fields, type Schema } from "../schema/schema.js";
import { flag, listOf, oneOf, real, whole } from "../schema/value-types.js";
import type { Shape } from "../shapes.js";
import type { Pair } from "../windows.js";
import { neuronFields, shapeFields, timestepCount, width } from "./model-fields.js";
import { anyWindow, checkLength, checkSignal, dims, dimsOf, kernel, poolWindow } from "./window-options.js";

interface ResidualOptions {
  /** Channels last, without batch and time: [H, W, C] (dims 2) or [S, C] (dims 1). */
  inputShape: Shape;
  /** [classes] */
  outputShape: Shape;
  /** Channels: of the first convolution, then of each group of blocks. */
  filters: readonly number[];
  /** As filters: of the first convolution, then of the two of every block of a group. */
  kernelSizes: readonly Pair[];
  paddings: readonly Pair[];
  /** Blocks of each group. */
  numBlocks: readonly number[];
  /** Average pooling of the input (default 1: none). */
  prepool?: Pair;
  /** Default false; convolutions then have no bias. */
  batchNorm?: boolean;
  /** Weight of the newest batch in the running statistics (default 0.1). */
  bnMomentum?: number;
  neuron: NeuronSpec;
  /** T (default 2). */
  timesteps?: number;
  /** Default 's'. */
  stepMode?: StepMode;
  /** 1: signals [S, C]. 2: images [H, W, C]. Default: as inputShape says. */
  dims?: 1 | 2;
}

export interface SResNetOptions extends ResidualOptions {
  /** As filters: the stride of the first convolution, then the max pooling of the first block of each group. 1: none. */
  strides: readonly Pair[];
  /** What the last map becomes before the classes: its largest or its mean value per channel, or the map itself (default "max"). */
  postpool?: "max" | "avg" | "none";
  /** Whether a block that pools has a convolution on its shortcut even where the channels stay (default true). */
  forceProjectionWithStride?: boolean;
}

export interface SResNetStrideOptions extends ResidualOptions {
  /** As filters: strides of the first convolution, then of the first block of each group. */
  strides: readonly Pair[];
  /** As filters: max pooling behind the first convolution, then in every block of each group. 1 or 0: none. */
  poolSizes: readonly Pair[];
  /** As for SResNet; "sum": a 1x1 convolution to the classes with a neuron, summed over space. */
  postpool?: "max" | "avg" | "none" | "sum";
  /** Whether a block that pools has a convolution on its shortcut even where the channels stay (default true). */
  forceProjectionWithPooling?: boolean;
}

/** Options with every default filled in. */
export type ResolvedSResNetOptions = Required<SResNetOptions>;
export type ResolvedSResNetStrideOptions = Required<SResNetStrideOptions>;

/** As they are read: what is left out here depends on others. */
type WithoutDims<O> = Omit<O, "dims"> & { dims?: 1 | 2 };

type Shared = WithoutDims<Required<ResidualOptions>>;

const sharedFields: Fields<Shared> = {
  ...shapeFields,
  filters: required(listOf(width, 1), "Channels: of the first convolution, then of each group of blocks."),
  kernelSizes: required(listOf(kernel), "Of the first convolution, then of both in every block of a group."),
  paddings: required(listOf(anyWindow), "Zeros around the map, before each of these convolutions."),
  numBlocks: required(listOf(whole(1, 1024), 1), "Blocks of each group."),
  prepool: withDefault(kernel, 1, "Average pooling of the input; 1: none."),
  batchNorm: withDefault(
    flag,
    false,
    "Whether batch normalization follows every convolution, which then has no bias.",
  ),
  bnMomentum: withDefault(
    real({ from: 0, to: 1 }),
    0.1,
    "Weight of the newest batch in the running statistics of batch normalization.",
  ),
  timesteps: withDefault(timestepCount, 2, "Time steps T that an input is shown for."),
  ...neuronFields,
  dims: optional(dims, "1: signals [length, channels]; 2: images [height, width, channels]."),
};

export const sresnetSchema: Schema<WithoutDims<ResolvedSResNetOptions>> = {
  fields: {
    ...sharedFields,
    strides: required(
      listOf(poolWindow),
      "Stride of the first convolution, then size of the max pooling in the first block of each group; 1: none.",
    ),
    postpool: withDefault(
      oneOf(["max", "avg", "none"]),
      "max",
      "Pooling of the last map, whole, before the linear layer; none: the map must be 1 x 1.",
    ),
    forceProjectionWithStride: withDefault(
      flag,
      true,
      "Whether a block that pools has a convolution on its shortcut even where the channels stay.",
    ),
  },
  check: (options, place) => checkGroups(options, { strides: options.strides }, place),
};

export const sresnetStrideSchema: Schema<WithoutDims<ResolvedSResNetStrideOptions>> = {
  fields: {
    ...sharedFields,
    strides: required(
      listOf(kernel),
      "Stride of the first convolution, then of the first block of each group.",
    ),
    poolSizes: required(
      listOf(poolWindow),
      "Max pooling behind the first convolution, then in every block of each group; 1 or 0: none.",
    ),
    postpool: withDefault(
      oneOf(["max", "avg", "none", "sum"]),
      "max",
      "Pooling of the last map, whole, before the linear layer; none: the map must be 1 x 1; sum: a 1x1 convolution to the classes with a neuron, summed over space, instead.",
    ),
    forceProjectionWithPooling: withDefault(
      flag,
      true,
      "Whether a block that pools has a convolution on its shortcut even where the channels stay.",
    ),
  },
  check: (options, place) =>
    checkGroups(options, { strides: options.strides, poolSizes: options.poolSizes }, place),
};

/** One entry for the first convolution and one per group in every list; the reference would drop what is too much. */
function checkGroups(
  options: Shared,
  windows: Readonly<Record<string, readonly Pair[]>>,
  place: Place,
): void {
  const { filters, kernelSizes, paddings, numBlocks, prepool, inputShape } = options;
  const perGroup = { kernelSizes, paddings, ...windows };
  const meaning = `one for the first convolution and one per entry of ${place.name("numBlocks")}`;
  for (const [name, list] of Object.entries({ filters, ...perGroup }))
    checkLength(place, name, list, numBlocks.length + 1, meaning);
  const axes = options.dims ?? dimsOf(inputShape);
  // A file may leave it out.
  if ((inputShape as Shape | undefined) !== undefined)
    checkLength(place, "inputShape", inputShape, axes + 1, axes === 2 ? "[H, W, C]" : "[S, C]");
  if (axes === 2) return;
  for (const [name, list] of Object.entries(perGroup))
    list.forEach((entry, i) => checkSignal(entry, place.at(name).at(i), place));
  checkSignal(prepool, place.at("prepool"), place);
}

/** Copies, so that what the caller changes later is not this network. @throws TypeError, RangeError */
export function resolveSResNetOptions(options: SResNetOptions): ResolvedSResNetOptions {
  const { dims: asked, ...read } = readOptions("SResNet", options, sresnetSchema);
  // Always last, so that a file that is loaded is written again to the same bytes.
  return { ...read, dims: asked ?? dimsOf(read.inputShape) };
}

/** As resolveSResNetOptions. */
export function resolveSResNetStrideOptions(options: SResNetStrideOptions): ResolvedSResNetStrideOptions {
  const { dims: asked, ...read } = readOptions("SResNetStride", options, sresnetStrideSchema);
  return { ...read, dims: asked ?? dimsOf(read.inputShape) };
}
