/** Text in files is UTF-8, strictly: a byte of another encoding would silently become another character. */

import { FileError } from "./file-errors.js";
import { nodeFileSystem, readFileBounded, type FileSystem } from "./files.js";

const ADVICE = "expected UTF-8; save it as UTF-8.";

/** How many bytes are looked at to tell UTF-16 without a byte order mark. */
const LOOKED_AT = 256;

/**
 * The text of a file in UTF-8, without the byte order mark it may begin with.
 * @throws FileError (EILSEQ) if it is in another encoding; as readFileBounded
 */
export function readTextFile(path: string, maxBytes: number, fs: FileSystem = nodeFileSystem()): string {
  return decodeText(readFileBounded(path, maxBytes, fs), path);
}

/**
 * The text of bytes in UTF-8, without the byte order mark they may begin with.
 * @param source what messages call it: a file name
 * @throws FileError (EILSEQ) naming the byte and the line if they are in another encoding
 */
export function decodeText(bytes: Uint8Array, source: string): string {
  const other = otherEncoding(bytes);
  if (other !== null) throw encodingError(source, `it is ${other}`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const at = firstInvalidByte(bytes);
    const line = 1 + bytes.subarray(0, at).reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 0);
    const hex = (bytes[at] ?? 0).toString(16).padStart(2, "0").toUpperCase();
    throw encodingError(source, `byte ${at} (0x${hex}, in line ${line}) is not UTF-8`, cause);
  }
}

function encodingError(source: string, problem: string, cause?: unknown): FileError {
  return new FileError(`cannot read ${source} as text: ${problem}; ${ADVICE}`, "EILSEQ", source, { cause });
}

/** UTF-32 and UTF-16 by their byte order marks; UTF-16 also by zeros in every other byte. */
function otherEncoding(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? "UTF-32" : "UTF-16 (little-endian)";
  if (a === 0xfe && b === 0xff) return "UTF-16 (big-endian)";
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return "UTF-32";
  const pairs = Math.min(bytes.length, LOOKED_AT) >> 1;
  const zeros = [0, 0];
  for (let i = 0; i < 2 * pairs; i++) if (bytes[i] === 0) zeros[i % 2]++;
  const [even, odd] = zeros;
  // Half of the characters: the others may be outside ASCII, whose high byte is not zero.
  if (even === 0 && odd > 0 && 2 * odd >= pairs) return "UTF-16 (little-endian)";
  if (odd === 0 && even > 0 && 2 * even >= pairs) return "UTF-16 (big-endian)";
  return null;
}

/** Where the first sequence begins that is not UTF-8. What is decoded before it says how many bytes that took. */
function firstInvalidByte(bytes: Uint8Array): number {
  let at = 0;
  for (const character of new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)) {
    const code = character.codePointAt(0) ?? 0;
    const isReplacement = code === 0xfffd;
    if (isReplacement && !(bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)) return at;
    at += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return at;
}
