/**
 * The kernels on a processor that is emulated: cases and what WebAssembly makes of them are written here, where making them takes
 * a second, and read there. run.mjs bundles this file.
 *
 *   node kernels.mjs write FILE
 *   qemu-aarch64 … node kernels.mjs compare FILE atif.node
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { deserialize, serialize } from "node:v8";
import type { KernelName } from "../../src/kernels/contract.js";
import type { Addon } from "../../src/kernels/native/addon.js";
import { createNativeBackend } from "../../src/kernels/native/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { Generator } from "../../src/random/generator.js";
import { Arrays, type Case } from "../contract/arguments.js";
import { call, type CallResult } from "../contract/call.js";
import { casesOf, kernelNames } from "../contract/cases.js";
import { sampleOf } from "../contract/sample.js";
import { largeCases } from "../kernels/large-cases.js";
import { differences } from "../native/differences.js";

interface Known {
  readonly name: KernelName;
  readonly test: Case<KernelName>;
  readonly expected: CallResult;
}

/** Threads are woken for anything, and stay awake. */
const EAGER = { spins: 20_000, spinsOnSharedCores: 20_000, worthWaking: 0 };

async function write(file: string): Promise<void> {
  const wasm = await createWasmBackend(1);
  const known = kernelNames.flatMap((name) => {
    const random = new Generator(5);
    const make = largeCases[name] as (random: Generator, arrays: Arrays) => Case<KernelName>["args"];
    const large = { label: "many chunks", args: make(random, new Arrays(random)) } as Case<KernelName>;
    const tests = [large, ...sampleOf(casesOf(name))] as Case<KernelName>[];
    return tests.map((test): Known => ({ name, test, expected: call(wasm, name, test) }));
  });
  writeFileSync(file, serialize(known));
}

async function compare(file: string, path: string): Promise<void> {
  const known = deserialize(readFileSync(file)) as readonly Known[];
  const addon = createRequire(import.meta.url)(path) as Addon;
  const problems: string[] = [];
  for (const threads of [1, 2]) {
    const native = await createNativeBackend(addon, addon.sets[0], threads, { tuning: EAGER });
    for (const { name, test, expected } of known)
      problems.push(...differences(name, test, native, expected).map((problem) => `${name}, ${problem}`));
    await native.setThreads(1);
  }
  for (const problem of problems.slice(0, 20)) console.error(problem);
  if (problems.length > 0) throw new Error(`${problems.length} of ${2 * known.length} calls differ.`);
  const kernels = new Set(known.map(({ name }) => name)).size;
  console.log(
    `${addon.sets.join(", ")}: ${kernels} kernels, ${known.length} cases, 1 and 2 threads: the bits of WebAssembly.`,
  );
}

const [what, file, path] = process.argv.slice(2);
await (what === "write" ? write(file) : compare(file, path));
