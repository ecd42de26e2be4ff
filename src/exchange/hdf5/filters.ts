/** What was done to the chunks of an array when they were written, undone. */

import { Inflate } from "../../datasets/inflate.js";
import { FormatError, messageOf } from "../../errors.js";
import type { Cursor } from "./bytes.js";

export interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER = 3;
/** Deflate packs no tighter. */
const TIGHTEST = 1040;

/** Of a filter message. @throws FormatError for one that is not undone here */
export function readFilters(cursor: Cursor): Filter[] {
  const [version, count] = [cursor.u8(), cursor.u8()];
  if (version !== 1 && version !== 2) throw new FormatError(`it has filters of version ${version}`);
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => {
    const id = cursor.u16();
    const nameLength = version === 2 && id < 256 ? 0 : cursor.u16();
    cursor.skip(2);
    const values = cursor.u16();
    cursor.skip(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    const given = Array.from({ length: values }, () => cursor.u32());
    if (version === 1 && values % 2 === 1) cursor.skip(4);
    if (![DEFLATE, SHUFFLE, FLETCHER].includes(id)) {
      throw new FormatError(`an array is packed by filter ${id}; expected none, gzip, shuffle or fletcher32`);
    }
    return { id, values: given };
  });
}

/**
 * @param mask a bit for each filter that was left out of this chunk
 * @param size what has to come of it, in bytes
 */
export function unpack(
  chunk: Uint8Array,
  filters: readonly Filter[],
  mask: number,
  size: number,
): Uint8Array {
  let bytes = chunk;
  for (let i = filters.length - 1; i >= 0; i--) {
    if ((mask & (1 << i)) !== 0) continue;
    const { id, values } = filters[i];
    if (id === DEFLATE) bytes = inflated(bytes, size + 4 * filters.length);
    else if (id === SHUFFLE) bytes = unshuffled(bytes, values[0] ?? 0);
    else bytes = checked(bytes);
  }
  if (bytes.length !== size) throw new FormatError(`a chunk has ${bytes.length} bytes; expected ${size}`);
  return bytes;
}

/** A zlib stream. @throws FormatError where it is damaged or gives more than so many bytes */
function inflated(packed: Uint8Array, most: number): Uint8Array {
  const { length } = packed;
  const isZlib = length >= 6 && (packed[0] & 15) === 8 && (packed[0] * 256 + packed[1]) % 31 === 0;
  if (!isZlib || (packed[1] & 32) !== 0) throw new FormatError("a packed chunk is no zlib stream");
  const limit = Math.min(most, TIGHTEST * length);
  const inflate = new Inflate();
  const pieces: Uint8Array[] = [];
  let [at, size] = [2, 0];
  try {
    while (!inflate.done) {
      at += inflate.step(packed.subarray(at, length - 4), true);
      const piece = inflate.take();
      size += piece.length;
      if (size > limit) throw new FormatError(`it gives more than ${limit} bytes`);
      pieces.push(piece);
    }
  } catch (cause) {
    throw new FormatError(`a packed chunk is damaged: ${messageOf(cause)}`, { cause });
  }
  const bytes = new Uint8Array(size);
  let to = 0;
  for (const piece of pieces) {
    bytes.set(piece, to);
    to += piece.length;
  }
  const stored = new DataView(packed.buffer, packed.byteOffset + at, 4).getUint32(0, false);
  if (stored !== adler32(bytes))
    throw new FormatError("a packed chunk is damaged: its checksum is another one");
  return bytes;
}

/** @source RFC 1950 */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let i = 0; i < bytes.length;) {
    // So many steps do not leave 32 bits.
    const end = Math.min(i + 3800, bytes.length);
    for (; i < end; i++) {
      a += bytes[i];
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}

/** From all first bytes, all second ones and so on, to elements. */
function unshuffled(bytes: Uint8Array, width: number): Uint8Array {
  if (width <= 1) return bytes;
  const count = Math.floor(bytes.length / width);
  const out = Uint8Array.from(bytes);
  for (let byte = 0; byte < width; byte++)
    for (let i = 0; i < count; i++) out[i * width + byte] = bytes[byte * count + i];
  return out;
}

/** @throws FormatError unless the sum behind the bytes is theirs */
function checked(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - 4;
  if (end < 0) throw new FormatError("a chunk has no room for its checksum");
  const data = bytes.subarray(0, end);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0, true);
  if (stored !== fletcher32(data)) throw new FormatError("a chunk is damaged: its checksum is another one");
  return data;
}

/** @source J. Fletcher, "An Arithmetic Checksum for Serial Transmissions", 1982, over pairs of bytes, high byte first */
function fletcher32(bytes: Uint8Array): number {
  let [a, b] = [0, 0];
  for (let i = 0; i < bytes.length; i += 2) {
    a = (a + bytes[i] * 256 + (bytes[i + 1] ?? 0)) % 65535;
    b = (b + a) % 65535;
  }
  return b * 65536 + a;
}
