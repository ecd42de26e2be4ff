/**
 * A factor that each channel has of its own, on its way from a neuron to the weights that take it up:
 *
 *   sum over c of W[o, c] (s[c] z[c]) = sum over c of (W[o, c] s[c]) z[c]
 *
 * and thresholds of channels, which the weights before a neuron can take up as well: u[c] >= theta[c] is u[c] / theta[c] >= 1.
 * Factors are lists of one number, for all channels, or of one for each place of a tensor's last axis. Weights are those of
 * state dicts, in PyTorch's layouts.
 */

import type { ConvTranspose2dSpec } from "../layers/rare/conv-transpose-2d.js";
import type { StateEntry } from "../module/state-dict.js";
import type { Shape } from "../shapes.js";
import type { DraftLayer } from "./draft.js";

export type Factors = Float32Array;

/** Kinds whose output has the channels of their input, each by itself. */
const APART: readonly string[] = [
  ...["Dropout", "MaxPool1d", "AvgPool1d", "MaxPool2d", "AvgPool2d", "GlobalSumPool", "Add", "Upsample"],
  ...["SumPool2d", "ZeroPad", "Delay"],
];

/** Along the last axis of what a layer gives. @param from the shape that it reads; null: not known */
export function carried({ kind, options, shape }: DraftLayer, factors: Factors, from: Shape): Factors | null {
  if (factors.length === 1) return factors;
  if (kind === "Flatten") {
    const positions = shape[0] / factors.length;
    const isChannelsFirst = options.order === "channelsFirst";
    return Float32Array.from({ length: shape[0] }, (_, i) =>
      isChannelsFirst ? factors[Math.floor(i / positions)] : factors[i % factors.length],
    );
  }
  if (kind === "Concat") {
    const axis = options.axis as number;
    const isLast = axis === -1 || axis === from.length - 1;
    if (!isLast) return factors;
    return Float32Array.from({ length: shape[shape.length - 1] }, (_, i) => factors[i % factors.length]);
  }
  return APART.includes(kind) && shape[shape.length - 1] === factors.length ? factors : null;
}

/** Which place of the last axis of what it reads each weight is for; null: not known. */
function columnsOf({ kind, options }: DraftLayer, { shape }: StateEntry): ((i: number) => number) | null {
  const [rows, columns, ...window] = shape;
  const size = window.reduce((a, b) => a * b, 1);
  const place = (i: number): number => Math.floor(i / size) % columns;
  if (kind === "Linear") {
    const channels = options.flattenedChannels as number;
    const positions = columns / channels;
    return (i) => (place(i) % positions) * channels + Math.floor(place(i) / positions);
  }
  if (kind === "Conv1d" || kind === "Conv2d") {
    const perGroup = rows / (options.groups as number);
    return (i) => Math.floor(Math.floor(i / (size * columns)) / perGroup) * columns + place(i);
  }
  return kind === "ConvTranspose2d" ? (i) => Math.floor(i / (size * columns)) : null;
}

/** Which channel each weight makes; null: not known. */
function rowsOf({ kind, options }: DraftLayer, { shape }: StateEntry): ((i: number) => number) | null {
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  if (["Linear", "Conv1d", "Conv2d", "BatchNorm1d", "BatchNorm2d"].includes(kind))
    return (i) => Math.floor(i / size);
  if (kind !== "ConvTranspose2d") return null;
  const { groups } = options as unknown as ConvTranspose2dSpec;
  const [rows, columns, ...window] = shape;
  const each = window.reduce((a, b) => a * b, 1);
  const perGroup = rows / groups;
  return (i) => Math.floor(i / size / perGroup) * columns + (Math.floor(i / each) % columns);
}

/** Whether the weights of a layer can take up factors of what it reads. */
export function takesUp(layer: DraftLayer, factors: Factors): boolean {
  return factors.length === 1 || columnsOf(layer, { shape: [1, 1], data: new Float32Array(1) }) !== null;
}

/** W[o, c] s[c] in the place of W. */
export function multipliedColumns(layer: DraftLayer, weight: StateEntry, factors: Factors): StateEntry {
  const [factor] = factors;
  const column = factors.length === 1 ? null : columnsOf(layer, weight);
  const data = weight.data.map((value, i) => value * (column === null ? factor : factors[column(i)]));
  return { shape: weight.shape, data };
}

/** W[o, c] / s[o] in the place of W, a bias too; null: it is not known how. */
export function dividedRows(layer: DraftLayer, entry: StateEntry, factors: Factors): StateEntry | null {
  const row = entry.shape.length === 1 ? (i: number): number => i : rowsOf(layer, entry);
  if (row === null) return null;
  return { shape: entry.shape, data: entry.data.map((value, i) => value / factors[row(i)]) };
}
