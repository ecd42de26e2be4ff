/** When gradients are exchanged while others are still computed: one rule, and why. */

import type { Overlap } from "../training/shard-options.js";
import type { Communicator } from "./communicator.js";

/** Bytes of gradients below which a second exchange costs more than it hides. */
const LEAST_BYTES = 2 ** 18;

/**
 * Whether this rank would overlap; all do if all would.
 *
 * Between ranks of one machine it does not pay: the cores that compute are those that move the gradients. Two ranks on two cores, 2 MiB
 * of gradients, exactly, took 472 ms a step with it and 523 ms without at best, 630 and 529 ms in the median of four: chance. Over a link
 * of 1 Gbit/s it was 572 against 670 ms, in each of four pairs.
 */
export function wouldOverlap(overlap: Overlap, communicator: Communicator, parameters: number): boolean {
  if (communicator.size === 1 || communicator.begin === undefined) return false;
  if (overlap !== "auto") return overlap;
  return communicator.isSpread === true && parameters * Float32Array.BYTES_PER_ELEMENT >= LEAST_BYTES;
}
