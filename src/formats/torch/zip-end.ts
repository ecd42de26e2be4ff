/**
 * The end of a ZIP archive, which says where its central directory stands: the end record and, where sizes may pass 16 or 32
 * bits, a 64-bit one before it with a locator. torch.save always writes all three. The end must be the last bytes of the
 * file (no comment), and both records must agree, so that no two readers can see two directories.
 *
 * @source PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16
 */

import { FormatError } from "../../errors.js";
import { DAMAGED } from "./advice.js";

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;
/** A comment may be as long as this: where to look for an end that is not the last bytes. */
const MOST_COMMENT = 0xffff;

/** The central directory: entries in bytes [begin, end) of the file. */
export interface DirectoryPlace {
  readonly entries: number;
  readonly begin: number;
  readonly end: number;
}

interface End {
  /** This disk, the disk of the directory, entries on this disk, entries in all. */
  readonly disks: readonly [number, number];
  readonly entriesHere: number;
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
}

/** @throws FormatError if the archive has no end, or one that contradicts itself or the file */
export function findDirectory(view: DataView, source: string): DirectoryPlace {
  const at = view.byteLength - END_BYTES;
  if (at < 0 || view.getUint32(at, true) !== END_SIGNATURE || view.getUint16(at + 20, true) !== 0) {
    throw noEnd(view, source);
  }
  const short = readEnd(view, at);
  const long = readEnd64(view, at, source);
  const end = long?.end ?? short;
  const beyond16 = (a: number, b: number): boolean => a === b || (long !== null && a === 0xffff);
  const beyond32 = (a: number, b: number): boolean => a === b || (long !== null && a === 0xffffffff);
  const agree =
    beyond16(short.disks[0], end.disks[0]) &&
    beyond16(short.disks[1], end.disks[1]) &&
    beyond16(short.entriesHere, end.entriesHere) &&
    beyond16(short.entries, end.entries) &&
    beyond32(short.size, end.size) &&
    beyond32(short.offset, end.offset);
  if (!agree) {
    throw new FormatError(
      `${source}: the two end records of the ZIP archive contradict each other; expected the same numbers in both. ${DAMAGED}`,
    );
  }
  if (end.disks[0] !== 0 || end.disks[1] !== 0 || end.entriesHere !== end.entries) {
    throw new FormatError(
      `${source}: it is one part of a ZIP archive of several files (disks); expected all of it in one. ` +
        `Put the parts together, or save it again.`,
    );
  }
  const stop = long?.at ?? at;
  if (end.offset + end.size !== stop) {
    throw new FormatError(
      `${source}: the directory of the ZIP archive is said to be bytes ${end.offset} to ${end.offset + end.size}; ` +
        `expected it to end at byte ${stop}, where the end record begins. ${DAMAGED}`,
    );
  }
  return { entries: end.entries, begin: end.offset, end: stop };
}

function readEnd(view: DataView, at: number): End {
  return {
    disks: [view.getUint16(at + 4, true), view.getUint16(at + 6, true)],
    entriesHere: view.getUint16(at + 8, true),
    entries: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  };
}

/** The 64-bit record and where it stands; null where there is none. */
function readEnd64(view: DataView, endAt: number, source: string): { end: End; at: number } | null {
  const locator = endAt - LOCATOR_BYTES;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_SIGNATURE) return null;
  const at = number64(view, locator + 8);
  const fits = at <= locator - END64_BYTES && view.getUint32(at, true) === END64_SIGNATURE;
  if (!fits || at + 12 + number64(view, at + 4) !== locator) {
    throw new FormatError(
      `${source}: the 64-bit end record of the ZIP archive is not at byte ${at}, where its locator says; ` +
        `expected it just before the locator. ${DAMAGED}`,
    );
  }
  if (view.getUint32(locator + 4, true) !== 0 || view.getUint32(locator + 16, true) > 1) {
    throw new FormatError(
      `${source}: it is one part of a ZIP archive of several files (disks); expected all of it in one. ` +
        `Put the parts together, or save it again.`,
    );
  }
  const end = {
    disks: [view.getUint32(at + 16, true), view.getUint32(at + 20, true)] as const,
    entriesHere: number64(view, at + 24),
    entries: number64(view, at + 32),
    size: number64(view, at + 40),
    offset: number64(view, at + 48),
  };
  return { end, at };
}

/** 64 bits as a number. It is not exact beyond 2^53, but it is beyond any file then, too. */
export function number64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function noEnd(view: DataView, source: string): FormatError {
  const first = Math.max(0, view.byteLength - END_BYTES - MOST_COMMENT);
  for (let at = view.byteLength - END_BYTES - 1; at >= first; at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    const extra = view.byteLength - END_BYTES - at;
    return new FormatError(
      `${source}: ${extra} ${extra === 1 ? "byte stands" : "bytes stand"} behind the end of the ZIP archive; ` +
        `expected none. Something was appended: copy or download it again.`,
    );
  }
  return new FormatError(
    `${source}: it begins as a ZIP archive, as torch.save writes, but its end is missing; ` +
      `expected an end record in its last 22 bytes. ${DAMAGED}`,
  );
}
