/**
 * Unpacks an LZ4 frame: a head, blocks, an end, checksums where there are some.
 *
 * @source Y. Collet, "LZ4 frame format description", 1.6.2, and "LZ4 block format description"
 */

import { FormatError } from "../../errors.js";
import { xxh32 } from "./xxh32.js";

const MAGIC = 0x184d2204;
const VERSION = 0x40;
const FLAG = { blockSum: 0x10, size: 0x08, contentSum: 0x04, dictionary: 0x01 } as const;
const STORED = 0x80000000;
const SHORTEST_MATCH = 4;
/** Of a byte, a block makes 255 at most. */
const BEST = 255;
/** Of a block, by its number in the head. */
const BLOCK_BYTES = [0, 0, 0, 0, 2 ** 16, 2 ** 18, 2 ** 20, 2 ** 22];

/**
 * @param most bytes that it may unpack to
 * @throws FormatError for what is damaged, or more
 */
export function unpackLz4(packed: Uint8Array, most: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const need = (at: number, count: number): void => {
    if (at + count > packed.length)
      throw new FormatError(`the LZ4 frame ends at byte ${packed.length}, too early`);
  };
  need(0, 7);
  if (view.getUint32(0, true) !== MAGIC) throw new FormatError("it is no LZ4 frame");
  const [flags, blocks] = [packed[4], packed[5]];
  if ((flags & 0xc0) !== VERSION) throw new FormatError("the LZ4 frame is of another version");
  if ((flags & FLAG.dictionary) !== 0) throw new FormatError("the LZ4 frame needs a dictionary");
  const block = BLOCK_BYTES[(blocks >> 4) & 7];
  if (block === 0) throw new FormatError("the LZ4 frame does not say how large its blocks are");
  const headEnd = 6 + ((flags & FLAG.size) === 0 ? 0 : 8);
  need(headEnd, 1);
  if (((xxh32(packed.subarray(4, headEnd)) >>> 8) & 0xff) !== packed[headEnd])
    throw new FormatError("the head of the LZ4 frame does not have its checksum");
  const told = (flags & FLAG.size) === 0 ? null : Number(view.getBigUint64(6, true));
  const limit = Math.min(most, BEST * packed.length);
  if (told !== null && told > limit)
    throw new FormatError(`the LZ4 frame claims ${told} bytes; expected at most ${limit}`);
  const out = new Unpacked(told ?? Math.min(limit, 4 * packed.length), limit);
  let at = headEnd + 1;
  for (;;) {
    need(at, 4);
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const size = word & ~STORED;
    need(at, size);
    if (size > block)
      throw new FormatError(`a block of the LZ4 frame has ${size} bytes; expected at most ${block}`);
    const content = packed.subarray(at, at + size);
    at += size;
    if ((flags & FLAG.blockSum) !== 0) {
      need(at, 4);
      if (view.getUint32(at, true) !== xxh32(content))
        throw new FormatError("a block of the LZ4 frame does not have its checksum");
      at += 4;
    }
    if (word >= STORED) out.literals(content, 0, size);
    else unpackBlock(content, out);
  }
  const bytes = out.taken();
  if ((flags & FLAG.contentSum) !== 0) {
    need(at, 4);
    if (view.getUint32(at, true) !== xxh32(bytes))
      throw new FormatError("the LZ4 frame does not have its checksum");
  }
  if (told !== null && told !== bytes.length)
    throw new FormatError(`the LZ4 frame unpacks to ${bytes.length} bytes; expected ${told}`);
  return bytes;
}

/** Sequences: a token, literals, how far back a match begins and how long it is; the last has literals alone. */
function unpackBlock(block: Uint8Array, out: Unpacked): void {
  let at = 0;
  const byte = (): number => {
    if (at >= block.length) throw new FormatError("a block of the LZ4 frame ends too early");
    return block[at++];
  };
  const length = (bits: number): number => {
    let sum = bits;
    if (bits < 15) return sum;
    for (let more = 255; more === 255; sum += more) more = byte();
    return sum;
  };
  while (at < block.length) {
    const token = byte();
    const literals = length(token >> 4);
    if (at + literals > block.length) throw new FormatError("a block of the LZ4 frame ends too early");
    out.literals(block, at, literals);
    at += literals;
    if (at === block.length) return;
    const back = byte() | (byte() << 8);
    out.match(back, length(token & 15) + SHORTEST_MATCH);
  }
}

/** Grows up to a limit. */
class Unpacked {
  readonly #limit: number;
  #bytes: Uint8Array;
  #length = 0;

  constructor(size: number, limit: number) {
    this.#bytes = new Uint8Array(size);
    this.#limit = limit;
  }

  literals(from: Uint8Array, at: number, count: number): void {
    this.#room(count);
    this.#bytes.set(from.subarray(at, at + count), this.#length);
    this.#length += count;
  }

  match(back: number, count: number): void {
    if (back === 0 || back > this.#length)
      throw new FormatError("a match of the LZ4 frame begins before what was unpacked");
    this.#room(count);
    const bytes = this.#bytes;
    // One by one: a match may reach into what it writes.
    for (let to = this.#length, end = to + count; to < end; to++) bytes[to] = bytes[to - back];
    this.#length += count;
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#limit)
      throw new FormatError(`the LZ4 frame unpacks to more than ${this.#limit} bytes`);
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.min(this.#limit, Math.max(needed, 2 * this.#bytes.length)));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
