/**
 * Archives of NumPy arrays (.npz): a ZIP file with an .npy file per name, stored or deflated. One is unpacked when it is asked
 * for, and nothing else is.
 *
 * @source PKWARE, APPNOTE.TXT 6.3.10
 */

import { crc32 } from "../../datasets/crc32.js";
import { FormatError, messageOf } from "../../errors.js";
import { BEYOND, withZip64 } from "../numpy/zip64.js";
import { inflateBytes } from "./inflate-bytes.js";
import { parseNpy, type NpyArray } from "./npy.js";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
/** Where the directory is described anew, and where that is, if 16 and 32 bits do not tell. */
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const [END64_BYTES, LOCATOR64_BYTES] = [56, 20];
const MOST_COMMENT = 0xffff;
const MOST_ENTRIES = 4096;
/** Of an array that is unpacked. */
const MOST_BYTES = 2 ** 31 - 1;

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

export class Npz {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #source: string;
  readonly #entries: ReadonlyMap<string, Entry>;

  /** @throws FormatError if it is no ZIP archive, or damaged */
  constructor(bytes: Uint8Array, source: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#source = source;
    this.#entries = this.#directory();
  }

  /** Of arrays, without .npy. */
  get names(): string[] {
    return [...this.#entries.keys()].filter((name) => name.endsWith(".npy")).map((name) => name.slice(0, -4));
  }

  /** @throws FormatError if there is no array of that name, or it is damaged */
  array(name: string): NpyArray {
    const entry = this.#entries.get(`${name}.npy`);
    if (entry === undefined) {
      throw new FormatError(
        `${this.#source} holds ${this.names.join(", ") || "no array"}; expected an array ${name} too.`,
      );
    }
    return parseNpy(this.#unpacked(`${name}.npy`, entry), `${this.#source}: ${name}.npy`);
  }

  #unpacked(name: string, { method, crc, packed, size, offset }: Entry): Uint8Array {
    const fail = (problem: string): never => this.#fail(`the entry ${name} ${problem}`);
    if (offset + 30 > this.#bytes.length || this.#view.getUint32(offset, true) !== LOCAL)
      fail("is not where it is said to be");
    if ((this.#view.getUint16(offset + 6, true) & 1) !== 0) fail("is encrypted");
    const begin =
      offset + 30 + this.#view.getUint16(offset + 26, true) + this.#view.getUint16(offset + 28, true);
    if (begin + packed > this.#bytes.length) fail("is cut off");
    if (size > MOST_BYTES) fail(`is said to unpack to ${size} bytes, more than ${MOST_BYTES}`);
    const body = this.#bytes.subarray(begin, begin + packed);
    if (method !== 8 && (method !== 0 || packed !== size)) fail(`is packed by the method ${method}`);
    const data = method === 0 ? body : this.#inflated(name, body, size);
    if (crc32(data) !== crc) fail("has a checksum that does not match");
    return data;
  }

  #inflated(name: string, body: Uint8Array, size: number): Uint8Array {
    try {
      return inflateBytes(body, size).data;
    } catch (thrown) {
      if (!(thrown instanceof FormatError)) throw thrown;
      return this.#fail(`the entry ${name}: ${messageOf(thrown)}`);
    }
  }

  #directory(): Map<string, Entry> {
    const view = this.#view;
    const end = this.#end();
    const { count, begin } = this.#directoryAt(end);
    let at = begin;
    if (count > MOST_ENTRIES) this.#fail(`it has ${count} entries`);
    const entries = new Map<string, Entry>();
    for (let i = 0; i < count; i++) {
      if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) this.#fail("its directory is damaged");
      const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
      if (at + 46 + name > end) this.#fail("its directory is damaged");
      const text = String.fromCharCode(...this.#bytes.subarray(at + 46, at + 46 + name));
      if (entries.has(text)) this.#fail(`it has ${text} twice`);
      const more = this.#bytes.subarray(at + 46 + name, Math.min(end, at + 46 + name + extra));
      const entry = {
        method: view.getUint16(at + 10, true),
        crc: view.getUint32(at + 16, true),
        packed: view.getUint32(at + 20, true),
        size: view.getUint32(at + 24, true),
        offset: view.getUint32(at + 42, true),
      };
      entries.set(text, withZip64(more, entry));
      at += 46 + name + extra + comment;
    }
    return entries;
  }

  #directoryAt(end: number): { readonly count: number; readonly begin: number } {
    const view = this.#view;
    const [count, begin] = [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
    const locator = end - LOCATOR64_BYTES;
    const isLong = count === 0xffff || begin === BEYOND;
    if (!isLong || locator < END64_BYTES || view.getUint32(locator, true) !== LOCATOR64)
      return { count, begin };
    const at = Number(view.getBigUint64(locator + 8, true));
    if (at + END64_BYTES > locator || view.getUint32(at, true) !== END64)
      this.#fail("the end of its directory is not where it is said to be");
    return {
      count: Number(view.getBigUint64(at + 32, true)),
      begin: Number(view.getBigUint64(at + 48, true)),
    };
  }

  /** Where the end of the directory is described: last of all, but for a comment. */
  #end(): number {
    const last = this.#bytes.length - END_BYTES;
    for (let at = last; at >= Math.max(0, last - MOST_COMMENT); at--) {
      const isEnd = this.#view.getUint32(at, true) === END;
      if (isEnd && at + END_BYTES + this.#view.getUint16(at + 20, true) === this.#bytes.length) return at;
    }
    return this.#fail("it does not end as a ZIP archive");
  }

  #fail(problem: string): never {
    throw new FormatError(
      `${this.#source} is damaged, or no .npz file: ${problem}; expected what numpy.savez writes.`,
    );
  }
}
