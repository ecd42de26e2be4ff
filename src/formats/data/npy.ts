/**
 * Arrays of NumPy (.npy): numbers of any byte order, in C order.
 *
 * @source numpy.lib.format, versions 1.0 to 3.0
 */

import { FormatError } from "../../errors.js";
import { decodeF16 } from "../half-precision.js";
import { quote } from "../../show.js";
import type { Shape } from "../../shapes.js";

export interface NpyArray {
  readonly shape: Shape;
  /** Bytes stay bytes, everything else becomes float64 or float32, as it was. */
  readonly data: Uint8Array | Float32Array | Float64Array;
  /** Whether the numbers were stored as integers or truth values. */
  readonly integers: boolean;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const MOST_HEADER = 2 ** 16;
const MOST_DIMENSIONS = 32;

interface Reader {
  readonly bytes: number;
  readonly kind: "bytes" | "float32" | "float64";
  readonly integers: boolean;
  read?(view: DataView, at: number, little: boolean): number;
}

const float64: Pick<Reader, "kind" | "integers"> = { kind: "float64", integers: true };

const TYPES: Readonly<Record<string, Reader>> = {
  b1: { bytes: 1, kind: "bytes", integers: true },
  u1: { bytes: 1, kind: "bytes", integers: true },
  i1: { bytes: 1, ...float64, read: (view, at) => view.getInt8(at) },
  u2: { bytes: 2, ...float64, read: (view, at, little) => view.getUint16(at, little) },
  i2: { bytes: 2, ...float64, read: (view, at, little) => view.getInt16(at, little) },
  u4: { bytes: 4, ...float64, read: (view, at, little) => view.getUint32(at, little) },
  i4: { bytes: 4, ...float64, read: (view, at, little) => view.getInt32(at, little) },
  u8: { bytes: 8, ...float64, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i8: { bytes: 8, ...float64, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f2: {
    bytes: 2,
    kind: "float32",
    integers: false,
    read: (view, at, little) => decodeF16(Uint16Array.of(view.getUint16(at, little)))[0],
  },
  f4: { bytes: 4, kind: "float32", integers: false, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, kind: "float64", integers: false, read: (view, at, little) => view.getFloat64(at, little) },
};

export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * @param source what messages call it
 * @throws FormatError for damage, for a length that is not that of the shape, for objects and texts, and for Fortran order
 */
export function parseNpy(bytes: Uint8Array, source: string): NpyArray {
  const fail = (problem: string): never => {
    throw new FormatError(`${source} ${problem}; expected an array of numbers as numpy.save writes it.`);
  };
  if (!isNpy(bytes)) fail("does not begin as an .npy file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [major, wide] = [bytes[6], bytes[6] >= 2];
  const begin = wide ? 12 : 10;
  if (!(major >= 1 && major <= 3) || bytes.length < begin) fail(`is of version ${major}, or cut off`);
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = begin + length;
  if (length > MOST_HEADER || start > bytes.length) fail(`has a header of ${length} bytes`);
  const header = String.fromCharCode(...bytes.subarray(begin, start));
  const order = /'descr'\s*:\s*'([<>|=])([a-zA-Z]\d+)'/.exec(header);
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const dimensions = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(header)?.[1];
  if (order === null || fortran === undefined || dimensions === undefined) {
    return fail(`has the header ${quote(header.trim(), 120)}`);
  }
  const [, byteOrder, code] = order;
  const type = Object.hasOwn(TYPES, code) ? TYPES[code] : fail(`holds numbers of the type ${quote(code)}`);
  const shape = [...dimensions.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  if (shape.length > MOST_DIMENSIONS) fail(`has ${shape.length} dimensions`);
  // In Fortran order, arrays of one dimension are as they are in C order.
  if (fortran === "True" && shape.filter((size) => size > 1).length > 1) {
    fail("is in Fortran order; np.ascontiguousarray makes C order of it");
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (count * type.bytes !== bytes.length - start) {
    fail(
      `holds ${bytes.length - start} bytes of numbers in place of ${count * type.bytes}: it is damaged, or cut off`,
    );
  }
  return {
    shape,
    data: numbersOf(bytes.subarray(start), count, type, byteOrder !== ">"),
    integers: type.integers,
  };
}

function numbersOf(
  body: Uint8Array,
  count: number,
  { bytes, kind, read }: Reader,
  little: boolean,
): NpyArray["data"] {
  if (kind === "bytes" || read === undefined) return body.slice();
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const out = kind === "float32" ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = read(view, i * bytes, little);
  return out;
}
