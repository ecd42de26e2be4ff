/** The reference backend: slow and obvious, the truth that the others are held to. */

import { checkInteger } from "../../checks.js";
import type { Backend } from "../backend.js";
import { ReferenceHeap } from "./heap.js";
import { referenceKernels } from "./kernels.js";
import { referenceLimits } from "./limits.js";

/** It computes on one thread, whatever number is asked for. @throws RangeError unless threads >= 1 */
export function createReferenceBackend(threads: number): Promise<Backend> {
  return new Promise((resolve) => {
    checkInteger("createReferenceBackend: threads", threads, 1);
    resolve({
      name: "reference",
      trains: true,
      threads: 1,
      setThreads: () => Promise.resolve(),
      kernels: referenceKernels,
      limits: referenceLimits,
      heap: new ReferenceHeap(),
    });
  });
}
