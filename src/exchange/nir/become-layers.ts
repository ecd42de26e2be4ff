/** What a node of NIR becomes here: layers one after another, with their arrays. */

import { FormatError } from "../../errors.js";
import type { StateEntry } from "../../module/state-dict.js";
import { formatShape, sizeOf, type Shape } from "../../shapes.js";
import { currentIfKind } from "../neurons/current-if.js";
import { currentLifKind } from "../neurons/current-lif.js";
import { cubaLifKind } from "../neurons/cuba-lif.js";
import { leakyIntegratorKind } from "../layers/leaky-integrator.js";
import { cubaLiKind } from "../layers/cuba-li.js";
import { integratorKind } from "../layers/integrator.js";
import { scaleKind } from "../layers/scale.js";
import { thresholdSpikesKind } from "../layers/threshold-spikes.js";
import { delayKind } from "../layers/delay.js";
import { sumPool2dKind } from "../layers/sum-pool-2d.js";
import { zeroPadKind } from "../layers/zero-pad.js";
import { kernelInZeros } from "./kernel-zeros.js";
import type { NirArray, NirFields, NirMetadata, NirType } from "./nir-graph.js";
import { filled, uniform } from "./nir-graph.js";
import { flattenedAxes, padsOf } from "./nodes.js";
import { startsAtReset, type Reading } from "./recognise.js";

export interface BecomeLayer {
  /** What is appended to the name of the node; "": nothing. */
  readonly suffix: string;
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** By the names of its arrays, in PyTorch's layout. */
  readonly state: Readonly<Record<string, StateEntry>>;
}

export interface NodeContext {
  /** "node "if1"" */
  readonly where: string;
  readonly name: string;
  readonly metadata: NirMetadata;
  /** Of what comes in and goes out, channels first. */
  readonly input: Shape;
  readonly output: Shape;
  readonly reading: Reading;
  /** Whether all that read it take features in the order in which they lie: a Flatten copies nothing then. */
  readonly feedsLinearOnly: boolean;
  /** Of a Linear behind such a Flatten: the channels of the map. */
  readonly flattenedChannels: number;
}

type Row<F> = (fields: F, context: NodeContext) => readonly BecomeLayer[];

/** A type without a row is a compile error. */
export const becomeLayers: { readonly [K in NirType]: Row<NirFields[K]> } = {
  Input: () => [],
  Output: () => [],
  Linear: ({ weight }, context) => [linear(weight, null, context)],
  Affine: ({ weight, bias }, context) => [linear(weight, bias, context)],
  Conv1d: (fields, context) => convolution("Conv1d", fields, context),
  Conv2d: (fields, context) => convolution("Conv2d", fields, context),
  Flatten: flatten,
  AvgPool2d: (fields) => [pool("AvgPool2d", fields)],
  SumPool2d: (fields) => [pool(sumPool2dKind, fields)],
  IF: (fields, context) => {
    // What a step adds is one number here; a file has two of them.
    const r = context.reading.time.gain(fields.r);
    return [neuron(currentIfKind, { r, ...firing(fields) }, { dt: 1, ...resetOf(fields, context) })];
  },
  LIF: (fields, context) => {
    const { tau, r, v_leak } = fields;
    return [
      neuron(
        currentLifKind,
        { tau, r, v_leak, ...firing(fields) },
        { dt: stepOf(context), ...resetOf(fields, context) },
      ),
    ];
  },
  CubaLIF: (fields, context) => {
    const options = { dt: stepOf(context), ...resetOf(fields, context) };
    return [neuron(cubaLifKind, { ...cuba(fields), ...firing(fields) }, options)];
  },
  LI: ({ tau, r, v_leak }, context) => [
    neuron(leakyIntegratorKind, { tau, r, v_leak }, { dt: stepOf(context) }),
  ],
  CubaLI: (fields, context) => [neuron(cubaLiKind, cuba(fields), { dt: stepOf(context) })],
  I: ({ r }, { reading }) => [neuron(integratorKind, { r: reading.time.gain(r) }, { dt: 1 })],
  Scale: ({ scale }) => [neuron(scaleKind, { scale }, {})],
  Threshold: ({ threshold }) => [neuron(thresholdSpikesKind, { threshold }, { compare: ">" })],
  Delay: ({ delay }, context) => [neuron(delayKind, { delay: inSteps(delay, context) }, {})],
};

/** What arrays begin as, by their names: options have other names. */
const optionNames: Readonly<Record<string, string>> = {
  v_threshold: "vThreshold",
  v_reset: "vReset",
  v_leak: "vLeak",
  tau_syn: "tauSyn",
  tau_mem: "tauMem",
  w_in: "wIn",
};

