/**
 * CRC-64/XZ (polynomial of ECMA-182, reflected, all ones in and out; check value of "123456789":
 * 995dc9bbdf1939fa). It notices every single flipped bit and every burst of up to 64 bits; other damage passes
 * with probability 2^-64. It is no proof against a forger. Chosen over SHA-256 because Web Crypto's digest is
 * asynchronous, and over CRC-32 because one damaged file in four billion is too many for a training archive.
 *
 * @source ECMA-182, annex B; slicing by 8: M. Kounavis, F. Berry, IEEE Trans. Computers 57(11), 2008
 */

const POLYNOMIAL_LOW = 0xd7870f42 | 0;
const POLYNOMIAL_HIGH = 0xc96c5795 | 0;

/** Row k, entry b: the checksum register after byte b and then k zero bytes, as low and high 32-bit halves. */
interface Tables {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

let tables: Tables | undefined;

function makeTables(): Tables {
  const low = new Int32Array(8 * 256);
  const high = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let l = byte;
    let h = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (carry === 1) {
        l ^= POLYNOMIAL_LOW;
        h ^= POLYNOMIAL_HIGH;
      }
    }
    low[byte] = l;
    high[byte] = h;
  }
  for (let i = 256; i < low.length; i++) {
    const l = low[i - 256];
    const h = high[i - 256];
    low[i] = ((l >>> 8) | (h << 24)) ^ low[l & 0xff];
    high[i] = (h >>> 8) ^ high[l & 0xff];
  }
  return { low, high };
}

/** A running CRC-64/XZ: update() with each piece, then digest(). */
export class Crc64 {
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): this {
    const { low: tl, high: th } = (tables ??= makeTables());
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let low = this.#low;
    let high = this.#high;
    let i = 0;
    for (const whole = bytes.length - 7; i < whole; i += 8) {
      const l = low ^ view.getInt32(i, true);
      const h = high ^ view.getInt32(i + 4, true);
      const a = 1792 + (l & 0xff);
      const b = 1536 + ((l >>> 8) & 0xff);
      const c = 1280 + ((l >>> 16) & 0xff);
      const d = 1024 + (l >>> 24);
      const e = 768 + (h & 0xff);
      const f = 512 + ((h >>> 8) & 0xff);
      const g = 256 + ((h >>> 16) & 0xff);
      const k = h >>> 24;
      low = tl[a] ^ tl[b] ^ tl[c] ^ tl[d] ^ tl[e] ^ tl[f] ^ tl[g] ^ tl[k];
      high = th[a] ^ th[b] ^ th[c] ^ th[d] ^ th[e] ^ th[f] ^ th[g] ^ th[k];
    }
    for (; i < bytes.length; i++) {
      const entry = (low ^ bytes[i]) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ tl[entry];
      high = (high >>> 8) ^ th[entry];
    }
    this.#low = low;
    this.#high = high;
    return this;
  }

  /** 16 lower-case hexadecimal digits. The checksum can be continued afterwards. */
  digest(): string {
    return hex(~this.#high) + hex(~this.#low);
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
