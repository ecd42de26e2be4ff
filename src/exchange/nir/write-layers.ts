/** Layers as nodes of NIR: weights in PyTorch's layout, maps channels first, as files have them. */

import type { PlainOptions } from "../../layers/table.js";
import type { StateDict, StateEntry } from "../../module/state-dict.js";
import { sizeOf, type Shape } from "../../shapes.js";
import { below } from "./float32.js";
import { channelsFirst, expanded, type NirBuilder, type NirValue } from "./nir-builder.js";
import { notesOfKernel } from "./kernel-zeros.js";
import { filled, type NirArray, type NirFields } from "./nir-graph.js";
import { mapped } from "./write-neurons.js";

export interface LayerToWrite {
  readonly name: string;
  readonly options: PlainOptions;
  readonly state: StateDict;
  readonly input: NirValue;
  /** Of its output, channels last. */
  readonly shape: Shape;
}

/** Its output; a sentence, why it cannot be written. */
type Row = (builder: NirBuilder, layer: LayerToWrite) => NirValue | string;

const MOST_WEIGHTS = 2 ** 26;

export const layerRows: Readonly<Record<string, Row>> = {
  Linear: linear,
  Conv1d: convolution("Conv1d"),
  Conv2d: convolution("Conv2d"),
  BatchNorm1d: normalisation,
  BatchNorm2d: normalisation,
  Dropout: (_builder, { input }) => input,
  Flatten: flatten,
  MaxPool1d: (builder, layer) => maxPool(builder, layer, 1),
  MaxPool2d: (builder, layer) => maxPool(builder, layer, 2),
  AvgPool1d: (builder, layer) => pooled(builder, layer, layer.name, windowOf(layer, 1), true),
  AvgPool2d: (builder, layer) => pooled(builder, layer, layer.name, windowOf(layer, 2), true),
  SumPool2d: (builder, layer) => pooled(builder, layer, layer.name, windowOf(layer, 2), false),
  GlobalSumPool: globalSum,
  Scale: (builder, layer) => {
    const { name, input, state } = layer;
    const scale = expanded(state[`${name}.scale`], input.shape);
    const same = scale.values.every((value) => value === scale.values[0]);
    const height = same && input.height !== null ? input.height * scale.values[0] : null;
    return after(input, layer, builder.add(name, "Scale", { scale }, input), { height });
  },
  ThresholdSpikes: (builder, { name, options, input: given, state, shape }) => {
    const input = builder.applied(name, given);
    const threshold = expanded(state[`${name}.threshold`], input.shape);
    const isAt = options.compare === ">=";
    const fires = isAt ? mapped(threshold, below) : threshold;
    return {
      ...after(input, { shape }, builder.add(name, "Threshold", { threshold: fires }, input)),
      height: 1,
    };
  },
  Delay: (builder, layer) => {
    const { name, input, state } = layer;
    const delay = mapped(expanded(state[`${name}.delay`], input.shape), (steps) => steps * builder.dt);
    return after(input, layer, builder.add(name, "Delay", { delay }, input), { height: input.height });
  },
  ZeroPad: (_builder, { input, options, shape }) => {
    if (input.pads !== null)
      return "two layers of zeros stand one behind the other; expected a convolution behind each";
    return { ...input, shape, height: null, pads: options.padding as [number, number][] };
  },
  LI: (builder, layer) => integrator(builder, layer, "LI"),
  CubaLI: (builder, layer) => integrator(builder, layer, "CubaLI"),
  Integrator: (builder, layer) => integrator(builder, layer, "I"),
};

/** The value behind a node that takes the factor along. */
function after(
  { factor, channels }: NirValue,
  { shape }: Pick<LayerToWrite, "shape">,
  source: string,
  { height = null }: { readonly height?: number | null } = {},
): NirValue {
  return { sources: [source], factor, height, shape, channels, pads: null };
}

const arrayOf = ({ shape, data }: StateEntry, factor = 1): NirArray => ({
  shape,
  values: Float64Array.from(data, (value) => Math.fround(value * factor)),
});

