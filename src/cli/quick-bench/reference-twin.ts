/** Results of the slow TypeScript twin, which every kernel answers to. */

import { init } from "../../kernels/select.js";

export const TWIN = "the reference twin";

/** @param threads that the kernels have again afterwards */
export async function byReferenceTwin<R>(threads: number, compute: () => R): Promise<R> {
  try {
    await init({ backend: "reference" });
    return compute();
  } finally {
    await init({ threads });
  }
}
