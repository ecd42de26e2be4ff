/** Reads the golden files: numbers are float32 values; what JSON has no number for is a string (README.md). */

import { readFileSync } from "node:fs";

/** A row-major array, PyTorch layout. */
export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface StoredArray {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

/** What a golden file holds after its arrays were decoded. */
type Decoded<T> = T extends StoredArray
  ? GoldenArray
  : T extends object
    ? { [K in keyof T]: Decoded<T[K]> }
    : T;

function isStoredArray(value: object): value is StoredArray {
  return "shape" in value && "data" in value;
}

function decode(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decode);
  // Number("-0") is -0, Number("Infinity") is Infinity
  if (isStoredArray(value)) return { shape: value.shape, data: Float32Array.from(value.data, Number) };
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, decode(each)]));
}

interface GoldenFiles {
  heaviside: { x: StoredArray; y: StoredArray };
  spike_function_sigmoid: {
    cases: { alpha: number; x: StoredArray; grad_output: StoredArray; y: StoredArray; grad_x: StoredArray }[];
  };
  ifsrl: { cases: NeuronCase[] };
  atif: { cases: NeuronCase[] };
  atif_state_grad: {
    cases: (Omit<NeuronCase, "v"> & { grad_v_last: StoredArray; v_last: StoredArray })[];
  };
}

interface NeuronCase {
  T: number;
  v_threshold: number;
  alpha: number;
  x: StoredArray;
  grad_output: StoredArray;
  y: StoredArray;
  v: StoredArray;
  grad_x: StoredArray;
  grad_threshold: number;
}

export function readGolden<Name extends keyof GoldenFiles>(name: Name): Decoded<GoldenFiles[Name]> {
  const text = readFileSync(new URL(`./${name}.json`, import.meta.url), "utf8");
  return decode(JSON.parse(text)) as Decoded<GoldenFiles[Name]>;
}
