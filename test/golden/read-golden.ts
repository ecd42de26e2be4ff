/** Reads the golden files: numbers are float32 values; what JSON has no number for is a string (README.md). */

import { readdirSync, readFileSync } from "node:fs";

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
    ? { readonly [K in keyof T]: Decoded<T[K]> }
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

interface SurrogateFiles {
  heaviside: { x: StoredArray; y: StoredArray };
  spike_function_sigmoid: {
    cases: { alpha: number; x: StoredArray; grad_output: StoredArray; y: StoredArray; grad_x: StoredArray }[];
  };
}

interface StoredCase {
  T: number;
  v_threshold: number;
  alpha: number;
  /** Absent: false. */
  detach_reset?: boolean;
  x: StoredArray;
  grad_output: StoredArray;
  /** State before the first step; absent: zeros. */
  v0?: StoredArray;
  grad_v0?: StoredArray;
  /** dL/dv after the last step; absent: zeros. Then v_last is stored and not v. */
  grad_v_last?: StoredArray;
  v_last?: StoredArray;
  y: StoredArray;
  v?: StoredArray;
  grad_x: StoredArray;
  grad_threshold: number;
}

export type NeuronCase = Decoded<StoredCase>;

interface StoredLeakyCase {
  resetMechanism: "subtract" | "zero" | "none";
  resetDelay: boolean;
  surrogate: "atan" | "fast_sigmoid";
  alpha: number;
  beta: number | readonly number[];
  threshold: number | readonly number[];
  graded: number;
  x: StoredArray;
  grad_output: StoredArray;
  grad_v_last: StoredArray;
  y: StoredArray;
  v: StoredArray;
  grad_x: StoredArray;
  grad_beta: StoredArray;
  grad_threshold: StoredArray;
  grad_graded: StoredArray;
}

/** Of snnTorch's Leaky. */
export type LeakyCase = Omit<Decoded<StoredLeakyCase>, "beta" | "threshold"> &
  Pick<StoredLeakyCase, "beta" | "threshold">;

const folder = new URL("./", import.meta.url);

function read(name: string): unknown {
  return decode(JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")));
}

export function readGolden<Name extends keyof SurrogateFiles>(name: Name): Decoded<SurrogateFiles[Name]> {
  return read(name) as Decoded<SurrogateFiles[Name]>;
}

/** The cases of a file that holds a neuron's, such as "atif". */
export function readCases(name: string): NeuronCase[] {
  return (read(name) as { cases: NeuronCase[] }).cases;
}

export function readLeakyCases(): LeakyCase[] {
  return (read("snntorch_leaky") as { cases: LeakyCase[] }).cases;
}

/** The golden files of a kind, without ".json": those whose names begin with it. generate/ makes more. */
export function goldenFiles(kind: "atif" | "ifsrl" | "train"): string[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(kind) && name.endsWith(".json"));
  return names.map((name) => name.slice(0, -".json".length)).sort();
}
