/** What a pickle of a state dict may be made of. Nothing here is ever called, imported or looked up. */

import type { StoredDtype } from "../safetensors-dtypes.js";

/** An item of data.pkl. LONG1 gives a bigint where a number would not be exact. */
export type PickleValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | PickleTuple
  | PickleList
  | PickleDict
  | PickleGlobal
  | StorageReference
  | TensorView;

export interface PickleTuple {
  readonly kind: "tuple";
  readonly items: readonly PickleValue[];
}

export interface PickleList {
  readonly kind: "list";
  readonly items: PickleValue[];
}

export interface PickleDict {
  readonly kind: "dict";
  /** Whether it is an OrderedDict. */
  readonly isOrdered: boolean;
  readonly entries: Map<PickleValue, PickleValue>;
}

/** A name of Python's, as a mark: what it stands for is known here by its role. */
export interface PickleGlobal {
  readonly kind: "global";
  /** "torch._utils._rebuild_tensor_v2" */
  readonly name: string;
  readonly role: GlobalRole;
}

export type GlobalRole =
  | { readonly is: "ordered dict" | "size" | "tensor" | "typed tensor" | "parameter" | "bytes storage" }
  | { readonly is: "storage" | "dtype"; readonly dtype: StoredDtype };

/** Numbers in an entry of the archive. dtype is null where each tensor brings its own. */
export interface StorageReference {
  readonly kind: "storage";
  readonly key: string;
  readonly dtype: StoredDtype | null;
  readonly bytes: Uint8Array;
}

/** A tensor as a view of a storage, all counts in elements; every element lies within it. */
export interface TensorView {
  readonly kind: "tensor";
  readonly dtype: StoredDtype;
  readonly storage: StorageReference;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export type PickleKind<K> = Extract<PickleValue, { readonly kind: K }>;

export function isKind<K extends "tuple" | "list" | "dict" | "global" | "storage" | "tensor">(
  kind: K,
  value: PickleValue | undefined,
): value is PickleKind<K> {
  return typeof value === "object" && value !== null && value.kind === kind;
}

/** "a tuple", "the text "a"": as messages name it. */
export function nameOf(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (typeof value === "string") return "a text";
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (typeof value === "boolean") return value ? "True" : "False";
  return value.kind === "global" ? `the name ${value.name}` : `a ${value.kind}`;
}
