/**
 * What a further thread runs: a classic script for a Worker of Node and of a browser alike. It makes its own instance
 * of the module on the memory that all share, with a stack and thread-local data of its own, and serves the pool
 * until the pool is made smaller.
 *
 * A string, so that no bundler and no server has to find a file. Imports nothing; no top-level await.
 */

/** What the script is sent once. Addresses are in the shared memory. */
export interface WorkerTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** From 1 on. */
  readonly index: number;
  /** Just above its stack, which grows downwards. */
  readonly stackTop: number;
  /** Block of __tls_size bytes. */
  readonly tls: number;
  /** Block of poolScratch() floats. */
  readonly scratch: number;
}

/** What the script answers: first that it serves or why it cannot, in the end that it has left. */
export type WorkerAnswer = "serving" | "left" | { readonly failed: string };

export const workerSource = `"use strict";
const port = typeof require === "function" ? require("node:worker_threads").parentPort : self;
port.onmessage = ({ data }) => {
  try {
    const { exports } = new WebAssembly.Instance(data.module, { env: { memory: data.memory, now: () => performance.now() } });
    exports.__stack_pointer.value = data.stackTop;
    exports.__wasm_init_tls(data.tls);
    port.postMessage("serving");
    for (let serving = true; serving; ) {
      try {
        exports.poolServe(data.index, data.scratch);
        serving = false;
      } catch {
        // A trap: the caller is told, and traps too. It unwound nothing of the stack.
        exports.__stack_pointer.value = data.stackTop;
        exports.poolAbandon();
      }
    }
    port.postMessage("left");
  } catch (error) {
    port.postMessage({ failed: String(error) });
  }
  port.close();
};
`;
