/**
 * The head of a .npy file: what its elements are, and how many.
 *
 * @source NumPy, "A simple file format for NumPy arrays" (NEP 1), versions 1 to 3
 */

import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import { decodeF16 } from "../half-precision.js";

/** Reads a number at a byte. */
export type ReadNumber = (view: DataView, at: number) => number;

/** A number of each element. */
export interface NpyField {
  /** "" where elements are plain numbers. */
  readonly name: string;
  /** Within an element. */
  readonly at: number;
  readonly size: number;
  /** As NumPy writes it: b and ? truth values, i and u whole numbers, f floats. */
  readonly kind: string;
  readonly read: ReadNumber;
}

export interface NpyHeader {
  readonly shape: readonly number[];
  /** Bytes. */
  readonly elementSize: number;
  readonly fields: readonly NpyField[];
  readonly fortranOrder: boolean;
  /** Columns of fields, or plain numbers. */
  readonly isRecord: boolean;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const LONGEST = 2 ** 16;
const MOST_FIELDS = 64;
const MOST_DIMENSIONS = 32;

/** A list is an array, a tuple too; a dictionary is a Map. */
type Literal = string | number | boolean | readonly Literal[] | Map<string, Literal>;

/** Bytes before those that say how long the dictionary is. */
export const NPY_START = 8;

export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * @param start the first NPY_START bytes
 * @returns how many bytes behind them say how long the dictionary is
 * @throws FormatError for what is no array, or of a version to come
 */
export function npyLengthBytes(name: string, start: Uint8Array): 2 | 4 {
  if (!isNpy(start)) throw new FormatError(`${name} is no .npy array; expected "\\x93NUMPY" at its start.`);
  const [major] = start.subarray(6);
  if (major >= 1 && major <= 3) return major === 1 ? 2 : 4;
  throw new FormatError(`${name} is a .npy array of version ${major}; expected 1 to 3.`);
}

/** @throws FormatError for more than heads have */
export function npyLength(name: string, length: Uint8Array): number {
  const size = length.reduceRight((sum, byte) => 256 * sum + byte, 0);
  if (size <= LONGEST) return size;
  throw new FormatError(`${name}: the head of the array has ${size} bytes; expected at most ${LONGEST}.`);
}

/** @throws FormatError for no dictionary, and for elements that are no numbers */
export function npyHeader(name: string, dictionary: Uint8Array): NpyHeader {
  const text = Array.from(dictionary, (code) => String.fromCharCode(code)).join("");
  const literal = new LiteralReader(name, text).read();
  if (!(literal instanceof Map)) throw damaged(name, text);
  const [descr, shape, order] = ["descr", "shape", "fortran_order"].map((key) => literal.get(key));
  const isShape =
    Array.isArray(shape) &&
    shape.length <= MOST_DIMENSIONS &&
    shape.every((each) => Number.isSafeInteger(each) && each >= 0);
  if (!isShape || typeof order !== "boolean" || descr === undefined) throw damaged(name, text);
  return { shape: shape as number[], fortranOrder: order, ...fieldsOf(name, descr) };
}

function damaged(name: string, text: string): FormatError {
  return new FormatError(
    `${name}: the head of the array is ${quote(text.trim().slice(0, 80))}; expected a dictionary of descr, fortran_order ` +
      "and shape. It is damaged: save it again.",
  );
}

function fieldsOf(
  name: string,
  descr: Literal,
): { elementSize: number; fields: readonly NpyField[]; isRecord: boolean } {
  if (typeof descr === "string") {
    const type = numberType(name, descr);
    return { elementSize: type.size, fields: [{ name: "", at: 0, ...type }], isRecord: false };
  }
  const rows = Array.isArray(descr) ? (descr as readonly Literal[]) : [];
  if (rows.length === 0 || rows.length > MOST_FIELDS) {
    throw new FormatError(`${name}: its elements have ${rows.length} fields; expected 1 to ${MOST_FIELDS}.`);
  }
  let at = 0;
  const fields: NpyField[] = [];
  for (const row of rows) {
    const [title, type, ...more] = Array.isArray(row) ? (row as readonly Literal[]) : [];
    const field = Array.isArray(title) ? (title as readonly Literal[]).at(-1) : title;
    if (typeof field !== "string" || typeof type !== "string" || more.length > 0)
      throw new FormatError(
        `${name}: a field of its elements is no single number; expected numbers t, x, y and p.`,
      );
    // Room that NumPy leaves between fields.
    const padding = /^[|<>=]?V(\d{1,6})$/.exec(type);
    if (padding !== null) {
      at += Number(padding[1]);
      continue;
    }
    const number = numberType(name, type);
    fields.push({ name: field, at, ...number });
    at += number.size;
  }
  return { elementSize: at, fields, isRecord: true };
}

function numberType(name: string, type: string): Pick<NpyField, "size" | "kind" | "read"> {
  const [, order, kind, digits] = /^([<>|=])([biuf?])(\d*)$/.exec(type) ?? [];
  const size = kind === "?" ? 1 : Number(digits);
  const read = kind === undefined ? undefined : READERS[`${kind}${size}`]?.(order !== ">");
  if (read !== undefined) return { size, kind, read };
  throw new FormatError(
    `${name} holds elements of type ${quote(type)}; expected whole numbers, floats of 2, 4 or 8 bytes, or truth values.`,
  );
}

/** By kind and bytes; each of little (true) or big endian numbers. */
const READERS: Readonly<Record<string, ((little: boolean) => ReadNumber) | undefined>> = {
  b1: () => (view, at) => view.getUint8(at),
  "?1": () => (view, at) => view.getUint8(at),
  u1: () => (view, at) => view.getUint8(at),
  i1: () => (view, at) => view.getInt8(at),
  u2: (little) => (view, at) => view.getUint16(at, little),
  i2: (little) => (view, at) => view.getInt16(at, little),
  u4: (little) => (view, at) => view.getUint32(at, little),
  i4: (little) => (view, at) => view.getInt32(at, little),
  u8: (little) => (view, at) => Number(view.getBigUint64(at, little)),
  i8: (little) => (view, at) => Number(view.getBigInt64(at, little)),
  f2: (little) => (view, at) => decodeF16(Uint16Array.of(view.getUint16(at, little)))[0],
  f4: (little) => (view, at) => view.getFloat32(at, little),
  f8: (little) => (view, at) => view.getFloat64(at, little),
};

/** Python's literals, as far as heads of arrays have them. */
class LiteralReader {
  readonly #name: string;
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
  }

