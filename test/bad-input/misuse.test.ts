/** Uses that are unusual but legal, or wrong in more than one call: what they may and may not do. */

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  Adam, ATIF, AutogradFunction, crossEntropy, Dataset, Generator, init, Linear, loadDigits, manualSeed, memory, MultiStepATIF,
  noGrad, ones, scope, Sequential, SGD, SMLP, stack, StateError, tensor, zeros, type FunctionContext, type Tensor,
} from "../../src/index.js"; // prettier-ignore
import { describeBackends } from "../backends.js";
import { expectUsable } from "./golden-forward.js";

const leaf = (...values: number[]): Tensor => tensor(values, [values.length], { requiresGrad: true });
const values = (t: Tensor | null): number[] => [...(t ?? zeros([0])).toArray()];

const model = (changes: object = {}): SMLP =>
  new SMLP({
    inputShape: [4],
    outputShape: [3],
    units: [5],
    timesteps: 2,
    neuron: { kind: "ATIF" },
    ...changes,
  });

describeBackends("misuse", (backend) => {
  beforeAll(() => init({ backend }));
  beforeEach(() => init({ backend }));

  describe("of memory", () => {
    it("an input disposed of between forward and backward: the other gradients still come out", () => {
      const [a, b] = [leaf(2, 3), leaf(5, 7)];
      const y = a.mul(b).sum();
      a.dispose();
      y.backward();
      expect(values(b.grad)).toEqual([2, 3]);
    });

    it("a result disposed of between forward and backward does not matter", () => {
      const x = leaf(1, 2);
      const h = x.mul(3);
      const y = h.mul(h).sum();
      h.dispose();
      y.backward();
      expect(values(x.grad)).toEqual([18, 36]);
    });

    it("the state and the output of a neuron may be disposed of by their holder", () => {
      const neuron = new ATIF({ vthInitL: 1 });
      neuron.forward(tensor([0.75], [1])).dispose();
      neuron.v.dispose();
      const given = tensor([0.5], [1]);
      expect(neuron.v.item()).toBe(0.75);
      neuron.v = given;
      given.dispose();
      expect(neuron.forward(tensor([0.75], [1])).item()).toBe(1);
    });

    it("disposing twice is once", () => {
      const before = memory().liveBytes;
      const t = ones([8]);
      t.dispose();
      t.dispose();
      expect(memory().liveBytes).toBe(before);
    });

    it("a step that throws frees what it made, and leaves recording on", () => {
      const before = memory().liveBytes;
      const failing = (): never => {
        ones([1000]).mul(2);
        throw new Error("mine");
      };
      expect(() => scope(failing)).toThrow("mine");
      expect(() => noGrad(() => scope(failing))).toThrow("mine");
      expect(memory().liveBytes).toBe(before);
      expect(leaf(1).mul(2).requiresGrad).toBe(true);
    });

    it("a model or an optimizer made inside a scope outlives it", () => {
      const { made, optimizer } = scope(() => {
        const made = model();
        return { made, optimizer: new Adam(made.parameters(), { lr: 0.1 }) };
      });
      const before = made.layers.stateDict()["fc2.bias"].data[0];
      scope(() => crossEntropy(made.run(ones([2, 4])), [0, 1]).backward());
      optimizer.step();
      expect(made.stateDict()["layers.fc2.bias"].data[0]).not.toBe(before);
    });

    it("a shape cannot be changed behind the back of a tensor", () => {
      const t = ones([2]);
      expect(() => {
        (t as { shape: readonly number[] }).shape = [3];
      }).toThrow(TypeError);
      expect(() => (t.shape as number[]).push(3)).toThrow(TypeError);
      expect(() => ((t.shape as number[])[0] = 99)).toThrow(TypeError);
      const own = [2];
      const u = tensor([1, 2], own);
      own[0] = 99;
      expect([u.size, values(u)]).toEqual([2, [1, 2]]);
    });

    it("labels that change after they were checked do not reach the kernel", () => {
      const honest = [0, 2];
      let reads = 0;
      const labels = new Proxy(honest, {
        get: (target, key) => (key === "1" && reads++ > 0 ? 1e6 : (Reflect.get(target, key) as unknown)),
      });
      const logits = (): Tensor => tensor([1, 2, 3, 4, 5, 6], [2, 3]);
      expect(crossEntropy(logits(), labels).item()).toBe(crossEntropy(logits(), honest).item());
    });
  });

  describe("of gradients", () => {
    it("a backward that fails can be told from one that worked: nothing is left recorded or leaked", () => {
      class Failing extends AutogradFunction {
        static forward(_ctx: FunctionContext, x: Tensor): Tensor {
          return x.mul(2);
        }
        static backward(): [Tensor] {
          throw new Error("no gradient today");
        }
      }
      const x = leaf(1, 2);
      expect(() => Failing.apply(x).sum().backward()).toThrow("no gradient today");
      expect(x.grad).toBeNull();
      x.mul(3).sum().backward();
      expect(values(x.grad)).toEqual([3, 3]);
    });

    it("a backward of the same graph inside its own backward is refused, and the gradient is that of one pass", () => {
      const x = leaf(1);
      let inner: unknown;
      class Again extends AutogradFunction {
        static forward(_ctx: FunctionContext, input: Tensor): Tensor {
          return input.mul(2);
        }
        static backward(_ctx: FunctionContext, gradOutput: Tensor): [Tensor] {
          try {
            y.backward();
          } catch (error) {
            inner = error;
          }
          return [gradOutput.mul(2)];
        }
      }
      const y: Tensor = Again.apply(x).sum();
      y.backward();
      expect(inner).toBeInstanceOf(StateError);
      expect(values(x.grad)).toEqual([2]);
    });

    it("50,000 operations in a row are no recursion", () => {
      const x = leaf(1);
      scope(() => {
        let y = x;
        for (let i = 0; i < 50_000; i++) y = y.add(1);
        y.sum().backward();
      });
      expect(values(x.grad)).toEqual([1]);
    });

    it("a parameter that got no gradient is left alone by the optimizer", () => {
      const [a, b] = [leaf(1), leaf(1)];
      const optimizer = new SGD([a, b], { lr: 0.5 });
      a.sum().backward();
      optimizer.step();
      expect([a.item(), b.item()]).toEqual([0.5, 1]);
    });
  });

  describe("of neurons and models", () => {
    it("a step mode changed between sequences goes on from the same state", () => {
      const neuron = new MultiStepATIF({ vthInitL: 1 });
      expect(values(neuron.forward(tensor([0.5, 0.75], [2, 1])))).toEqual([0, 1]);
      neuron.stepMode = "s";
      expect(neuron.v.item()).toBe(0.25);
      expect(neuron.forward(tensor([0.75], [1])).item()).toBe(1);
    });

    it("two models that share a neuron meet the state of the other, and are told so", () => {
      const shared = new ATIF({ vthInitL: 1 });
      const [one, other] = [new Sequential(shared), new Sequential(shared)];
      one.forward(ones([2, 3]));
      expect(() => other.forward(ones([4, 3]))).toThrow(
        "Call reset() on the layer or the model before a new batch.",
      );
      other.reset();
      expect(other.forward(ones([4, 3])).shape).toEqual([4, 3]);
    });

    it("a layer without state may stand in two places; its parameters are listed once", () => {
      const shared = new Linear(2, 2);
      const net = new Sequential(shared, new ATIF(), shared);
      expect(net.namedParameters().map(([name]) => name)).toEqual(["0.weight", "0.bias", "1.v_threshold"]);
      expect(() => new SGD(net.parameters(), { lr: 0.1 })).not.toThrow();
    });

    it("a model is not changed by what happens to its options later", () => {
      const [units, params] = [[5], { alpha: 1 }];
      const made = model({ units, neuron: { kind: "ATIF", params } });
      units.push(7);
      params.alpha = NaN;
      expect(made.architecture.options).toMatchObject({ units: [5], neuron: { params: { alpha: 1 } } });
    });

    it("time steps that were set are those of the architecture", () => {
      const made = model();
      made.timesteps = 7;
      expect(made.architecture.options.timesteps).toBe(7);
      expect(made.run(ones([1, 4])).shape).toEqual([1, 3]);
    });

    it("a run that fails leaves a model that runs", () => {
      const made = model();
      const expected = noGrad(() => values(made.run(ones([2, 4]))));
      made.reset();
      made.stream(ones([7, 4]));
      expect(() => made.run(ones([2, 5]))).toThrow("expected [N, 4]");
      expect(() => made.run(tensor([NaN, 1, 1, 1], [1, 4]))).toThrow("holds NaN");
      expect(noGrad(() => values(made.run(ones([2, 4]))))).toEqual(expected);
    });

    it("a state dict that does not fit changes nothing", () => {
      const made = model();
      const before = made.stateDict();
      const dict = model().stateDict();
      dict["layers.fc2.bias"].data[2] = NaN;
      expect(() => made.loadStateDict(dict)).toThrow("layers.fc2.bias holds NaN at element 2");
      expect(made.stateDict()).toEqual(before);
    });

    it("batches of no sample and of one", () => {
      const made = model();
      expect(made.run(zeros([0, 4])).shape).toEqual([0, 3]);
      expect(made.run(ones([1, 4])).shape).toEqual([1, 3]);
    });
  });

  describe("of two backends", () => {
    const other = backend === "wasm" ? "reference" : "wasm";

    it.each<[string, (mine: Tensor) => unknown]>([
      ["add", (mine) => mine.add(ones([2]))],
      ["matmul", (mine) => mine.reshape([1, 2]).matmul(ones([2, 1]))],
      ["stack", (mine) => stack([mine, ones([2])])],
      ["a layer", (mine) => new Linear(2, 2).forward(mine.reshape([1, 2]))],
      ["a neuron", (mine) => new ATIF().forward(mine)],
      ["a model", (mine) => model({ inputShape: [2] }).run(mine.reshape([1, 2]))],
      ["backward", (mine) => mine.mul(2).backward(ones([2]))],
      ["a gradient", (mine) => (mine.grad = ones([2]))],
    ])("%s names both", async (_, call) => {
      const mine = leaf(1, 2);
      await init({ backend: other });
      const error = (() => {
        try {
          return call(mine);
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(error).toBeInstanceOf(StateError);
      expect((error as Error).message).toMatch(
        /lives? in the (wasm|reference) backend and .*the (wasm|reference) backend/,
      );
      expect((error as Error).message).toMatch(/expected one backend\. Make both after the same init\(\)\.$/);
      expectUsable();
    });

    it("a tensor stays usable in its own after a switch", async () => {
      const mine = leaf(1, 2);
      await init({ backend: other });
      mine.mul(2).sum().backward();
      expect(values(mine.grad)).toEqual([2, 2]);
      expect(mine.backend.name).toBe(backend);
    });

    it("weights go from one to the other as a state dict", async () => {
      manualSeed(3);
      const mine = model();
      const before = noGrad(() => values(mine.run(ones([2, 4]))));
      await init({ backend: other });
      const theirs = model();
      theirs.loadStateDict(mine.stateDict());
      const after = noGrad(() => values(theirs.run(ones([2, 4]))));
      after.forEach((value, i) => expect(value).toBeCloseTo(before[i], 5));
    });
  });
});

describe("data sets", () => {
  const data = new Dataset({
    name: "three",
    x: Float32Array.of(1, 2, 3),
    labels: [0, 1, 0],
    sampleShape: [1],
  });

  it.each([
    [1, [1, 1, 1]],
    [2, [2, 1]],
    [3, [3]],
    [1000, [3]],
  ])("a batch size of %i on three samples", (batchSize, sizes) => {
    expect([...data.batches({ batchSize })].map(({ labels }) => labels.length)).toEqual(sizes);
  });

  it("a pass that skips everything is empty", () => {
    expect([...data.batches({ skip: 1e9 })]).toEqual([]);
  });

  it("a batch of no samples is one", () => {
    expect(data.batch([])).toEqual({ x: new Float32Array(0), shape: [0, 1], labels: new Int32Array(0) });
  });

  it("two passes at once do not disturb each other", () => {
    const passes = [
      data.batches({ batchSize: 1 }),
      data.batches({ batchSize: 1, shuffle: new Generator(1) }),
    ];
    const seen = passes.map((): number[] => []);
    for (let i = 0; i < 3; i++) {
      passes.forEach((pass, p) => {
        const next = pass.next();
        if (next.done !== true) seen[p].push(next.value.x[0]);
      });
    }
    expect(seen[0]).toEqual([1, 2, 3]);
    expect([...seen[1]].sort()).toEqual([1, 2, 3]);
  });

  it("the digits are not changed by who uses them", async () => {
    const { test } = await loadDigits();
    const first = test.batch([0]);
    first.x.fill(9);
    first.labels.fill(9);
    expect(test.batch([0]).x[0]).toBe(0);
    expect((await loadDigits()).test.batch([0]).labels[0]).not.toBe(9);
  });
});
