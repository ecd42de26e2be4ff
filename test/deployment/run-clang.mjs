/**
 * Runs the clang of npm: reads [{ options, files }] from its input and writes [{ said, wasm }], what the compiler said and
 * all.wasm in base64, or null. In a process of its own, so that it can be started with --liftoff-only: clang is a large
 * WebAssembly module, and optimizing it takes longer than what it is here for.
 */

import { readFileSync } from "node:fs";
import { commands } from "@yowasp/clang";

// Loads the compiler, which says so otherwise.
await commands.clang(["--version"], {}, { stdout() {}, fetchProgress() {} });
const decoder = new TextDecoder();
const results = [];
for (const { options, files } of JSON.parse(readFileSync(0, "utf8"))) {
  let said = "";
  const stderr = (bytes) => {
    if (bytes !== null) said += decoder.decode(bytes);
  };
  try {
    const made = await commands.clang(options, files, { stdout() {}, stderr });
    const wasm = made["all.wasm"];
    results.push({ said, wasm: wasm === undefined ? null : Buffer.from(wasm).toString("base64") });
  } catch (thrown) {
    results.push({ said: said === "" ? String(thrown) : said, wasm: null });
  }
}
process.stdout.write(JSON.stringify(results));
