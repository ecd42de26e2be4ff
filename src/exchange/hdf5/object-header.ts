/** The header of a group or an array: a list of messages, in one or several blocks. */

import { FormatError } from "../../errors.js";
import { Cursor } from "./bytes.js";
import { verify } from "./checksum.js";

/** Kinds of messages that are read here. */
export const Message = {
  dataspace: 0x1,
  linkInfo: 0x2,
  datatype: 0x3,
  fillValue: 0x5,
  link: 0x6,
  externalFiles: 0x7,
  layout: 0x8,
  groupInfo: 0xa,
  filters: 0xb,
  continuation: 0x10,
  symbolTable: 0x11,
} as const;

export interface HeaderMessage {
  readonly type: number;
  /** Its content stands somewhere else. */
  readonly isShared: boolean;
  readonly from: number;
  readonly to: number;
}

/** More would be no file of networks. */
const MOST_MESSAGES = 20_000;
const MOST_BLOCKS = 1000;

export function messagesAt(bytes: Uint8Array, address: number): HeaderMessage[] {
  const start = new Cursor(bytes, address);
  return start.left >= 4 && bytes[address] === 0x4f ? newer(bytes, address) : older(bytes, address);
}

/** Version 1. */
function older(bytes: Uint8Array, address: number): HeaderMessage[] {
  const cursor = new Cursor(bytes, address);
  const version = cursor.u8();
  if (version !== 1) throw new FormatError(`at byte ${address} there is no header of a group or an array`);
  cursor.skip(1);
  const count = cursor.u16();
  cursor.skip(4);
  const size = cursor.u32();
  cursor.skip(4);
  const messages: HeaderMessage[] = [];
  const blocks = [{ at: cursor.at, size }];
  for (let next = blocks.shift(), seen = 1; next !== undefined; next = blocks.shift(), seen++) {
    if (seen > MOST_BLOCKS) throw new FormatError("a header has no end");
    const block = new Cursor(bytes, next.at, next.at + next.size);
    while (block.left >= 8 && messages.length < count) {
      const [type, length, flags] = [block.u16(), block.u16(), block.u8()];
      block.skip(3);
      const from = block.at;
      block.skip(length);
      messages.push({ type, isShared: (flags & 2) !== 0, from, to: block.at });
      if (type === Message.continuation) {
        const link = new Cursor(bytes, from, block.at);
        blocks.push({ at: link.address(), size: link.size() });
      }
    }
  }
  if (messages.length !== count) {
    throw new FormatError(`a header names ${count} messages and has ${messages.length}`);
  }
  return messages;
}

/** Version 2, with checksums. */
function newer(bytes: Uint8Array, address: number): HeaderMessage[] {
  const cursor = new Cursor(bytes, address);
  cursor.expect("OHDR");
  const [version, flags] = [cursor.u8(), cursor.u8()];
  if (version !== 2) throw new FormatError(`it has a header of version ${version}; expected 1 or 2`);
  if ((flags & 32) !== 0) cursor.skip(16);
  if ((flags & 16) !== 0) cursor.skip(4);
  const size = cursor.whole(1 << (flags & 3));
  const isOrdered = (flags & 4) !== 0;
  const messages: HeaderMessage[] = [];
  const blocks = [{ from: address, at: cursor.at, to: cursor.at + size }];
  for (let next = blocks.shift(), seen = 1; next !== undefined; next = blocks.shift(), seen++) {
    if (seen > MOST_BLOCKS) throw new FormatError("a header has no end");
    verify(bytes, next.from, next.to);
    const block = new Cursor(bytes, next.at, next.to);
    while (block.left >= (isOrdered ? 6 : 4)) {
      const [type, length, own] = [block.u8(), block.u16(), block.u8()];
      if (isOrdered) block.skip(2);
      const from = block.at;
      block.skip(length);
      messages.push({ type, isShared: (own & 2) !== 0, from, to: block.at });
      if (messages.length > MOST_MESSAGES) throw new FormatError("a header has too many messages");
      if (type === Message.continuation) blocks.push(continued(bytes, from, block.at));
    }
  }
  return messages;
}

function continued(bytes: Uint8Array, from: number, to: number): { from: number; at: number; to: number } {
  const link = new Cursor(bytes, from, to);
  const [at, size] = [link.address(), link.size()];
  new Cursor(bytes, at).expect("OCHK");
  if (size < 8) throw new FormatError("a part of a header has no room");
  return { from: at, at: at + 4, to: at + size - 4 };
}
