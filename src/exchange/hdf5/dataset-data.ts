/** The bytes of an array: in its header, in one piece, or in chunks that may be packed. */

import { FormatError } from "../../errors.js";
import { sizeOf, type Shape } from "../../shapes.js";
import { Cursor, NO_ADDRESS } from "./bytes.js";
import { verify } from "./checksum.js";
import { unpack, type Filter } from "./filters.js";

interface Chunked {
  /** Of one chunk, in elements. */
  readonly chunk: Shape;
  readonly shape: Shape;
  readonly elementSize: number;
  readonly filters: readonly Filter[];
}

interface StoredChunk {
  readonly address: number;
  readonly size: number;
  readonly mask: number;
  /** Its first element. */
  readonly offset: Shape;
}

/**
 * @param layout a layout message
 * @param elementSize in bytes
 * @throws FormatError where something is missing or damaged
 */
export function dataOf(
  bytes: Uint8Array,
  layout: Cursor,
  shape: Shape,
  elementSize: number,
  filters: readonly Filter[],
): Uint8Array {
  const size = sizeOf(shape) * elementSize;
  const version = layout.u8();
  if (version < 3 || version > 5) throw new FormatError(`it has an array in a layout of version ${version}`);
  const kind = layout.u8();
  if (size === 0) return new Uint8Array(0);
  if (kind === 0) return exactly(layout.take(layout.u16()), size);
  if (kind === 1) {
    const [address, stored] = [layout.address(), layout.size()];
    if (address === NO_ADDRESS) throw new FormatError("an array was never written");
    if (stored < size) throw new FormatError(`an array has ${stored} bytes; expected ${size}`);
    return new Cursor(bytes, address).take(size);
  }
  if (kind !== 2) throw new FormatError("it has an array that is put together from others");
  return version === 3
    ? firstChunks(bytes, layout, shape, elementSize, filters)
    : newerChunks(bytes, layout, shape, elementSize, filters);
}

function exactly(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length >= size) return bytes.subarray(0, size);
  throw new FormatError(`an array has ${bytes.length} bytes; expected ${size}`);
}

function checkChunk(chunk: Shape, shape: Shape, bytes: Uint8Array, elementSize: number): void {
  const isWrong = chunk.length !== shape.length || chunk.some((length) => length === 0);
  // Packed or not, a file holds no more than about 1040 times its bytes.
  if (isWrong || sizeOf(chunk) * elementSize > 1040 * bytes.length) {
    throw new FormatError(`it has chunks of [${chunk.join(", ")}] for an array of [${shape.join(", ")}]`);
  }
}

/** A tree of chunks. */
function firstChunks(
  bytes: Uint8Array,
  layout: Cursor,
  shape: Shape,
  elementSize: number,
  filters: readonly Filter[],
): Uint8Array {
  const rank = layout.u8() - 1;
  const tree = layout.address();
  const chunk = Array.from({ length: Math.max(rank, 0) }, () => layout.u32());
  checkChunk(chunk, shape, bytes, elementSize);
  if (tree === NO_ADDRESS) throw new FormatError("an array was never written");
  const stored: StoredChunk[] = [];
  const most = shape.reduce((count, length, axis) => count * Math.ceil(length / chunk[axis]), 1);
  const walk = (address: number, level: number | null): void => {
    const node = new Cursor(bytes, address);
    node.expect("TREE");
    const [type, own, count] = [node.u8(), node.u8(), node.u16()];
    if (type !== 1 || own > 8 || (level !== null && own !== level)) {
      throw new FormatError("the tree of an array's chunks is broken");
    }
    node.skip(16);
    for (let i = 0; i < count; i++) {
      const [size, mask] = [node.u32(), node.u32()];
      const offset = Array.from({ length: rank }, () => node.size());
      node.skip(8);
      const child = node.address();
      if (own > 0) walk(child, own - 1);
      else stored.push({ address: child, size, mask, offset });
      if (stored.length > most) throw new FormatError(`an array has more than ${most} chunks`);
    }
  };
  walk(tree, null);
  return assembled(bytes, { chunk, shape, elementSize, filters }, stored);
}

const SINGLE = 1;
const IMPLICIT = 2;
const FIXED = 3;

