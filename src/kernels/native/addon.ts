/** The compiled addon (native/addon.c), as Node loads it. */

/** A pool and its scratch, on one memory. */
export interface AddonContext {
  /** Arguments of the next call: numbers, and byte offsets of arrays in the memory, 0 for none. */
  readonly values: Float64Array;
  call(number: number): void;
  /** Of int32 entries, values say where, how many, the least and the end: writes to values[0] which is outside, or -1. */
  firstOutside(): void;
  /** @returns the threads that there are then, the calling one included */
  resize(threads: number, spins: number, worthWaking: number): number;
  close(): void;
}

export interface Addon {
  /** "fill:3 add:4 …": kernels and limits with their arguments, in the order of their numbers. */
  readonly kernels: string;
  /** Instruction sets that run here, the widest first. */
  readonly sets: readonly string[];
  open(set: string, memory: Uint8Array): AddonContext;
}
