/** Numbers out of the bytes of an HDF5 file, little-endian. Nothing is read beyond their end. */

import { FormatError } from "../../errors.js";

/** What stands in the place of an address that there is not. */
export const NO_ADDRESS = -1;

/** A place in the bytes that moves on. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  readonly #end: number;

  /**
   * @param end where the part ends that may be read
   * @throws FormatError unless it lies in the bytes
   */
  constructor(bytes: Uint8Array, at: number, end = bytes.length) {
    if (!(at >= 0 && at <= end && end <= bytes.length)) throw outside(at, bytes.length);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#end = end;
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  /** A size of 8 bytes. @throws FormatError above 2^53 */
  size(): number {
    const at = this.#step(8);
    const [low, high] = [this.#view.getUint32(at, true), this.#view.getUint32(at + 4, true)];
    const size = high * 2 ** 32 + low;
    if (!Number.isSafeInteger(size)) throw new FormatError(`it names a size of ${size} bytes`);
    return size;
  }

  /** NO_ADDRESS where all bits are set. */
  address(): number {
    const at = this.#step(8);
    const [low, high] = [this.#view.getUint32(at, true), this.#view.getUint32(at + 4, true)];
    if (low === 0xffffffff && high === 0xffffffff) return NO_ADDRESS;
    const address = high * 2 ** 32 + low;
    if (!Number.isSafeInteger(address)) throw outside(address, this.#bytes.length);
    return address;
  }

  /** A whole number of so many bytes, at most 6. */
  whole(width: number): number {
    let value = 0;
    const at = this.#step(width);
    for (let i = width - 1; i >= 0; i--) value = value * 256 + this.#bytes[at + i];
    return value;
  }

  skip(count: number): void {
    this.#step(count);
  }

  take(count: number): Uint8Array {
    const at = this.#step(count);
    return this.#bytes.subarray(at, at + count);
  }

  /** @param signature four letters */
  expect(signature: string): void {
    const found = String.fromCharCode(...this.take(4));
    if (found !== signature) throw new FormatError(`at byte ${this.#at - 4} there is no ${signature}`);
  }

  #step(count: number): number {
    const at = this.#at;
    if (!(count >= 0 && at + count <= this.#end)) throw outside(at + count, this.#end);
    this.#at = at + count;
    return at;
  }
}

function outside(at: number, end: number): FormatError {
  return new FormatError(`it points to byte ${at}, and the part there ends at ${end}`);
}

/** UTF-8 up to a zero or to the end. @throws FormatError for what is no UTF-8 */
export function textOf(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0);
  const text = zero < 0 ? bytes : bytes.subarray(0, zero);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch (cause) {
    throw new FormatError("it holds a text that is no UTF-8", { cause });
  }
}
