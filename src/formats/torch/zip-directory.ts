/**
 * The entries of a ZIP archive, as torch.save writes them: stored as they are, one behind the other. Each stands in the file
 * (local header, name, extra field, bytes, perhaps a descriptor) and in the central directory; both must say the same, and
 * the entries must fill the file up to the directory: no byte belongs to two, none to nobody.
 *
 * Sizes and checksum of an entry may stand in its header, or behind its bytes (bit 3 of the flags: the writer did not know
 * them yet). Whatever checksum is given anywhere counts; 0 says that the writer computed none.
 *
 * @source PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.12, 4.4 and 4.5.3
 */

import { crc32 } from "../../datasets/crc32.js";
import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import { DAMAGED, SAVE_STATE_DICT } from "./advice.js";
import { findDirectory, number64 } from "./zip-end.js";

const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const DESCRIPTOR_SIGNATURE = 0x08074b50;
/** Encrypted, strongly encrypted, encrypted directory. */
const ENCRYPTED = 0x0001 | 0x0040 | 0x2000;
const SIZES_BEHIND = 0x0008;
const STORED = 0;
/** The id of the extra field that holds what passes 32 bits. */
const ZIP64_ID = 1;
const BEYOND = 0xffffffff;

/** An entry takes 76 bytes of a file and more in memory. */
const MOST_ENTRIES = 200_000;

export interface ZipEntry {
  readonly name: string;
  /** Its bytes: [begin, end) of the file. */
  readonly begin: number;
  readonly end: number;
}

/** What the central directory says of an entry. */
interface Listed {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/**
 * All entries by name, in the order in which they stand in the file, with their checksums verified.
 * @param bytes of the whole file, which begins as a ZIP archive
 * @param judge sees the names before the entries are looked at, and may throw
 * @throws FormatError if anything is amiss
 */
export function readZip(
  bytes: Uint8Array,
  source: string,
  judge: (names: readonly string[]) => void,
): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { entries, begin, end } = findDirectory(view, source);
  if (entries > MOST_ENTRIES) {
    throw new FormatError(
      `${source}: the ZIP archive has ${entries} entries; expected at most ${MOST_ENTRIES}. ${SAVE_STATE_DICT}`,
    );
  }
  const listed = readCentral(bytes, view, entries, begin, end, source);
  judge(listed.map(({ name }) => name));
  listed.sort((a, b) => a.offset - b.offset);
  const found = new Map<string, ZipEntry>();
  for (const [i, each] of listed.entries()) {
    const where = (): string => `${source}: the entry ${quote(each.name)} of the ZIP archive`;
    if (found.has(each.name))
      throw new FormatError(`${where()} comes twice; expected each name once. ${DAMAGED}`);
    const next = listed.at(i + 1)?.offset ?? begin;
    if ((i === 0 && each.offset !== 0) || each.offset >= begin || next > begin) {
      throw new FormatError(
        `${where()}, or the one behind it, is said to begin at byte ${each.offset === 0 ? next : each.offset}; ` +
          `expected entries from byte 0 to byte ${begin}, without gaps. ${DAMAGED}`,
      );
    }
    found.set(each.name, readEntry(bytes, view, each, next, where));
  }
  return found;
}

function readCentral(
  bytes: Uint8Array,
  view: DataView,
  count: number,
  begin: number,
  end: number,
  source: string,
): Listed[] {
  const damaged = (at: number): FormatError =>
    new FormatError(
      `${source}: there is no sound entry at byte ${at} of the directory of the ZIP archive; ` +
        `expected ${count} entries in bytes ${begin} to ${end}. ${DAMAGED}`,
    );
  // A copy: text cannot be decoded from memory that threads share.
  const own = new Uint8Array(end - begin);
  own.set(bytes.subarray(begin, end));
  const utf8 = new TextDecoder();
  const listed: Listed[] = [];
  let at = begin;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL_SIGNATURE) throw damaged(at);
    const nameEnd = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > end) throw damaged(at);
    const name = utf8.decode(own.subarray(at + CENTRAL_BYTES - begin, nameEnd - begin));
    const [size, packed, offset] = beyond32(view, nameEnd, extraEnd, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]);
    if (view.getUint16(at + 34, true) !== 0) {
      throw new FormatError(
        `${source}: the entry ${quote(name)} of the ZIP archive stands in another file (disk); ` +
          `expected all of it in one. Put the parts together, or save it again.`,
      );
    }
    listed.push({
      name,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed,
      size,
      offset,
    });
    at = next;
  }
  if (at !== end) throw damaged(at);
  return listed;
}

/** Replaces those of the fields that stand in 64 bits in the extra field, which holds them in this order. */
function beyond32(view: DataView, begin: number, end: number, fields: readonly number[]): number[] {
  if (!fields.includes(BEYOND)) return [...fields];
  let at = begin;
  while (at + 4 <= end && view.getUint16(at, true) !== ZIP64_ID) at += 4 + view.getUint16(at + 2, true);
  if (at + 4 > end) return [...fields];
  const stop = Math.min(end, at + 4 + view.getUint16(at + 2, true));
  at += 4;
  return fields.map((field) => {
    if (field !== BEYOND || at + 8 > stop) return field;
    at += 8;
    return number64(view, at - 8);
  });
}

