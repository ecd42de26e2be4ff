/** Into how many shards the batches of an experiment are cut that ranks share out and that says nothing of it. */

/** Numbers that many numbers of ranks divide. */
const NUMBERS: readonly number[] = [4, 6, 8, 12, 24, 48];

/** A shard of so many samples costs little beside the whole batch: kernels have enough to do at a time. */
const SAMPLES = 16;

/** Batch normalisation wants two samples. */
const FEWEST_SAMPLES = 2;

/** By the batch alone, never by the number of ranks: it decides the bits. */
export function usualShards(batchSize: number): number {
  const most = Math.max(1, Math.floor(batchSize / FEWEST_SAMPLES));
  const large = NUMBERS.filter((shards) => shards * SAMPLES <= batchSize);
  return Math.min(most, large.at(-1) ?? NUMBERS[0]);
}
