/**
 * What an access to a memory on the chip costs in pJ, read or write: by default a line through 10 pJ for 8 kB, 20 pJ for 32 kB
 * and 100 pJ for 1 MB (45 nm), in bits of the memory.
 */

import type { SramEstimation } from "./estimations.js";

const PER_BIT = 1.09e-5;
const BASE = 13.2;
const BUS_BITS = 64;
const PER_BUS_ACCESS = 10;

/**
 * In pJ.
 *
 * @param words of the memory
 * @param width bits of a word
 * @throws RangeError for words wider than the bus ("new")
 */
export function accessEnergy(
  where: string,
  words: number,
  width: number,
  estimation: SramEstimation,
): number {
  if (estimation === "old") return PER_BIT * words * width + BASE;
  const packed = Math.floor(BUS_BITS / width);
  if (packed >= 1) return PER_BUS_ACCESS / packed;
  throw new RangeError(
    `${where}: words have ${width} bits; expected at most ${BUS_BITS} with sramEstimation "new", whose bus has ${BUS_BITS}. Use "old".`,
  );
}
