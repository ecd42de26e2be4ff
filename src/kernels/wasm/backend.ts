/** All of the compiled kernels. */

import { wasmBinary } from "./binary.js";
import type { Backend } from "../backend.js";
import { forwardKernels, trainingKernels } from "../kernel-table.js";
import { loadBackend } from "./load.js";
import type { PoolTuning } from "./pool.js";
import type { StartWorker } from "./worker-thread.js";

/** See loadBackend. */
export function createWasmBackend(
  threads: number,
  start?: StartWorker | null,
  tuning?: PoolTuning,
): Promise<Backend> {
  const kernels = { ...forwardKernels, ...trainingKernels };
  return loadBackend({ name: "wasm", trains: true, binary: wasmBinary, kernels }, threads, start, tuning);
}
