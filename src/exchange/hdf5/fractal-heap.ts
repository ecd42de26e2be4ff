/**
 * Links of a group with many names, as the newer format stores them: link messages in a heap of growing blocks, found through
 * a tree of their names.
 *
 * @source HDF5 File Format Specification 3.0, III.A.2 (B-trees, version 2) and III.G (fractal heap)
 */

import { FormatError } from "../../errors.js";
import { Cursor, NO_ADDRESS } from "./bytes.js";
import { verify } from "./checksum.js";

interface Heap {
  readonly width: number;
  readonly startSize: number;
  readonly largestDirect: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly idLength: number;
  readonly root: number;
  readonly rows: number;
}

/** A cursor at each link message. */
export function denseLinks(bytes: Uint8Array, heapAt: number, treeAt: number, most: number): Cursor[] {
  const heap = readHeap(bytes, heapAt);
  return recordsOf(bytes, treeAt, heap.idLength, most).map((id) => {
    if (id.u8() !== 0) throw new FormatError("a name of a group is stored in a way that is not read here");
    const [offset, length] = [id.whole(heap.offsetBytes), id.whole(heap.lengthBytes)];
    const at = placeOf(bytes, heap, offset, length);
    return new Cursor(bytes, at, at + length);
  });
}

function readHeap(bytes: Uint8Array, address: number): Heap {
  const head = new Cursor(bytes, address);
  head.expect("FRHP");
  head.skip(1);
  const [idLength, filters] = [head.u16(), head.u16()];
  head.skip(1);
  const largestObject = head.u32();
  head.skip(12 * 8);
  const width = head.u16();
  const [startSize, largestDirect] = [head.size(), head.size()];
  const heapBits = head.u16();
  head.skip(2);
  const root = head.address();
  const rows = head.u16();
  verify(bytes, address, head.at);
  if (filters !== 0 || width === 0 || startSize === 0 || heapBits > 48 || idLength > 64) {
    throw new FormatError("the names of a group are stored in a way that is not read here");
  }
  const least = Math.min(largestObject, largestDirect);
  const lengthBytes = Math.ceil(Math.log2(least + 1) / 8);
  return {
    width,
    startSize,
    largestDirect,
    offsetBytes: Math.ceil(heapBits / 8),
    lengthBytes,
    idLength,
    root,
    rows,
  };
}

/** Where bytes of the heap stand in the file. */
function placeOf(bytes: Uint8Array, heap: Heap, offset: number, length: number): number {
  const { root, rows, startSize, largestDirect, width } = heap;
  const inBlock = (address: number, blockOffset: number, size: number): number => {
    const block = new Cursor(bytes, address);
    block.expect("FHDB");
    if (offset + length > blockOffset + size) throw new FormatError("a name ends outside of its block");
    return address + offset - blockOffset;
  };
  if (rows === 0) return inBlock(root, 0, startSize);
  const table = new Cursor(bytes, root);
  table.expect("FHIB");
  table.skip(1 + 8 + heap.offsetBytes);
  let start = 0;
  for (let row = 0; row < rows; row++) {
    const size = row === 0 ? startSize : startSize * 2 ** (row - 1);
    if (size > largestDirect) break;
    for (let column = 0; column < width; column++) {
      const address = table.address();
      if (offset >= start && offset < start + size && address !== NO_ADDRESS)
        return inBlock(address, start, size);
      start += size;
    }
  }
  throw new FormatError("a name of a group lies in no block of it");
}

/** Heap IDs of all names, from a tree of type 5. */
function recordsOf(bytes: Uint8Array, address: number, idLength: number, most: number): Cursor[] {
  const head = new Cursor(bytes, address);
  head.expect("BTHD");
  head.skip(1);
  const type = head.u8();
  const nodeSize = head.u32();
  const [recordSize, depth] = [head.u16(), head.u16()];
  head.skip(2);
  const root = head.address();
  const rootRecords = head.u16();
  const total = head.size();
  verify(bytes, address, head.at);
  if (type !== 5 || recordSize !== 4 + idLength || depth > 4) {
    throw new FormatError("the tree of a group's names is not of a kind that is read here");
  }
  if (total > most) throw new FormatError(`it holds more than ${most} groups and arrays`);
  const records: Cursor[] = [];
  const widths = countWidths(nodeSize, recordSize, depth);
  const walk = (at: number, level: number, count: number): void => {
    const node = new Cursor(bytes, at);
    node.expect(level === 0 ? "BTLF" : "BTIN");
    node.skip(2);
    for (let i = 0; i < count; i++) {
      const record = node.take(recordSize);
      records.push(new Cursor(record, 4));
      if (records.length > total) throw new FormatError("the tree of a group's names has no end");
    }
    if (level > 0) {
      for (let i = 0; i <= count; i++) {
        const [child, childRecords] = [node.address(), node.whole(widths[level - 1].records)];
        node.skip(level > 1 ? widths[level - 1].total : 0);
        walk(child, level - 1, childRecords);
      }
    }
    verify(bytes, at, node.at);
  };
  if (total > 0) walk(root, depth, rootRecords);
  if (records.length !== total) throw new FormatError("the tree of a group's names is not whole");
  return records;
}

/** By level, how many bytes hold the number of records in a node there, and in all below it. */
function countWidths(
  nodeSize: number,
  recordSize: number,
  depth: number,
): { records: number; total: number }[] {
  const bytesFor = (count: number): number => Math.ceil(Math.log2(count + 1) / 8);
  let most = Math.floor((nodeSize - 10) / recordSize);
  const widths = [{ records: bytesFor(most), total: 0 }];
  let all = most;
  for (let level = 1; level <= depth; level++) {
    const below = widths[level - 1];
    const pointer = 8 + below.records + (level > 1 ? below.total : 0);
    most = Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer));
    all = (most + 1) * all + most;
    widths.push({ records: bytesFor(most), total: bytesFor(all) });
  }
  return widths;
}