  read(): Literal {
    const literal = this.#value();
    if (this.#next() !== "") throw damaged(this.#name, this.#text);
    return literal;
  }

  /** The next character that is no space, "" at the end. */
  #next(): string {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++;
    return this.#text.charAt(this.#at);
  }

  #takes(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#at++;
    return true;
  }

  #value(): Literal {
    if (++this.#depth > 8) throw damaged(this.#name, this.#text);
    const literal = this.#inner();
    this.#depth--;
    return literal;
  }

  #inner(): Literal {
    const first = this.#next();
    if (first === "{") return this.#dictionary();
    if (first === "(" || first === "[") return this.#list(first === "(" ? ")" : "]");
    const rest = this.#text.slice(this.#at);
    const found = /^(?:'([^'\\]*)'|"([^"\\]*)"|(\d{1,15})L?|(True|False))/.exec(rest);
    if (found === null) throw damaged(this.#name, this.#text);
    this.#at += found[0].length;
    const [, single, double, digits, truth] = found as readonly (string | undefined)[];
    return truth !== undefined
      ? truth === "True"
      : digits !== undefined
        ? Number(digits)
        : (single ?? double ?? "");
  }

  #list(end: string): Literal[] {
    this.#at++;
    const list: Literal[] = [];
    while (!this.#takes(end)) {
      list.push(this.#value());
      if (!this.#takes(",") && this.#next() !== end) throw damaged(this.#name, this.#text);
    }
    return list;
  }

  #dictionary(): Map<string, Literal> {
    this.#at++;
    const map = new Map<string, Literal>();
    while (!this.#takes("}")) {
      const key = this.#value();
      if (typeof key !== "string" || !this.#takes(":")) throw damaged(this.#name, this.#text);
      map.set(key, this.#value());
      if (!this.#takes(",") && this.#next() !== "}") throw damaged(this.#name, this.#text);
    }
    return map;
  }
}
