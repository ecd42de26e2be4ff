/**
 * Memory that a training goes on using: what ranks add up, in the heap of the kernels, so that it is exchanged where it lies. It is
 * taken again when sizes change, and goes with its holder.
 */

import type { Backend } from "../kernels/backend.js";
import { Storage } from "../tensor/storage.js";

export class StepArrays {
  #sums: Storage | null = null;
  #flat: Storage | null = null;

  /** float64 numbers; what is in them is of the step before. @throws OutOfMemoryError */
  sums(backend: Backend, length: number): Float64Array {
    this.#sums = renewed(this.#sums, backend, 2 * length);
    const { buffer, byteOffset } = this.#sums.array;
    return new Float64Array(buffer, byteOffset, length);
  }

  /** @throws OutOfMemoryError */
  flat(backend: Backend, length: number): Float32Array {
    this.#flat = renewed(this.#flat, backend, length);
    return this.#flat.array;
  }
}

function renewed(storage: Storage | null, backend: Backend, length: number): Storage {
  if (storage?.backend === backend && storage.length === length) return storage;
  storage?.release();
  return Storage.float32(backend, length);
}
