/** 256-bit vectors for the compiled kernels, where V8 can join pairs of 128-bit ones. */

import { builtinModule, nodeProcess } from "../../platform/host.js";

/** Node 22 knows the flag, but its compiler joins next to nothing; Node 20 complains of it on stderr. */
const FIRST_NODE = 24;

/** Of the whole process and from now on: V8 looks at the flag whenever it optimises a function. Elsewhere it does nothing. */
export function revectorize(): void {
  if (parseInt(nodeProcess()?.versions?.node ?? "0") < FIRST_NODE) return;
  builtinModule<{ setFlagsFromString(flag: string): void }>("node:v8")?.setFlagsFromString(
    "--experimental-wasm-revectorize",
  );
}
