/**
 * Arrays of NumPy (.npy): numbers of any byte order, in C order or Fortran's, which becomes C order.
 *
 * @source numpy.lib.format, versions 1.0 to 3.0
 */

import { FormatError } from "../../errors.js";
import type { Shape } from "../../shapes.js";
import { NPY_START, npyHeader, npyLength, npyLengthBytes, type NpyField } from "../numpy/npy-header.js";

export interface NpyArray {
  readonly shape: Shape;
  /** Bytes stay bytes, everything else becomes float64 or float32, as it was. */
  readonly data: Uint8Array | Float32Array | Float64Array;
  /** Whether the numbers were stored as integers or truth values. */
  readonly integers: boolean;
}

/**
 * @param source what messages call it
 * @throws FormatError for damage, for a length that is not that of the shape, for records, objects and texts
 */
export function parseNpy(bytes: Uint8Array, source: string): NpyArray {
  const fail = (problem: string): never => {
    throw new FormatError(`${source} ${problem}; expected an array of numbers as numpy.save writes it.`);
  };
  const begin = NPY_START + npyLengthBytes(source, bytes.subarray(0, NPY_START));
  const length = npyLength(source, bytes.subarray(NPY_START, begin));
  const start = begin + length;
  if (start > bytes.length) fail(`has a header of ${length} bytes, and ends before`);
  const { shape, fields, isRecord, fortranOrder, elementSize } = npyHeader(
    source,
    bytes.subarray(begin, start),
  );
  if (isRecord) fail("holds records, of several numbers each");
  const [field] = fields;
  const count = shape.reduce((product, size) => product * size, 1);
  if (count * elementSize !== bytes.length - start) {
    fail(
      `holds ${bytes.length - start} bytes of numbers in place of ${count * elementSize}: it is damaged, or cut off`,
    );
  }
  const data = numbersOf(bytes.subarray(start), count, field);
  return { shape, data: fortranOrder ? inCOrder(data, shape) : data, integers: field.kind !== "f" };
}

function numbersOf(body: Uint8Array, count: number, { kind, size, read }: NpyField): NpyArray["data"] {
  if (size === 1 && kind !== "i") return body.slice();
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const out = kind === "f" && size < 8 ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = read(view, i * size);
  return out;
}

/** In Fortran's order the first index is the quickest, in C order the last one. */
function inCOrder<Data extends NpyArray["data"]>(data: Data, shape: Shape): Data {
  if (shape.filter((size) => size > 1).length < 2) return data;
  const strides = shape.map((_, i) => shape.slice(0, i).reduce((product, size) => product * size, 1));
  const out = data.slice() as Data;
  const index = shape.map(() => 0);
  for (let to = 0, from = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
