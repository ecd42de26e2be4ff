/**
 * The checksum of HDF5's newer structures.
 *
 * @source B. Jenkins, lookup3.c, hashlittle(), 2006, public domain; the HDF5 File Format Specification names it
 */

import { FormatError } from "../../errors.js";

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

export function checksumOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let a = (0xdeadbeef + bytes.length) | 0;
  let [b, c] = [a, a];
  let at = 0;
  for (; bytes.length - at > 12; at += 12) {
    a = (a + view.getUint32(at, true)) | 0;
    b = (b + view.getUint32(at + 4, true)) | 0;
    c = (c + view.getUint32(at + 8, true)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (at === bytes.length) return c >>> 0;
  const word = (from: number): number => {
    let value = 0;
    for (let i = 3; i >= 0; i--) value = (value << 8) | (bytes[from + i] ?? 0);
    return value;
  };
  a = (a + word(at)) | 0;
  b = (b + word(at + 4)) | 0;
  c = (c + word(at + 8)) | 0;
  c = (c ^ b) - rotate(b, 14);
  a = (a ^ c) - rotate(c, 11);
  b = (b ^ a) - rotate(a, 25);
  c = (c ^ b) - rotate(b, 16);
  a = (a ^ c) - rotate(c, 4);
  b = (b ^ a) - rotate(a, 14);
  c = (c ^ b) - rotate(b, 24);
  return c >>> 0;
}

/** @throws FormatError unless the four bytes behind a part hold its checksum */
export function verify(bytes: Uint8Array, from: number, to: number): void {
  if (to + 4 > bytes.length) throw new FormatError(`it ends at byte ${bytes.length}, within a part`);
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(to, true);
  if (stored === checksumOf(bytes.subarray(from, to))) return;
  throw new FormatError(
    `the checksum of bytes ${from} to ${to} is another one than they have: it is damaged`,
  );
}
