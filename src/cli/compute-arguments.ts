/** The options of every command that computes. */

import "../kernels/native/install.js";
import "../layers/rare/kinds.js";
import "../ops/install.js";

import type { BackendName } from "../kernels/backend.js";
import { backend, type BackendReport } from "../kernels/current.js";
import { init } from "../kernels/select.js";
import { OutOfMemoryError, StateError } from "../errors.js";
import { UsageError } from "./exit-codes.js";

export interface ComputeArguments {
  readonly threads?: number;
  readonly backend?: BackendName;
}

/**
 * Makes tensors and their operations ready.
 *
 * @throws UsageError if there is no such backend here, or an environment variable names none
 */
export async function initCompute({ threads, backend: name }: ComputeArguments): Promise<void> {
  try {
    await init({
      ...(threads === undefined ? {} : { threads }),
      ...(name === undefined ? {} : { backend: name }),
    });
  } catch (thrown) {
    const isAsked = thrown instanceof RangeError || thrown instanceof StateError;
    if (!isAsked || thrown instanceof OutOfMemoryError) throw thrown;
    throw new UsageError(thrown.message, { cause: thrown });
  }
}

/** As much of what --json prints as says which it is. */
export interface ComputeBackend {
  readonly name: string;
  /** What kernels of the processor's own are compiled for ("avx512", "avx2", "neon"); null where there are none. */
  readonly instructionSet: string | null;
}

/** What computes, as --json prints it. @throws StateError before init() */
export function computeBackend(): BackendReport {
  return backend();
}

/** "native (avx512)", "wasm (not native: …)". @throws StateError before init() */
export function describeBackend({ name, instructionSet, whyNotNative }: BackendReport = backend()): string {
  if (instructionSet !== null) return `${name} (${instructionSet})`;
  return whyNotNative === null ? name : `${name} (not native: ${whyNotNative})`;
}
