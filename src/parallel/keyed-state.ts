/** Random numbers that belong to a place in the training and not to whoever computes it. */

import type { GeneratorState } from "../random/generator.js";

/** Which shard of which step. */
export interface ShardKey {
  readonly seed: number;
  readonly epoch: number;
  readonly batch: number;
  readonly shard: number;
}

/** What is drawn: augmentations and dropout do not share numbers. */
export type Drawn = "augmentation" | "dropout";

/** The state of a generator that begins at this place: four words, each a hash of all of the key. */
export function keyedState({ seed, epoch, batch, shard }: ShardKey, drawn: Drawn): GeneratorState {
  const key = [seed, Math.floor(seed / 2 ** 32), epoch, batch, shard, drawn === "dropout" ? 1 : 0];
  const word = (salt: number): number => key.reduce(mixed, Math.imul(salt, 0x9e3779b9));
  // Never all 0, which a generator cannot begin with.
  return [word(1) >>> 0, word(2) >>> 0, word(3) >>> 0, (word(4) | 1) >>> 0];
}

/** A bijection of 32 bits (the finalizer of MurmurHash3, A. Appleby, public domain) after each word. */
function mixed(hash: number, word: number): number {
  let h = hash ^ (word >>> 0);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) + 0x9e3779b9;
}
