/** What the package carries along as text: deflated, which text is not in transit, and as base64. */

import { StateError } from "../errors.js";

/**
 * @param text base64 of deflated bytes (RFC 1951)
 * @param what for the message: "init: the kernels"
 * @throws StateError where there is no DecompressionStream
 */
export async function unpacked(text: string, what: string): Promise<ArrayBuffer> {
  if (typeof DecompressionStream === "undefined") {
    throw new StateError(
      `${what} cannot be unpacked here: there is no DecompressionStream. Use Node 18 or a browser of 2023 or newer.`,
    );
  }
  const characters = atob(text);
  const deflated = new Uint8Array(characters.length);
  for (let i = 0; i < deflated.length; i++) deflated[i] = characters.charCodeAt(i);
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).arrayBuffer();
}
