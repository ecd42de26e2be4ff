/**
 * Writes an HDF5 file of groups, numbers and texts that every HDF5 from 1.8 on reads: arrays in one piece, texts of a fixed
 * length, names in the headers of their groups.
 *
 * @source The HDF Group, "HDF5 File Format Specification", version 3.0: superblock 2, object headers of version 2
 */

import { sizeOf, type Shape } from "../../shapes.js";
import { checksumOf } from "./checksum.js";
import { Message } from "./object-header.js";

/** One value: shape []. */
export type Hdf5Content =
  | {
      readonly type: "float32" | "float64" | "int64";
      readonly shape: Shape;
      readonly values: ArrayLike<number>;
    }
  | { readonly type: "text"; readonly shape: Shape; readonly values: readonly string[] };

export interface Hdf5Branch {
  readonly [name: string]: Hdf5Content | Hdf5Branch;
}

const NUMBERS = { float32: 4, float64: 8, int64: 8 } as const;
const SUPERBLOCK = 48;

/** The bytes of a file. @throws RangeError for a name that HDF5 has no form for */
export function writeHdf5(root: Hdf5Branch): Uint8Array<ArrayBuffer> {
  const file = new FileBytes();
  const address = writeGroup(file, root);
  return file.finish(address);
}

class FileBytes {
  readonly #parts: Uint8Array[] = [];
  #end = SUPERBLOCK;

  /** @returns where it stands; parts begin at multiples of 8 */
  add(part: Uint8Array): number {
    const at = this.#end;
    this.#parts.push(part);
    const padding = -part.length & 7;
    if (padding > 0) this.#parts.push(new Uint8Array(padding));
    this.#end += part.length + padding;
    return at;
  }

  finish(root: number): Uint8Array<ArrayBuffer> {
    const head = new Writer();
    head.bytes([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 2, 8, 8, 0]);
    head.long(0).nothing().long(this.#end).long(root).checksum();
    const bytes = new Uint8Array(this.#end);
    bytes.set(head.take());
    let at = SUPERBLOCK;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

/** Little-endian numbers, one after the other. */
class Writer {
  #bytes = new Uint8Array(64);
  #length = 0;

  bytes(values: ArrayLike<number>): this {
    this.#room(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  /** A whole number of so many bytes. */
  whole(value: number, width: number): this {
    const digits = Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** i) % 256);
    return this.bytes(digits);
  }

  long(value: number): this {
    return this.whole(value, 8);
  }

  /** No address. */
  nothing(): this {
    return this.bytes(new Uint8Array(8).fill(0xff));
  }

  checksum(): this {
    return this.whole(checksumOf(this.take()), 4);
  }

  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

interface Told {
  readonly type: number;
  readonly content: Uint8Array;
}

/** @returns where its header stands */
function writeHeader(file: FileBytes, messages: readonly Told[]): number {
  const size = messages.reduce((sum, { content }) => sum + 4 + content.length, 0);
  const header = new Writer();
  // Flags 2: four bytes for the size.
  header.bytes([0x4f, 0x48, 0x44, 0x52, 2, 2]).whole(size, 4);
  for (const { type, content } of messages) {
    header.whole(type, 1).whole(content.length, 2).whole(0, 1).bytes(content);
  }
  return file.add(header.checksum().take().slice());
}

function writeGroup(file: FileBytes, branch: Hdf5Branch): number {
  const linkInfo = new Writer().bytes([0, 0]).nothing().nothing().take();
  const messages: Told[] = [
    { type: Message.linkInfo, content: linkInfo },
    { type: Message.groupInfo, content: Uint8Array.of(0, 0) },
  ];
  for (const [name, item] of Object.entries(branch)) {
    const address = isContent(item) ? writeArray(file, item) : writeGroup(file, item);
    messages.push({ type: Message.link, content: linkTo(name, address) });
  }
  return writeHeader(file, messages);
}

function isContent(item: Hdf5Content | Hdf5Branch): item is Hdf5Content {
  return Array.isArray(item.shape);
}

function linkTo(name: string, address: number): Uint8Array {
  const text = new TextEncoder().encode(name);
  if (
    text.length === 0 ||
    text.length > 60_000 ||
    name.includes("/") ||
    name.includes("\0") ||
    name === "."
  ) {
    throw new RangeError(
      `"${name}" is no name in an HDF5 file; expected letters, without / and without zeros.`,
    );
  }
  // Flags 17: two bytes for the length, and the character set, UTF-8, is told.
  return new Writer().bytes([1, 17, 1]).whole(text.length, 2).bytes(text).long(address).take();
}

function writeArray(file: FileBytes, content: Hdf5Content): number {
  const { datatype, data } = encoded(content);
  const { shape } = content;
  const isScalar = shape.length === 0;
  const space = new Writer().bytes([2, shape.length, 0, isScalar ? 0 : 1]);
  for (const length of shape) space.long(length);
  const layout = new Writer().bytes([3, 1]);
  if (data.length === 0) layout.nothing().long(0);
  else layout.long(file.add(data)).long(data.length);
  return writeHeader(file, [
    { type: Message.dataspace, content: space.take() },
    { type: Message.datatype, content: datatype },
    // Version 3: space is taken at once, nothing is filled in.
    { type: Message.fillValue, content: Uint8Array.of(3, 0x0a) },
    { type: Message.layout, content: layout.take() },
  ]);
}

function encoded(content: Hdf5Content): { datatype: Uint8Array; data: Uint8Array } {
  if (content.type === "text") return encodedTexts(content.values);
  const { type, values } = content;
  const width = NUMBERS[type];
  const data = new Uint8Array(sizeOf(content.shape) * width);
  const view = new DataView(data.buffer);
  for (let i = 0; i < values.length; i++) {
    if (type === "float32") view.setFloat32(i * width, values[i], true);
    else if (type === "float64") view.setFloat64(i * width, values[i], true);
    else view.setBigInt64(i * width, BigInt(values[i]), true);
  }
  return { datatype: numberType(type), data };
}

function numberType(type: keyof typeof NUMBERS): Uint8Array {
  const size = NUMBERS[type];
  const head = new Writer();
  // Signed; bits 0 to 63.
  if (type === "int64") return head.bytes([0x10, 8, 0, 0]).whole(8, 4).bytes([0, 0, 64, 0]).take();
  const [exponentAt, exponentBits, mantissaBits, bias] = size === 4 ? [23, 8, 23, 127] : [52, 11, 52, 1023];
  // An implied leading bit; the sign is the highest one.
  head
    .bytes([0x11, 0x20, 8 * size - 1, 0])
    .whole(size, 4)
    .whole(0, 2)
    .whole(8 * size, 2);
  return head.bytes([exponentAt, exponentBits, 0, mantissaBits]).whole(bias, 4).take();
}

/** Padded with zeros to the longest, UTF-8. */
function encodedTexts(texts: readonly string[]): { datatype: Uint8Array; data: Uint8Array } {
  const encodedOnes = texts.map((text) => new TextEncoder().encode(text));
  const size = Math.max(1, ...encodedOnes.map(({ length }) => length));
  const data = new Uint8Array(size * texts.length);
  encodedOnes.forEach((text, i) => data.set(text, i * size));
  return { datatype: new Writer().bytes([0x13, 0x11, 0, 0]).whole(size, 4).take(), data };
}
