/**
 * The reference heap: one plain typed array per allocation. It is made to show mistakes: new float32 arrays are
 * filled with NaN and new int32 arrays with -559038737, because content is not initialised, and a freed array is
 * filled so again, because it must not be read.
 */

import { checkInteger } from "../../checks.js";
import { OutOfMemoryError, StateError } from "../../errors.js";
import type { Heap, HeapUse } from "../backend.js";
import { unscopedSentence } from "../unscoped-sentence.js";

/** 0xdeadbeef, as a signed 32-bit integer. */
const STALE_INT32 = -559038737;

/** What a 32-bit WebAssembly memory can hold, so that both backends refuse the same sizes. */
const CAPACITY_BYTES = 2 ** 32;

export class ReferenceHeap implements Heap {
  heldBeforeScope: number | null = null;
  readonly #held = new Set<Float32Array | Int32Array>();
  readonly #freed = new WeakSet<Float32Array | Int32Array>();
  #liveBytes = 0;
  #peakBytes = 0;

  float32(length: number): Float32Array {
    return this.#hold(length, () => new Float32Array(length).fill(NaN));
  }

  int32(length: number): Int32Array {
    return this.#hold(length, () => new Int32Array(length).fill(STALE_INT32));
  }

  /** @throws StateError on an array that was freed before or came from elsewhere */
  free(array: Float32Array | Int32Array): void {
    if (this.#freed.has(array)) {
      throw new StateError(
        `heap.free: an array of ${array.length} elements was freed before; expected each array to be freed once.`,
      );
    }
    if (!this.#held.delete(array)) {
      throw new StateError(
        `heap.free: an array of ${array.length} elements did not come from this heap; ` +
          `expected one that its float32() or int32() returned, not a view of it or an array from elsewhere.`,
      );
    }
    this.#freed.add(array);
    this.#liveBytes -= array.byteLength;
    array.fill(array instanceof Float32Array ? NaN : STALE_INT32);
  }

  use(): HeapUse {
    return { liveBytes: this.#liveBytes, peakBytes: this.#peakBytes };
  }

  resetPeak(): void {
    this.#peakBytes = this.#liveBytes;
  }

  #hold<A extends Float32Array | Int32Array>(length: number, allocate: () => A): A {
    if (!Number.isInteger(length) || length < 0) checkInteger("heap: length", length);
    const bytes = length * 4;
    if (this.#liveBytes + bytes > CAPACITY_BYTES) throw this.#outOfMemory(bytes);
    let array: A;
    try {
      array = allocate();
    } catch {
      throw this.#outOfMemory(bytes);
    }
    this.#held.add(array);
    this.#liveBytes += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes);
    return array;
  }

  #outOfMemory(bytes: number): OutOfMemoryError {
    return new OutOfMemoryError(
      `Out of memory: ${bytes} bytes asked for, ${this.#liveBytes} bytes held, ${CAPACITY_BYTES} bytes at most. ` +
        `Use a smaller batch or fewer timesteps, or free tensors with scope().` +
        unscopedSentence(this, bytes, this.#liveBytes),
    );
  }
}
