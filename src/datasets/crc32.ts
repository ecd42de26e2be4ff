/**
 * The checksum of gzip and ZIP: CRC-32 of ISO 3309, reflected, polynomial 0xEDB88320. Eight bytes are taken at once: what each of
 * them adds is looked up by its distance from the last, so that the look-ups do not wait for one another.
 *
 * @source RFC 1952, section 8; M. E. Kounavis and F. L. Berry, A Systematic Approach to Building High Performance,
 *   Software-based, CRC Generators, ISCC 2005 (slicing-by-8)
 */

/** tables[k][byte]: what a byte leaves behind when k bytes follow it. Made when it is needed: a page may not. */
let tables: readonly Int32Array[] | undefined;

function makeTables(): Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  const all = [first];
  while (all.length < 8) all.push(all[all.length - 1].map((crc) => (crc >>> 8) ^ first[crc & 0xff]));
  return all;
}

/** The checksum of what `crc` is the checksum of (0: of nothing) and of the bytes after it. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = (tables ??= makeTables());
  let rest = ~crc;
  let at = 0;
  for (const last = bytes.length - 8; at <= last; at += 8) {
    rest ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    const near = t3[bytes[at + 4]] ^ t2[bytes[at + 5]] ^ t1[bytes[at + 6]] ^ t0[bytes[at + 7]];
    const far = t7[rest & 0xff] ^ t6[(rest >>> 8) & 0xff] ^ t5[(rest >>> 16) & 0xff] ^ t4[rest >>> 24];
    rest = near ^ far;
  }
  for (; at < bytes.length; at++) rest = t0[(rest ^ bytes[at]) & 0xff] ^ (rest >>> 8);
  return ~rest >>> 0;
}