function linear(builder: NirBuilder, { name, options, state, input, shape }: LayerToWrite): NirValue {
  const entry = state[`${name}.weight`];
  const [out, features] = entry.shape;
  const weight = arrayOf(entry, input.factor);
  const { flattenedChannels } = options as { readonly flattenedChannels: number };
  const values = inOrderOfFile(weight.values, features, flattenedChannels, input.channels);
  const bias = state[`${name}.bias`];
  const isPlain = bias === undefined && builder.profile === "exact";
  const fields = { weight: { shape: [out, features], values } };
  const source = isPlain
    ? builder.add(name, "Linear", fields, input)
    : builder.add(
        name,
        "Affine",
        { ...fields, bias: bias === undefined ? filled([out], 0) : arrayOf(bias) },
        input,
      );
  return { sources: [source], factor: 1, height: null, shape, channels: 1, pads: null };
}

/**
 * Columns of a state dict, which puts those of `told` channels first, as the file has them: of a map of `channels` that lies
 * channels last here.
 */
function inOrderOfFile(values: Float64Array, features: number, told: number, channels: number): Float64Array {
  if (told === channels) return values;
  const out = new Float64Array(values.length);
  const [toldPlaces, places] = [features / told, features / channels];
  for (let row = 0; row < values.length; row += features) {
    for (let own = 0; own < features; own++) {
      const from = (own % told) * toldPlaces + Math.floor(own / told);
      const to = (own % channels) * places + Math.floor(own / channels);
      out[row + to] = values[row + from];
    }
  }
  return out;
}

interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly pads: readonly (readonly [number, number])[];
}

const list = (value: unknown): readonly number[] =>
  typeof value === "number" ? [value] : (value as readonly number[]);

function windowOf({ options }: LayerToWrite, axes: number): Window {
  const { kernelSize, stride, padding } = options;
  const [kernel, steps, pads] = [kernelSize, stride, padding].map((each) => {
    const values = list(each);
    return values.length === 1 && axes === 2 ? [values[0], values[0]] : values;
  });
  return { kernel, stride: steps, pads: pads.map((pad) => [pad, pad] as const) };
}

function convolution(type: "Conv1d" | "Conv2d"): Row {
  return (builder, layer) => {
    const { name, options, state, input } = layer;
    const entry = state[`${name}.weight`];
    const { groups, dilation = 1 } = options as { readonly groups: number; readonly dilation?: number };
    if (Math.max(...list(dilation)) > 1)
      return "it is dilated, and kernels are written with zeros around them; expected a dilation of 1";
    const size = entry.data.length * groups;
    if (size > MOST_WEIGHTS)
      return `its ${groups} groups would be ${size} weights as one; expected at most ${MOST_WEIGHTS}`;
    const dense = withoutGroups(arrayOf(entry, input.factor), groups);
    if (groups > 1) {
      const why = "nir itself does not read convolutions in groups: weights between them are 0";
      builder.note(name, "exact", `${groups} groups written as one`, why);
    }
    const bias = state[`${name}.bias`];
    const channels = entry.shape[0];
    const own = bias === undefined ? filled([channels], 0) : arrayOf(bias);
    const window = windowOf(layer, type === "Conv1d" ? 1 : 2);
    const metadata = new Map(groups > 1 ? [["atif_groups", groups]] : []);
    return convolved(builder, layer, type, { name, weight: dense, bias: own, window, metadata });
  };
}

interface Convolution {
  readonly name: string;
  readonly weight: NirArray;
  readonly bias: NirArray;
  readonly window: Window;
  readonly metadata?: ReadonlyMap<string, number>;
}

function convolved(
  builder: NirBuilder,
  { input: given, shape }: Pick<LayerToWrite, "input" | "shape">,
  type: "Conv1d" | "Conv2d",
  { name, weight: own, bias, window: { kernel, stride, pads: around }, metadata = new Map() }: Convolution,
): NirValue {
  const pads = around.map(([before, after], axis) => {
    const [more, behind] = given.pads?.[axis] ?? [0, 0];
    return [before + more, after + behind] as const;
  });
  const { weight, padding, from } = evenlyPadded(own, kernel, pads, extraOf(builder, name, kernel));
  const notes = [...metadata, ...notesOfKernel(kernel, weight.shape.slice(2), from)];
  const padded = channelsFirst(given.shape).slice(1);
  const map = padded.map((length, axis) => {
    const [before, after] = given.pads?.[axis] ?? [0, 0];
    return length - before - after;
  });
  const fields: NirFields["Conv2d"] = {
    weight,
    bias,
    input_shape: map,
    stride,
    dilation: kernel.map(() => 1),
    padding,
    groups: 1,
  };
  const source = builder.add(name, type, fields, given, new Map(notes));
  return { sources: [source], factor: 1, height: null, shape, channels: 1, pads: null };
}

