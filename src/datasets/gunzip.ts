/** Decompression with what Node and browsers bring along. */

import { StateError } from "../errors.js";

/**
 * The decompressed stream of gzip data. Reading it fails on damage: a truncated end, a checksum or length that does
 * not match, bytes after the end.
 *
 * @throws StateError where there is no DecompressionStream
 */
export function gunzip(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  if (typeof DecompressionStream === "undefined") {
    throw new StateError(
      "gzip data cannot be read here: there is no DecompressionStream. " +
        "Use Node 18 or a browser of 2023 or newer, or decompress the file first.",
    );
  }
  // TypeScript's DOM types know no ReadableStream<Uint8Array> that fits a WritableStream<BufferSource>.
  const decompression = new DecompressionStream("gzip") as unknown as ReadableWritablePair<
    Uint8Array,
    Uint8Array
  >;
  return stream.pipeThrough(decompression);
}
