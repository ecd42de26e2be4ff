/** What the elements of an array are: numbers of some width and byte order, or texts. */

import { FormatError } from "../../errors.js";
import { decodeF16 } from "../../formats/half-precision.js";
import type { Cursor} from "./bytes.js";
import { textOf } from "./bytes.js";

export type Datatype =
  | { readonly kind: "float"; readonly size: number; readonly little: boolean }
  | { readonly kind: "whole"; readonly size: number; readonly little: boolean; readonly signed: boolean }
  | { readonly kind: "text"; readonly size: number; readonly padding: number }
  | { readonly kind: "long text"; readonly size: number }
  | { readonly kind: "other"; readonly size: number; readonly what: string };

const CLASSES = [
  "whole numbers", "floats", "times", "texts", "bit fields", "opaque bytes", "compounds", "references",
  "enumerations", "lists of any length", "arrays in arrays",
]; // prettier-ignore

/** The layout of IEEE 754: size in bytes to [exponent at, exponent bits, mantissa at, mantissa bits, bias]. */
const IEEE: Readonly<Record<number, readonly number[]>> = {
  2: [10, 5, 0, 10, 15],
  4: [23, 8, 0, 23, 127],
  8: [52, 11, 0, 52, 1023],
};

/** Of a datatype message. */
export function readDatatype(cursor: Cursor): Datatype {
  const head = cursor.u8();
  const bits = [cursor.u8(), cursor.u8(), cursor.u8()];
  const size = cursor.u32();
  if (size === 0) throw new FormatError("an array has elements of no bytes");
  const other = (what: string): Datatype => ({ kind: "other", size, what });
  const kind = head & 15;
  if (kind === 0) {
    const [offset, precision] = [cursor.u16(), cursor.u16()];
    const fits = [1, 2, 4, 8].includes(size) && offset === 0 && precision === 8 * size;
    if (!fits) return other(`whole numbers of ${precision} bits`);
    return { kind: "whole", size, little: (bits[0] & 1) === 0, signed: (bits[0] & 8) !== 0 };
  }
  if (kind === 1) {
    const [offset, precision] = [cursor.u16(), cursor.u16()];
    const layout = [cursor.u8(), cursor.u8(), cursor.u8(), cursor.u8(), cursor.u32()];
    const ieee = size in IEEE ? IEEE[size] : [];
    const isPlain = offset === 0 && precision === 8 * size && layout.every((each, i) => each === ieee[i]);
    const isOrdered = (bits[0] & 64) === 0 && (bits[0] & 0x30) === 0x20 && bits[1] === 8 * size - 1;
    if (!isPlain || !isOrdered) return other(`floats of ${precision} bits`);
    return { kind: "float", size, little: (bits[0] & 1) === 0 };
  }
  if (kind === 3) return { kind: "text", size, padding: bits[0] & 15 };
  if (kind === 8) return readDatatype(cursor);
  if (kind === 9 && (bits[0] & 15) === 1 && size === 16) return { kind: "long text", size };
  return other(CLASSES[kind] ?? `a type of the class ${kind}`);
}

/** @throws FormatError for whole numbers beyond 2^53 */
export function numbersOf(type: Datatype & { kind: "float" | "whole" }, bytes: Uint8Array): Float64Array {
  const { size, little } = type;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(bytes.length / size);
  const read = type.kind === "float" ? floatReader(view, size, little) : wholeReader(view, type);
  for (let i = 0; i < values.length; i++) values[i] = read(i * size);
  return values;
}

function floatReader(view: DataView, size: number, little: boolean): (at: number) => number {
  if (size === 8) return (at) => view.getFloat64(at, little);
  if (size === 4) return (at) => view.getFloat32(at, little);
  return (at) => decodeF16(Uint16Array.of(view.getUint16(at, little)))[0];
}

function wholeReader(
  view: DataView,
  { size, little, signed }: Datatype & { kind: "whole" },
): (at: number) => number {
  if (size === 1) return (at) => (signed ? view.getInt8(at) : view.getUint8(at));
  if (size === 2) return (at) => (signed ? view.getInt16(at, little) : view.getUint16(at, little));
  if (size === 4) return (at) => (signed ? view.getInt32(at, little) : view.getUint32(at, little));
  return (at) => {
    const value = signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little);
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new FormatError(`it holds the whole number ${value}, which float64 does not`);
  };
}

/** Texts of a fixed length. Padded with spaces where the type says so. */
export function textsOf({ size, padding }: Datatype & { kind: "text" }, bytes: Uint8Array): string[] {
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const text = textOf(bytes.subarray(i * size, (i + 1) * size));
    return padding === 2 ? text.replace(/ +$/, "") : text;
  });
}