/** Of a kernel that is not square, how many zeros are written on both sides of each axis: nir takes kernels to be square. */
function extraOf(builder: NirBuilder, name: string, kernel: readonly number[]): readonly number[] {
  const longest = Math.max(...kernel);
  const extra = kernel.map((length) => (longest - length) / 2);
  if (extra.every((each) => each === 0)) return extra;
  if (extra.every(Number.isInteger)) {
    builder.note(
      name,
      "exact",
      `kernel ${kernel.join(" x ")} written as a square`,
      "nir takes kernels to be square: there are zeros around it",
    );
    return extra;
  }
  const why =
    "nir takes kernels to be square where it checks shapes: it may read the file with type_check=False alone";
  builder.note(name, "exact", `kernel ${kernel.join(" x ")}`, why);
  return kernel.map(() => 0);
}

/**
 * A kernel with zeros on one side, so that as many zeros stand before a map as behind it.
 *
 * @param extra zeros on both sides of each axis, which change nothing
 */
function evenlyPadded(
  { shape, values }: NirArray,
  kernel: readonly number[],
  pads: readonly (readonly [number, number])[],
  extra: readonly number[],
): { weight: NirArray; padding: number[]; from: number[] } {
  const padding = pads.map(([before, after], axis) => Math.max(before, after) + extra[axis]);
  const from = pads.map(([before], axis) => padding[axis] - before);
  const large = kernel.map((length, axis) => length + 2 * padding[axis] - pads[axis][0] - pads[axis][1]);
  if (large.every((length, axis) => length === kernel[axis]))
    return { weight: { shape, values }, padding, from };
  const [out, channels] = shape;
  const weight = {
    shape: [out, channels, ...large],
    values: new Float64Array(out * channels * sizeOf(large)),
  };
  const [height, width] = kernel.length === 1 ? [1, kernel[0]] : kernel;
  const [top, left] = kernel.length === 1 ? [0, from[0]] : from;
  const [rows, columns] = kernel.length === 1 ? [1, large[0]] : large;
  for (let f = 0; f < out * channels; f++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        weight.values[(f * rows + y + top) * columns + x + left] = values[(f * height + y) * width + x];
  return { weight, padding, from };
}

/** [out, in / groups, ...] as [out, in, ...], with 0 between the groups. */
function withoutGroups({ shape, values }: NirArray, groups: number): NirArray {
  if (groups === 1) return { shape, values };
  const [out, perGroup, ...kernel] = shape;
  const [size, perOut, channels] = [sizeOf(kernel), out / groups, perGroup * groups];
  const dense = new Float64Array(out * channels * size);
  for (let o = 0; o < out; o++) {
    const first = Math.floor(o / perOut) * perGroup;
    const row = values.subarray(o * perGroup * size, (o + 1) * perGroup * size);
    dense.set(row, (o * channels + first) * size);
  }
  return { shape: [out, channels, ...kernel], values: dense };
}

/** What is left where no convolution stands before it. */
function normalisation(builder: NirBuilder, layer: LayerToWrite): NirValue | string {
  const { name, options, state, input } = layer;
  const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
    (array) => state[`${name}.${array}`].data,
  );
  const { eps } = options as { readonly eps: number };
  if (input.shape.length === 1 && input.channels !== 1)
    return "it reads a flattened map whose features lie in another order than those of a file; expected a Linear between them";
  const k = Float64Array.from(gamma, (value, c) => value / Math.sqrt(variance[c] + eps));
  const factors = k.map((value) => value * input.factor);
  const bias = k.map((value, c) => beta[c] - mean[c] * value);
  builder.note(
    name,
    "exact",
    "normalisation as weights",
    "NIR has none: a factor and a number for each channel",
  );
  return { ...after(input, layer, builder.diagonal(name, input, factors, bias)), factor: 1 };
}

function flatten(builder: NirBuilder, { name, options, input, shape }: LayerToWrite): NirValue | string {
  if (input.shape.length === 1) return { ...input, shape };
  if (input.pads !== null) return "zeros stand before it; expected a convolution between them";
  const first = channelsFirst(input.shape);
  const fields = { start_dim: 0, end_dim: -1, input_type: first };
  const source = builder.add(name, "Flatten", fields, input);
  // Of one channel, or of one place, both orders are the same.
  const isSame = options.order !== "memory" || first[0] === 1 || sizeOf(first) === first[0];
  return {
    sources: [source],
    factor: input.factor,
    height: input.height,
    shape,
    channels: isSame ? 1 : first[0],
    pads: null,
  };
}