/** Of files of HDF5 1.10 and later, of arrays that do not grow. */
function newerChunks(
  bytes: Uint8Array,
  layout: Cursor,
  shape: Shape,
  elementSize: number,
  filters: readonly Filter[],
): Uint8Array {
  const flags = layout.u8();
  const [rank, width] = [layout.u8() - 1, layout.u8()];
  const chunk = Array.from({ length: Math.max(rank, 0) }, () => layout.whole(Math.min(width, 6)));
  layout.skip(width);
  checkChunk(chunk, shape, bytes, elementSize);
  const chunked = { chunk, shape, elementSize, filters };
  const size = sizeOf(chunk) * elementSize;
  const grid = shape.map((length, axis) => Math.ceil(length / chunk[axis]));
  const count = sizeOf(grid);
  const index = layout.u8();
  if ((flags & 1) !== 0)
    throw new FormatError("it has an array with chunks at the edges that are not packed");
  const at = (i: number): Shape => offsetOf(i, grid, chunk);
  if (index === SINGLE && count === 1) {
    const isPacked = (flags & 2) !== 0;
    const [packed, mask] = isPacked ? [layout.size(), layout.u32()] : [size, 0];
    return assembled(bytes, chunked, [{ address: layout.address(), size: packed, mask, offset: at(0) }]);
  }
  if (index === IMPLICIT) {
    const first = layout.address();
    new Cursor(bytes, first).skip(count * size);
    const all = Array.from({ length: count }, (_, i) => ({
      address: first + i * size,
      size,
      mask: 0,
      offset: at(i),
    }));
    return assembled(bytes, chunked, all);
  }
  if (index !== FIXED) throw new FormatError("it has an array that may grow, which is not read here");
  layout.skip(1);
  return assembled(bytes, chunked, fixedArray(bytes, layout.address(), count, size, at));
}

function fixedArray(
  bytes: Uint8Array,
  address: number,
  count: number,
  size: number,
  at: (i: number) => Shape,
): StoredChunk[] {
  const head = new Cursor(bytes, address);
  head.expect("FAHD");
  head.skip(1);
  const [client, entry, pageBits, entries] = [head.u8(), head.u8(), head.u8(), head.size()];
  const blockAt = head.address();
  verify(bytes, address, head.at);
  if (entries !== count || entries > 2 ** pageBits) {
    throw new FormatError("the list of an array's chunks is not of a kind that is read here");
  }
  const block = new Cursor(bytes, blockAt);
  block.expect("FADB");
  block.skip(2 + 8);
  const chunks = Array.from({ length: count }, (_, i): StoredChunk => {
    const chunkAt = block.address();
    if (client === 0) return { address: chunkAt, size, mask: 0, offset: at(i) };
    const packed = block.whole(Math.min(Math.max(entry - 12, 0), 6));
    block.skip(Math.max(entry - 12 - 6, 0));
    return { address: chunkAt, size: packed, mask: block.u32(), offset: at(i) };
  });
  verify(bytes, blockAt, block.at);
  return chunks;
}

/** The first element of the i-th chunk, the last axis fastest. */
function offsetOf(i: number, grid: Shape, chunk: Shape): Shape {
  const offset = grid.map(() => 0);
  for (let axis = grid.length - 1, rest = i; axis >= 0; axis--) {
    offset[axis] = (rest % grid[axis]) * chunk[axis];
    rest = Math.floor(rest / grid[axis]);
  }
  return offset;
}

function assembled(
  bytes: Uint8Array,
  { chunk, shape, elementSize, filters }: Chunked,
  stored: readonly StoredChunk[],
): Uint8Array {
  const grid = shape.map((length, axis) => Math.ceil(length / chunk[axis]));
  const chunkSize = sizeOf(chunk) * elementSize;
  const places = new Set<number>();
  const out = new Uint8Array(sizeOf(shape) * elementSize);
  for (const { address, size, mask, offset } of stored) {
    if (address === NO_ADDRESS) continue;
    const isPlaced = offset.every((from, axis) => from % chunk[axis] === 0 && from < shape[axis]);
    const place = offset.reduce((sum, from, axis) => sum * grid[axis] + from / chunk[axis], 0);
    if (!isPlaced || places.has(place))
      throw new FormatError("a chunk of an array lies outside of it or twice in it");
    places.add(place);
    const packed = new Cursor(bytes, address).take(size);
    copyChunk(unpack(packed, filters, mask, chunkSize), chunk, out, shape, offset, elementSize);
  }
  if (places.size === sizeOf(grid)) return out;
  throw new FormatError(`an array has ${places.size} of its ${sizeOf(grid)} chunks`);
}

/** Rows along the last axis; what stands out over the edge of the array is left out. */
function copyChunk(
  from: Uint8Array,
  chunk: Shape,
  out: Uint8Array,
  shape: Shape,
  offset: Shape,
  elementSize: number,
): void {
  const last = shape.length - 1;
  const row = Math.min(chunk[last], shape[last] - offset[last]) * elementSize;
  const rows = sizeOf(chunk.slice(0, last));
  for (let r = 0; r < rows; r++) {
    let [rest, to, stride, isInside] = [r, offset[last], shape[last], true];
    for (let axis = last - 1; axis >= 0; axis--) {
      const at = offset[axis] + (rest % chunk[axis]);
      rest = Math.floor(rest / chunk[axis]);
      isInside &&= at < shape[axis];
      to += at * stride;
      stride *= shape[axis];
    }
    if (isInside) {
      const start = r * chunk[last] * elementSize;
      out.set(from.subarray(start, start + row), to * elementSize);
    }
  }
}
