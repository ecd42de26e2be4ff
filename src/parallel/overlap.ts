/** When gradients are exchanged while others are still computed: one rule, and why. */

import type { Overlap } from "../training/shard-options.js";
import type { Communicator } from "./communicator.js";

/** Bytes of gradients below which a second exchange costs more than it hides. */
const LEAST_BYTES = 2 ** 18;

/**
 * Whether this rank would overlap; all do if all would.
 *
 * Between ranks of one machine it does not pay: they move gradients by the cores that compute. Over a link it does, where gradients
 * take longer than the latency of the exchanges that they are cut into.
 */
export function wouldOverlap(overlap: Overlap, communicator: Communicator, parameters: number): boolean {
  if (communicator.size === 1 || communicator.begin === undefined) return false;
  if (overlap !== "auto") return overlap;
  return communicator.isSpread === true && parameters * Float32Array.BYTES_PER_ELEMENT >= LEAST_BYTES;
}
