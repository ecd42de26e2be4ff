/** Gradients that are exchanged while others are computed: which, when, and in which order, whatever comes first. */

import { beforeAll, describe, expect, it } from "vitest";
import { watchingGradients } from "../../src/autograd/gradient-ready.js";
import {
  AutogradFunction,
  Flatten,
  init,
  Linear,
  manualSeed,
  Module,
  Parameter,
  Sequential,
  SMLP,
  SpikingModel,
  Tensor,
  tensor,
  Trainer,
} from "../../src/index.js";
import { alone, type Communicator, type Exchange, type Exchanged } from "../../src/parallel/communicator.js";
import { DataParallel } from "../../src/parallel/data-parallel.js";
import { earlyBuckets } from "../../src/parallel/early-buckets.js";
import { EarlyExchange } from "../../src/parallel/early-exchange.js";
import { wouldOverlap } from "../../src/parallel/overlap.js";
import { Generator } from "../../src/random/generator.js";
import { stripes } from "../training/tiny.js";

beforeAll(() => init({ backend: "wasm", threads: 1 }));

describe("earlyBuckets", () => {
  it("fills them from the last parameter on; what is left with the first one is no early one", () => {
    // Half of 100: the last two hold 55 of them.
    expect(earlyBuckets([40, 5, 50, 5], null)).toEqual([[3, 2]]);
    expect(earlyBuckets([5, 5, 40, 50], null)).toEqual([[3]]);
    // Half is there with the first parameter alone.
    expect(earlyBuckets([90, 5, 5], null)).toEqual([]);
    expect(earlyBuckets([7], null)).toEqual([]);
    const mb = 2 ** 18;
    expect(earlyBuckets([mb, mb, mb, mb, mb], 2)).toEqual([
      [4, 3],
      [2, 1],
    ]);
    expect(earlyBuckets([mb, 3 * mb, mb, 1], 1)).toEqual([[3, 2], [1]]);
    expect(earlyBuckets([mb, mb], 25)).toEqual([]);
  });
});

describe("wouldOverlap", () => {
  const begin = (): Exchange => ({ test: () => true, wait: () => undefined });
  const two: Communicator = { ...alone, size: 2, begin };
  it("is as it is said, where it can be; by itself between machines, with enough to exchange", () => {
    expect(wouldOverlap(true, two, 10)).toBe(true);
    expect(wouldOverlap(true, { ...two, size: 1 }, 10)).toBe(false);
    expect(wouldOverlap(false, { ...two, isSpread: true }, 1e7)).toBe(false);
    expect(wouldOverlap("auto", { ...two, isSpread: true }, 1e7)).toBe(true);
    expect(wouldOverlap("auto", { ...two, isSpread: true }, 100)).toBe(false);
    expect(wouldOverlap("auto", { ...two, isSpread: false }, 1e7)).toBe(false);
    expect(wouldOverlap("auto", { ...alone, size: 2, isSpread: true }, 1e7)).toBe(false);
    expect(() => new DataParallel({ shards: 2, overlap: true, communicator: { ...alone, size: 2 } })).toThrow(
      "DataParallel: overlap is true, but the communicator has no begin()",
    );
  });
});

const parameter = (...values: number[]): Parameter => new Parameter(tensor(values, [values.length]));

