/**
 * PNG, all of it that holds pixels: every colour type and depth, palettes, transparency, interlacing. Colours are taken as
 * they stand, without gamma and profiles; of 16 bits the upper 8 are kept.
 *
 * @source W3C, Portable Network Graphics (PNG) Specification, third edition
 */

import { FormatError, messageOf } from "../../errors.js";
import { crc32 } from "../../datasets/crc32.js";
import { inflateBytes } from "./inflate-bytes.js";
import { MOST_PIXELS, type Picture } from "./picture-size.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** Samples of a pixel by colour type, and the depths that it may have. */
const TYPES: Readonly<Record<number, { readonly samples: number; readonly depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

const PALETTE = 3;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly type: number;
  readonly samples: number;
  readonly interlaced: boolean;
}

/** Where the pixels of a pass lie: every dx-th from x0, every dy-th from y0. */
interface Pass {
  readonly x0: number;
  readonly y0: number;
  readonly dx: number;
  readonly dy: number;
}

const WHOLE: readonly Pass[] = [{ x0: 0, y0: 0, dx: 1, dy: 1 }];
const ADAM7: readonly Pass[] = [
  { x0: 0, y0: 0, dx: 8, dy: 8 },
  { x0: 4, y0: 0, dx: 8, dy: 8 },
  { x0: 0, y0: 4, dx: 4, dy: 8 },
  { x0: 2, y0: 0, dx: 4, dy: 4 },
  { x0: 0, y0: 2, dx: 2, dy: 4 },
  { x0: 1, y0: 0, dx: 2, dy: 2 },
  { x0: 0, y0: 1, dx: 1, dy: 2 },
];

/** @throws FormatError on damage, before memory is taken for more than the file says and may */
export function decodePng(bytes: Uint8Array, source: string): Picture {
  try {
    return decoded(bytes);
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    throw new FormatError(
      `${source} is damaged, or no PNG: ${messageOf(thrown)}; expected a whole picture. Save it again.`,
      { cause: thrown },
    );
  }
}

function decoded(bytes: Uint8Array): Picture {
  if (!isPng(bytes)) throw new FormatError("it does not begin as one");
  const chunks = chunksOf(bytes);
  const header = headerOf(chunks);
  const { width, height, interlaced } = header;
  const passes = (interlaced ? ADAM7 : WHOLE).map((pass) => ({ ...pass, ...sizeOf(header, pass) }));
  const parts = chunks.filter(({ name }) => name === "IDAT").map(({ data }) => data);
  const size = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (rowBytes + 1), 0);
  const raw = unpacked(joined(parts), size);
  const colours = coloursOf(header, chunks);
  const rgba = new Uint8Array(4 * width * height);
  let at = 0;
  for (const pass of passes) {
    const { rows, rowBytes } = pass;
    unfilter(raw.subarray(at, at + rows * (rowBytes + 1)), rows, rowBytes, bytesOf(header));
    for (let row = 0; row < rows; row++) {
      const line = raw.subarray(at + row * (rowBytes + 1) + 1, at + (row + 1) * (rowBytes + 1));
      for (let column = 0; column < pass.columns; column++) {
        const to = 4 * ((pass.y0 + row * pass.dy) * width + pass.x0 + column * pass.dx);
        colours(line, column, rgba, to);
      }
    }
    at += rows * (rowBytes + 1);
  }
  return { width, height, rgba };
}

interface Chunk {
  readonly name: string;
  readonly data: Uint8Array;
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; ;) {
    if (at + 12 > bytes.length) throw new FormatError("it ends too early");
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) throw new FormatError("it ends too early");
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const checked = bytes.subarray(at + 4, at + 8 + length);
    if (view.getUint32(at + 8 + length) !== crc32(checked)) {
      throw new FormatError(`the checksum at byte ${at + 8 + length} does not match`);
    }
    if (name === "IEND") return chunks;
    chunks.push({ name, data: checked.subarray(4) });
    at += 12 + length;
  }
}

function headerOf([first]: readonly Chunk[]): Header {
  if (first?.name !== "IHDR" || first.data.length !== 13) throw new FormatError("it has no header");
  const { data } = first;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, type, compression, filter, interlace] = data.subarray(8);
  const row = TYPES[type];
  if (row?.depths.includes(depth) !== true || compression + filter > 0 || interlace > 1) {
    throw new FormatError(`its header has the colour type ${type} with ${depth} bits, which there is not`);
  }
  if (width === 0 || height === 0) throw new FormatError("it has no pixels");
  if (width * height > MOST_PIXELS) {
    throw new FormatError(`it is said to have ${width} x ${height} pixels, more than ${MOST_PIXELS}`);
  }
  return { width, height, depth, type, samples: row.samples, interlaced: interlace === 1 };
}

