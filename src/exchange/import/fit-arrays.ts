/** The arrays of a file put into a network, each where its name says; or what does not fit, all of it at once. */

import { FormatError, messageOf, OutOfMemoryError } from "../../errors.js";
import type { Plan } from "../../graph/layer-spec.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import type { StateEntry } from "../../module/state-dict.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../../shapes.js";
import type { FidelityNote } from "../fidelity-report.js";
import { mismatchAdvice, type Mismatch } from "./mismatch-advice.js";
import { listed, type ForeignArrays } from "./foreign-arrays.js";

const COUNTER = "num_batches_tracked";
/** Of one element, whether it has an axis is a matter of taste. */
const isOne = (shape: Shape): boolean => sizeOf(shape) === 1 && shape.length <= 1;

/**
 * Before anything is made: whether the large arrays are as large as the layers want them.
 *
 * @throws FormatError naming each that is not
 */
export function checkWeights({ layers }: Plan, arrays: ForeignArrays, source: string): void {
  const wanted = new Map<string, Shape>();
  for (const { name, row, options } of layers) {
    const shape = weightShape(row.kind, options);
    if (shape !== null) wanted.set(`${name}.weight`, shape);
  }
  const mismatch: Mismatch = { misshapen: [], missing: [], unexpected: [] };
  for (const [name, shape] of wanted) {
    const found = arrays.get(name);
    if (found === undefined) mismatch.missing.push(name);
    else if (!sameShape(found.shape, shape))
      mismatch.misshapen.push({ name, found: found.shape, expected: shape });
  }
  if (mismatch.misshapen.length > 0 || mismatch.missing.length > 0) throw refusal(mismatch, arrays, source);
}

/** In PyTorch's layout; null for a layer without a large array. */
function weightShape(kind: string, options: Readonly<Record<string, unknown>>): Shape | null {
  if (kind === "Linear") return [options.outFeatures as number, options.inFeatures as number];
  if (kind !== "Conv1d" && kind !== "Conv2d") return null;
  const { inChannels, outChannels, groups, kernelSize } = options as {
    readonly inChannels: number;
    readonly outChannels: number;
    readonly groups: number;
    readonly kernelSize: number | readonly number[];
  };
  const kernel = typeof kernelSize === "number" ? [kernelSize] : kernelSize;
  return [outChannels, inChannels / groups, ...kernel];
}

/**
 * @param source what messages call the file
 * @returns what is to be said of arrays that were left out
 * @throws FormatError naming every array that is missing, too much or of another shape; for numbers that make no network
 */
export function fitArrays(model: SpikingModel, arrays: ForeignArrays, source: string): FidelityNote[] {
  const expected = new Map(Object.entries(model.stateDict()));
  checkNames(expected, arrays, source);
  const dict: Record<string, StateEntry> = {};
  for (const [name, { shape }] of expected) {
    const data = Float32Array.from(numbersOf(name, arrays, source));
    checkNumbers(name, data, source);
    dict[name] = { shape: [...shape], data };
  }
  try {
    model.loadStateDict(dict);
  } catch (error) {
    if (error instanceof OutOfMemoryError) throw error;
    throw new FormatError(`${source}: ${messageOf(error).replace(/^loadStateDict: /, "")}`, { cause: error });
  }
  const counters = [...arrays.keys()].filter((name) => name.endsWith(COUNTER));
  if (counters.length === 0) return [];
  return [
    {
      layer: null,
      what: `${COUNTER} left out`,
      why: "it counts batches of training, and nothing is computed with it.",
      verdict: "exact",
    },
  ];
}

function checkNames(expected: ReadonlyMap<string, StateEntry>, arrays: ForeignArrays, source: string): void {
  const mismatch: Mismatch = { misshapen: [], missing: [], unexpected: [] };
  for (const [name, { shape }] of expected) {
    const found = arrays.get(name);
    if (found === undefined) mismatch.missing.push(name);
    else if (!sameShape(found.shape, shape) && !(isOne(found.shape) && isOne(shape)))
      mismatch.misshapen.push({ name, found: found.shape, expected: shape });
  }
  for (const name of arrays.keys())
    if (!expected.has(name) && !name.endsWith(COUNTER)) mismatch.unexpected.push(name);
  const all = Object.values(mismatch).reduce<number>((sum, list: readonly unknown[]) => sum + list.length, 0);
  if (all > 0) throw refusal(mismatch, arrays, source);
}

function refusal(mismatch: Mismatch, arrays: ForeignArrays, source: string): FormatError {
  const { misshapen, missing, unexpected } = mismatch;
  const shapes = misshapen.map(
    ({ name, found, expected }) =>
      `${name} is ${formatShape(found)} where the network has ${formatShape(expected)}`,
  );
  const parts = [
    ...(shapes.length === 0 ? [] : [listedSentences(shapes)]),
    ...(missing.length === 0 ? [] : [`${listed(missing)} ${missing.length === 1 ? "is" : "are"} missing`]),
    ...(unexpected.length === 0 ? [] : [`the network has no ${listed(unexpected)}`]),
  ];
  return new FormatError(
    `${source}: the arrays do not fit the network that is described: ${parts.join("; ")}; expected the arrays of that network. ` +
      mismatchAdvice(mismatch, [...arrays.keys()]),
  );
}

function listedSentences(all: readonly string[]): string {
  const shown = all.slice(0, 4).join(", ");
  return all.length > 4 ? `${shown} and ${all.length - 4} more` : shown;
}

function numbersOf(name: string, arrays: ForeignArrays, source: string): ArrayLike<number> {
  const found = arrays.get(name);
  // Names were compared.
  if (found === undefined) throw new FormatError(`${source}: ${name} is missing.`);
  return found.data;
}

/** @throws FormatError for what is no number, and for thresholds that fire at rest */
function checkNumbers(name: string, data: Float32Array, source: string): void {
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new FormatError(
      `${source}: ${name} holds ${data[wrong]} at element ${wrong}; expected finite float32 numbers. ` +
        "The training diverged: take an earlier checkpoint.",
    );
  }
  const isThreshold = /\.(v_threshold|vp_th|threshold)$/.test(name);
  const low = isThreshold ? data.findIndex((value) => value <= 0) : -1;
  if (low < 0) return;
  throw new FormatError(
    `${source}: ${name} is ${data[low]}${data.length > 1 ? ` at element ${low}` : ""}; expected a threshold above 0: with this one the ` +
      "neurons fire at rest. Take an earlier checkpoint, or train on with a guard on the thresholds.",
  );
}
