/** The options of every command that computes. */

import "../kernels/native/install.js";
import "../ops/install.js";

import type { BackendName } from "../kernels/backend.js";
import { backend, currentBackend, type BackendReport } from "../kernels/current.js";
import { init } from "../kernels/select.js";

export interface ComputeArguments {
  readonly threads?: number;
  readonly backend?: BackendName;
}

/** Makes tensors and their operations ready. */
export async function initCompute({ threads, backend: name }: ComputeArguments): Promise<void> {
  await init({
    ...(threads === undefined ? {} : { threads }),
    ...(name === undefined ? {} : { backend: name }),
  });
}

/** The backend that computes now. @throws StateError before init() */
export function backendName(): string {
  return currentBackend().name;
}

/** "native (avx512)", "wasm (not native: …)". @throws StateError before init() */
export function describeBackend({ name, instructionSet, whyNotNative }: BackendReport = backend()): string {
  if (instructionSet !== null) return `${name} (${instructionSet})`;
  return whyNotNative === null ? name : `${name} (not native: ${whyNotNative})`;
}
