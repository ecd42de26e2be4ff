/** Loads a compiled module of kernels and wraps each as the contract's function. */

import { availableCores } from "../../platform/available-cores.js";
import { unpacked } from "../../platform/unpacked.js";
import { messageOf, OutOfMemoryError, StateError } from "../../errors.js";
import type { Backend } from "../backend.js";
import type { KernelName, Kernels, LimitName, Limits } from "../contract.js";
import { WasmHeap } from "./allocator.js";
import { ThreadPool, TUNING, type PoolExports, type PoolTuning } from "./pool.js";
import { findStartWorker, type StartWorker } from "./worker-thread.js";
import { wrap, type Compiled, type Wrapper } from "./call.js";

/** What a build of the kernels makes: kernels/build.mjs. */
export interface WasmBinary {
  /** The compiled kernels, deflated (RFC 1951): base64 of a module as it is does not compress well in transit. */
  readonly deflatedBase64: string;
  /** Pages of 64 KiB that the module's stack, data and scratch take. */
  readonly initialPages: number;
}

/** A module, the kernels that it has with the number of their arguments, and what stands in for the others. */
export interface WasmBuild {
  readonly name: Backend["name"];
  readonly trains: boolean;
  readonly binary: WasmBinary;
  readonly kernels: { readonly [Name in KernelName]?: number };
  readonly others?: Readonly<Record<string, Wrapper>>;
}

const isTrue = (value: number): boolean => value !== 0;
const asItIs = (value: number): number => value;

/** Arguments of every limit, and what its number means. */
const limitShapes: {
  readonly [Name in LimitName]: readonly [
    Parameters<Limits[Name]>["length"],
    (value: number) => ReturnType<Limits[Name]>,
  ];
} = {
  packedConv2dAtifPoolForwardFits: [7, isTrue],
  packedAtifPoolBackwardFits: [5, isTrue],
  largestPlanRank: [0, asItIs],
};

const PAGE = 65536;
/** Maxima to try for the shared memory, in pages: an engine reserves the address space at once, and may refuse. */
const MAXIMA = [65536, 32768, 16384, 8192, 4096];

const compiledModules = new Map<WasmBinary, Promise<WebAssembly.Module>>();

/** The compiled module; it is compiled once, and may be sent to workers. */
function loadModule(binary: WasmBinary): Promise<WebAssembly.Module> {
  let module = compiledModules.get(binary);
  if (module === undefined) {
    module = unpacked(binary.deflatedBase64, "init: the kernels").then((bytes) => WebAssembly.compile(bytes));
    compiledModules.set(binary, module);
  }
  return module;
}

/**
 * @param build the module and what it has
 * @param threads how many are wanted; where they cannot be had, there are fewer
 * @param start how threads are started; null if there are none
 * @throws OutOfMemoryError if the engine gives no memory; StateError if the module is out of date
 */
export async function loadBackend(
  build: WasmBuild,
  threads: number,
  start: StartWorker | null = findStartWorker(),
  tuning: PoolTuning = TUNING,
): Promise<Backend> {
  const module = await loadModule(build.binary);
  const { memory, maximum } = createMemory(build.binary.initialPages);
  const { exports } = await WebAssembly.instantiate(module, {
    env: { memory, now: () => performance.now() },
  });
  const heapBase = exports.__heap_base as WebAssembly.Global<"i32">;
  const kernels = wrapKernels(exports, build);
  const limits = wrapLimits(exports);
  const heap = new WasmHeap(memory, heapBase.value, maximum);
  const pool = new ThreadPool({
    module,
    memory,
    exports: exports as unknown as PoolExports,
    reserve: (bytes) => heap.reserve(bytes),
    start,
    cores: availableCores(),
    tuning,
  });
  await pool.resize(threads);
  return {
    name: build.name,
    trains: build.trains,
    get threads() {
      return pool.threads;
    },
    setThreads: (wanted) => pool.resize(wanted),
    kernels,
    limits,
    heap,
    memory,
  };
}

/** @throws OutOfMemoryError if the engine gives none */
export function createMemory(initial: number): { memory: WebAssembly.Memory; maximum: number } {
  let reason = "";
  for (const maximum of MAXIMA) {
    try {
      return {
        memory: new WebAssembly.Memory({ initial, maximum, shared: true }),
        maximum,
      };
    } catch (error) {
      reason = messageOf(error);
    }
  }
  throw new OutOfMemoryError(
    `init: the engine refused a shared WebAssembly memory of ${initial * PAGE} bytes that may grow to ` +
      `${(MAXIMA.at(-1) ?? 0) * PAGE} (${reason}); raise the process's limit on address space (ulimit -v).`,
  );
}

/** @throws StateError if the module is not the contract's: it was not rebuilt since that changed */
function wrapKernels(exports: WebAssembly.Exports, { kernels: counts, others }: WasmBuild): Kernels {
  const kernels: { [name: string]: Wrapper } = { ...others };
  for (const [name, count] of Object.entries(counts)) {
    kernels[name] = wrap(compiledOf(exports, name, count) as Compiled, count);
  }
  return kernels as unknown as Kernels;
}

/** @throws StateError as wrapKernels */
function wrapLimits(exports: WebAssembly.Exports): Limits {
  const limits: { [name: string]: (...sizes: number[]) => number | boolean } = {};
  for (const [name, [count, meaning]] of Object.entries(limitShapes)) {
    const compiled = compiledOf(exports, name, count) as (...sizes: number[]) => number;
    limits[name] = (...sizes) => meaning(compiled(...sizes));
  }
  return limits as unknown as Limits;
}

function compiledOf(exports: WebAssembly.Exports, name: string, count: number): WebAssembly.ExportValue {
  const compiled = exports[name];
  if (typeof compiled === "function" && compiled.length === count) return compiled;
  throw new StateError(
    `init: the compiled kernels have no ${name} of ${count} arguments; run \`npm run build\` to compile them again.`,
  );
}
