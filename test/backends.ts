/** The backends every suite runs on. */

import { describe } from "vitest";
import type { BackendName } from "../src/kernels/backend.js";

export const backendNames: readonly BackendName[] = ["reference", "wasm"];

/** One describe block per backend; call `await init({ backend })` in a beforeAll inside. */
export function describeBackends(name: string, fn: (backend: BackendName) => void): void {
  describe.each(backendNames)(`${name} on %s`, fn);
}
