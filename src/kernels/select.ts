/** Chooses the backend. Importing does no work; init() does. */

import { checkInteger, checkOneOf, checkOptions } from "../checks.js";
import { StateError } from "../errors.js";
import type { Backend, BackendName } from "./backend.js";
import { createReferenceBackend } from "./reference/backend.js";
import { createWasmBackend } from "./wasm/backend.js";

const factories: { [Name in BackendName]: (threads: number) => Promise<Backend> } = {
  wasm: createWasmBackend,
  reference: createReferenceBackend,
};

export interface InitOptions {
  /** "wasm" (default) or "reference", the slow TypeScript twin. */
  backend?: BackendName;
  /** Threads to compute on; the default is all cores. */
  threads?: number;
}

const created = new Map<string, Promise<Backend>>();
let current: Backend | null = null;

/**
 * Loads the backend and makes it the one that new tensors live in. Calling it again is cheap, and may
 * switch: tensors made before stay in their own backend.
 *
 * @throws TypeError, RangeError on options that are not known
 */
export async function init(options: InitOptions = {}): Promise<void> {
  checkOptions("init", options, ["backend", "threads"]);
  const name = checkOneOf("init: backend", options.backend ?? "wasm", ["wasm", "reference"]);
  const threads = checkInteger("init: threads", options.threads ?? defaultThreads(), 1);
  const key = `${name} ${threads}`;
  let backend = created.get(key);
  if (backend === undefined) {
    backend = factories[name](threads);
    created.set(key, backend);
    backend.catch(() => created.delete(key));
  }
  current = await backend;
}

/** @throws StateError before init() */
export function currentBackend(): Backend {
  if (current === null)
    throw new StateError("atif is not initialised; call `await init()` once before making tensors.");
  return current;
}

function defaultThreads(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}
