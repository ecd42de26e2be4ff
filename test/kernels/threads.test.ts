/** The same bits on any number of threads: large arrays, the contract's cases, and a few steps of training. */

import "../../src/ops/install.js";

import { beforeAll, describe, expect, it } from "vitest";
import { counted } from "../../src/counted.js";
import type { Backend } from "../../src/kernels/backend.js";
import type { KernelName } from "../../src/kernels/contract.js";
import { mostThreads } from "../../src/kernels/most-threads.js";
import { threads } from "../../src/kernels/current.js";
import { init } from "../../src/kernels/select.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import type { PoolTuning } from "../../src/kernels/wasm/pool.js";
import { findStartWorker } from "../../src/kernels/wasm/worker-thread.js";
import { availableCores } from "../../src/platform/available-cores.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { SCNN } from "../../src/models/scnn.js";
import { Adam } from "../../src/optimizers/adam.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { memory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor } from "../../src/tensor/tensor.js";
import { Arrays, type Case } from "../contract/arguments.js";
import { call, wordsOf } from "../contract/call.js";
import { casesOf, kernelNames } from "../contract/cases.js";
import { normals } from "../contract/values.js";
import { largeCases } from "./large-cases.js";

const COUNTS = [1, 2, 3, 8];

/** Threads are woken for anything, and stay awake. */
const EAGER: PoolTuning = { spins: 20_000, spinsOnSharedCores: 20_000, worthWaking: 0 };

let backends: Backend[] = [];
beforeAll(async () => {
  backends = await Promise.all(COUNTS.map((count) => createWasmBackend(count, findStartWorker(), EAGER)));
});

/** The words that a call writes, on every backend, must be those of one thread. */
function expectSameBits<Name extends KernelName>(name: Name, test: Case<Name>, on: readonly Backend[]): void {
  const [one, ...others] = on.map((backend) => call(backend, name, test));
  expect(one.violations, test.label).toEqual([]);
  others.forEach(({ outputs, violations }, i) => {
    const where = `${name}, ${test.label}, on ${on[i + 1].threads} threads`;
    expect(violations, where).toEqual([]);
    for (const [output, words] of one.outputs) {
      const [expected, actual] = [words, outputs.get(output) ?? new Float32Array(0)].map(wordsOf);
      if (Buffer.from(expected.buffer).equals(Buffer.from(actual.buffer))) continue;
      const at = expected.findIndex((word, index) => word !== actual[index]);
      expect.fail(`${where}: ${output}[${at}] differs`);
    }
  });
}

describe("the backends", () => {
  it("have the threads that were asked for", () => {
    expect(backends.map((backend) => backend.threads)).toEqual(COUNTS);
  });
});

describe.each(kernelNames)("%s", (name) => {
  it("gives the bits of one thread where there are many chunks", () => {
    const random = new Generator(5);
    const make = largeCases[name] as (random: Generator, arrays: Arrays) => Case<KernelName>["args"];
    const test = { label: "many chunks", args: make(random, new Arrays(random)) } as Case<KernelName>;
    expectSameBits(name, test, backends);
  });

  it("gives the bits of one thread on the cases of the contract", () => {
    for (const test of casesOf(name)) expectSameBits(name, test, [backends[0], backends[3]]);
  });
});

describe("init", () => {
  /** The words of all parameters and gradients after a few steps of training. */
  function train(): number[][] {
    manualSeed(3);
    const random = new Generator(4);
    const model = new SCNN({
      inputShape: [20, 20, 1],
      outputShape: [10],
      filters: [16, 32],
      kernelSizes: [3, 3],
      paddings: [1, 1],
      strides: [1, 1],
      poolSizes: [2, 2],
      fcUnits: [64],
      batchNorm: true,
      timesteps: 4,
      neuron: { kind: "ATIF" },
    });
    const optimizer = new Adam(model.parameters(), { lr: 0.01 });
    const labels = Array.from({ length: 32 }, (_, i) => i % 10);
    for (let step = 0; step < 3; step++)
      scope(() => {
        optimizer.zeroGrad();
        crossEntropy(model.run(tensor(normals(random, 32 * 400), [32, 20, 20, 1])), labels).backward();
        optimizer.step();
      });
    const words = [...model.parameters()].flatMap(({ data, grad }) =>
      [data, grad?.data ?? new Float32Array(0)].map((array) => [...wordsOf(array)]),
    );
    return words;
  }

  it("trains to the same bits on any number of threads, in one backend", async () => {
    const results: number[][][] = [];
    for (const count of COUNTS) {
      await init({ threads: count });
      expect(threads()).toBe(count);
      results.push(train());
    }
    expect(results[0].flat().some((word) => word !== 0)).toBe(true);
    for (const result of results.slice(1)) expect(result).toEqual(results[0]);
  });

  it("keeps tensors usable when the number of threads changes", async () => {
    await init({ threads: 3 });
    const x = tensor([1, 2, 3], [3]);
    await init({ threads: 1 });
    const y = tensor([10, 20, 30], [3]);
    await init({ threads: 2 });
    expect([...x.add(y).toArray()]).toEqual([11, 22, 33]);
  });

  it("obeys the last of several calls at once", async () => {
    await Promise.all([
      init({ threads: 4 }),
      init({ threads: 1 }),
      init({ threads: 3 }),
      init({ threads: 2 }),
    ]);
    expect(threads()).toBe(2);
  });

  it("does not count what threads work with as tensors", async () => {
    await init({ threads: 1 });
    const before = memory().liveBytes;
    await init({ threads: 8 });
    expect(memory().liveBytes).toBe(before);
    await init({ threads: 1 });
  });

  it("refuses more threads than the cores can have use of, and keeps those there are", async () => {
    await init({ threads: 2 });
    const most = mostThreads();
    for (const wanted of [most + 1, 100_000])
      await expect(init({ threads: wanted })).rejects.toThrow(
        `init: threads is ${wanted}; expected at most ${most} on ${counted(availableCores(), "core")}. Leave it out for one to a core.`,
      );
    expect(threads()).toBe(2);
  });

  it("has at most four threads to a core, 16 on small machines, and never more than 1024", () => {
    expect([1, 2, 4, 5, 64, 256, 1000].map(mostThreads)).toEqual([16, 16, 16, 20, 256, 1024, 1024]);
  });
});
