/** The element types of safetensors: all of them by name and width, and those this library can hold as arrays. */

import { decodeBF16, decodeF16, encodeBF16, encodeF16 } from "./half-precision.js";

/**
 * Bits per element of every type in the format. The order is the one in which tensors are written (the reference
 * implementation sorts by it): wide types first, so that each tensor is aligned to its own width.
 */
export const DTYPE_BITS = {
  U64: 64,
  I64: 64,
  F64: 64,
  C64: 64,
  F32: 32,
  U32: 32,
  I32: 32,
  BF16: 16,
  F16: 16,
  U16: 16,
  I16: 16,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  F8_E8M0: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  I8: 8,
  U8: 8,
  F6_E3M2: 6,
  F6_E2M3: 6,
  F4: 4,
  BOOL: 8,
} as const;

export type Dtype = keyof typeof DTYPE_BITS;

export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(DTYPE_BITS, name);
}

/** The array that holds each readable type: F16 and BF16 become float32; BOOL is 0 or 1. */
export interface DtypeArrays {
  F64: Float64Array;
  F32: Float32Array;
  F16: Float32Array;
  BF16: Float32Array;
  I64: BigInt64Array;
  I32: Int32Array;
  I16: Int16Array;
  I8: Int8Array;
  U64: BigUint64Array;
  U32: Uint32Array;
  U16: Uint16Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
}

export type StoredDtype = keyof DtypeArrays;

/** A named array as it stands in a file. `shape` is row-major; rank 0 has one element. */
export type StoredTensor = {
  [D in StoredDtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: DtypeArrays[D] };
}[StoredDtype];

export type StoredArray = DtypeArrays[StoredDtype];

interface Codec<D extends StoredDtype> {
  /** the class that holds the values, by its tag */
  readonly holder: string;
  /** own bytes, aligned at 0, to values */
  decode(bytes: ArrayBuffer): DtypeArrays[D];
  /** values to bytes in little-endian order */
  encode(where: string, data: DtypeArrays[D]): ArrayBufferView;
}

const same = <T>(_where: string, data: T): T => data;

/** Typed arrays are little-endian on every processor that Node and browsers ship for today, as is the format. */
const CODECS: { readonly [D in StoredDtype]: Codec<D> } = {
  F64: { holder: "Float64Array", decode: (bytes) => new Float64Array(bytes), encode: same },
  F32: { holder: "Float32Array", decode: (bytes) => new Float32Array(bytes), encode: same },
  F16: { holder: "Float32Array", decode: (bytes) => decodeF16(new Uint16Array(bytes)), encode: encodeF16 },
  BF16: { holder: "Float32Array", decode: (bytes) => decodeBF16(new Uint16Array(bytes)), encode: encodeBF16 },
  I64: { holder: "BigInt64Array", decode: (bytes) => new BigInt64Array(bytes), encode: same },
  I32: { holder: "Int32Array", decode: (bytes) => new Int32Array(bytes), encode: same },
  I16: { holder: "Int16Array", decode: (bytes) => new Int16Array(bytes), encode: same },
  I8: { holder: "Int8Array", decode: (bytes) => new Int8Array(bytes), encode: same },
  U64: { holder: "BigUint64Array", decode: (bytes) => new BigUint64Array(bytes), encode: same },
  U32: { holder: "Uint32Array", decode: (bytes) => new Uint32Array(bytes), encode: same },
  U16: { holder: "Uint16Array", decode: (bytes) => new Uint16Array(bytes), encode: same },
  U8: { holder: "Uint8Array", decode: (bytes) => new Uint8Array(bytes), encode: same },
  BOOL: { holder: "Uint8Array", decode: (bytes) => new Uint8Array(bytes), encode: encodeBool },
};

export const STORED_DTYPES = Object.keys(CODECS) as readonly StoredDtype[];

export function isStoredDtype(name: string): name is StoredDtype {
  return Object.hasOwn(CODECS, name);
}

/** Bytes that nobody else holds to a tensor. */
export function decodeTensor(dtype: StoredDtype, shape: readonly number[], bytes: ArrayBuffer): StoredTensor {
  return { dtype, shape, data: CODECS[dtype].decode(bytes) } as StoredTensor;
}

/** @returns the index of the first byte that is neither 0 nor 1, or -1 */
export function firstNotBool(data: Uint8Array): number {
  return data.findIndex((value) => value > 1);
}

function encodeBool(where: string, data: Uint8Array): Uint8Array {
  const wrong = firstNotBool(data);
  if (wrong >= 0) {
    throw new RangeError(
      `${where}: element ${wrong} is ${data[wrong]}; expected 0 or 1 for BOOL, or the dtype U8.`,
    );
  }
  return data;
}

/** The tag is compared, not the class, so that arrays of another frame or realm are accepted too. */
function tagOf(data: unknown): string {
  return ArrayBuffer.isView(data) ? String((data as StoredArray)[Symbol.toStringTag]) : typeof data;
}

/** The type that an array is written as when none is named. @throws TypeError if there is none */
export function dtypeFor(where: string, data: unknown): StoredDtype {
  const tag = tagOf(data);
  for (const dtype of STORED_DTYPES) {
    if (CODECS[dtype].holder === tag && dtype !== "F16" && dtype !== "BF16" && dtype !== "BOOL") return dtype;
  }
  const known = [...new Set(STORED_DTYPES.map((dtype) => CODECS[dtype].holder))].join(", ");
  throw new TypeError(`${where}: data is ${describe(data)}; expected one of ${known}.`);
}

/** @throws TypeError if the array cannot hold dtype; RangeError if a value does not fit it */
export function encodeTensor(where: string, dtype: StoredDtype, data: StoredArray): Uint8Array {
  const codec = CODECS[dtype] as Codec<StoredDtype>;
  if (tagOf(data) !== codec.holder) {
    throw new TypeError(
      `${where}: data for ${dtype} is ${describe(data)}; expected ${article(codec.holder)}.`,
    );
  }
  const view = codec.encode(where, data);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function describe(data: unknown): string {
  return ArrayBuffer.isView(data) ? article(tagOf(data)) : typeof data;
}

function article(noun: string): string {
  return `${/^[AEIO]/.test(noun) ? "an" : "a"} ${noun}`;
}
