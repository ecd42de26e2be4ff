/**
 * The IDX format of MNIST: 00 00, a type code, the number of axes, one big-endian uint32 per axis, the values big
 * endian and row-major.
 *
 * @source Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section "File formats"
 */

import { FormatError } from "../errors.js";
import { formatShape } from "../shapes.js";

/** Larger files are refused; typed arrays of every browser hold this much. */
export const MAX_IDX_BYTES = 2 ** 31 - 1;

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: IdxData;
}

export interface IdxHeader {
  readonly shape: readonly number[];
  readonly typeCode: number;
  /** Where the values begin. */
  readonly headerBytes: number;
  /** What the values take. */
  readonly bodyBytes: number;
}

interface IdxType {
  readonly name: string;
  readonly bytes: number;
  /** An array of `count` values that begin at `start`; bytes share the buffer, wider values are copied. */
  read(view: DataView, start: number, count: number): IdxData;
}

const TYPES: ReadonlyMap<number, IdxType> = new Map<number, IdxType>([
  [0x08, { name: "ubyte", bytes: 1, read: (v, at, n) => new Uint8Array(v.buffer, v.byteOffset + at, n) }],
  [0x09, { name: "byte", bytes: 1, read: (v, at, n) => new Int8Array(v.buffer, v.byteOffset + at, n) }],
  [
    0x0b,
    { name: "short", bytes: 2, read: (v, at, n) => fill(new Int16Array(n), (i) => v.getInt16(at + 2 * i)) },
  ],
  [
    0x0c,
    { name: "int", bytes: 4, read: (v, at, n) => fill(new Int32Array(n), (i) => v.getInt32(at + 4 * i)) },
  ],
  [
    0x0d,
    {
      name: "float",
      bytes: 4,
      read: (v, at, n) => fill(new Float32Array(n), (i) => v.getFloat32(at + 4 * i)),
    },
  ],
  [
    0x0e,
    {
      name: "double",
      bytes: 8,
      read: (v, at, n) => fill(new Float64Array(n), (i) => v.getFloat64(at + 8 * i)),
    },
  ],
]);

function fill<A extends IdxData>(array: A, value: (i: number) => number): A {
  for (let i = 0; i < array.length; i++) array[i] = value(i);
  return array;
}

/** How long the header is, seen from its first four bytes. */
export function idxHeaderBytes(start: Uint8Array): number {
  return 4 + 4 * start[3];
}

/**
 * Reads the header at the start of bytes.
 * @param source the file's name, for messages
 * @throws FormatError on anything but a header whose values take at most MAX_IDX_BYTES
 */
export function parseIdxHeader(bytes: Uint8Array, source: string): IdxHeader {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`${source}: the bytes are ${String(bytes)}; expected a Uint8Array.`);
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new FormatError(`${source} is gzip data; expected an IDX file. Decompress it first: readIdx does.`);
  }
  if (bytes.length < 4) {
    throw new FormatError(
      `${source} ends after ${bytes.length} bytes, inside the IDX header; expected at least 4.`,
    );
  }
  const [zero, alsoZero, typeCode, rank] = bytes;
  if (zero !== 0 || alsoZero !== 0) {
    throw new FormatError(
      `${source} begins with ${hex(bytes.subarray(0, 4))}; expected an IDX file, which begins with 00 00. ` +
        `Check that this is the right file and that its download is not an error page.`,
    );
  }
  const type = TYPES.get(typeCode);
  if (type === undefined) {
    const known = [...TYPES].map(([code, { name }]) => `${hex([code])} (${name})`).join(", ");
    throw new FormatError(`${source} has the IDX type code ${hex([typeCode])}; expected one of ${known}.`);
  }
  if (rank === 0) throw new FormatError(`${source} has no axes in its IDX header; expected at least one.`);
  const headerBytes = idxHeaderBytes(bytes);
  if (bytes.length < headerBytes) {
    throw new FormatError(
      `${source} ends after ${bytes.length} bytes, inside the IDX header; expected ${headerBytes} bytes for ${rank} axes.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  // Multiplied in this order the product stays exact until it is refused.
  let bodyBytes = shape.includes(0) ? 0 : type.bytes;
  for (const dimension of shape) {
    bodyBytes *= dimension;
    if (bodyBytes > MAX_IDX_BYTES) {
      throw new FormatError(
        `${source} promises ${formatShape(shape)} values of type ${type.name}, more than ${MAX_IDX_BYTES} bytes; ` +
          `expected less. The header may be damaged.`,
      );
    }
  }
  return { shape, typeCode, headerBytes, bodyBytes };
}

/**
 * Reads an IDX file, of any type and any number of axes. Bytes are not copied: data then shares their buffer.
 * @param source the file's name, for messages
 * @throws FormatError on a wrong magic number, an unknown type, a truncated file, bytes after the end
 */
export function parseIdx(bytes: Uint8Array, source: string): IdxArray {
  const header = parseIdxHeader(bytes, source);
  const held = bytes.length - header.headerBytes;
  if (held < header.bodyBytes) throw truncated(source, header, held);
  if (held > header.bodyBytes) throw trailing(source, header);
  return idxArray(header, bytes.subarray(header.headerBytes));
}

/** The array of a header and the bytes that follow it, as many as it promises. */
export function idxArray({ shape, typeCode, bodyBytes }: IdxHeader, body: Uint8Array): IdxArray {
  const type = TYPES.get(typeCode);
  if (type === undefined)
    throw new RangeError(`idxArray: unknown type code ${typeCode}; expected a parsed header.`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return { shape, data: type.read(view, 0, bodyBytes / type.bytes) };
}

export function truncated(source: string, { shape, bodyBytes }: IdxHeader, held: number): FormatError {
  return new FormatError(
    `${source} is truncated: its header promises ${formatShape(shape)}, ${bodyBytes} bytes, but ${held} follow. ` +
      `Download it again.`,
  );
}

export function trailing(source: string, { shape, bodyBytes }: IdxHeader): FormatError {
  return new FormatError(
    `${source} holds more than the ${bodyBytes} bytes its header promises for ${formatShape(shape)}; ` +
      `expected nothing after them. The file is damaged or not an IDX file.`,
  );
}

function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
