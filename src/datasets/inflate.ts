/**
 * Decompresses deflate data, piece by piece. Browsers and Node bring a decompressor along, but it does not tell where the
 * data end, and what it makes of bytes behind the end differs from one to the other; gzip files go on there.
 *
 * @source RFC 1951
 */

import { FormatError } from "../errors.js";
import { huffmanTable, type HuffmanTable } from "./huffman.js";

/** A step wants this many bytes ahead, if there are as many: more than the codes at the head of a block take. */
export const LOOK_AHEAD = 512;

/** How far back a match may reach. */
const WINDOW = 32768;
const LONGEST_MATCH = 258;
/** About how much a step gives. */
const PIECE = 65536;

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;

const repeated = (count: number, bits: number): number[] => new Array<number>(count).fill(bits);
/** Two symbols of either code are in no valid data, but take part in the code. */
const FIXED_LENGTHS = [...repeated(144, 8), ...repeated(112, 9), ...repeated(24, 7), ...repeated(8, 8)];
const FIXED_DISTANCES = repeated(32, 5);

interface Codes {
  readonly lengths: HuffmanTable;
  readonly distances: HuffmanTable;
}

let fixedCodes: Codes | undefined;

type Block = { readonly kind: "stored"; left: number } | ({ readonly kind: "coded" } & Codes);

/** One stream of deflate data. */
export class Inflate {
  /** What has been unpacked: up to WINDOW bytes that were given out already, then those that were not. */
  readonly #out = new Uint8Array(WINDOW + PIECE + LONGEST_MATCH);
  #filled = 0;
  #given = 0;
  /** Bits that were taken from the input and not used yet, the next one lowest. */
  #hold = 0;
  #held = 0;
  #input = new Uint8Array(0);
  #at = 0;
  #block: Block | null = null;
  #isLast = false;
  #done = false;

  /** Whether the data have ended. */
  get done(): boolean {
    return this.#done;
  }

  /**
   * Goes on until about PIECE bytes are unpacked, the input comes near its end (unless nothing follows) or the data end.
   *
   * @param input what follows what was consumed
   * @param isWhole nothing follows input
   * @returns bytes consumed; take() gives what was unpacked
   * @throws FormatError on what is not deflate data, and where input ends too early
   */
  step(input: Uint8Array, isWhole: boolean): number {
    this.#input = input as Uint8Array<ArrayBuffer>;
    this.#at = 0;
    this.#makeRoom();
    while (!this.#done && this.#filled < WINDOW + PIECE) {
      if (!isWhole && input.length - this.#at < LOOK_AHEAD) break;
      if (this.#block === null) this.#begin();
      else if (this.#block.kind === "stored") this.#copyStored(this.#block);
      else this.#decode(this.#block, isWhole);
      this.#checkNotPastEnd();
    }
    this.#giveBack();
    return this.#at;
  }

  /** What was unpacked since the last call: a copy. */
  take(): Uint8Array<ArrayBuffer> {
    const piece = this.#out.slice(this.#given, this.#filled);
    this.#given = this.#filled;
    return piece;
  }

  #makeRoom(): void {
    if (this.#filled <= WINDOW) return;
    this.#out.copyWithin(0, this.#filled - WINDOW, this.#filled);
    this.#given -= this.#filled - WINDOW;
    this.#filled = WINDOW;
  }

  /** Bits that are read past the end are zeros: this is where they are noticed. */
  #checkNotPastEnd(): void {
    if (8 * this.#at - this.#held > 8 * this.#input.length) throw new FormatError("unexpected end of file");
  }

  #need(count: number): void {
    while (this.#held < count) {
      const byte = this.#at < this.#input.length ? this.#input[this.#at] : 0;
      this.#at++;
      this.#hold |= byte << this.#held;
      this.#held += 8;
    }
  }

  /** The next bits as a number, the first one lowest; at most 16. */
  #bits(count: number): number {
    this.#need(count);
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#held -= count;
    return value;
  }

  #symbol({ bits, entries }: HuffmanTable, what: string): number {
    this.#need(bits);
    const entry = entries[this.#hold & ((1 << bits) - 1)];
    const length = entry & 15;
    if (length === 0) {
      this.#checkNotPastEnd();
      throw new FormatError(`invalid ${what} code`);
    }
    this.#hold >>>= length;
    this.#held -= length;
    return entry >> 4;
  }

  #begin(): void {
    this.#isLast = this.#bits(1) === 1;
    switch (this.#bits(2)) {
      case 0: {
        this.#toWholeByte();
        const [length, complement] = [this.#bits(16), this.#bits(16)];
        this.#checkNotPastEnd();
        if (length !== (complement ^ 0xffff)) throw new FormatError("invalid stored block lengths");
        this.#block = { kind: "stored", left: length };
        break;
      }
      case 1:
        fixedCodes ??= {
          lengths: huffmanTable("literal/lengths", FIXED_LENGTHS),
          distances: huffmanTable("distances", FIXED_DISTANCES),
        };
        this.#block = { kind: "coded", ...fixedCodes };
        break;
      case 2:
        this.#block = { kind: "coded", ...this.#readCodes() };
        break;
      default:
        this.#checkNotPastEnd();
        throw new FormatError("invalid block type");
    }
  }

  /** Whole bytes that were taken too early. */
  #giveBack(): void {
    this.#at -= this.#held >> 3;
    this.#held &= 7;
    this.#hold &= (1 << this.#held) - 1;
  }

