/** The heap of the WASM backend: arrays inside a growing WebAssembly.Memory. */

import { checkInteger } from "../../checks.js";
import { OutOfMemoryError, StateError } from "../../errors.js";
import type { Heap, HeapUse } from "../backend.js";
import { unscopedSentence } from "../unscoped-sentence.js";
import { ALIGNMENT, BlockList, type Block } from "./blocks.js";

type HeapArray = Float32Array | Int32Array;

const PAGE = 65536;
/** The memory grows by at least this much, or by an eighth, so that it does not grow often. */
const LEAST_GROWTH = 16 * 2 ** 20;

/**
 * Arrays of activations are often a multiple of 4 KiB long. Were they packed, element i of all of them would fall into
 * the same set of the level 1 cache, and a kernel that reads some and writes others would wait for itself: the neuron's
 * forward loop took 2.9 ms instead of 1.5. So a gap of an odd number of cache lines follows each long array.
 */
const LONG = 16384;
const GAP = 5 * ALIGNMENT;

/** What the heap needs of a WebAssembly.Memory. */
export type GrowingMemory = Pick<WebAssembly.Memory, "buffer" | "grow">;

export class WasmHeap implements Heap {
  heldBeforeScope: number | null = null;
  readonly #memory: GrowingMemory;
  readonly #maximumPages: number;
  readonly #blocks: BlockList;
  readonly #live = new Map<HeapArray, Block>();
  readonly #freed = new WeakSet<HeapArray>();
  #liveBytes = 0;
  #peakBytes = 0;

  /**
   * @param memory with the kernels' own data below `start`; a shared one, whose arrays stay valid when it grows
   * @param start first byte of the heap
   * @param maximumPages the memory's maximum
   */
  constructor(memory: GrowingMemory, start: number, maximumPages: number) {
    this.#memory = memory;
    this.#maximumPages = maximumPages;
    this.#blocks = new BlockList(start);
    this.#blocks.extend(memory.buffer.byteLength);
  }

  float32(length: number): Float32Array {
    const block = this.#allocate("float32", length);
    const array = new Float32Array(this.#memory.buffer, block.offset, length);
    this.#live.set(array, block);
    return array;
  }

  int32(length: number): Int32Array {
    const block = this.#allocate("int32", length);
    const array = new Int32Array(this.#memory.buffer, block.offset, length);
    this.#live.set(array, block);
    return array;
  }

  /**
   * Address of so many bytes on a cache line, for good: what threads work with, not counted as tensors.
   *
   * @throws OutOfMemoryError
   */
  reserve(bytes: number): number {
    return this.#take("reserve", bytes, bytes).offset;
  }

  /** @throws StateError if the array was freed before, or is not one that this heap handed out */
  free(array: HeapArray): void {
    const block = this.#live.get(array);
    if (block === undefined) {
      const kind = `heap.free: the ${array.constructor.name} of ${array.length} elements`;
      if (this.#freed.has(array)) throw new StateError(`${kind} was freed before; free every array once.`);
      throw new StateError(
        `${kind} did not come from this heap; free only what float32() or int32() returned, not a view of it.`,
      );
    }
    this.#live.delete(array);
    this.#freed.add(array);
    this.#liveBytes -= array.byteLength;
    this.#blocks.give(block);
  }

  use(): HeapUse {
    return { liveBytes: this.#liveBytes, peakBytes: this.#peakBytes };
  }

  resetPeak(): void {
    this.#peakBytes = this.#liveBytes;
  }

  #allocate(kind: string, length: number): Block {
    if (!Number.isSafeInteger(length) || length < 0) checkInteger(`heap.${kind}: length`, length);
    const bytes = 4 * length;
    const block = this.#take(kind, bytes, bytes < LONG ? bytes : bytes + GAP);
    this.#liveBytes += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes);
    return block;
  }

  /** A block of `ample` bytes, or of `bytes` where there is no more room. */
  #take(kind: string, bytes: number, ample: number): Block {
    let block = this.#blocks.take(ample);
    if (block === null && (this.#grow(ample) || this.#grow(bytes))) block = this.#blocks.take(ample);
    block ??= this.#blocks.take(bytes);
    if (block === null) {
      throw new OutOfMemoryError(
        `heap.${kind}: no room for ${bytes} bytes (${this.#liveBytes} bytes are held, the memory is ` +
          `${this.#memory.buffer.byteLength} bytes and may reach ${this.#maximumPages * PAGE}); ` +
          "use a smaller batch or model, or free tensors with scope() or dispose()." +
          unscopedSentence(this, bytes, this.#liveBytes),
      );
    }
    return block;
  }

  /** Makes room for a block of this many bytes at the end. False if the memory cannot grow so far. */
  #grow(bytes: number): boolean {
    const length = this.#memory.buffer.byteLength;
    const size = Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;
    const least = Math.ceil((this.#blocks.end - this.#blocks.freeAtEnd + size - length) / PAGE);
    const room = this.#maximumPages - length / PAGE;
    if (least > room) return false;
    const ample = Math.min(room, Math.max(least, Math.ceil(Math.max(LEAST_GROWTH, length / 8) / PAGE)));
    if (!this.#growPages(ample) && !this.#growPages(least)) return false;
    this.#blocks.extend(this.#memory.buffer.byteLength);
    return true;
  }

  #growPages(pages: number): boolean {
    try {
      this.#memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}