function sizeOf(
  { width, height, depth, samples }: Header,
  { x0, y0, dx, dy }: Pass,
): { readonly columns: number; readonly rows: number; readonly rowBytes: number } {
  const columns = Math.max(0, Math.ceil((width - x0) / dx));
  const rows = columns === 0 ? 0 : Math.max(0, Math.ceil((height - y0) / dy));
  return { columns, rows, rowBytes: Math.ceil((columns * samples * depth) / 8) };
}

/** Of a pixel, for filters: at least one. */
function bytesOf({ samples, depth }: Header): number {
  return Math.max(1, (samples * depth) >> 3);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** zlib data (RFC 1950) of a known size. */
function unpacked(bytes: Uint8Array, size: number): Uint8Array {
  const isZlib = bytes.length >= 6 && (bytes[0] & 15) === 8 && ((bytes[0] << 8) | bytes[1]) % 31 === 0;
  if (!isZlib || (bytes[1] & 32) !== 0)
    throw new FormatError("its pixels are not compressed as they should be");
  const { data, taken } = inflateBytes(bytes.subarray(2), size);
  const end = bytes.subarray(2 + taken);
  const sum = adler32(data);
  if (end.length < 4 || new DataView(end.buffer, end.byteOffset).getUint32(0) !== sum) {
    throw new FormatError("the checksum of its pixels does not match");
  }
  return data;
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let at = 0; at < bytes.length;) {
    // As many as no sum of 32 bits overflows with.
    const end = Math.min(bytes.length, at + 3800);
    for (; at < end; at++) {
      a += bytes[at];
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** In place. @param step bytes of a pixel */
function unfilter(raw: Uint8Array, rows: number, rowBytes: number, step: number): void {
  for (let row = 0; row < rows; row++) {
    const start = row * (rowBytes + 1);
    const filter = raw[start];
    if (filter > 4) throw new FormatError(`a row has the filter ${filter}, which there is not`);
    for (let i = 0; i < rowBytes; i++) {
      const at = start + 1 + i;
      const left = i >= step ? raw[at - step] : 0;
      const above = row > 0 ? raw[at - rowBytes - 1] : 0;
      const corner = row > 0 && i >= step ? raw[at - rowBytes - 1 - step] : 0;
      raw[at] += predicted(filter, left, above, corner);
    }
  }
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/** Writes the pixel of a column of an unfiltered row. */
type Colours = (line: Uint8Array, column: number, rgba: Uint8Array, to: number) => void;

function coloursOf({ type, depth, samples }: Header, chunks: readonly Chunk[]): Colours {
  const transparent = chunks.find(({ name }) => name === "tRNS")?.data;
  const sample = sampleOf(depth);
  if (type === PALETTE) {
    const palette = chunks.find(({ name }) => name === "PLTE")?.data;
    if (palette === undefined || palette.length % 3 !== 0) throw new FormatError("it has no palette");
    return (line, column, rgba, to) => {
      const entry = sample(line, column);
      if (3 * entry >= palette.length)
        throw new FormatError(`a pixel has the colour ${entry}, which the palette has not`);
      for (let c = 0; c < 3; c++) rgba[to + c] = palette[3 * entry + c];
      rgba[to + 3] = transparent?.[entry] ?? 255;
    };
  }
  const isGray = type === 0 || type === 4;
  const hasAlpha = type === 4 || type === 6;
  const scale = depth >= 8 ? 1 : 255 / (2 ** depth - 1);
  const byte = (value: number): number => (depth === 16 ? value >> 8 : value * scale);
  const key = hasAlpha || transparent === undefined ? null : keyOf(transparent, isGray ? 1 : 3);
  return (line, column, rgba, to) => {
    const at = column * samples;
    let isKey = key !== null;
    for (let c = 0; c < 3; c++) {
      const value = sample(line, at + (isGray ? 0 : c));
      rgba[to + c] = byte(value);
      isKey &&= value === key?.[isGray ? 0 : c];
    }
    rgba[to + 3] = hasAlpha ? byte(sample(line, at + samples - 1)) : isKey ? 0 : 255;
  };
}

/** The one colour that is transparent. */
function keyOf(data: Uint8Array, samples: number): number[] {
  if (data.length < 2 * samples) throw new FormatError("its transparent colour is cut off");
  return Array.from({ length: samples }, (_, c) => (data[2 * c] << 8) | data[2 * c + 1]);
}

/** The number at an index of a row. */
function sampleOf(depth: number): (line: Uint8Array, index: number) => number {
  if (depth === 8) return (line, index) => line[index];
  if (depth === 16) return (line, index) => (line[2 * index] << 8) | line[2 * index + 1];
  const perByte = 8 / depth;
  const mask = 2 ** depth - 1;
  return (line, index) => (line[Math.floor(index / perByte)] >> (8 - depth * (1 + (index % perByte)))) & mask;
}
