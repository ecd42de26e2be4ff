/** CRC-32C (Castagnoli), reflected, as TFRecord files have it. @source RFC 3720, appendix B.4 */

const POLYNOMIAL = 0x82f63b78;

let table: Uint32Array | null = null;

/** What each byte does to the remainder. */
function tableOfBytes(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
    return remainder;
  });
}

/** From 0 to 2^32 - 1. */
export function crc32c(bytes: Uint8Array): number {
  table ??= tableOfBytes();
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}
