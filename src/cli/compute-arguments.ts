/** The options of every command that computes. */

import "../kernels/native/install.js";
import "../ops/install.js";

import type { BackendName } from "../kernels/backend.js";
import { backend, type BackendReport } from "../kernels/current.js";
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

/** As much of a report as says which it is; reports that are read back have it, too. */
export interface ComputeBackend {
  readonly name: string;
  readonly instructionSet: string | null;
}

/** What computes, as --json prints it. @throws StateError before init() */
export function computeBackend(): BackendReport {
  return backend();
}