/** Checks the entry where it stands: its header, its end at `next`, its bytes. */
function readEntry(
  bytes: Uint8Array,
  view: DataView,
  listed: Listed,
  next: number,
  where: () => string,
): ZipEntry {
  const { name, flags, method, size, packed, offset } = listed;
  const headerFits = offset + LOCAL_BYTES <= next && view.getUint32(offset, true) === LOCAL_SIGNATURE;
  if (!headerFits) {
    throw new FormatError(`${where()} has no header at byte ${offset}; expected one there. ${DAMAGED}`);
  }
  const localFlags = view.getUint16(offset + 6, true);
  if (((flags | localFlags) & ENCRYPTED) !== 0) {
    throw new FormatError(`${where()} is encrypted; expected plain bytes. ${SAVE_STATE_DICT}`);
  }
  const localMethod = view.getUint16(offset + 8, true);
  if (method !== STORED && method === localMethod) {
    throw new FormatError(
      `${where()} is compressed (method ${method}); expected entries that are stored as they are. ` +
        `Save it again with torch.save, which does not compress, or unpack it and pack it with zip -0.`,
    );
  }
  const nameBegin = offset + LOCAL_BYTES;
  const nameEnd = nameBegin + view.getUint16(offset + 26, true);
  const begin = nameEnd + view.getUint16(offset + 28, true);
  const end = begin + size;
  if (end > next) {
    throw new FormatError(
      `${where()} is said to be bytes ${begin} to ${end}; expected it to end by byte ${next}, where something else begins. ${DAMAGED}`,
    );
  }
  const [localSize, localPacked] = beyond32(view, nameEnd, begin, [
    view.getUint32(offset + 22, true),
    view.getUint32(offset + 18, true),
  ]);
  const localCrc = view.getUint32(offset + 14, true);
  const isBehind = (flags & SIZES_BEHIND) !== 0;
  const same = (local: number, central: number): boolean => local === central || (isBehind && local === 0);
  const agrees =
    method === localMethod &&
    packed === size &&
    isBehind === ((localFlags & SIZES_BEHIND) !== 0) &&
    same(localSize, size) &&
    same(localPacked, packed) &&
    isNamed(bytes, nameBegin, nameEnd, name);
  if (!agrees) {
    throw new FormatError(
      `${where()} is described otherwise where it stands, at byte ${offset}; expected the same as in the directory. ${DAMAGED}`,
    );
  }
  const behind = descriptorCrc(view, end, next, isBehind, size);
  if (behind === null) {
    throw new FormatError(
      `${where()} ends at byte ${end}, and what stands behind it, up to byte ${next}, does not belong there; ` +
        `expected ${isBehind ? "its sizes and checksum" : "the next entry"}. ${DAMAGED}`,
    );
  }
  checkCrc(bytes.subarray(begin, end), [listed.crc, localCrc, behind], where);
  return { name, begin, end };
}

function isNamed(bytes: Uint8Array, begin: number, end: number, name: string): boolean {
  const own = new Uint8Array(end - begin);
  own.set(bytes.subarray(begin, end));
  return new TextDecoder().decode(own) === name;
}

/**
 * The checksum that stands behind the bytes of an entry, 0 if nothing has to stand there; null unless exactly what has to
 * fills the bytes up to the next entry. A descriptor may or may not begin with a signature, and has sizes of 32 or 64 bits.
 */
function descriptorCrc(
  view: DataView,
  at: number,
  next: number,
  isBehind: boolean,
  size: number,
): number | null {
  if (!isBehind) return at === next ? 0 : null;
  const wide = next - at === 24 || next - at === 20;
  const signed = next - at === 24 || next - at === 16;
  if (!wide && !signed && next - at !== 12) return null;
  if (signed && view.getUint32(at, true) !== DESCRIPTOR_SIGNATURE) return null;
  const crcAt = at + (signed ? 4 : 0);
  const sizeAt = (i: number): number =>
    wide ? number64(view, crcAt + 4 + 8 * i) : view.getUint32(crcAt + 4 + 4 * i, true);
  return sizeAt(0) === size && sizeAt(1) === size ? view.getUint32(crcAt, true) : null;
}

function checkCrc(content: Uint8Array, given: readonly number[], where: () => string): void {
  const expected = given.filter((crc) => crc !== 0);
  if (expected.length === 0) return;
  const crc = crc32(content);
  const wrong = expected.find((each) => each !== crc);
  if (wrong === undefined) return;
  const hex = (value: number): string => value.toString(16).padStart(8, "0");
  throw new FormatError(
    `${where()} has the checksum ${hex(crc)}; expected ${hex(wrong)}, as the archive says. ` +
      `Its bytes changed after it was written: copy or download it again.`,
  );
}
