/** How a safetensors file begins. */

const MOST_HEADER_BYTES = 100_000_000;

/** How long its header is; null if it does not begin like a safetensors file: eight bytes with that length, then JSON. */
export function safetensorsHeader(start: Uint8Array): number | null {
  // Space may stand before the object.
  if (start.length < 9 || ![0x7b, 0x20, 0x09, 0x0a, 0x0d].includes(start[8])) return null;
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  return length <= MOST_HEADER_BYTES ? Number(length) : null;
}
