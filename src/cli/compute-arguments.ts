/** The options of every command that computes. */

import "../kernels/native/install.js";
import "../ops/install.js";

import type { BackendName } from "../kernels/backend.js";
import { currentBackend } from "../kernels/current.js";
import { init } from "../kernels/select.js";

export interface ComputeArguments {
  readonly threads?: number;
  readonly backend?: BackendName;
}

/** Makes tensors and their operations ready. */
export async function initCompute({ threads, backend }: ComputeArguments): Promise<void> {
  await init({
    ...(threads === undefined ? {} : { threads }),
    ...(backend === undefined ? {} : { backend }),
  });
}

/** The backend that computes now. @throws StateError before init() */
export function backendName(): string {
  return currentBackend().name;
}
