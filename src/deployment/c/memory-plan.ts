/**
 * Where the maps between the layers lie. A map is needed from the layer that makes it to the last one that reads it; maps
 * that are needed at different times share their place.
 */

/** A map, in elements. */
export interface Lifetime {
  readonly size: number;
  /** The layer that makes it. */
  readonly from: number;
  /** The last layer that reads it. */
  readonly to: number;
}

export interface MemoryPlan {
  /** Of each map, its first element. */
  readonly offsets: readonly number[];
  /** Elements in all. */
  readonly size: number;
}

/** The largest first, each at the lowest place where nothing lies that is needed at the same time. */
export function planMemory(lifetimes: readonly Lifetime[]): MemoryPlan {
  const order = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b].size - lifetimes[a].size || a - b);
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: number[] = [];
  for (const i of order) {
    const { size, from, to } = lifetimes[i];
    const beside = placed
      .filter((other) => lifetimes[other].from <= to && from <= lifetimes[other].to)
      .sort((a, b) => offsets[a] - offsets[b]);
    let offset = 0;
    for (const other of beside) {
      if (offset + size <= offsets[other]) break;
      offset = Math.max(offset, offsets[other] + lifetimes[other].size);
    }
    offsets[i] = offset;
    placed.push(i);
  }
  return { offsets, size: Math.max(0, ...lifetimes.map(({ size }, i) => offsets[i] + size)) };
}
