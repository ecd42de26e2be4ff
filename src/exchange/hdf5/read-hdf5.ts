/**
 * Reads an HDF5 file: groups, numbers and texts, in every form in which h5py writes them. What comes is a stranger's: every
 * place is checked before it is read, and no more memory is taken than the file itself can account for.
 *
 * @source The HDF Group, "HDF5 File Format Specification", version 3.0
 */

import { FormatError } from "../../errors.js";
import { sizeOf, type Shape } from "../../shapes.js";
import { Cursor, NO_ADDRESS, textOf } from "./bytes.js";
import { verify } from "./checksum.js";
import { dataOf } from "./dataset-data.js";
import { numbersOf, readDatatype, textsOf, type Datatype } from "./datatype.js";
import { readFilters } from "./filters.js";
import { linksOf } from "./group-links.js";
import { Message, messagesAt, type HeaderMessage } from "./object-header.js";
import type { Hdf5Dataset, Hdf5Group, Hdf5Item, Hdf5Limits } from "./tree.js";

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * @throws FormatError for what is no HDF5 file, is damaged, uses what is not read here, or is larger than the limits
 */
export function readHdf5(bytes: Uint8Array, limits: Hdf5Limits): Hdf5Group {
  return new Hdf5Reader(bytes, limits).group(rootOf(bytes), 0);
}

/** Where the header of the root group stands. */
function rootOf(bytes: Uint8Array): number {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) {
    throw new FormatError("it does not begin as an HDF5 file does");
  }
  const cursor = new Cursor(bytes, SIGNATURE.length);
  const version = cursor.u8();
  const isOld = version <= 1;
  if (version > 3) throw new FormatError(`its superblock has the version ${version}; expected 0 to 3`);
  if (isOld) cursor.skip(4);
  const [offsets, lengths] = [cursor.u8(), cursor.u8()];
  if (offsets !== 8 || lengths !== 8) {
    throw new FormatError(`its addresses have ${offsets} and its sizes ${lengths} bytes; expected 8`);
  }
  cursor.skip(isOld ? 9 + (version === 1 ? 4 : 0) : 1);
  const base = cursor.address();
  cursor.skip(8);
  const end = cursor.address();
  if (isOld) cursor.skip(16);
  const root = cursor.address();
  if (!isOld) verify(bytes, 0, cursor.at);
  if (base !== 0) throw new FormatError(`its content begins at byte ${base}; expected 0`);
  if (end > bytes.length)
    throw new FormatError(`it ends after ${bytes.length} of ${end} bytes: it was cut off`);
  return root;
}

class Hdf5Reader {
  readonly #bytes: Uint8Array;
  readonly #limits: Hdf5Limits;
  #items = 0;
  #unpacked = 0;

