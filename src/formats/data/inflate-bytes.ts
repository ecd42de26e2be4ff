/** Deflate data whose unpacked size is known: never more memory than that. */

import { FormatError } from "../../errors.js";
import { Inflate } from "../../datasets/inflate.js";

/** Deflate does not get better than 258 bytes for two bits. */
const MOST_RATIO = 1032;

/**
 * @param size of what comes out, which the caller has found to be affordable
 * @returns what came out, and how many bytes were taken
 * @throws FormatError on damage, and if more or less comes out
 */
export function inflateBytes(
  bytes: Uint8Array,
  size: number,
): { readonly data: Uint8Array<ArrayBuffer>; readonly taken: number } {
  if (size > MOST_RATIO * bytes.length) {
    throw new FormatError(`its ${bytes.length} bytes cannot unpack to the ${size} that it is said to have`);
  }
  const data = new Uint8Array(size);
  const inflate = new Inflate();
  let [filled, taken] = [0, 0];
  while (!inflate.done) {
    taken += inflate.step(bytes.subarray(taken), true);
    const piece = inflate.take();
    if (filled + piece.length > size) throw new FormatError(`it unpacks to more than ${size} bytes`);
    data.set(piece, filled);
    filled += piece.length;
  }
  if (filled < size) throw new FormatError(`it unpacks to ${filled} bytes in place of ${size}`);
  return { data, taken };
}