/** A layer of arrays: one number each, where all are of one number, or of the shape of a sample. */
function neuron(
  kind: string,
  arrays: Readonly<Record<string, NirArray>>,
  options: Readonly<Record<string, unknown>>,
): BecomeLayer {
  const entries = Object.entries(arrays);
  const numbers = entries.map(([, array]) => uniform(array));
  const isUniform = numbers.every((number) => number !== null);
  const firsts = entries.map(
    ([name, { values }]) => [optionNames[name] ?? name, Math.fround(values[0])] as const,
  );
  const shape = isUniform ? [] : channelsLast(entries[0][1].shape);
  const state = entries.map(([name, { shape: own, values }], i) => {
    const first = numbers[i];
    if (isUniform && first !== null) return [name, { shape: [], data: Float32Array.of(first) }];
    return [name, { shape: [...own], data: Float32Array.from(values) }];
  });
  return {
    suffix: "",
    kind,
    options: { ...options, ...(isUniform ? Object.fromEntries(firsts) : {}), shape },
    state: Object.fromEntries(state) as Record<string, StateEntry>,
  };
}

function firing(fields: NirFields["IF"] | NirFields["LIF"] | NirFields["CubaLIF"]): Record<string, NirArray> {
  const { v_threshold, v_reset } = fields;
  return { v_threshold, v_reset: v_reset ?? filled(v_threshold.shape, 0) };
}

function cuba({ tau_syn, tau_mem, r, v_leak, w_in: given }: NirFields["CubaLI"]): Record<string, NirArray> {
  const one = given === null ? 1 : given.shape.length === 0 ? given.values[0] : null;
  const w_in = one === null ? (given as NirArray) : filled(r.shape, one);
  return { tau_syn, tau_mem, r, v_leak, w_in };
}

function resetOf(
  { v_reset: vReset }: Pick<NirFields["IF"], "v_reset">,
  { reading, metadata, name }: NodeContext,
): Record<string, unknown> {
  const asked = reading.reset === "metadata" ? metadata.get("atif_reset") : reading.reset;
  const reset = asked === "subtract" ? "subtract" : "hard";
  const startAtReset = startsAtReset(reading, metadata);
  if (
    vReset?.values.some((value) => value !== 0) === true &&
    reading.startAtReset === undefined &&
    !startAtReset
  ) {
    const why =
      "NIR does not say where a potential begins; norse begins at 0, SpikingJelly at v_reset (startAtReset: true)";
    reading.notes.push({ layer: name, what: "begins at 0", why, verdict: "exact" });
  }
  const isTold = reading.reset === "metadata" && metadata.get("atif_compare") === ">=";
  return { reset, startAtReset, compare: isTold ? ">=" : ">" };
}

function stepOf({ reading, where }: NodeContext): number {
  const { dt } = reading.time;
  if (dt === null)
    throw new RangeError(
      `readNir: dt is not given, and ${where} needs it; expected the length of a time step.`,
    );
  return dt;
}

function inSteps({ shape, values }: NirArray, context: NodeContext): NirArray {
  const dt = stepOf(context);
  const steps = values.map((delay) => Math.round(delay / dt));
  const odd = values.findIndex(
    (delay, i) => !(delay >= 0) || Math.abs(delay / dt - steps[i]) > 1e-3 || steps[i] > 65536,
  );
  if (odd < 0) return { shape, values: steps };
  throw new FormatError(
    `${context.where}: delay holds ${values[odd]} at element ${odd}, which is ${values[odd] / dt} steps of ${dt}; ` +
      "expected whole time steps from 0 to 65536. Give another dt.",
  );
}

/** [C, H, W] is [H, W, C] here. */
export function channelsLast(shape: Shape): Shape {
  return [...shape.slice(1), ...shape.slice(0, 1)];
}

const entry = ({ shape, values }: NirArray): StateEntry => ({
  shape: [...shape],
  data: Float32Array.from(values),
});

function linear(weight: NirArray, bias: NirArray | null, { flattenedChannels }: NodeContext): BecomeLayer {
  const [outFeatures, inFeatures] = weight.shape;
  return {
    suffix: "",
    kind: "Linear",
    options: { inFeatures, outFeatures, bias: bias !== null, flattenedChannels },
    state: { weight: entry(weight), ...(bias === null ? {} : { bias: entry(bias) }) },
  };
}

/** Weights of a convolution may not grow beyond this where zeros are written between them. */
const MOST_DILATED = 2 ** 26;

