/**
 * Tables of a FlatBuffer, as far as recordings have them. Nothing is read beyond the bytes.
 *
 *   table   i32 back to its list of fields; that: u16 its size, u16 the table's, then u16 per field where it stands, 0 if it does not
 *   vector, string   u32 forward to a u32 count and the elements
 *
 * @source Google, "FlatBuffers internals"
 */

import { FormatError } from "../../errors.js";

export interface FlatVector {
  /** Of the first element. */
  readonly at: number;
  readonly count: number;
}

export class FlatTable {
  readonly view: DataView;
  readonly #name: string;
  readonly #at: number;
  readonly #fields: number;
  readonly #fieldBytes: number;

  /**
   * The root of a buffer without its size prefix.
   * @param identifier four letters, which stand behind the place of the root
   * @throws FormatError
   */
  constructor(bytes: Uint8Array, identifier: string, name: string) {
    this.#name = name;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#need(0, 8);
    const found = String.fromCharCode(...bytes.subarray(4, 8));
    if (found !== identifier) throw this.#damaged(`is no ${identifier}`);
    this.#at = this.view.getUint32(0, true);
    this.#need(this.#at, 4);
    this.#fields = this.#at - this.view.getInt32(this.#at, true);
    this.#need(this.#fields, 4);
    this.#fieldBytes = this.view.getUint16(this.#fields, true);
    this.#need(this.#fields, this.#fieldBytes);
  }

  i32(field: number, fallback: number): number {
    const at = this.#place(field, 4);
    return at === null ? fallback : this.view.getInt32(at, true);
  }

  i64(field: number, fallback: number): number {
    const at = this.#place(field, 8);
    return at === null ? fallback : Number(this.view.getBigInt64(at, true));
  }

  text(field: number, most: number): string {
    const { at, count } = this.vector(field, 1);
    if (count > most) throw this.#damaged(`has a text of ${count} bytes`);
    const { buffer, byteOffset } = this.view;
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + at, count).slice());
  }

  /** @param size of an element, in bytes */
  vector(field: number, size: number): FlatVector {
    const place = this.#place(field, 4);
    if (place === null) return { at: 0, count: 0 };
    const at = place + this.view.getUint32(place, true);
    this.#need(at, 4);
    const count = this.view.getUint32(at, true);
    this.#need(at + 4, count * size);
    return { at: at + 4, count };
  }

  #place(field: number, size: number): number | null {
    const row = 4 + 2 * field;
    if (row + 2 > this.#fieldBytes) return null;
    const within = this.view.getUint16(this.#fields + row, true);
    if (within === 0) return null;
    this.#need(this.#at + within, size);
    return this.#at + within;
  }

  #need(at: number, size: number): void {
    if (!(at >= 0 && at + size <= this.view.byteLength)) throw this.#damaged(`points to byte ${at + size}`);
  }

  #damaged(how: string): FormatError {
    return new FormatError(
      `${this.#name} ${how}, of ${this.view.byteLength} bytes; expected what lies within. It is damaged: copy the file again.`,
    );
  }
}
