/**
 * Sizes and places in ZIP archives that 32 bits do not hold: each stands in a field of its own, in this order, where the 32 bits
 * are all set.
 *
 * @source PKWARE, APPNOTE.TXT 6.3.10, section 4.5.3
 */

const ZIP64 = 1;
/** What stands in place of a number that has 64 bits. */
export const BEYOND = 0xffffffff;

export interface ZipSizes {
  readonly size: number;
  readonly packed: number;
  /** Of the head of the entry; only the directory says it. */
  readonly offset?: number;
}

/** @param extra the extra fields of an entry; numbers that they do not hold stay as they are, and fit no file */
export function withZip64<Entry extends ZipSizes>(extra: Uint8Array, entry: Entry): Entry {
  const beyond = (["size", "packed", "offset"] as const).filter((key) => entry[key] === BEYOND);
  if (beyond.length === 0) return entry;
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) !== ZIP64 || at + 4 + length > extra.length) continue;
    if (length < 8 * beyond.length) continue;
    const found = beyond.map((key, i) => [key, Number(view.getBigUint64(at + 4 + 8 * i, true))] as const);
    return { ...entry, ...Object.fromEntries(found) };
  }
  return entry;
}
