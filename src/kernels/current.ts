/** The backends of this process, each made once, and the one that new tensors live in. */

import { StateError } from "../errors.js";
import type { Backend, BackendName } from "./backend.js";
import { nativeOffer } from "./native-offer.js";

type Name = Backend["name"];

const created = new Map<Name, Promise<Backend>>();
let current: Backend | null = null;

/** The backend of that name, loaded or being loaded; undefined if nobody asked for it yet. */
export function createdBackend(name: Name): Promise<Backend> | undefined {
  return created.get(name);
}

/** Keeps a backend that is being loaded for those who ask later, unless it fails. */
export function keepBackend(name: Name, backend: Promise<Backend>): Promise<Backend> {
  created.set(name, backend);
  backend.catch(() => created.delete(name));
  return backend;
}

export function setCurrentBackend(backend: Backend): void {
  current = backend;
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

/** What computes: init()'s choice. */
export interface BackendReport {
  readonly name: BackendName;
  /** Of native kernels: "avx512", "avx2" or "neon"; else null. */
  readonly instructionSet: string | null;
  /** In Node, why it is not native, in words; null where it is, and in pages. */
  readonly whyNotNative: string | null;
}

/** What tensors made from now on are computed with. @throws StateError before init() */
export function backend(): BackendReport {
  const { name, instructionSet = null } = currentBackend();
  if (instructionSet !== null) return { name: "native", instructionSet, whyNotNative: null };
  const whyNotNative = nativeOffer()?.whyNot() ?? null;
  return { name: name === "inference" ? "wasm" : name, instructionSet, whyNotNative };
}

/** Threads that kernels run on: what init() asked for, or fewer where they could not be had. */
export function threads(): number {
  return currentBackend().threads;
}
