/**
 * Which bytes of a memory are taken: two-level segregated fit (Masmano et al., "TLSF", ECRTS 2004).
 *
 * Free blocks lie in bins by size, with a bitmap over the bins; neighbours in memory are linked, so that a freed
 * block merges with the free blocks beside it. Taking and freeing take constant time. Offsets and sizes are multiples
 * of ALIGNMENT, so that a block starts on a cache line and threads do not share one.
 */

export const ALIGNMENT = 64;

/** Each power of two is cut into 8 bins. */
const BIN_BITS = 3;
const BINS = 1 << BIN_BITS;
/** Sizes are kept in units of ALIGNMENT; 4 GiB are 2^26 of them. */
const LEVELS = 27;

export class Block {
  free = false;
  /** Neighbours in memory. */
  before: Block | null = null;
  after: Block | null = null;
  /** Neighbours in the bin, while free. */
  binBefore: Block | null = null;
  binAfter: Block | null = null;

  constructor(
    readonly offset: number,
    /** In bytes. */
    public size: number,
  ) {}
}

/** Bin of a size in units: the largest bin whose smallest size is not above it. */
function binOf(units: number): number {
  const level = 31 - Math.clz32(units);
  if (level < BIN_BITS) return units;
  return (level - BIN_BITS + 1) * BINS + ((units >>> (level - BIN_BITS)) & (BINS - 1));
}

/** The smallest bin all of whose blocks hold this many units. */
function binThatFits(units: number): number {
  const level = 31 - Math.clz32(units);
  return binOf(level < BIN_BITS ? units : units + (1 << (level - BIN_BITS)) - 1);
}

export class BlockList {
  readonly #bins: (Block | null)[] = new Array<Block | null>(LEVELS * BINS).fill(null);
  /** One bit per bin that is not empty. */
  readonly #filled = new Uint32Array(Math.ceil((LEVELS * BINS) / 32));
  #last: Block | null = null;
  #end: number;

  /** @param start where the first block may begin; the list is empty until extend() is called */
  constructor(start: number) {
    this.#end = Math.ceil(start / ALIGNMENT) * ALIGNMENT;
  }

  /** Offset just behind the last block. */
  get end(): number {
    return this.#end;
  }

  /** Bytes of the free block at the end, which a longer memory would lengthen. */
  get freeAtEnd(): number {
    return this.#last?.free ? this.#last.size : 0;
  }

  /** Makes the bytes up to `end` (exclusive; rounded down to ALIGNMENT) available. */
  extend(end: number): void {
    const size = Math.floor(end / ALIGNMENT) * ALIGNMENT - this.#end;
    if (size <= 0) return;
    const block = new Block(this.#end, size);
    block.before = this.#last;
    if (this.#last !== null) this.#last.after = block;
    this.#last = block;
    this.#end += size;
    this.give(block);
  }

  /** A block of at least this many bytes, or null if there is none free. */
  take(bytes: number): Block | null {
    const units = Math.max(1, Math.ceil(bytes / ALIGNMENT));
    if (units >= 2 ** (LEVELS - 1)) return null;
    const size = units * ALIGNMENT;
    const block = this.#find(units, size);
    if (block === null) return null;
    this.#unlink(block);
    block.free = false;
    if (block.size > size) {
      const rest = new Block(block.offset + size, block.size - size);
      block.size = size;
      rest.before = block;
      rest.after = block.after;
      if (rest.after === null) this.#last = rest;
      else rest.after.before = rest;
      block.after = rest;
      this.#link(rest);
    }
    return block;
  }

  /** Gives a block back and merges it with free neighbours. It must not be used again. */
  give(block: Block): void {
    let merged = block;
    const { before, after } = block;
    if (before?.free) {
      this.#unlink(before);
      merged = this.#absorb(before, block);
    }
    if (after?.free) {
      this.#unlink(after);
      merged = this.#absorb(merged, after);
    }
    this.#link(merged);
  }

  /** All blocks in the order of memory, for checks. */
  *[Symbol.iterator](): Generator<Readonly<Block>> {
    const reversed: Block[] = [];
    for (let block = this.#last; block !== null; block = block.before) reversed.push(block);
    yield* reversed.reverse();
  }

  /** Lengthens `left` by its neighbour `right`, which ends. */
  #absorb(left: Block, right: Block): Block {
    left.size += right.size;
    left.after = right.after;
    if (right.after === null) this.#last = left;
    else right.after.before = left;
    return left;
  }

  #find(units: number, size: number): Block | null {
    // Loops ask for the same sizes again, so the first block of the size's own bin is often an exact fit.
    const own = this.#bins[binOf(units)];
    if (own !== null && own.size >= size) return own;
    const bin = this.#nextFilled(binThatFits(units));
    if (bin >= 0) return this.#bins[bin];
    // A block that fits may still lie behind the head of the own bin.
    for (let block = own; block !== null; block = block.binAfter) if (block.size >= size) return block;
    return null;
  }

  /** First bin >= from that is not empty, or -1. */
  #nextFilled(from: number): number {
    let word = from >>> 5;
    if (word >= this.#filled.length) return -1;
    let bits = this.#filled[word] & (-1 << (from & 31));
    while (bits === 0) {
      word++;
      if (word >= this.#filled.length) return -1;
      bits = this.#filled[word];
    }
    return word * 32 + (31 - Math.clz32(bits & -bits));
  }

  #link(block: Block): void {
    const bin = binOf(block.size / ALIGNMENT);
    const head = this.#bins[bin];
    block.free = true;
    block.binBefore = null;
    block.binAfter = head;
    if (head !== null) head.binBefore = block;
    this.#bins[bin] = block;
    this.#filled[bin >>> 5] |= 1 << (bin & 31);
  }

  #unlink(block: Block): void {
    const { binBefore, binAfter } = block;
    if (binAfter !== null) binAfter.binBefore = binBefore;
    if (binBefore !== null) {
      binBefore.binAfter = binAfter;
    } else {
      const bin = binOf(block.size / ALIGNMENT);
      this.#bins[bin] = binAfter;
      if (binAfter === null) this.#filled[bin >>> 5] &= ~(1 << (bin & 31));
    }
    block.binBefore = null;
    block.binAfter = null;
  }
}
