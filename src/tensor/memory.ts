/** What the current backend's heap holds. */

import type { HeapUse } from "../kernels/backend.js";
import { currentBackend } from "../kernels/current.js";

/** Live and peak bytes of tensor memory. @throws StateError before init() */
export function memory(): HeapUse {
  return currentBackend().heap.use();
}

/** Starts a new peak measurement from what is live now. */
export function resetPeakMemory(): void {
  currentBackend().heap.resetPeak();
}
