/**
 * Sums of float32 numbers to which the order of the terms, and who adds which, makes no difference:
 *
 *   E with |g| < 2^E for every term g        q = 2^(E - 41)        c = 1.5 * 2^52 q
 *   sum of round(g / q) q,  round(g / q) q = (g + c) - c  in float64
 *
 * g + c lies between 2^52 q and 2^53 q, where float64 holds the multiples of q and nothing between: the sum is rounded to one, ties
 * to even. A term is less than 2^41 q, so 2^11 of them are less than 2^52 q, which float64 holds: no sum of them, nor of sums of
 * them, is rounded again. What is lost is less than 2^-42 of the largest term for each one; float32 sums lose 2^-24 of the sum at
 * every step.
 */

/** As many terms as have one sum. */
export const MOST_TERMS = 2048;

/** The bits of an infinity; those of a NaN are above them. */
export const NOT_FINITE = 0x7f800000;

/** The same functions in C are in kernels/apart/shard_sums.c. */
export interface ShardSums {
  /** The bits of the largest |x[i]| as a whole number, at least NOT_FINITE if one is not finite; 0 of nothing. */
  largestBits(x: Float32Array): number;
  /**
   * out[i] = sum over rows of x[row][i], each rounded to a multiple of q.
   *
   * @param rows at least one, at most 2048, of finite numbers, as long as out
   * @param c magicOf(the largest of all)
   */
  sumRounded(out: Float64Array, rows: readonly Float32Array[], c: number): void;
  /** y[i] = the same, rounded once more, to float32: as toFloat32() of it, without the numbers in between. */
  sumToFloat32(y: Float32Array, rows: readonly Float32Array[], c: number): void;
  /** y[i] = x[i], rounded once. */
  toFloat32(y: Float32Array, x: Float64Array): void;
}

/** c for terms of which the largest has these bits; below 2^-126 all are as if it were that. */
export function magicOf(bits: number): number {
  const E = Math.max(bits >>> 23, 1) - 126;
  return 1.5 * 2 ** (E - 41 + 52);
}

/** For backends without a memory of WebAssembly; and what the compiled ones are held to. */
export const plainShardSums: ShardSums = {
  largestBits(x) {
    const bits = new Int32Array(x.buffer, x.byteOffset, x.length);
    let largest = 0;
    for (const each of bits) largest = Math.max(largest, each & 0x7fffffff);
    return largest;
  },

  sumRounded(out, rows, c) {
    for (let i = 0; i < out.length; i++) {
      let sum = 0;
      for (const row of rows) sum += row[i] + c - c;
      out[i] = sum;
    }
  },

  sumToFloat32(y, rows, c) {
    for (let i = 0; i < y.length; i++) {
      let sum = 0;
      for (const row of rows) sum += row[i] + c - c;
      y[i] = sum;
    }
  },

  toFloat32(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = x[i];
  },
};
