/**
 * Prefix codes of deflate, given by the number of bits of each symbol's code.
 *
 * @source RFC 1951, section 3.2.2
 */

import { FormatError } from "../errors.js";

const MAX_BITS = 15;

/** entries[the next `bits` bits of the stream] = symbol << 4 | bits of its code; 0 where no code begins so. */
export interface HuffmanTable {
  readonly bits: number;
  readonly entries: Uint16Array;
}

/**
 * @param lengths bits of each symbol's code; 0: the symbol has none
 * @throws FormatError if more codes are asked for than there are, or fewer: only a code of one symbol may leave some out
 */
export function huffmanTable(what: string, lengths: ArrayLike<number>): HuffmanTable {
  const count = new Uint16Array(MAX_BITS + 1);
  for (let symbol = 0; symbol < lengths.length; symbol++) count[lengths[symbol]]++;
  count[0] = 0;
  let bits = MAX_BITS;
  while (bits > 1 && count[bits] === 0) bits--;
  const next = new Uint32Array(MAX_BITS + 2);
  let left = 1;
  for (let length = 1; length <= MAX_BITS; length++) {
    left = 2 * left - count[length];
    if (left < 0) throw new FormatError(`invalid ${what} set`);
    next[length + 1] = (next[length] + count[length]) << 1;
  }
  // One symbol, or none: of a block without matches.
  if (left > 0 && bits > 1) throw new FormatError(`invalid ${what} set`);
  const entries = new Uint16Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol];
    if (length === 0) continue;
    const code = reversed(next[length]++, length);
    for (let i = code; i < entries.length; i += 1 << length) entries[i] = (symbol << 4) | length;
  }
  return { bits, entries };
}

/** Codes are packed starting from their most significant bit, everything else from the least. */
function reversed(code: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result |= ((code >> i) & 1) << (length - 1 - i);
  return result;
}
