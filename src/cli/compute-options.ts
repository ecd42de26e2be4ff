/** Options that commands which compute have in common. */

import { mostThreads } from "../kernels/most-threads.js";
import { backendName, wholeNumber } from "./arguments.js";

export function threads(): [string, string, (text: string) => number] {
  return [
    "--threads <n>",
    "threads to compute on; all cores if it is left out",
    wholeNumber("--threads", 2, 1, mostThreads()),
  ];
}

export function backend(): [string, string, typeof backendName] {
  return ["--backend <name>", "native, wasm, or reference: slow and plain, to check against", backendName];
}
