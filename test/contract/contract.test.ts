/** Every kernel of every backend, against the reference (cases.ts). */

import { describe, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import type { KernelName } from "../../src/kernels/contract.js";
import { createReferenceBackend } from "../../src/kernels/reference/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { casesOf, kernelNames, table } from "./cases.js";
import { check } from "./check.js";

const backends: Backend[] = [await createReferenceBackend(1), await createWasmBackend(1)];

/** At most so many sentences of one kernel, so that a wrong kernel does not fill the screen. */
const SHOWN = 5;

function problemsOf<Name extends KernelName>(backend: Backend, name: Name): string[] {
  const problems: string[] = [];
  for (const test of casesOf(name)) {
    problems.push(...check(backend, name, table[name], test));
    if (problems.length >= SHOWN) break;
  }
  return problems.slice(0, SHOWN);
}

describe.each(backends.map((backend) => ({ name: backend.name, backend })))("$name", ({ backend }) => {
  it.each(kernelNames)("%s", (name) => {
    expect(problemsOf(backend, name)).toEqual([]);
  });

  it("holds no memory afterwards", () => {
    expect(backend.heap.use().liveBytes).toBe(0);
  });
});
