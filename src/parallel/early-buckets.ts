/** Which gradients are exchanged together while the backward pass goes on: those of the last layers, which are complete first. */

const BYTES_PER_MB = 2 ** 20;

/**
 * Parameters from the last to the first; a bucket is full once it holds that much. What is left when the first layer is reached is
 * exchanged when all is computed, and is no early bucket.
 *
 * @param sizes of parameters, in the order of the network
 * @param capMb MiB of float32 gradients; null: half of them
 * @returns of each early bucket its parameters, by their numbers
 */
export function earlyBuckets(sizes: readonly number[], capMb: number | null): readonly (readonly number[])[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const cap = capMb === null ? all / 2 : (capMb * BYTES_PER_MB) / Float32Array.BYTES_PER_ELEMENT;
  const buckets: number[][] = [[]];
  let held = 0;
  for (let i = sizes.length - 1; i >= 0; i--) {
    if (held >= cap) {
      buckets.push([]);
      held = 0;
    }
    buckets[buckets.length - 1].push(i);
    held += sizes[i];
  }
  return buckets.slice(0, -1);
}
