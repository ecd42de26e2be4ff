/** Loads the compiled kernels and wraps each as the contract's function. */

import { wasmBinary } from "./binary.js";
import { availableCores } from "../../platform/available-cores.js";
import { messageOf, OutOfMemoryError, StateError } from "../../errors.js";
import type { Backend } from "../backend.js";
import type { KernelName, Kernels, LimitName, Limits } from "../contract.js";
import { WasmHeap } from "./allocator.js";
import { ThreadPool, TUNING, type PoolExports, type PoolTuning } from "./pool.js";
import { findStartWorker, type StartWorker } from "./worker-thread.js";
import { wrap, type Compiled, type Wrapper } from "./call.js";

/** Arguments of every kernel. A kernel that is missing, or a wrong number, does not compile. */
const argumentCounts: { readonly [Name in KernelName]: Parameters<Kernels[Name]>["length"] } = {
  fill: 3,
  add: 4,
  subtract: 4,
  multiply: 4,
  divide: 4,
  copyStrided: 3,
  addScaled: 4,
  exponentialAverage: 5,
  negate: 3,
  exp: 3,
  log: 3,
  sqrt: 3,
  sigmoid: 3,
  relu: 3,
  heaviside: 3,
  sigmoidSurrogateBackward: 5,
  sum: 5,
  argmax: 4,
  countNonZero: 3,
  gemm: 9,
  conv2dForward: 16,
  conv2dInputGrad: 15,
  conv2dWeightGrad: 15,
  packedConv2dForward: 18,
  packedConv2dAtifPoolForward: 24,
  packedConv2dWeightGrad: 15,
  packedLinearForward: 8,
  packedLinearWeightGrad: 7,
  maxPool2dForward: 13,
  maxPool2dBackward: 9,
  avgPool2dForward: 12,
  avgPool2dBackward: 12,
  batchNormStatistics: 5,
  batchNormForward: 9,
  batchNormBackward: 11,
  batchNormEvalBackward: 11,
  crossEntropyForward: 6,
  crossEntropyBackward: 6,
  atifForward: 10,
  atifBackward: 13,
  lifForward: 11,
  lifBackward: 15,
  unpackSpikes: 5,
  packSpikes: 4,
  countSpikes: 3,
  repackSpikes: 5,
  packedMaxPool2dForward: 12,
  packedMaxPool2dBackward: 13,
  packedAtifForward: 12,
  packedAtifPoolForward: 15,
  packedAtifPoolBackward: 20,
  sgdStep: 10,
  adamStep: 13,
};

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

let compiledModule: Promise<WebAssembly.Module> | undefined;

/** The compiled module; it is compiled once, and may be sent to workers. */
function loadModule(): Promise<WebAssembly.Module> {
  compiledModule ??= inflate(decodeBase64(wasmBinary.deflatedBase64)).then((binary) =>
    WebAssembly.compile(binary),
  );
  return compiledModule;
}

/**
 * @param threads how many are wanted; where they cannot be had, there are fewer
 * @param start how threads are started; null if there are none
 * @throws OutOfMemoryError if the engine gives no memory; StateError if the module is out of date
 */
export async function createWasmBackend(
  threads: number,
  start: StartWorker | null = findStartWorker(),
  tuning: PoolTuning = TUNING,
): Promise<Backend> {
  const module = await loadModule();
  const { memory, maximum } = createMemory();
  const { exports } = await WebAssembly.instantiate(module, {
    env: { memory, now: () => performance.now() },
  });
  const heapBase = exports.__heap_base as WebAssembly.Global<"i32">;
  const kernels = wrapKernels(exports);
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
    name: "wasm",
    get threads() {
      return pool.threads;
    },
    setThreads: (wanted) => pool.resize(wanted),
    kernels,
    limits,
    heap,
  };
}

function createMemory(): { memory: WebAssembly.Memory; maximum: number } {
  let reason = "";
  for (const maximum of MAXIMA) {
    try {
      return {
        memory: new WebAssembly.Memory({ initial: wasmBinary.initialPages, maximum, shared: true }),
        maximum,
      };
    } catch (error) {
      reason = messageOf(error);
    }
  }
  throw new OutOfMemoryError(
    `init: the engine refused a shared WebAssembly memory of ${wasmBinary.initialPages * PAGE} bytes that may grow to ` +
      `${(MAXIMA.at(-1) ?? 0) * PAGE} (${reason}); raise the process's limit on address space (ulimit -v).`,
  );
}

/** @throws StateError if the module is not the contract's: it was not rebuilt since that changed */
function wrapKernels(exports: WebAssembly.Exports): Kernels {
  const kernels: { [name: string]: Wrapper } = {};
  for (const [name, count] of Object.entries(argumentCounts)) {
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

/** @throws StateError where there is no DecompressionStream */
async function inflate(deflated: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  if (typeof DecompressionStream === "undefined") {
    throw new StateError(
      "init: the kernels cannot be unpacked here: there is no DecompressionStream. Use Node 18 or a browser of 2023 or newer.",
    );
  }
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).arrayBuffer();
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
