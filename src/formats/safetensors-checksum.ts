/**
 * A checksum for safetensors, which has none: a flipped bit in a weight would pass for a weight. It is the metadata
 * entry "atif.crc64", which other programs ignore: CRC-64/XZ, in 16 hexadecimal digits, over the contents in a fixed
 * order, so that it holds as long as the contents do, in whatever order a program stores them. Covered are, in UTF-8:
 *
 *   a line ["key","value"] for each other metadata entry, sorted by key, then for each tensor, sorted by name,
 *   a line ["name","dtype",[shape]] and the tensor's bytes.
 *
 * Lines are JSON without spaces and end in a newline; sorting is by code point.
 */

import { Crc64 } from "./crc64.js";
import type { TensorEntry } from "./safetensors-header.js";

/**
 * The checksum of contents as they stand in a file. `bytesOf` is called once for each tensor, sorted by name; where it returns null the
 * result means nothing.
 */
export function checksumOf(
  metadata: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, TensorEntry>,
  bytesOf: (name: string, entry: TensorEntry) => Uint8Array | null,
): string {
  const crc = new Crc64();
  const utf8 = new TextEncoder();
  const addLine = (line: unknown): unknown => crc.update(utf8.encode(`${JSON.stringify(line)}\n`));
  for (const entry of [...metadata].sort(([a], [b]) => compareCodePoints(a, b))) addLine(entry);
  for (const [name, entry] of [...tensors].sort(([a], [b]) => compareCodePoints(a, b))) {
    addLine([name, entry.dtype, entry.shape]);
    const bytes = bytesOf(name, entry);
    if (bytes !== null) crc.update(bytes);
  }
  return crc.digest();
}

/** The order of UTF-8 bytes, which is that of the reference implementation; `<` would compare UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // A surrogate stands for a code point above all others of one unit.
    const xHigh = x >= 0xd800 && x < 0xe000;
    const yHigh = y >= 0xd800 && y < 0xe000;
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
  }
  return a.length - b.length;
}
