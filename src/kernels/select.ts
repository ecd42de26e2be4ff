/** Chooses the backend. Importing does no work; init() does. */

import { createWasmBackend } from "./wasm/backend.js";
import { revectorize } from "./wasm/revectorize.js";
import { checkBoolean, checkOneOf, checkOptions } from "../checks.js";
import { turnIfDue } from "../platform/event-loop.js";
import type { Backend, BackendName } from "./backend.js";
import { createdBackend, keepBackend, setCurrentBackend } from "./current.js";
import { nativeOffer } from "./native-offer.js";
import { createReferenceBackend } from "./reference/backend.js";
import { threadCount } from "./thread-count.js";

const factories: { [Name in BackendName]: (threads: number) => Promise<Backend> } = {
  wasm: createWasmBackend,
  // Where nobody offers them, init() refuses the name before.
  native: (threads) => (nativeOffer()?.create ?? createWasmBackend)(threads),
  reference: createReferenceBackend,
};

export interface InitOptions {
  /**
   * "native" (default in Node where its addon loads), "wasm" (default elsewhere) or "reference", the slow TypeScript twin.
   * The environment variable ATIF_BACKEND changes the default in Node. native and wasm give the same bits.
   */
  backend?: BackendName;
  /**
   * Threads to compute on, at least 1; the default is all cores. At most there are four to a core, or 16 on small
   * machines. The numbers that come out do not depend on it. Where threads cannot be had (a page that is not
   * cross-origin isolated, a policy, the reference backend) there are fewer; threads() tells.
   */
  threads?: number;
  /**
   * true: V8 may join pairs of 128-bit vectors into 256-bit ones as it compiles the kernels, an experimental feature of Node 24
   * and newer on x64 with AVX2. The numbers are the same. Give it in the first init(): what is compiled already stays as
   * it is. It holds for all WebAssembly of the process and cannot be taken back; false (default) changes nothing. In
   * browsers and older versions of Node it does nothing.
   */
  wasmRevectorize?: boolean;
}

/** What autograd/init.ts, which programs call, says; it brings the backward pass besides. @throws TypeError, RangeError */
export async function init(options: InitOptions = {}): Promise<void> {
  checkOptions("init", options, ["backend", "threads", "wasmRevectorize"]);
  const native = nativeOffer();
  const names: readonly BackendName[] = native ? ["wasm", "native", "reference"] : ["wasm", "reference"];
  const name = checkOneOf("init: backend", options.backend ?? native?.usual() ?? "wasm", names);
  const threads = threadCount("init", options.threads);
  if (checkBoolean("init: wasmRevectorize", options.wasmRevectorize ?? false)) revectorize();
  const backend = await (createdBackend(name) ?? keepBackend(name, factories[name](threads)));
  await backend.setThreads(threads);
  setCurrentBackend(backend);
  await turnIfDue();
}
