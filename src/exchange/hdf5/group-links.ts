/** The names in a group, and where each of them leads. */

import { FormatError } from "../../errors.js";
import { Cursor, NO_ADDRESS, textOf } from "./bytes.js";
import { denseLinks } from "./fractal-heap.js";
import { Message, type HeaderMessage } from "./object-header.js";

export interface Link {
  readonly name: string;
  /** Where its header stands; NO_ADDRESS for what is no plain link. */
  readonly address: number;
  /** "a soft link", where it is no plain one. */
  readonly what: string | null;
}

export function linksOf(bytes: Uint8Array, messages: readonly HeaderMessage[], most: number): Link[] {
  const links: Link[] = [];
  const add = (link: Link): void => {
    links.push(link);
    if (links.length > most) throw new FormatError(`it holds more than ${most} groups and arrays`);
  };
  for (const { type, from, to } of messages) {
    const cursor = new Cursor(bytes, from, to);
    if (type === Message.symbolTable) symbolTable(bytes, cursor.address(), cursor.address(), add);
    if (type === Message.link) add(readLink(cursor));
    if (type === Message.linkInfo) {
      cursor.skip(1);
      if ((cursor.u8() & 1) !== 0) cursor.skip(8);
      const [heap, names] = [cursor.address(), cursor.address()];
      if (heap !== NO_ADDRESS) for (const each of denseLinks(bytes, heap, names, most)) add(readLink(each));
    }
  }
  const names = new Set(links.map(({ name }) => name));
  if (names.size < links.length) throw new FormatError("a group holds a name twice");
  return links;
}

/** A link message. */
export function readLink(cursor: Cursor): Link {
  const [version, flags] = [cursor.u8(), cursor.u8()];
  if (version !== 1) throw new FormatError(`it has a link of version ${version}; expected 1`);
  const type = (flags & 8) === 0 ? 0 : cursor.u8();
  if ((flags & 4) !== 0) cursor.skip(8);
  if ((flags & 16) !== 0) cursor.skip(1);
  const name = textOf(cursor.take(cursor.whole(1 << (flags & 3))));
  if (type === 0) return { name, address: cursor.address(), what: null };
  return { name, address: NO_ADDRESS, what: type === 1 ? "a soft link" : "an external link" };
}

/** Of the first versions: a B-tree of tables, with names in a heap. */
function symbolTable(bytes: Uint8Array, tree: number, heapAt: number, add: (link: Link) => void): void {
  const heap = new Cursor(bytes, heapAt);
  heap.expect("HEAP");
  heap.skip(4);
  const size = heap.size();
  heap.skip(8);
  const names = new Cursor(bytes, heap.address()).take(size);
  walkTree(bytes, tree, null, (address) => {
    const table = new Cursor(bytes, address);
    table.expect("SNOD");
    table.skip(2);
    const count = table.u16();
    for (let i = 0; i < count; i++) {
      const [nameAt, header] = [table.size(), table.address()];
      const cache = table.u32();
      table.skip(20);
      if (nameAt >= size) throw new FormatError("a name lies outside of its group");
      const name = textOf(names.subarray(nameAt));
      const isSoft = cache === 2;
      add({ name, address: isSoft ? NO_ADDRESS : header, what: isSoft ? "a soft link" : null });
    }
  });
}

/** @param level of the node; null: that of the root, whatever it is */
function walkTree(
  bytes: Uint8Array,
  address: number,
  level: number | null,
  leaf: (address: number) => void,
): void {
  const node = new Cursor(bytes, address);
  node.expect("TREE");
  const [type, own] = [node.u8(), node.u8()];
  const count = node.u16();
  if (type !== 0 || own > 8 || (level !== null && own !== level)) {
    throw new FormatError("the tree of a group's names is broken");
  }
  node.skip(16);
  for (let i = 0; i < count; i++) {
    node.skip(8);
    const child = node.address();
    if (own === 0) leaf(child);
    else walkTree(bytes, child, own - 1, leaf);
  }
}
