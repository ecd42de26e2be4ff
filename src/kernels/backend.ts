/** What a compute backend is: kernels and the heap their arrays live in. */

import type { Kernels, Limits } from "./contract.js";

export type BackendName = "wasm" | "native" | "reference";

/** Bytes of a heap: held now, and at most since the start or the last resetPeak(). */
export interface HeapUse {
  liveBytes: number;
  peakBytes: number;
}

/** Allocates the arrays that kernels take. Content is not initialised. */
export interface Heap {
  /** @throws OutOfMemoryError, naming the bytes asked for and held */
  float32(length: number): Float32Array;
  /** @throws OutOfMemoryError */
  int32(length: number): Int32Array;
  /** Gives an array back; it must have come from this heap and not have been freed. */
  free(array: Float32Array | Int32Array): void;
  use(): HeapUse;
  /** Bytes that were held when the outermost scope began, which no scope frees; null while none runs. */
  heldBeforeScope: number | null;
  resetPeak(): void;
}

export interface Backend {
  /** "inference": that of initInference(), which no option names. */
  readonly name: BackendName | "inference";
  /** Of native ones: what its kernels are compiled for. */
  readonly instructionSet?: string;
  /** Whether it has the kernels for training; without them, each of these throws a StateError. */
  readonly trains: boolean;
  /** Threads the kernels run on, the calling one included. */
  readonly threads: number;
  /** Asks for so many threads, at least 1. Where they cannot be had, `threads` is lower afterwards. */
  setThreads(threads: number): Promise<void>;
  readonly kernels: Kernels;
  /** What the kernels take; the same on every backend. */
  readonly limits: Limits;
  readonly heap: Heap;
  /** What the arrays of the heap lie in, where that is one: other modules may compute there. */
  readonly memory?: WebAssembly.Memory;
}
