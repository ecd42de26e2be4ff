/** Results of the slow TypeScript twin, which every kernel answers to. */

import type { BackendName } from "../../kernels/backend.js";
import { currentBackend } from "../../kernels/current.js";
import { init } from "../../kernels/select.js";

export const TWIN = "the reference twin";

/** @param threads that the kernels, of the backend that there was before, have again afterwards */
export async function byReferenceTwin<R>(threads: number, compute: () => R): Promise<R> {
  const before = currentBackend().name as BackendName;
  try {
    await init({ backend: "reference" });
    return compute();
  } finally {
    await init({ backend: before, threads });
  }
}
