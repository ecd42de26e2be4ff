/**
 * The threads that kernels run on: starts and ends workers over the shared memory. How they share out work is
 * kernels/c/parallel.c; nothing here runs when a kernel is called.
 */

import type { WorkerAnswer } from "./worker-source.js";
import type { StartWorker, WorkerThread } from "./worker-thread.js";

/** The module's exports that a pool needs (kernels/c/pool.h). */
export interface PoolExports {
  /** The stack lies at the bottom of the memory: as long as no kernel runs, its top is its size. */
  readonly __stack_pointer: WebAssembly.Global<"i32">;
  readonly __tls_size: WebAssembly.Global<"i32">;
  readonly __tls_align: WebAssembly.Global<"i32">;
  poolResize(threads: number, limit: number, spins: number, worthWaking: number, maySleep: number): void;
  poolScratch(): number;
}

/** What the pool trades waiting for work against. */
export interface PoolTuning {
  /** How often a thread without work looks for some before it sleeps. */
  readonly spins: number;
  /** The same where there are more threads than cores: who looks takes the core from one that works. */
  readonly spinsOnSharedCores: number;
  /** Milliseconds that work must take for sleeping threads to be woken. */
  readonly worthWaking: number;
}

/**
 * 20,000 looks take some 30 us, longer than most gaps between the kernels of a training step. To wake a thread takes
 * the caller 10 us, and until that thread runs 5 to 90 us pass.
 */
export const TUNING: PoolTuning = { spins: 20_000, spinsOnSharedCores: 500, worthWaking: 0.05 };

export interface PoolParts {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly exports: PoolExports;
  /** Address of so many bytes on a 64-byte boundary, for good. @throws OutOfMemoryError */
  readonly reserve: (bytes: number) => number;
  /** null where there are no threads. */
  readonly start: StartWorker | null;
  /** Cores of the machine that this process may use. */
  readonly cores: number;
  readonly tuning: PoolTuning;
}

const BOUNDARY = 64;

/** A worker that has said nothing for so long is given up. */
const START_MILLISECONDS = 30_000;

/** Addresses of what a thread needs. */
interface Places {
  readonly stackTop: number;
  readonly tls: number;
  readonly scratch: number;
}

interface Member {
  readonly thread: WorkerThread;
  /** Settled when it has left the pool, or died. */
  readonly gone: Promise<void>;
}

export class ThreadPool {
  readonly #parts: PoolParts;
  readonly #maySleep: boolean;
  readonly #stackBytes: number;
  /** By index; a place is used again by the next thread of that index. */
  readonly #places: Places[] = [];
  readonly #members = new Map<number, Member>();
  #limit = 1;
  #changes: Promise<void> = Promise.resolve();

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#maySleep = maySleep(parts.memory);
    this.#stackBytes = parts.exports.__stack_pointer.value;
  }

  /** Threads that kernels run on, the calling one included. */
  get threads(): number {
    return 1 + this.#members.size;
  }

  /**
   * Starts or ends threads until there are so many. Where threads cannot be had, there are fewer afterwards. Calls
   * take effect one after the other.
   */
  resize(threads: number): Promise<void> {
    this.#changes = this.#changes.then(() => this.#resize(threads));
    return this.#changes;
  }

  async #resize(threads: number): Promise<void> {
    this.#limit = threads;
    this.#tellKernels();
    const leaving = [...this.#members].filter(([index]) => index >= threads);
    for (const [index, { thread }] of leaving) {
      thread.keepAlive(true);
      this.#members.delete(index);
    }
    this.#tellKernels();
    await Promise.all(leaving.map(([, { gone }]) => gone));
    const { start } = this.#parts;
    if (start === null) return;
    const starting: Promise<void>[] = [];
    for (let index = 1; index < threads; index++)
      if (!this.#members.has(index)) starting.push(this.#start(start, index));
    await Promise.all(starting);
    this.#tellKernels();
  }

  #tellKernels(): void {
    const { exports, cores, tuning } = this.#parts;
    const spins = this.threads <= cores ? tuning.spins : tuning.spinsOnSharedCores;
    exports.poolResize(this.threads, this.#limit, spins, tuning.worthWaking, this.#maySleep ? 1 : 0);
  }

  /** Resolves when the worker serves, or when it is certain that it will not. */
  #start(start: StartWorker, index: number): Promise<void> {
    return new Promise((resolve) => {
      let left: () => void = () => undefined;
      const gone = new Promise<void>((settle) => (left = settle));
      let thread: WorkerThread | undefined;
      const end = (): void => {
        clearTimeout(timer);
        if (this.#members.get(index)?.thread === thread && this.#members.delete(index)) this.#tellKernels();
        thread?.end();
        left();
        resolve();
      };
      const timer = setTimeout(end, START_MILLISECONDS);
      const answered = (answer: WorkerAnswer): void => {
        if (answer !== "serving" || thread === undefined) return end();
        clearTimeout(timer);
        thread.keepAlive(false);
        this.#members.set(index, { thread, gone });
        resolve();
      };
      try {
        const places = (this.#places[index] ??= this.#reserve());
        thread = start({ answered, ended: end });
        const { module, memory } = this.#parts;
        thread.send({ module, memory, index, ...places });
      } catch {
        end();
      }
    });
  }

  #reserve(): Places {
    const { exports, reserve } = this.#parts;
    const align = Math.max(BOUNDARY, exports.__tls_align.value);
    const tlsBytes = Math.ceil(exports.__tls_size.value / BOUNDARY) * BOUNDARY + align;
    const scratchBytes = 4 * exports.poolScratch();
    const stackTop = reserve(this.#stackBytes + tlsBytes + scratchBytes) + this.#stackBytes;
    const tls = Math.ceil(stackTop / align) * align;
    return { stackTop, tls, scratch: stackTop + tlsBytes };
  }
}

/** Only the main thread of a page must never sleep; there Atomics.wait throws. */
function maySleep(memory: WebAssembly.Memory): boolean {
  try {
    const words = new Int32Array(memory.buffer, 0, 1);
    Atomics.wait(words, 0, words[0] + 1, 0);
    return true;
  } catch {
    return false;
  }
}
