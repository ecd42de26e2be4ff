/** Fixed point: how many of the bits of an integer stand behind the point, for a range. */

/**
 * bits - 1 - (floor(log2 M) + 1): as many as leave room for the integers up to M. A power of two takes a bit more than it
 * needs, so that it is no value that saturates. Of M = 0, bits - 2; of a range that is not known, bits - 1: as the reference
 * reports them.
 *
 * @param M the range, a float32 number, or Infinity of either sign
 */
export function fractionalBitsOf(M: number, bits: number): number {
  if (M === 0) return bits - 2;
  return Number.isFinite(M) ? bits - 1 - (exponentOf(M) + 1) : bits - 1;
}

/** floor(log2 |x|), exactly, of a float32 number that is not 0. */
function exponentOf(x: number): number {
  // As double, every float32 number is normal.
  const [, high] = new Uint32Array(Float64Array.of(x).buffer);
  return ((high >>> 20) & 0x7ff) - 1023;
}