describe("watchingGradients", () => {
  it("tells of a leaf when its gradient is what it will be, before those of earlier operations", () => {
    const [a, b, both, unused] = [parameter(2), parameter(3), parameter(5), parameter(7)];
    const seen: [string, number | null, number | null][] = [];
    const names = new Map<Tensor, string>([a, b, both, unused].map((leaf, i) => [leaf, ["a", "b", "both", "unused"][i]])); // prettier-ignore
    let steps = 0;
    const loss = a.mul(both).mul(b).mul(both).sum();
    watchingGradients(
      [a, b, both, unused],
      {
        onReady: (leaf) =>
          seen.push([names.get(leaf) ?? "", leaf.grad?.data[0] ?? null, a.grad?.data[0] ?? null]),
        onStep: () => steps++,
      },
      () => loss.backward(),
    );
    // d/db = a both^2; d/dboth = 2 a b both; d/da = b both^2, which comes with the first operation, the last to go back.
    expect(seen).toEqual([
      ["unused", null, null],
      ["b", 50, null],
      ["a", 75, 75],
      ["both", 60, 75],
    ]);
    expect(steps).toBe(4);
    expect([a, b, both].map(({ grad }) => grad?.data[0])).toEqual([75, 50, 60]);
  });

  it("watches one pass: not the next one, nor those after the work, nor those within", () => {
    const a = parameter(2);
    let told = 0;
    const watch = { onReady: () => told++, onStep: () => undefined };
    watchingGradients([a], watch, () => {
      a.mul(3).sum().backward();
      expect(told).toBe(1);
      a.mul(3).sum().backward();
    });
    a.mul(3).sum().backward();
    expect(told).toBe(1);
    expect(a.grad?.data[0]).toBe(9);
  });

  it("is over when the work throws", () => {
    const a = parameter(2);
    let told = 0;
    const work = (): never => {
      throw new Error("no");
    };
    expect(() => watchingGradients([a], { onReady: () => told++, onStep: () => undefined }, work)).toThrow(
      "no",
    );
    a.mul(3).sum().backward();
    expect(told).toBe(0);
  });
});

/** Ranks of one thread: an exchange is over on a rank some tests after all have begun it. */
class World {
  readonly calls: string[][];
  readonly #under: { operation: string; arrays: (Exchanged | undefined)[]; result: number[] | null }[] = [];
  readonly #late: () => number;

  constructor(size: number, late: () => number) {
    this.calls = Array.from({ length: size }, () => []);
    this.#late = late;
  }

  begin(rank: number, operation: "sum" | "max", x: Exchanged): Exchange {
    const { calls } = this;
    const which = calls[rank].push(`${operation} ${x.length}`) - 1;
    const under = (this.#under[which] ??= { operation, arrays: [], result: null });
    if (under.operation !== operation) throw new Error(`rank ${rank} begins ${operation}`);
    under.arrays[rank] = x;
    let late = this.#late();
    let isOver = false;
    const test = (): boolean => {
      const arrays = calls.map((_, each) => under.arrays[each]);
      if (isOver) return true;
      if (!arrays.every((array) => array !== undefined) || late-- > 0) return false;
      under.result ??= Array.from(x, (_, i) =>
        arrays.map((array) => array[i]).reduce((a, b) => (operation === "sum" ? a + b : Math.max(a, b))),
      );
      x.set(under.result);
      return (isOver = true);
    };
    const wait = (): void => {
      for (let tries = 0; !test(); tries++) if (tries === 5) throw new Error("one thread cannot wait");
    };
    return { test, wait };
  }
}

describe("EarlyExchange", () => {
  /** Three buckets of six parameters, on ranks that come to them in another order each, one action at a time. */
  function exchange(seed: number, { failing = -1 }: { failing?: number } = {}) {
    const generator = new Generator(seed);
    const buckets = [[5, 4], [3], [2, 1]];
    const world = new World(3, () => generator.integer(4));
    const ranks = world.calls.map((_, rank) => {
      const largest = Int32Array.from({ length: 6 }, (_, i) => (i === 4 ? -1 : 10 * rank + i));
      const filled: [number[], Float64Array][] = [];
      const early = new EarlyExchange((operation, x) => world.begin(rank, operation, x), buckets, {
        largest,
        fill(bucket) {
          // Of all ranks by then.
          expect(bucket.map((i) => largest[i])).toEqual(bucket.map((i) => (i === 4 ? -1 : 20 + i)));
          const own = Float64Array.from(bucket, (i) => 100 * rank + i);
          filled.push([[...bucket], own]);
          return own;
        },
      });
      const order = generator.shuffle(Array.from({ length: 6 }, (_, i) => i));
      return { rank, early, filled, order, hasFinished: false };
    });
    for (let turn = 0; turn < 400; turn++) {
      const { rank, early, order } = ranks[generator.integer(3)];
      const next = rank === failing && order.length < 3 ? undefined : order.pop();
      if (next !== undefined) early.ready(next);
      early.goOn();
    }
    return { ranks, world };
  }

  it("makes the same calls in the same order on all ranks, and adds what each has, whatever comes first", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { ranks, world } = exchange(seed);
      const expected = ["max 3", "sum 2", "max 2", "sum 1", "max 3", "sum 2"];
      for (const calls of world.calls) expect(calls).toEqual(expected);
      for (const { early, filled } of ranks) {
        // All is begun, so that nothing is waited for.
        early.finish(false);
        early.settle();
        expect(filled.map(([bucket]) => bucket)).toEqual([[5, 4], [3], [2, 1]]);
        for (const [bucket, sum] of filled) expect([...sum]).toEqual(bucket.map((i) => 300 + 3 * i));
      }
    }
  });