/** Of spikes: whether any came in a window. */
function maxPool(builder: NirBuilder, layer: LayerToWrite, axes: 1 | 2): NirValue | string {
  const { name, input } = layer;
  const { height } = input;
  if (height === null || !(height > 0)) {
    return (
      "NIR has no maximum; only of spikes, of which it is a sum and a threshold, it can be written. " +
      "Pool behind the neuron instead, or take means"
    );
  }
  const sum = pooled(builder, layer, `${name}_sum`, windowOf(layer, axes), false);
  const threshold = filled(channelsFirst(layer.shape), height / 2);
  const source = builder.add(name, "Threshold", { threshold }, sum);
  builder.note(name, "exact", "maximum of spikes written as a sum and a threshold", "NIR has no maximum");
  const spikes = { ...sum, sources: [source], factor: input.factor, height: 1 };
  if (height === 1) return spikes;
  return { ...spikes, sources: [builder.scaled(`${name}_scale`, spikes, height)], height };
}

/** Sums or means of windows; of a sequence as a convolution, since NIR has no such pooling. */
function pooled(
  builder: NirBuilder,
  layer: LayerToWrite,
  name: string,
  { kernel, stride, pads }: Window,
  isMean: boolean,
): NirValue {
  const { input } = layer;
  if (kernel.length === 2) {
    const fields = { kernel_size: kernel, stride, padding: pads.map(([pad]) => pad) };
    return after(input, layer, builder.add(name, isMean ? "AvgPool2d" : "SumPool2d", fields, input));
  }
  const channels = input.shape[input.shape.length - 1];
  const [length] = kernel;
  const values = new Float64Array(channels * channels * length);
  for (let c = 0; c < channels; c++) {
    const start = (c * channels + c) * length;
    values.fill(isMean ? 1 / length : 1, start, start + length);
  }
  const weight = { shape: [channels, channels, length], values };
  const bias = filled([channels], 0);
  builder.note(layer.name, "exact", "pooling of a sequence written as a convolution", "NIR pools maps alone");
  const given = { input, shape: layer.shape };
  return {
    ...convolved(builder, given, "Conv1d", { name, weight, bias, window: { kernel, stride, pads } }),
    factor: input.factor,
  };
}

function globalSum(builder: NirBuilder, layer: LayerToWrite): NirValue {
  const { name, input } = layer;
  const map = input.shape.slice(0, -1);
  if (map.length === 0) return { ...input, height: null };
  const channels = input.shape[map.length];
  const one = { ...layer, shape: [...map.map(() => 1), channels] };
  const window = { kernel: map, stride: map, pads: map.map(() => [0, 0] as const) };
  const sum = pooled(builder, one, `${name}_sum`, window, false);
  const fields = { start_dim: 0, end_dim: -1, input_type: channelsFirst(one.shape) };
  return after(sum, layer, builder.add(name, "Flatten", fields, sum));
}

/** What integrates and never fires. */
function integrator(
  builder: NirBuilder,
  { name, options, state, input: given, shape }: LayerToWrite,
  type: "LI" | "CubaLI" | "I",
): NirValue {
  const input = builder.applied(name, given);
  const { dt: own, order } = options as { readonly dt: number; readonly order?: string };
  const array = (of: string): NirArray => expanded(state[`${name}.${of}`], input.shape);
  const inUnit = (of: string): NirArray => mapped(array(of), (tau) => (tau / own) * builder.dt);
  const r = array("r");
  if (type === "I") {
    const fields = { r: mapped(r, (each) => (each * own) / builder.dt) };
    return after(input, { shape }, builder.add(name, type, fields, input));
  }
  const v_leak = array("v_leak");
  if (type === "LI")
    return after(input, { shape }, builder.add(name, type, { tau: inUnit("tau"), r, v_leak }, input));
  const tau = array("tau_syn");
  const weight = array("w_in");
  const w_in = order === "potential-first" ? mapped(weight, (w, i) => (w * tau.values[i]) / own) : weight;
  const fields = { tau_syn: inUnit("tau_syn"), tau_mem: inUnit("tau_mem"), r, v_leak, w_in };
  return after(input, { shape }, builder.add(name, type, fields, input));
}
