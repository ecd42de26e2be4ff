/**
 * Recordings written by the definitions of their formats. Nothing here is shared with what reads them: bytes are put down one
 * after the other, as the documents of the formats list them.
 */

import { deflateRawSync } from "node:zlib";

/** t in microseconds. */
export interface WrittenEvent {
  readonly t: number;
  readonly x: number;
  readonly y: number;
  readonly p: number;
}

export const someEvents: readonly WrittenEvent[] = [
  { t: 5, x: 0, y: 0, p: 1 },
  { t: 5, x: 127, y: 3, p: 0 },
  { t: 1000, x: 64, y: 127, p: 1 },
  { t: 1_000_001, x: 1, y: 2, p: 0 },
];

export const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

/** Little endian, so many bytes; negative numbers as two's complement. */
export function little(value: number, bytes: number): number[] {
  let rest = BigInt.asUintN(8 * bytes, BigInt(value));
  return Array.from({ length: bytes }, () => {
    const byte = Number(rest & 255n);
    rest >>= 8n;
    return byte;
  });
}

export const big = (value: number, bytes: number): number[] => little(value, bytes).reverse();

export function dat(events: readonly WrittenEvent[], header: string, kind = 12, size = 8): Uint8Array {
  const body = events.flatMap(({ t, x, y, p }) => [
    ...little(t % 2 ** 32, 4),
    ...little(x + y * 2 ** 14 + p * 2 ** 28, 4),
  ]);
  return Uint8Array.from([...ascii(header), kind, size, ...body]);
}

export interface Aedat3Packet {
  readonly events: readonly (WrittenEvent & { readonly invalid?: boolean })[];
  readonly capacity?: number;
  readonly overflow?: number;
  /** Whether the room of the capacity is in the file. */
  readonly padded?: boolean;
}

export const aedat3Header = (source = "#Source 1: DVS128\r\n"): string =>
  `#!AER-DAT3.1\r\n#Format: RAW\r\n${source}#Start-Time: 2016-06-07 12:00:00 (TZ+0200)\r\n#!END-HEADER\r\n`;

export function aedat3Packet(given: Aedat3Packet): number[] {
  const { events, capacity = events.length, overflow = 0, padded = false } = given;
  const valid = events.filter(({ invalid }) => invalid !== true).length;
  const body = events.flatMap(({ t, x, y, p, invalid }) => [
    ...little((invalid === true ? 0 : 1) + 2 * p + 4 * y + 2 ** 17 * x, 4),
    ...little(t, 4),
  ]);
  const room = padded ? new Array<number>(8 * (capacity - events.length)).fill(0) : [];
  const head = [8, 4, overflow, capacity, events.length, valid].flatMap((each) => little(each, 4));
  return [...little(1, 2), ...little(1, 2), ...head, ...body, ...room];
}

/** Of another kind: so many events of so many bytes, all 7. */
export function aedat3Other(kind: number, size: number, count: number): number[] {
  const head = [size, 4, 0, count, count, count].flatMap((each) => little(each, 4));
  return [...little(kind, 2), ...little(1, 2), ...head, ...new Array<number>(size * count).fill(7)];
}

/** A FlatBuffer with its size in front: a table whose fields are given as bytes of their own size, or behind the table. */
function flatBuffer(
  identifier: string,
  fields: readonly (
    { readonly inline: number[] } | { readonly behind: number[]; readonly count: number } | null
  )[],
): number[] {
  // Root place (4), identifier (4), the list of fields, the table, what lies behind it.
  const list = 4 + 2 * fields.length;
  const listAt = 8;
  const tableAt = Math.ceil((listAt + list) / 8) * 8 + 4;
  const places: number[] = [];
  let [within, table] = [4, [] as number[]];
  const behind: { at: number; bytes: number[] }[] = [];
  for (const field of fields) {
    if (field === null) {
      places.push(0);
      continue;
    }
    places.push(within);
    const bytes = "inline" in field ? field.inline : [0, 0, 0, 0];
    if (!("inline" in field))
      behind.push({ at: within, bytes: [...little(field.count, 4), ...field.behind] });
    table = [...table, ...bytes];
    within += bytes.length;
  }
  let end = tableAt + within;
  for (const { at, bytes } of behind) {
    end = Math.ceil(end / 8) * 8 + 4;
    table.splice(at - 4, 4, ...little(end - (tableAt + at), 4));
    end += bytes.length;
  }
  const out = new Array<number>(end).fill(0);
  const put = (at: number, bytes: readonly number[]): void => {
    bytes.forEach((byte, i) => (out[at + i] = byte));
  };
  put(0, little(tableAt, 4));
  put(4, ascii(identifier));
  put(
    listAt,
    [list, within, ...places].flatMap((each) => little(each, 2)),
  );
  put(tableAt, [...little(tableAt - listAt, 4), ...table]);
  let at = tableAt + within;
  for (const { bytes } of behind) {
    at = Math.ceil(at / 8) * 8 + 4;
    put(at, bytes);
    at += bytes.length;
  }
  return [...little(out.length, 4), ...out];
}

export const aedat4Xml = (streams: string): string =>
  `<dv version="2.0"><node name="outInfo" path="/mainloop/Recorder/outInfo/">${streams}</node></dv>`;