function convolution(
  kind: "Conv1d" | "Conv2d",
  { weight: given, bias, stride, dilation, padding, groups: split }: NirFields["Conv2d"],
  context: NodeContext,
): BecomeLayer[] {
  const { where, name, metadata, input, reading } = context;
  const weight = dilated(given, dilation, where);
  if (dilation.some((each) => each > 1)) {
    const why = "as it goes out again: the kernel is larger, with zeros between the weights";
    reading.notes.push({
      layer: name,
      what: `dilation ${dilation.join(" x ")} written out`,
      why,
      verdict: "exact",
    });
  }
  const hint = reading.reset === "metadata" ? Number(metadata.get("atif_groups") ?? 1) : 1;
  const regrouped = split === 1 && hint > 1 ? inGroups(weight, hint) : null;
  const groups = regrouped === null ? split : hint;
  const found = padsOf(padding, given.shape.slice(2), dilation);
  const { weight: own, pads } = withoutZeros(regrouped ?? weight, found, context);
  const { shape } = own;
  const kernel = shape.slice(2);
  const isEven = pads.every(([before, after]) => before === after);
  const window = (values: readonly number[]): number | readonly number[] =>
    kind === "Conv1d" ? values[0] : values;
  const layer: BecomeLayer = {
    suffix: "",
    kind,
    options: {
      inChannels: input[0],
      outChannels: shape[0],
      kernelSize: window(kernel),
      stride: window(stride),
      padding: window(isEven ? pads.map(([before]) => before) : kernel.map(() => 0)),
      groups,
      bias: true,
    },
    state: { weight: entry(own), bias: entry(bias) },
  };
  if (isEven) return [layer];
  return [{ suffix: "_pad", kind: zeroPadKind, options: { padding: pads }, state: {} }, layer];
}

type Pads = readonly (readonly [number, number])[];

/** The kernel inside zeros that notes tell of, and the zeros around a map that are left then. */
function withoutZeros(
  weight: NirArray,
  pads: Pads,
  { metadata, reading }: NodeContext,
): { readonly weight: NirArray; readonly pads: Pads } {
  const found = reading.reset === "metadata" ? kernelInZeros(weight, metadata) : null;
  if (found === null) return { weight, pads };
  const left = pads.map(([before, after], axis) => {
    const [first, last] = found.zeros[axis];
    return [before - first, after - last] as const;
  });
  return left.flat().some((each) => each < 0) ? { weight, pads } : { weight: found.weight, pads: left };
}

/** The same kernel without dilation. @throws FormatError where it would be very large */
function dilated(weight: NirArray, dilation: readonly number[], where: string): NirArray {
  if (dilation.every((each) => each === 1)) return weight;
  const { shape, values } = weight;
  const kernel = shape.slice(2);
  const large = kernel.map((length, axis) => dilation[axis] * (length - 1) + 1);
  const [height, width] = kernel.length === 1 ? [1, kernel[0]] : kernel;
  const [down, right] = kernel.length === 1 ? [1, dilation[0]] : dilation;
  const [largeHeight, largeWidth] = large.length === 1 ? [1, large[0]] : large;
  const filters = shape[0] * shape[1];
  const size = filters * sizeOf(large);
  if (!(size <= MOST_DILATED)) {
    throw new FormatError(
      `${where}: dilation is ${formatShape(dilation)}, which is written out here as a kernel with zeros, of ${size} weights; ` +
        `expected at most ${MOST_DILATED}.`,
    );
  }
  const out = new Float64Array(size);
  for (let f = 0; f < filters; f++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        out[(f * largeHeight + y * down) * largeWidth + x * right] = values[(f * height + y) * width + x];
  return { shape: [shape[0], shape[1], ...large], values: out };
}

/** Weights [out, in / groups, ...] of dense ones that are 0 outside of the groups; null where they are not. */
function inGroups({ shape, values }: NirArray, groups: number): NirArray | null {
  const [out, channels, ...kernel] = shape;
  if (!Number.isInteger(groups) || out % groups !== 0 || channels % groups !== 0) return null;
  const [perOut, perIn, size] = [out / groups, channels / groups, sizeOf(kernel)];
  const kept = new Float64Array(out * perIn * size);
  for (let o = 0; o < out; o++) {
    const first = Math.floor(o / perOut) * perIn;
    for (let i = 0; i < channels; i++) {
      const from = (o * channels + i) * size;
      const isInside = i >= first && i < first + perIn;
      for (let k = 0; k < size; k++) {
        if (isInside) kept[(o * perIn + i - first) * size + k] = values[from + k];
        else if (values[from + k] !== 0) return null;
      }
    }
  }
  return { shape: [out, perIn, ...kernel], values: kept };
}

function pool(kind: string, { kernel_size, stride, padding }: NirFields["SumPool2d"]): BecomeLayer {
  return { suffix: "", kind, options: { kernelSize: kernel_size, stride, padding }, state: {} };
}

function flatten(fields: NirFields["Flatten"], context: NodeContext): BecomeLayer[] {
  const { input, output, where, feedsLinearOnly } = context;
  const [first, last] = flattenedAxes(fields, input, where);
  if (first === last) return [];
  if (output.length === 1) {
    const order = feedsLinearOnly ? "memory" : "channelsFirst";
    return [{ suffix: "", kind: "Flatten", options: { order }, state: {} }];
  }
  throw new FormatError(
    `${where}: it joins the axes ${first} to ${last} of ${formatShape(input)}; expected all of them, 0 to -1: ` +
      "layers here take maps with all their axes, or lists of features. The batch is not counted.",
  );
}
