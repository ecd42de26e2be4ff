/** The compiled kernels that run a network: a module of their own, and a sentence in place of each that is for training. */

import { inferenceBinary } from "./binary.js";
import type { Backend } from "../backend.js";
import { forwardKernels, trainingKernels } from "../kernel-table.js";
import { trainingRefused } from "../training-refused.js";
import { loadBackend } from "./load.js";
import type { PoolTuning } from "./pool.js";
import type { StartWorker } from "./worker-thread.js";

/** See loadBackend. */
export function createInferenceBackend(
  threads: number,
  start?: StartWorker | null,
  tuning?: PoolTuning,
): Promise<Backend> {
  const refused = Object.keys(trainingKernels).map((name) => [name, refusal(name)] as const);
  return loadBackend(
    {
      name: "inference",
      trains: false,
      binary: inferenceBinary,
      kernels: forwardKernels,
      others: Object.fromEntries(refused),
    },
    threads,
    start,
    tuning,
  );
}

function refusal(kernel: string): () => never {
  return () => {
    throw trainingRefused(kernel);
  };
}
