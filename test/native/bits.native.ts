/** The native kernels: the bits of WebAssembly, and refusals in place of what would touch other memory. */

import { describe, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import type { KernelName } from "../../src/kernels/contract.js";
import { createNativeBackend } from "../../src/kernels/native/backend.js";
import { findAddon } from "../../src/kernels/native/find-addon.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { Generator } from "../../src/random/generator.js";
import { Arrays, type Case } from "../contract/arguments.js";
import { call, isArray } from "../contract/call.js";
import { casesOf, kernelNames } from "../contract/cases.js";
import { sampleOf } from "../contract/sample.js";
import { largeCases } from "../kernels/large-cases.js";
import { differences } from "./differences.js";

const { addon, tried } = findAddon();
if (addon === null) throw new Error(`the native kernels: ${tried}`);

/** Threads are woken for anything, and stay awake. */
const EAGER = { spins: 20_000, spinsOnSharedCores: 20_000, worthWaking: 0 };

const wasm = await createWasmBackend(1);
const natives: readonly Backend[] = await Promise.all(
  addon.sets.flatMap((set) =>
    [1, 2, 3, 8].map((threads) => createNativeBackend(addon, set, threads, { tuning: EAGER })),
  ),
);

describe("native kernels", () => {
  describe.each(kernelNames)("%s", (name) => {
    it("gives the bits of WebAssembly, on every set and number of threads", () => {
      const random = new Generator(5);
      const make = largeCases[name] as (random: Generator, arrays: Arrays) => Case<KernelName>["args"];
      const large = { label: "many chunks", args: make(random, new Arrays(random)) } as Case<KernelName>;
      const all = process.env.ATIF_ALL_CASES === "1" ? casesOf(name) : sampleOf(casesOf(name));
      const problems: string[] = [];
      for (const test of [large, ...all] as Case<KernelName>[]) {
        const expected = call(wasm, name, test);
        for (const native of natives) problems.push(...differences(name, test, native, expected));
      }
      expect(problems.slice(0, 5)).toEqual([]);
    });

    it("refuses every array that is shorter than its sizes", () => {
      const random = new Generator(5);
      const make = largeCases[name] as (random: Generator, arrays: Arrays) => Case<KernelName>["args"];
      const args = make(random, new Arrays(random)) as readonly Case<KernelName>["args"][number][];
      const [native] = natives;
      const kernel = native.kernels[name] as (...values: unknown[]) => void;
      const arrays = args.map((each) => {
        if (!isArray(each)) return each;
        const made =
          each.data instanceof Float32Array
            ? native.heap.float32(each.data.length)
            : native.heap.int32(each.data.length);
        made.set(each.data);
        return made;
      });
      arrays.forEach((array, i) => {
        if (array === null || typeof array !== "object") return;
        const shorter = arrays.map((each, j) => (i === j ? (each as Float32Array).subarray(1) : each));
        expect(() => kernel(...shorter), `${name}: argument ${i}`).toThrow(
          /native kernels: .*expected|reads from/,
        );
      });
      for (const array of arrays) if (array !== null && typeof array === "object") native.heap.free(array);
    });
  });
});
