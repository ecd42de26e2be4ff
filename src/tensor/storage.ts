/** A counted array in a backend's heap. Tensors and saved values share it; the last one out frees it. */

import { StateError } from "../errors.js";
import type { Backend } from "../kernels/backend.js";
import { noteTurn } from "../platform/event-loop.js";
import { giveUpIfAsked } from "../platform/giving-up.js";
import { inScope } from "./scope.js";
import { tellOfAbandoned, tellOfFreed, tellOfMade } from "./unscoped.js";

type HeapArray = Float32Array | Int32Array;

/** Safety net: a storage that nobody can reach any more gives its array back when it is collected, in a turn of its own. */
const abandoned = new FinalizationRegistry<{ backend: Backend; array: HeapArray }>(({ backend, array }) => {
  noteTurn();
  tellOfAbandoned(backend.heap, array.byteLength);
  backend.heap.free(array);
});

/**
 * Content that is held in another form, and written out as float32 only if somebody asks for the array. Kernels that
 * know the form read it instead.
 */
export interface Deferred {
  /** Writes all elements. */
  fill(array: Float32Array): void;
  /** Gives back what the other form holds. */
  release(): void;
}

export class Storage<A extends HeapArray = Float32Array> {
  readonly backend: Backend;
  /** Counts changes in place, so that the tape notices when a value it saved is no longer what it was. */
  version = 0;
  readonly length: number;
  #array: A | null;
  readonly #deferred: Deferred | null;
  #references = 1;
  /** Whether no scope ran when the array was made. */
  #madeOutside = false;

  private constructor(backend: Backend, length: number, array: A | null, deferred: Deferred | null) {
    this.backend = backend;
    this.length = length;
    this.#array = array;
    this.#deferred = deferred;
    if (array !== null) this.#watch(array);
  }

  /** @throws OutOfMemoryError; GivenUp */
  static float32(backend: Backend, length: number): Storage<Float32Array> {
    giveUpIfAsked();
    return new Storage(backend, length, backend.heap.float32(length), null);
  }

  /** Takes over one reference of what `deferred` holds. */
  static deferred(backend: Backend, length: number, deferred: Deferred): Storage<Float32Array> {
    return new Storage<Float32Array>(backend, length, null, deferred);
  }

  /** @throws OutOfMemoryError; GivenUp */
  static int32(backend: Backend, length: number): Storage<Int32Array> {
    giveUpIfAsked();
    return new Storage(backend, length, backend.heap.int32(length), null);
  }

  /** @throws StateError after the last release(); OutOfMemoryError if deferred content does not fit */
  get array(): A {
    if (this.#references === 0)
      throw new StateError(
        "this tensor's memory was freed (by dispose() or the end of a scope); make it again.",
      );
    return this.#array ?? this.#writeOut();
  }

  /** The other form of the content, or null if there is none or the array was changed since it was written out. */
  get deferred(): Deferred | null {
    return this.version === 0 && this.#references > 0 ? this.#deferred : null;
  }

  /** Whether the array takes memory: deferred content does not, until somebody asks for it. */
  get writtenOut(): boolean {
    return this.#array !== null;
  }

  /** True if exactly one handle or saved value holds it: then it may be changed in place. */
  get exclusive(): boolean {
    return this.#references === 1;
  }

  retain(): this {
    if (this.#references === 0)
      throw new StateError(
        "this tensor's memory was freed (by dispose() or the end of a scope); make it again.",
      );
    this.#references++;
    return this;
  }

  release(): void {
    if (this.#references === 0) return;
    this.#references--;
    if (this.#references === 0) {
      this.#deferred?.release();
      if (this.#array === null) return;
      if (this.#madeOutside) tellOfFreed(this, this.backend.heap, this.#array.byteLength);
      abandoned.unregister(this);
      this.backend.heap.free(this.#array);
    }
  }

  #writeOut(): A {
    const array = this.backend.heap.float32(this.length);
    this.#deferred?.fill(array);
    // Only static deferred() makes a storage without an array, and its elements are float32.
    this.#array = array as A;
    this.#watch(this.#array);
    return this.#array;
  }

  #watch(array: A): void {
    this.#madeOutside = !inScope();
    if (this.#madeOutside) tellOfMade(this, this.backend.heap, array.byteLength);
    abandoned.register(this, { backend: this.backend, array }, this);
  }
}
