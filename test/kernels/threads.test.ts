/** The same bits on any number of threads: every contract case, large arrays, and a few steps of training. */

import "../../src/ops/install.js";

import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import type { KernelName } from "../../src/kernels/contract.js";
import { init, threads } from "../../src/kernels/select.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
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
import { normals, spikes } from "../contract/values.js";

const COUNTS = [1, 2, 3, 8];

let backends: Backend[] = [];
beforeAll(async () => {
  backends = await Promise.all(COUNTS.map((count) => createWasmBackend(count)));
});

/** The words that a call writes, on every backend, must be those of one thread. */
function expectSameBits<Name extends KernelName>(name: Name, test: Case<Name>): void {
  const [one, ...others] = backends.map((backend) => call(backend, name, test));
  expect(one.violations, test.label).toEqual([]);
  others.forEach(({ outputs, violations }, i) => {
    const where = `${name}, ${test.label}, on ${COUNTS[i + 1]} threads`;
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
  it("gives the bits of one thread on the cases of the contract", () => {
    for (const test of casesOf(name)) expectSameBits(name, test);
  });
});

/** Sizes that make many chunks, of sums above all: what is added up in which order must not depend on threads. */
const large: { readonly [Name in KernelName]?: (arrays: Arrays, random: Generator) => Case<Name>["args"] } = {
  exp: (arrays, random) => [
    arrays.output("y", 1 << 20),
    arrays.input("x", normals(random, 1 << 20)),
    1 << 20,
  ],
  sum: (arrays, random) => [
    arrays.output("y", 60),
    arrays.input("x", normals(random, 3 * 20_000 * 20)),
    3,
    20_000,
    20,
  ],
  countNonZero: (arrays, random) => [
    arrays.indexOutput("count", 1),
    arrays.input("x", spikes(random, 1_000_003)),
    1_000_003,
  ],
  gemm: (arrays, random) => [
    arrays.output("c", 300 * 260),
    arrays.input("a", normals(random, 300 * 700)),
    arrays.input("b", normals(random, 700 * 260)),
    300,
    260,
    700,
    false,
    false,
    false,
  ],
  conv2dWeightGrad: (arrays, random) => [
    arrays.output("dw", 9 * 16 * 32),
    arrays.input("dy", normals(random, 16 * 28 * 28 * 32)),
    arrays.input("x", spikes(random, 16 * 28 * 28 * 16)),
    ...([16, 28, 28, 16, 32, 3, 3, 1, 1, 1, 1, 1] as const),
  ],
  batchNormStatistics: (arrays, random) => [
    arrays.output("mean", 32),
    arrays.output("variance", 32),
    arrays.input("x", normals(random, 40_000 * 32, 2, 3)),
    40_000,
    32,
  ],
  crossEntropyForward: (arrays, random) => [
    arrays.output("loss", 1),
    arrays.output("probability", 20_000 * 10),
    arrays.input("logits", normals(random, 20_000 * 10, 3)),
    arrays.indices(
      "labels",
      Array.from({ length: 20_000 }, (_, i) => i % 10),
    ),
    20_000,
    10,
  ],
  atifBackward: (arrays, random) => [
    arrays.output("dx", 4 * 100_000),
    arrays.inPlace("dv", normals(random, 100_000)),
    arrays.output("dtheta", 1),
    arrays.input("gy", normals(random, 4 * 100_000)),
    arrays.input("x", normals(random, 4 * 100_000)),
    arrays.input("v0", normals(random, 100_000)),
    arrays.input("theta", Float32Array.of(0.9)),
    ...([4, 100_000, 2, true, false, false] as const),
  ],
};

describe("large arrays", () => {
  it.each(Object.keys(large) as (keyof typeof large)[])("%s gives the bits of one thread", (name) => {
    const make = large[name] as ((arrays: Arrays, random: Generator) => Case<KernelName>["args"]) | undefined;
    const random = new Generator(5);
    if (make === undefined) throw new Error(`no case of ${name}`);
    expectSameBits(name, { label: "large", args: make(new Arrays(random), random) });
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

  it("refuses more threads than a process can start", async () => {
    await expect(init({ threads: 1025 })).rejects.toThrow("init: threads is 1025; expected at most 1024.");
  });
});
