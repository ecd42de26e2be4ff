/** Every kernel of every backend, against the reference (cases.ts). */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import type { KernelName } from "../../src/kernels/contract.js";
import { createReferenceBackend } from "../../src/kernels/reference/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import type { Case } from "./arguments.js";
import { casesOf, kernelNames, table } from "./cases.js";
import { check } from "./check.js";

const backends: Backend[] = [await createReferenceBackend(1), await createWasmBackend(1)];

/** At most so many sentences of one kernel, so that a wrong kernel does not fill the screen. */
const SHOWN = 5;

describe.each(kernelNames)("%s", (name) => {
  let cases: Case<KernelName>[] = [];
  beforeAll(() => {
    cases = casesOf(name);
  });
  afterAll(() => {
    cases = [];
  });

  it.each(backends)("on $name", (backend) => {
    const problems: string[] = [];
    for (const test of cases) {
      problems.push(...check(backend, name, table[name], test));
      if (problems.length >= SHOWN) break;
    }
    expect(problems.slice(0, SHOWN)).toEqual([]);
    expect(cases).not.toHaveLength(0);
    expect(backend.heap.use().liveBytes).toBe(0);
  });
});
