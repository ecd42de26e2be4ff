/**
 * The entries of a ZIP archive, as numpy.savez and numpy.savez_compressed write them, one after the other as they stand in the
 * file: stored, or packed by deflate. Checksums are compared at the end of each.
 *
 * @source PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 to 4.5
 */

import { crc32 } from "../../datasets/crc32.js";
import { Inflate, LOOK_AHEAD } from "../../datasets/inflate.js";
import { FormatError, messageOf } from "../../errors.js";
import { quote } from "../../show.js";
import { withZip64 } from "../numpy/zip64.js";
import { EventBytes } from "./event-bytes.js";

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const HEAD_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const SIZES_BEHIND = 8;
const PIECE = 2 ** 16;

export interface ZipEntryBytes {
  readonly name: string;
  /** Unpacked. What is not read of them is passed over. */
  readonly bytes: EventBytes;
}

/** Where an entry ends is known when its last byte was unpacked; the archive goes on there. */
interface Packed {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

/** @throws FormatError where something is missing, packed in other ways, or not as it was written */
export async function* zipEntries(bytes: EventBytes): AsyncGenerator<ZipEntryBytes, void, undefined> {
  for (;;) {
    const start = await bytes.peek(4);
    if (start.length < 4 || viewOf(start).getUint32(0, true) !== LOCAL) break;
    const head = viewOf(await bytes.take(HEAD_BYTES, "the head of an entry"));
    const [nameBytes, extraBytes] = [head.getUint16(26, true), head.getUint16(28, true)];
    const name = new TextDecoder().decode(
      new Uint8Array(await bytes.take(nameBytes, "the name of an entry")),
    );
    const entry = withZip64(await bytes.take(extraBytes, `the head of ${quote(name)}`), {
      flags: head.getUint16(6, true),
      method: head.getUint16(8, true),
      crc: head.getUint32(14, true),
      packed: head.getUint32(18, true),
      size: head.getUint32(22, true),
    });
    const where = `${bytes.name}: the entry ${quote(name)}`;
    check(where, entry, bytes.left);
    const content = unpacked(bytes, entry, where);
    const known = (entry.flags & SIZES_BEHIND) === 0 ? { size: entry.size } : {};
    const inner = new EventBytes(Object.assign(content, known), `${bytes.name}, ${name}`);
    yield { name, bytes: inner };
    // To the end, so that the checksum is compared.
    while ((await inner.some(PIECE)).length > 0);
  }
  if (bytes.at === 0)
    throw new FormatError(`${bytes.name} is no ZIP archive; expected what numpy.savez writes.`);
  // The directory says again what the heads said; a file that ends before it is truncated.
  const rest = await bytes.peek(4);
  if (rest.length < 4 || !/^PK(\u0001\u0002|\u0005\u0006|\u0006\u0006)$/.test(String.fromCharCode(...rest))) {
    throw new FormatError(
      `${bytes.name}: at byte ${bytes.at} there is neither an entry nor the directory; expected one. ` +
        "It is truncated or damaged: copy it again.",
    );
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function check(where: string, { flags, method, packed, size }: Packed, left: number | null): void {
  if ((flags & ENCRYPTED) !== 0) throw new FormatError(`${where} is encrypted; expected one that is not.`);
  if (method !== STORED && method !== DEFLATED)
    throw new FormatError(`${where} is packed by method ${method}; expected 0 or 8, as NumPy writes them.`);
  if ((flags & SIZES_BEHIND) !== 0) {
    if (method === DEFLATED) return;
    throw new FormatError(
      `${where} does not say how long it is; expected an archive that was written to a file.`,
    );
  }
  if (left !== null && packed > left) {
    throw new FormatError(
      `${where} is to have ${packed} bytes, and ${left} are left; expected as many. It is truncated or damaged.`,
    );
  }
  // Deflate packs 1032 bytes into one at best.
  if (method === STORED ? packed !== size : size > 1040 * packed + 64)
    throw new FormatError(
      `${where} is to unpack ${packed} bytes to ${size}; expected sizes that can be. It is damaged.`,
    );
}

async function* unpacked(
  bytes: EventBytes,
  entry: Packed,
  where: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let [crc, size] = [0, 0];
  const begin = bytes.at;
  for await (const piece of entry.method === STORED ? stored(bytes, entry, where) : inflated(bytes, where)) {
    [crc, size] = [crc32(piece, crc), size + piece.length];
    if ((entry.flags & SIZES_BEHIND) === 0 && size > entry.size)
      throw new FormatError(
        `${where} unpacks to more than ${entry.size} bytes, as its head says. It is damaged.`,
      );
    yield piece;
  }
  let [told, toldSize] = [entry.crc, entry.size];
  if ((entry.flags & SIZES_BEHIND) !== 0) {
    let descriptor = viewOf(await bytes.take(4, `the end of ${where}`));
    if (descriptor.getUint32(0, true) === DESCRIPTOR)
      descriptor = viewOf(await bytes.take(4, `the end of ${where}`));
    told = descriptor.getUint32(0, true);
    toldSize = size;
    // Two sizes, of 4 bytes each, or of 8 where they do not tell by themselves which.
    const sizes = viewOf((await bytes.peek(16)).slice());
    const isShort = sizes.byteLength >= 8 && sizes.getUint32(4, true) === size;
    await bytes.skip(isShort ? 8 : 16, `the end of ${where}`);
  } else if (bytes.at - begin !== entry.packed) {
    throw new FormatError(
      `${where} ends after ${bytes.at - begin} bytes; expected ${entry.packed}. It is damaged.`,
    );
  }
  if (crc === told && size === toldSize) return;
  throw new FormatError(
    `${where} does not have the checksum that it was written with. It is damaged: save it again.`,
  );
}

async function* stored(bytes: EventBytes, { size }: Packed, where: string): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size;) {
    const piece = await bytes.some(Math.min(PIECE, size - done));
    if (piece.length === 0)
      throw new FormatError(`${where} ends after ${done} bytes; expected ${size}. It is truncated.`);
    done += piece.length;
    yield piece;
  }
}

/** Up to the end that deflate data have by themselves. */
async function* inflated(bytes: EventBytes, where: string): AsyncGenerator<Uint8Array> {
  const inflate = new Inflate();
  while (!inflate.done) {
    const input = await bytes.peek(Math.max(LOOK_AHEAD, PIECE));
    let used: number;
    try {
      used = inflate.step(input, input.length < LOOK_AHEAD);
    } catch (error) {
      throw new FormatError(
        `${where} cannot be unpacked (${messageOf(error)}). It is damaged: save it again.`,
      );
    }
    await bytes.skip(used, where);
    const piece = inflate.take();
    if (piece.length > 0) yield piece;
  }
}