export const aedat4Stream = (id: number, type: string, width = 128, height = 128): string =>
  `<node name="${id}" path="/mainloop/Recorder/outInfo/${id}/"><attr key="compression" type="string">NONE</attr>` +
  `<attr key="typeIdentifier" type="string">${type}</attr><node name="info" path="/x/">` +
  `<attr key="sizeX" type="int">${width}</attr><attr key="sizeY" type="int">${height}</attr></node></node>`;

export function aedat4Events(events: readonly WrittenEvent[]): number[] {
  const behind = events.flatMap(({ t, x, y, p }) => [
    ...little(t, 8),
    ...little(x, 2),
    ...little(y, 2),
    p,
    ...[0, 0, 0],
  ]);
  return flatBuffer("EVTS", [{ behind, count: events.length }]);
}

export interface Aedat4 {
  readonly compression?: number;
  readonly xml?: string;
  /** Bytes of packets, each of a stream. */
  readonly packets: readonly (readonly [stream: number, bytes: readonly number[]])[];
  /** Behind the packets. */
  readonly table?: readonly number[];
}

export function aedat4({ compression = 0, xml, packets, table }: Aedat4): Uint8Array {
  const text = ascii(xml ?? aedat4Xml(aedat4Stream(0, "EVTS")));
  const body = packets.flatMap(([stream, bytes]) => [
    ...little(stream, 4),
    ...little(bytes.length, 4),
    ...bytes,
  ]);
  const header = (end: number): number[] =>
    flatBuffer("IOHE", [
      { inline: little(compression, 4) },
      { inline: little(end, 8) },
      { behind: [...text, 0], count: text.length },
    ]);
  const begin = 14 + header(0).length;
  const end = table === undefined ? -1 : begin + body.length;
  return Uint8Array.from([...ascii("#!AER-DAT4.0\r\n"), ...header(end), ...body, ...(table ?? [])]);
}

export function npy(
  descr: string,
  shape: string,
  body: readonly number[],
  order = "False",
  version = 1,
): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const head = version === 1 ? 10 : 12;
  const padded = text.padEnd(Math.ceil((head + text.length + 1) / 64) * 64 - head - 1) + "\n";
  return Uint8Array.from([
    ...[0x93, ...ascii("NUMPY"), version, 0],
    ...little(padded.length, version === 1 ? 2 : 4),
    ...ascii(padded),
    ...body,
  ]);
}

export function float(value: number, bytes: 4 | 8): number[] {
  const view = new DataView(new ArrayBuffer(8));
  if (bytes === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return [...new Uint8Array(view.buffer, 0, bytes)];
}

/** Bit by bit, as the specification of ZIP has it. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** stored, deflated, as NumPy writes them with sizes of 64 bits, or with sizes behind as to a pipe. */
export function zip(
  entries: readonly (readonly [name: string, bytes: Uint8Array])[],
  how: "stored" | "deflated" | "zip64" | "behind" = "stored",
): Uint8Array {
  const isPacked = how === "deflated" || how === "behind";
  let out: number[] = [];
  let central: number[] = [];
  for (const [name, bytes] of entries) {
    const offset = out.length;
    const packed = isPacked ? deflateRawSync(bytes) : bytes;
    const crc = little(crcOf(bytes), 4);
    const sizes = [...little(packed.length, 4), ...little(bytes.length, 4)];
    const beyond = new Array<number>(8).fill(255);
    const extra =
      how === "zip64"
        ? [...little(1, 2), 16, 0, ...little(bytes.length, 8), ...little(packed.length, 8)]
        : [];
    const flags = little(how === "behind" ? 8 : 0, 2);
    const method = little(isPacked ? 8 : 0, 2);
    const nothing = new Array<number>(12).fill(0);
    const told = how === "behind" ? nothing : [...crc, ...(how === "zip64" ? beyond : sizes)];
    const lengths = [...little(name.length, 2), ...little(extra.length, 2)];
    out = [
      ...out,
      ...[0x50, 0x4b, 3, 4, 45, 0, ...flags, ...method, 0, 0, 0x21, 0],
      ...[...told, ...lengths, ...ascii(name), ...extra, ...packed],
      ...(how === "behind" ? [0x50, 0x4b, 7, 8, ...crc, ...sizes] : []),
    ];
    central = [
      ...central,
      ...[0x50, 0x4b, 1, 2, 45, 3, 45, 0, ...flags, ...method, 0, 0, 0x21, 0, ...crc, ...sizes],
      ...little(name.length, 2),
      ...new Array<number>(12).fill(0),
      ...little(offset, 4),
      ...ascii(name),
    ];
  }
  const counts = [...little(entries.length, 2), ...little(entries.length, 2)];
  const end = [
    0x50,
    0x4b,
    5,
    6,
    0,
    0,
    0,
    0,
    ...counts,
    ...little(central.length, 4),
    ...little(out.length, 4),
    0,
    0,
  ];
  return Uint8Array.from([...out, ...central, ...end]);
}

/** A frame of Zstandard with one block, which is stored as it is; at most 128 kB. RFC 8878, section 3.1.1 */
export function zstdStored(bytes: readonly number[]): number[] {
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0xa0];
  return [...head, ...little(bytes.length, 4), ...little(bytes.length * 8 + 1, 3), ...bytes];
}
