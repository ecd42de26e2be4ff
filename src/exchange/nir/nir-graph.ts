/**
 * A graph of NIR as plain data, as its files hold it: shapes without batch and time, channels first; arrays row-major.
 *
 * @source J. E. Pedersen et al., "Neuromorphic intermediate representation", Nature Communications 15, 2024
 */

import type { Shape } from "../../shapes.js";

export interface NirArray {
  readonly shape: Shape;
  readonly values: Float64Array;
}

/** Of a convolution: zeros before and after each axis, or so many that the map keeps its size, or none. */
export type NirPadding = readonly number[] | "same" | "valid";

interface Weighted {
  readonly weight: NirArray;
}

interface Convolution extends Weighted {
  readonly bias: NirArray;
  /** Of the map that it reads, without channels; null: not told. */
  readonly input_shape: Shape | null;
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: NirPadding;
  readonly groups: number;
}

interface Pool {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
}

interface Ends {
  /** null: not told. */
  readonly shape: Shape | null;
}

interface Leaky {
  readonly tau: NirArray;
  readonly r: NirArray;
  readonly v_leak: NirArray;
}

interface Cuba {
  readonly tau_syn: NirArray;
  readonly tau_mem: NirArray;
  readonly r: NirArray;
  readonly v_leak: NirArray;
  /** null: 1. */
  readonly w_in: NirArray | null;
}

interface Firing {
  readonly v_threshold: NirArray;
  /** null: 0. */
  readonly v_reset: NirArray | null;
}

/** The fields of each type, by their names in files. */
export interface NirFields {
  Input: Ends;
  Output: Ends;
  Linear: Weighted;
  Affine: Weighted & { readonly bias: NirArray };
  Conv1d: Convolution;
  Conv2d: Convolution;
  Flatten: { readonly start_dim: number; readonly end_dim: number; readonly input_type: Shape | null };
  AvgPool2d: Pool;
  SumPool2d: Pool;
  IF: { readonly r: NirArray } & Firing;
  LIF: Leaky & Firing;
  LI: Leaky;
  I: { readonly r: NirArray };
  CubaLI: Cuba;
  CubaLIF: Cuba & Firing;
  Scale: { readonly scale: NirArray };
  Threshold: { readonly threshold: NirArray };
  Delay: { readonly delay: NirArray };
}

export type NirType = keyof NirFields;

export type NirMetadata = ReadonlyMap<string, string | number>;

/** A node of one type. */
export interface NirNode<K extends NirType = NirType> {
  readonly type: K;
  readonly fields: NirFields[K];
  readonly metadata: NirMetadata;
}

/** A node whose type tells its fields. */
export type AnyNirNode = { readonly [K in NirType]: NirNode<K> }[NirType];

export interface NirGraph {
  readonly type: "NIRGraph";
  readonly nodes: ReadonlyMap<string, AnyNirNode | NirGraph>;
  readonly edges: readonly (readonly [from: string, to: string])[];
  readonly metadata: NirMetadata;
}

export const noMetadata: NirMetadata = new Map();

/** An array of one number. */
export function filled(shape: Shape, value: number): NirArray {
  return { shape, values: new Float64Array(shape.reduce((size, length) => size * length, 1)).fill(value) };
}

/** The number that all elements are; null where they differ, or there are none. */
export function uniform({ values }: NirArray): number | null {
  const [first] = values;
  return values.length > 0 && values.every((value) => value === first) ? first : null;
}
