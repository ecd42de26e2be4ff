/** The kernels compiled for this processor, on the same heap as those of WebAssembly: native/README.md. */

import { availableCores } from "../../platform/available-cores.js";
import { StateError } from "../../errors.js";
import type { Backend } from "../backend.js";
import type { KernelName, Kernels, LimitName, Limits } from "../contract.js";
import { forwardKernels, trainingKernels } from "../kernel-table.js";
import { trainingRefused } from "../training-refused.js";
import { WasmHeap, type GrowingMemory } from "../wasm/allocator.js";
import { createMemory } from "../wasm/load.js";
import type { PoolTuning } from "../wasm/pool.js";
import type { Addon, AddonContext } from "./addon.js";
import { argumentChecks } from "./argument-checks.js";
import { wrap, type Argument, type Call } from "./call.js";

/** Address 0 is that of an absent array. */
const HEAP_START = 64;

const counts: { readonly [Name in KernelName]: number } = { ...forwardKernels, ...trainingKernels };

/**
 * A look takes a quarter of a nanosecond here and more than one in WebAssembly, so 20,000 of them would be 5 us: less than most
 * gaps between the kernels of a training step, and a thread that fell asleep in a gap costs the next kernel its help. A million,
 * 0.25 ms, makes a step 4 % shorter.
 */
const TUNING: PoolTuning = { spins: 1_000_000, spinsOnSharedCores: 500, worthWaking: 0.05 };

/**
 * @param set one of addon.sets
 * @param options.trains false: the kernels for training refuse, as initInference() has it
 * @throws OutOfMemoryError; StateError if the addon was built of another contract
 */
export async function createNativeBackend(
  addon: Addon,
  set: string,
  threads: number,
  { tuning = TUNING, trains = true }: { tuning?: PoolTuning; trains?: boolean } = {},
): Promise<Backend> {
  const { memory, maximum } = createMemory(1);
  const held = new HeldBuffers(memory);
  const heap = new WasmHeap(held, HEAP_START, maximum);
  const context = addon.open(set, new Uint8Array(memory.buffer));
  const numbers = numbersOf(addon);
  const limits = limitsOf(context, numbers);
  let running = 1;
  const setThreads = (wanted: number): Promise<void> => {
    const spins = wanted <= availableCores() ? tuning.spins : tuning.spinsOnSharedCores;
    running = context.resize(wanted, spins, tuning.worthWaking);
    return Promise.resolve();
  };
  await setThreads(threads);
  return {
    name: trains ? "native" : "inference",
    trains,
    instructionSet: set,
    get threads() {
      return running;
    },
    setThreads,
    kernels: { ...kernelsOf(context, numbers, limits, held), ...(trains ? {} : refusals()) },
    limits,
    heap,
    memory,
  };
}

function refusals(): Partial<Kernels> {
  const refused = Object.keys(trainingKernels).map((name) => [
    name,
    () => {
      throw trainingRefused(name);
    },
  ]);
  return Object.fromEntries(refused) as Partial<Kernels>;
}

function numbersOf({ kernels }: Addon): (name: string, count: number) => number {
  const words = kernels.split(" ");
  return (name, count) => {
    const number = words.indexOf(`${name}:${count}`);
    if (number >= 0) return number;
    throw new StateError(
      `init: the native kernels have no ${name} of ${count} arguments: they are of another version. ` +
        "Build them again with `npm run build:native`, or install packages of one version.",
    );
  };
}

function limitsOf({ values, call }: AddonContext, numbers: (name: string, count: number) => number): Limits {
  const asked =
    (name: LimitName, count: number) =>
    (...sizes: readonly number[]): number => {
      sizes.forEach((size, i) => (values[i] = size));
      call(numbers(name, count));
      return values[0];
    };
  const conv = asked("packedConv2dAtifPoolForwardFits", 7);
  const pool = asked("packedAtifPoolBackwardFits", 5);
  return {
    packedConv2dAtifPoolForwardFits: (...sizes) => conv(...sizes) !== 0,
    packedAtifPoolBackwardFits: (...sizes) => pool(...sizes) !== 0,
    largestPlanRank: asked("largestPlanRank", 0),
  };
}

function kernelsOf(
  context: AddonContext,
  numbers: (name: string, count: number) => number,
  limits: Limits,
  held: HeldBuffers,
): Kernels {
  const low = (value: Argument): number => {
    if (typeof value === "number") return value;
    if (typeof value === "boolean") return value ? 1 : 0;
    if (value === null || value === undefined) return 0;
    if (held.has(value.buffer)) return value.byteOffset;
    throw new StateError(
      `native kernels: an array of ${value.length} elements is not of this backend's heap; make it with heap.float32().`,
    );
  };
  const checks = argumentChecks(limits, (array, length, least, end) => {
    const { values } = context;
    values[0] = low(array);
    values[1] = length;
    values[2] = least;
    values[3] = end;
    context.firstOutside();
    return values[0];
  }) as unknown as { readonly [Name in KernelName]: Call };
  const kernels: { [name: string]: Call } = {};
  for (const [name, count] of Object.entries(counts) as [KernelName, number][])
    kernels[name] = wrap(context, numbers(name, count), count, checks[name], low);
  return kernels as unknown as Kernels;
}

/** A memory whose arrays are known: it has another buffer after it has grown, and arrays keep the one that was. */
class HeldBuffers implements GrowingMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #known = new WeakSet<ArrayBufferLike>();
  #latest: ArrayBufferLike | null = null;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  get buffer(): ArrayBuffer {
    const { buffer } = this.#memory;
    if (buffer !== this.#latest) this.#known.add((this.#latest = buffer));
    return buffer;
  }

  grow(pages: number): number {
    return this.#memory.grow(pages);
  }

  has(buffer: ArrayBufferLike): boolean {
    return buffer === this.#latest || this.#known.has(buffer);
  }
}