  /** The bits up to the next byte mean nothing. */
  #toWholeByte(): void {
    this.#giveBack();
    this.#hold = 0;
    this.#held = 0;
  }

  #readCodes(): Codes {
    const lengthCount = this.#bits(5) + 257;
    const distanceCount = this.#bits(5) + 1;
    const codeLengthCount = this.#bits(4) + 4;
    if (lengthCount > 286 || distanceCount > 30) {
      this.#checkNotPastEnd();
      throw new FormatError("too many length or distance symbols");
    }
    const codeLengths = new Uint8Array(19);
    for (let i = 0; i < codeLengthCount; i++) codeLengths[CODE_LENGTH_ORDER[i]] = this.#bits(3);
    this.#checkNotPastEnd();
    const table = huffmanTable("code lengths", codeLengths);
    const lengths = new Uint8Array(lengthCount + distanceCount);
    for (let i = 0; i < lengths.length;) {
      const symbol = this.#symbol(table, "code lengths");
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw new FormatError("invalid bit length repeat");
      const value = symbol === 16 ? lengths[i - 1] : 0;
      const count =
        symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      this.#checkNotPastEnd();
      if (i + count > lengths.length) throw new FormatError("invalid bit length repeat");
      lengths.fill(value, i, (i += count));
    }
    this.#checkNotPastEnd();
    if (lengths[END_OF_BLOCK] === 0) throw new FormatError("invalid code: missing end of block");
    return {
      lengths: huffmanTable("literal/lengths", lengths.subarray(0, lengthCount)),
      distances: huffmanTable("distances", lengths.subarray(lengthCount)),
    };
  }

  #copyStored(block: { left: number }): void {
    const room = this.#out.length - this.#filled;
    const count = Math.min(block.left, room, this.#input.length - this.#at);
    this.#out.set(this.#input.subarray(this.#at, this.#at + count), this.#filled);
    this.#at += count;
    this.#filled += count;
    block.left -= count;
    if (block.left === 0) this.#endBlock();
    else if (count === 0) throw new FormatError("unexpected end of file");
  }

  #endBlock(): void {
    this.#block = null;
    if (!this.#isLast) return;
    this.#done = true;
    this.#checkNotPastEnd();
    this.#toWholeByte();
  }

  #decode({ lengths, distances }: Codes, isWhole: boolean): void {
    const out = this.#out;
    const end = WINDOW + PIECE;
    // A symbol takes at most 48 bits with its distance.
    const last = isWhole ? Infinity : this.#input.length - LOOK_AHEAD;
    while (this.#filled < end && this.#at <= last) {
      const symbol = this.#symbol(lengths, "literal/length");
      if (symbol < END_OF_BLOCK) {
        out[this.#filled++] = symbol;
      } else if (symbol === END_OF_BLOCK) {
        this.#checkNotPastEnd();
        this.#endBlock();
        return;
      } else {
        this.#copyMatch(symbol - 257, distances);
      }
      if (this.#at > this.#input.length) this.#checkNotPastEnd();
    }
  }

  #copyMatch(lengthSymbol: number, distances: HuffmanTable): void {
    if (lengthSymbol >= LENGTH_BASE.length) throw new FormatError("invalid literal/length code");
    const length = LENGTH_BASE[lengthSymbol] + this.#bits(LENGTH_EXTRA[lengthSymbol]);
    const distanceSymbol = this.#symbol(distances, "distance");
    if (distanceSymbol >= DISTANCE_BASE.length) throw new FormatError("invalid distance code");
    const distance = DISTANCE_BASE[distanceSymbol] + this.#bits(DISTANCE_EXTRA[distanceSymbol]);
    if (distance > this.#filled || distance > WINDOW) {
      this.#checkNotPastEnd();
      throw new FormatError("invalid distance too far back");
    }
    const out = this.#out;
    let to = this.#filled;
    const stop = to + length;
    // Byte by byte: a match may overlap what it makes.
    for (let from = to - distance; to < stop; to++, from++) out[to] = out[from];
    this.#filled = stop;
  }
}
