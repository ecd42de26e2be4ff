/**
 * Decompression of gzip data, the same to the byte in Node and in browsers: a file may have several members, one after the
 * other, some of them empty, and zeros behind the last one.
 *
 * @source RFC 1952
 */

import { FormatError } from "../errors.js";
import type { ByteReader } from "./byte-reader.js";
import { crc32 } from "./crc32.js";
import { Inflate, LOOK_AHEAD } from "./inflate.js";

const DEFLATE = 8;
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;
const FIXED_HEADER = 10;
const TRAILER = 8;

/**
 * What gzip data hold, in pieces: never more than one of them in memory.
 *
 * @throws FormatError on damage: an end that is missing, a checksum or a length that does not match, bytes behind the end
 */
export async function* gunzip(bytes: ByteReader): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  do yield* member(bytes);
  while (await anotherMember(bytes));
}

async function* member(bytes: ByteReader): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  await skipHeader(bytes);
  const inflate = new Inflate();
  let [crc, length] = [0, 0];
  while (!inflate.done) {
    const input = await bytes.atLeast(LOOK_AHEAD);
    bytes.drop(inflate.step(input, input.length < LOOK_AHEAD));
    const piece = inflate.take();
    if (piece.length === 0) continue;
    crc = crc32(piece, crc);
    length = (length + piece.length) % 2 ** 32;
    yield piece;
  }
  const trailer = await take(bytes, TRAILER);
  const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER);
  if (view.getUint32(0, true) !== crc) throw new FormatError("incorrect data check");
  if (view.getUint32(4, true) !== length) throw new FormatError("incorrect length check");
}

/** Zeros behind a member are padding, as of tapes; then nothing else may follow. */
async function anotherMember(bytes: ByteReader): Promise<boolean> {
  let isPadded = false;
  for (;;) {
    const rest = await bytes.atLeast(1);
    if (rest.length === 0) return false;
    const zeros = rest.findIndex((byte) => byte !== 0);
    if (zeros === 0) {
      if (isPadded) throw new FormatError("incorrect header check");
      return true;
    }
    isPadded = true;
    bytes.drop(zeros < 0 ? rest.length : zeros);
  }
}

async function skipHeader(bytes: ByteReader): Promise<void> {
  // What is wrong is said before more is asked for.
  const magic = await bytes.atLeast(2);
  if ((magic.length > 0 && magic[0] !== 0x1f) || (magic.length > 1 && magic[1] !== 0x8b)) {
    throw new FormatError("incorrect header check");
  }
  const fixed = await take(bytes, FIXED_HEADER);
  const [, , method, flags] = fixed;
  if (method !== DEFLATE) throw new FormatError("unknown compression method");
  if ((flags & FLAG.reserved) !== 0) throw new FormatError("unknown header flags set");
  let crc = crc32(fixed);
  if ((flags & FLAG.extra) !== 0) {
    const size = await take(bytes, 2);
    crc = crc32(size, crc);
    crc = crc32(await take(bytes, size[0] | (size[1] << 8)), crc);
  }
  if ((flags & FLAG.name) !== 0) crc = await skipText(bytes, crc);
  if ((flags & FLAG.comment) !== 0) crc = await skipText(bytes, crc);
  if ((flags & FLAG.headerCrc) === 0) return;
  const [low, high] = await take(bytes, 2);
  if ((low | (high << 8)) !== (crc & 0xffff)) throw new FormatError("header crc mismatch");
}

/** A text of any length that ends in a zero. @returns the checksum, it included */
async function skipText(bytes: ByteReader, before: number): Promise<number> {
  let crc = before;
  for (;;) {
    const rest = await bytes.atLeast(1);
    if (rest.length === 0) throw new FormatError("unexpected end of file");
    const zero = rest.indexOf(0);
    const text = zero < 0 ? rest : rest.subarray(0, zero + 1);
    crc = crc32(text, crc);
    bytes.drop(text.length);
    if (zero >= 0) return crc;
  }
}

async function take(bytes: ByteReader, count: number): Promise<Uint8Array> {
  const held = await bytes.atLeast(count);
  if (held.length < count) throw new FormatError("unexpected end of file");
  bytes.drop(count);
  return held.subarray(0, count);
}
