/**
 * A ZIP archive of a few texts, as they are: not compressed, so that it needs no library. Every archiver opens it.
 * Layout: APPNOTE.TXT of PKWARE, 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
 */

/** 1 January 1980, the first day that the format knows: the same files give the same bytes. */
const DATE = 0x21;
const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;

export function zipOf(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const utf8 = new TextEncoder();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, content] = [utf8.encode(path), utf8.encode(text)];
    // Of both headers: version, flags, stored, time, date, checksum, size, size, length of the name, no extra field.
    const common = [
      [2, VERSION], [2, FLAGS], [2, 0], [2, 0], [2, DATE], [4, crc32(content)], [4, content.length], [4, content.length],
      [2, name.length], [2, 0],
    ] as const; // prettier-ignore
    const local = joined([fields([[4, 0x04034b50], ...common]), name, content]);
    directory.push(
      fields([[4, 0x02014b50], [2, VERSION], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]),
      name,
    );
    parts.push(local);
    at += local.length;
  }
  const central = joined(directory);
  const count = Object.keys(files).length;
  const end = fields([
    [4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, central.length], [4, at], [2, 0],
  ]); // prettier-ignore
  return joined([...parts, central, end]);
}

/** Little-endian numbers of so many bytes. */
function fields(values: readonly (readonly [bytes: 2 | 4, value: number])[]): Uint8Array {
  return Uint8Array.from(
    values.flatMap(([bytes, value]) => Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 0xff)),
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Of ISO 3309: the polynomial 0xedb88320, bits reversed. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
