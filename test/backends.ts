/** The backends every suite runs on; the native one by itself where vitest.native.config.ts asks for it. */

import { describe } from "vitest";
import type { BackendName } from "../src/kernels/backend.js";

export const backendNames: readonly BackendName[] =
  process.env.ATIF_BACKEND === "native" ? ["native"] : ["reference", "wasm"];

/** One describe block per backend; call `await init({ backend })` in a beforeAll inside. */
export function describeBackends(name: string, fn: (backend: BackendName) => void): void {
  describe.each(backendNames)(`${name} on %s`, fn);
}
