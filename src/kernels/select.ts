/** Chooses the backend. Importing does no work; init() does. */

import { createWasmBackend } from "./wasm/backend.js";
import { checkInteger, checkOneOf, checkOptions } from "../checks.js";
import { counted } from "../counted.js";
import { StateError } from "../errors.js";
import { availableCores } from "../platform/available-cores.js";
import { turnIfDue } from "../platform/event-loop.js";
import type { Backend, BackendName } from "./backend.js";
import { mostThreads } from "./most-threads.js";
import { createReferenceBackend } from "./reference/backend.js";

const factories: { [Name in BackendName]: (threads: number) => Promise<Backend> } = {
  wasm: createWasmBackend,
  reference: createReferenceBackend,
};

export interface InitOptions {
  /** "wasm" (default) or "reference", the slow TypeScript twin. */
  backend?: BackendName;
  /**
   * Threads to compute on, at least 1; the default is all cores. At most there are four to a core, or 16 on small
   * machines. The numbers that come out do not depend on it. Where threads cannot be had (a page that is not
   * cross-origin isolated, a policy, the reference backend) there are fewer; threads() tells.
   */
  threads?: number;
}

const created = new Map<BackendName, Promise<Backend>>();
let current: Backend | null = null;

/**
 * Loads the backend and makes it the one that new tensors live in. Calling it again is cheap, and may
 * switch: tensors made before stay in their own backend. Another number of threads keeps the backend and its tensors.
 *
 * @throws TypeError, RangeError on options that are not known
 */
export async function init(options: InitOptions = {}): Promise<void> {
  checkOptions("init", options, ["backend", "threads"]);
  const name = checkOneOf("init: backend", options.backend ?? "wasm", ["wasm", "reference"]);
  const threads = checkInteger("init: threads", options.threads ?? availableCores(), 1);
  const most = mostThreads();
  if (threads > most) {
    throw new RangeError(
      `init: threads is ${threads}; expected at most ${most} on ${counted(availableCores(), "core")}. ` +
        "Leave it out for one to a core.",
    );
  }
  let backend = created.get(name);
  if (backend === undefined) {
    backend = factories[name](threads);
    created.set(name, backend);
    backend.catch(() => created.delete(name));
  }
  const loaded = await backend;
  await loaded.setThreads(threads);
  current = loaded;
  await turnIfDue();
}

/** null before init() */
export function backendIfAny(): Backend | null {
  return current;
}

/** @throws StateError before init() */
export function currentBackend(): Backend {
  if (current === null)
    throw new StateError("atif is not initialised; call `await init()` once before making tensors.");
  return current;
}

/** Threads that kernels run on: what init() asked for, or fewer where they could not be had. */
export function threads(): number {
  return currentBackend().threads;
}
