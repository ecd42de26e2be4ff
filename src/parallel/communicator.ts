/**
 * What ranks need of one another: processes that train one network together, each with a part of every batch. All calls are
 * collective: every rank makes the same calls in the same order, with arrays of the same length, and all get the same numbers.
 */

/** Arrays that go between ranks. They are read and written where they lie, in the memory of the kernels for one. */
export type Exchanged = Float32Array | Float64Array | Int32Array;

/** How numbers of all ranks become one, element by element. */
export type Operation = "sum" | "max";

/** An exchange that goes on while this rank computes. */
export interface Exchange {
  /** Takes it on, as far as that goes without waiting. @returns whether it is over: the numbers are there */
  test(): boolean;
  /** Returns when it is over. */
  wait(): void;
}

export interface Communicator {
  /** From 0 to size - 1. Rank 0 is the one that speaks and writes. */
  readonly rank: number;
  readonly size: number;
  /** In place: the elements of all ranks, added in whatever order the library likes. @throws RangeError for an empty array */
  sum(x: Exchanged): void;
  /** In place: the largest of all ranks, element by element. @throws RangeError for an empty array */
  max(x: Exchanged): void;
  /** In place: the bytes of rank `from`, which is 0 if it is left out, on all ranks. */
  broadcast(x: Uint8Array, from?: number): void;
  /** Returns when all ranks have come here. */
  barrier(): void;
  /**
   * As sum() or max(), but it returns at once: until the exchange is over, the array is the communicator's. It has its place in
   * the order of the calls, where others may follow before it is over. Ranks without it exchange when all is computed.
   */
  begin?(operation: Operation, x: Exchanged): Exchange;
  /** Whether there are ranks on other machines, as far as this one knows. */
  readonly isSpread?: boolean;
}

/** One process alone. */
export const alone: Communicator = {
  rank: 0,
  size: 1,
  sum: () => undefined,
  max: () => undefined,
  broadcast: () => undefined,
  barrier: () => undefined,
};