  constructor(bytes: Uint8Array, limits: Hdf5Limits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  group(address: number, depth: number): Hdf5Group {
    if (depth > this.#limits.depth) {
      throw new FormatError(`its groups are nested more than ${this.#limits.depth} deep`);
    }
    return this.#groupOf(messagesAt(this.#bytes, address), depth);
  }

  #groupOf(messages: readonly HeaderMessage[], depth: number): Hdf5Group {
    const children = new Map<string, Hdf5Item>();
    const left = this.#limits.items - this.#items;
    for (const { name, address, what } of linksOf(this.#bytes, messages, left)) {
      this.#items++;
      if (this.#items > this.#limits.items)
        throw new FormatError(`it holds more than ${this.#limits.items} groups and arrays`);
      children.set(name, what === null ? this.#item(name, address, depth) : { kind: "other", what });
    }
    return { kind: "group", children };
  }

  #item(name: string, address: number, depth: number): Hdf5Item {
    if (address === NO_ADDRESS) throw new FormatError(`"${name}" leads nowhere`);
    const messages = messagesAt(this.#bytes, address);
    const has = (type: number): boolean => messages.some((message) => message.type === type);
    if (has(Message.layout)) return this.#dataset(name, messages);
    if (has(Message.symbolTable) || has(Message.linkInfo) || has(Message.link)) {
      if (depth + 1 > this.#limits.depth) {
        throw new FormatError(`its groups are nested more than ${this.#limits.depth} deep`);
      }
      return this.#groupOf(messages, depth + 1);
    }
    return { kind: "other", what: "neither a group nor an array" };
  }

  #dataset(name: string, messages: readonly HeaderMessage[]): Hdf5Item {
    const bytes = this.#bytes;
    const find = (type: number): Cursor | null => {
      const found = messages.find((message) => message.type === type);
      if (found === undefined) return null;
      if (found.isShared)
        throw new FormatError(`"${name}" shares its type with another array, which is not read here`);
      return new Cursor(bytes, found.from, found.to);
    };
    const [space, typeAt, layout] = [find(Message.dataspace), find(Message.datatype), find(Message.layout)];
    if (space === null || typeAt === null || layout === null) {
      throw new FormatError(`"${name}" is an array without a shape or a type`);
    }
    if (find(Message.externalFiles) !== null) throw new FormatError(`"${name}" lies in another file`);
    const type = readDatatype(typeAt);
    if (type.kind === "other") return { kind: "other", what: `an array of ${type.what}` };
    const shape = shapeOf(space);
    if (shape === null) return { kind: "other", what: "an array of nothing" };
    this.#count(name, sizeOf(shape) * Math.max(8, type.size));
    const filtersAt = find(Message.filters);
    const filters = filtersAt === null ? [] : readFilters(filtersAt);
    return this.#valuesOf(type, shape, dataOf(bytes, layout, shape, type.size, filters));
  }

  /** Before memory is spent. */
  #count(name: string, size: number): void {
    const most = this.#limits.bytes;
    this.#unpacked += size;
    if (!(this.#unpacked <= most)) {
      throw new FormatError(`with "${name}" it unpacks to ${this.#unpacked} bytes; expected at most ${most}`);
    }
    // Chunks that are packed as tightly as they can be.
    const held = 1040 * 8 * this.#bytes.length;
    if (size > held) throw new FormatError(`"${name}" claims ${size} bytes, more than the file can hold`);
  }

  #valuesOf(type: Exclude<Datatype, { kind: "other" }>, shape: Shape, data: Uint8Array): Hdf5Dataset {
    if (type.kind === "text") return { kind: "dataset", shape, type: "text", values: textsOf(type, data) };
    if (type.kind === "long text")
      return { kind: "dataset", shape, type: "text", values: this.#longTexts(data) };
    return { kind: "dataset", shape, type: type.kind, values: numbersOf(type, data) };
  }

  /** Each is a length, and a place in a heap. */
  #longTexts(data: Uint8Array): string[] {
    const cursor = new Cursor(data, 0);
    return Array.from({ length: data.length / 16 }, () => {
      const [length, heap, index] = [cursor.u32(), cursor.address(), cursor.u32()];
      if (length === 0 || heap === 0) return "";
      this.#count("a text", length);
      return textOf(heapObject(this.#bytes, heap, index, length));
    });
  }
}

/** null: of no elements at all. */
function shapeOf(cursor: Cursor): Shape | null {
  const [version, rank, flags] = [cursor.u8(), cursor.u8(), cursor.u8()];
  if (version !== 1 && version !== 2) throw new FormatError(`it has a shape of version ${version}`);
  if (rank > 8) throw new FormatError(`it has an array of ${rank} axes; expected at most 8`);
  if (version === 1) cursor.skip(5);
  else if (cursor.u8() === 2) return null;
  const shape = Array.from({ length: rank }, () => cursor.size());
  if ((flags & 1) !== 0) {
    const largest = shape.map(() => cursor.address());
    // Data of an array that may grow are found in other ways, if it is chunked; HDF5 stores "without a limit" as all bits set.
    if (largest.some((length, axis) => length !== NO_ADDRESS && length < shape[axis])) {
      throw new FormatError("it has an array that is larger than its largest size");
    }
  }
  if (!Number.isSafeInteger(sizeOf(shape)))
    throw new FormatError("it has an array of more than 2^53 elements");
  return shape;
}

/** An object of a global heap collection. */
function heapObject(bytes: Uint8Array, address: number, index: number, length: number): Uint8Array {
  const head = new Cursor(bytes, address);
  head.expect("GCOL");
  head.skip(4);
  const size = head.size();
  const heap = new Cursor(bytes, address, address + Math.min(size, bytes.length - address));
  heap.skip(16);
  while (heap.left >= 16) {
    const id = heap.u16();
    heap.skip(6);
    const objectSize = heap.size();
    if (id === 0) break;
    if (id === index) {
      if (objectSize < length) throw new FormatError("a text is longer than its place");
      return heap.take(length);
    }
    heap.skip(Math.ceil(objectSize / 8) * 8);
  }
  throw new FormatError("a text leads nowhere");
}