  it("ends early on all ranks where one fails: nobody waits for a sum that does not come", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { ranks, world } = exchange(seed, { failing: 1 });
      // It says so in the news of the bucket that it has not got.
      ranks[1].early.finish(true);
      for (let turn = 0; turn < 20; turn++) for (const { early } of ranks) early.goOn();
      const [calls] = world.calls;
      for (const each of world.calls) expect(each).toEqual(calls);
      expect(calls.at(-1)).toMatch(/^max/);
      for (const { early } of ranks) early.finish(false);
      for (const each of world.calls) expect(each).toEqual(calls);
    }
  });
});

describe("a step whose gradients are exchanged meanwhile", () => {
  /** The first of two ranks, of which the other one has nothing to say. */
  function withOther(begin: NonNullable<Communicator["begin"]>): Communicator {
    // It has the same weights: they compare four numbers of each.
    const sum = (x: Exchanged): void => void (x.length === 8 && x.copyWithin(4, 0));
    return { ...alone, size: 2, begin, sum };
  }
  /** All time steps of a layer at once: its gradient is complete before the layers below go back. */
  const multiStep = () => {
    manualSeed(1);
    const shapes = { inputShape: [4, 4, 1], outputShape: [3], units: [12, 30] };
    return new SMLP({ ...shapes, timesteps: 2, neuron: { kind: "ATIF" }, stepMode: "m" });
  };
  const options = { optimizer: { kind: "SGD", params: { lr: 0.1 } }, epochs: 1, batchSize: 10 } as const;

  it.each(["exact", "fast"] as const)("begins before the first layer has gone back: %s", async (reduce) => {
    const model = multiStep();
    const [first] = model.parameters();
    const begun: [string, number, boolean][] = [];
    const communicator = withOther((operation, x) => {
      begun.push([operation, x.length, first.grad === null]);
      return { test: () => true, wait: () => undefined };
    });
    const parallel = new DataParallel({ shards: 2, reduce, overlap: true, communicator });
    await new Trainer(model, stripes(10), { ...options, parallel }).fit();
    const sizes = model.parameters().map(({ size }) => size);
    const [bucket] = earlyBuckets(sizes, null);
    expect(bucket.length).toBeLessThan(sizes.length);
    const length = bucket.reduce((sum, i) => sum + sizes[i], 0);
    expect(begun).toEqual([
      ["max", 1 + bucket.length, true],
      ["sum", length, true],
    ]);
  });

  it("refuses a gradient that comes after it was complete", async () => {
    const fc = new Linear(8, 3);
    /** As an operation that computes again: it adds to a gradient that the pass has done with. */
    class Again extends AutogradFunction {
      static forward(_: unknown, x: Tensor): Tensor {
        return x;
      }
      static backward(_: unknown, gradient: Tensor): Tensor[] {
        fc.weight.grad = Tensor.full(fc.weight.shape, 1);
        return [gradient];
      }
    }
    class Between extends Module {
      forward(x: Tensor): Tensor {
        return Again.apply(x);
      }
    }
    class Own extends SpikingModel {
      constructor() {
        const layers = { flatten: new Flatten(), first: new Linear(16, 8), between: new Between(), fc };
        super([4, 4, 1], [3], 1, "s", new Sequential(layers));
      }
    }
    const communicator = withOther(() => ({ test: () => true, wait: () => undefined }));
    const parallel = new DataParallel({ shards: 2, overlap: true, bucketCapMb: 1e-6, communicator });
    const fit = new Trainer(new Own(), stripes(10), { ...options, parallel }).fit();
    await expect(fit).rejects.toThrow(
      /^the gradient of layers\.fc\.weight has changed after the operations .* Set overlap to false\.$/,
    );
  });
});
