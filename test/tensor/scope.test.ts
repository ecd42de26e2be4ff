/** Scopes: what is freed at their end, and what stays. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { StateError } from "../../src/errors.js";
import { init } from "../../src/kernels/select.js";
import { Module } from "../../src/module/module.js";
import { Parameter } from "../../src/module/parameter.js";
import "../../src/ops/install.js";
import { linear } from "../../src/ops/matmul.js";
import { memory } from "../../src/tensor/memory.js";
import { keep, scope } from "../../src/tensor/scope.js";
import { ones, tensor, zeros, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const leaf = (...values: number[]): Tensor => tensor(values, [values.length], { requiresGrad: true });

describeBackends("scope", (backend) => {
  beforeAll(() => init({ backend }));

  describe("frees", () => {
    it("everything made inside, and returns what the function does", () => {
      const before = memory().liveBytes;
      let inside: Tensor | null = null;
      const answer = scope(() => {
        inside = zeros([100]).add(1).mul(2);
        return inside.toArray()[0];
      });
      expect(answer).toBe(2);
      expect((inside as unknown as Tensor).disposed).toBe(true);
      expect(memory().liveBytes).toBe(before);
    });

    it("what was made outside stays", () => {
      const outside = ones([2]);
      scope(() => outside.add(1));
      expect([...outside.toArray()]).toEqual([1, 1]);
    });

    it("when the function throws, and lets the error through", () => {
      const before = memory().liveBytes;
      expect(() =>
        scope(() => {
          zeros([100]);
          throw new Error("half way");
        }),
      ).toThrow("half way");
      expect(memory().liveBytes).toBe(before);
      // the scope is over: this one is not freed by anything
      expect(zeros([1]).disposed).toBe(false);
    });

    it("a graph that nothing asks for any more", () => {
      const x = ones([1000], { requiresGrad: true });
      const before = memory().liveBytes;
      scope(() => void x.mul(x).sigmoid().exp().sum());
      expect(memory().liveBytes).toBe(before);
    });
  });

  describe("lets out", () => {
    const before = (): number => memory().liveBytes;

    it("a tensor", () => {
      const start = before();
      const y = scope(() => zeros([100]).add(1));
      expect(y.toArray()[99]).toBe(1);
      expect(before() - start).toBe(400);
    });

    it("tensors in arrays, objects, maps, sets and any nesting of them", () => {
      const shared = { deep: null as Tensor | null };
      const out = scope(() => {
        const [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6].map((value) => tensor([value]));
        shared.deep = f;
        const bare = Object.assign(Object.create(null) as object, { e });
        return {
          list: [a, [b]],
          map: new Map([["c", c]]),
          set: new Set([d]),
          bare,
          shared,
          number: 7,
          nothing: null,
        };
      });
      expect((out.list[0] as Tensor).item()).toBe(1);
      expect((out.list[1] as Tensor[])[0].item()).toBe(2);
      expect(out.map.get("c")?.item()).toBe(3);
      expect([...out.set][0].item()).toBe(4);
      expect(out.bare.e.item()).toBe(5);
      expect(out.shared.deep?.item()).toBe(6);
      expect(out.number).toBe(7);
    });

    it("and does not follow a cycle forever, nor choke on a long array", () => {
      const out = scope(() => {
        const cycle: { self?: unknown; y: Tensor } = { y: tensor([1]) };
        cycle.self = cycle;
        return { cycle, many: Array.from({ length: 300_000 }, (_, i) => i) };
      });
      expect(out.cycle.y.item()).toBe(1);
      expect(out.many.length).toBe(300_000);
    });

    it("what is not returned is freed, also a sibling and a view", () => {
      const siblings: Tensor[] = [];
      const view = scope(() => {
        const whole = tensor([1, 2, 3, 4], [2, 2]);
        siblings.push(whole, whole.at(0));
        return whole.at(1);
      });
      expect(siblings.map((t) => t.disposed)).toEqual([true, true]);
      expect([...view.toArray()]).toEqual([3, 4]);
    });

    it("a result that can still be differentiated, to the leaves outside", () => {
      const [x, w] = [leaf(1, 2), leaf(3, 4)];
      const y = scope(() => x.mul(w).sigmoid().mul(w).sum());
      y.backward();
      const same = [leaf(1, 2), leaf(3, 4)] as const;
      same[0].mul(same[1]).sigmoid().mul(same[1]).sum().backward();
      expect(x.grad?.toArray()).toEqual(same[0].grad?.toArray());
      expect(w.grad?.toArray()).toEqual(same[1].grad?.toArray());
    });

    it("and frees what only that result needed, when it goes", () => {
      const x = ones([1000], { requiresGrad: true });
      const start = before();
      const y = scope(() => x.sigmoid().exp().sum());
      expect(before() - start).toBeGreaterThan(4000);
      y.dispose();
      expect(before()).toBe(start);
    });

    it("a leaf made inside, with its gradient", () => {
      const inner = scope(() => {
        const made = leaf(1, 2);
        made.mul(3).sum().backward();
        return made;
      });
      expect([...(inner.grad?.toArray() ?? [])]).toEqual([3, 3]);
    });

    it("gradients of outer leaves", () => {
      const x = leaf(1, 2);
      scope(() => x.mul(3).sum().backward());
      expect([...(x.grad?.toArray() ?? [])]).toEqual([3, 3]);
    });

    it("a gradient for a leaf that is gone is dropped", () => {
      const start = before();
      const y = scope(() => leaf(1, 2).mul(leaf(3, 4)).sum());
      y.backward();
      y.dispose();
      expect(before()).toBe(start);
    });
  });

  describe("nested", () => {
    it("what leaves the inner scope belongs to the outer", () => {
      const start = memory().liveBytes;
      const seen: Tensor[] = [];
      const kept = scope(() => {
        const escaped = scope(() => {
          const [a, b] = [zeros([10]), ones([10])];
          seen.push(a, b);
          return b;
        });
        expect(seen.map((t) => t.disposed)).toEqual([true, false]);
        return escaped.add(1);
      });
      expect(seen.map((t) => t.disposed)).toEqual([true, true]);
      expect(kept.toArray()[0]).toBe(2);
      kept.dispose();
      expect(memory().liveBytes).toBe(start);
    });

    it("a graph across three levels", () => {
      const x = leaf(2);
      const y = scope(() => scope(() => scope(() => x.mul(x)).mul(x)).mul(x));
      y.backward();
      expect(x.grad?.item()).toBe(32);
    });
  });

  describe("modules", () => {
    class Scale extends Module {
      readonly weight = this.registerParameter("weight", new Parameter(ones([2])));
      readonly seen = this.registerBuffer("seen", zeros([2]));

      forward(x: Tensor): Tensor {
        return x.mul(this.weight).add(this.seen);
      }
    }

    it("parameters and buffers outlive the scope that they were made in", () => {
      const module = scope(() => new Scale());
      const made = scope(() => ({ module: new Scale() }));
      for (const { weight, seen } of [module, made.module]) {
        expect([weight.disposed, seen.disposed]).toEqual([false, false]);
      }
      expect([...module.forward(ones([2])).toArray()]).toEqual([1, 1]);
    });

    it("a tensor that is kept stays until its holder disposes of it", () => {
      const held = scope(() => keep(zeros([5])));
      expect(held.disposed).toBe(false);
      scope(() => void held.add(1));
      expect(held.disposed).toBe(false);
      held.dispose();
    });
  });

  describe("refuses", () => {
    it("a promise: other work could run between its parts", () => {
      const start = memory().liveBytes;
      const slow = async (): Promise<void> => {
        zeros([100]);
        await Promise.resolve();
      };
      expect(() => scope(slow)).toThrow(StateError);
      expect(() => scope(slow)).toThrow(
        "scope: the function returned a promise; expected a synchronous function. Await outside of it.",
      );
      expect(memory().liveBytes).toBe(start);
    });
  });

  describe("memory over many steps", () => {
    /** A training step of a 4-8-3 net on 5 rows. */
    function trainer(): () => void {
      const parameters = [[4, 8], [8], [8, 3], [3]].map((shape, i) => {
        const values = zeros(shape);
        values.data.forEach((_, at) => (values.data[at] = Math.sin(at + i)));
        return new Parameter(values);
      });
      const [w1, b1, w2, b2] = parameters;
      const x = tensor(Array.from({ length: 20 }, (_, i) => Math.cos(i)), [5, 4]);
      return () => {
        const loss = linear(linear(x, w1, b1).relu(), w2, b2).sigmoid().mean();
        loss.backward();
        for (const parameter of parameters) {
          parameter.backend.kernels.addScaled(parameter.data, parameter.grad?.data ?? parameter.data, -0.1, parameter.size);
          parameter.touched();
          parameter.grad = null;
        }
      };
    } // prettier-ignore

    const steps = backend === "wasm" ? 10_000 : 2_000;

    it(`${steps} training steps in scopes leave the memory as it was`, () => {
      const step = trainer();
      scope(step);
      const { liveBytes } = memory();
      for (let i = 0; i < steps; i++) {
        scope(step);
        if (memory().liveBytes !== liveBytes)
          expect.fail(`step ${i}: ${memory().liveBytes - liveBytes} bytes more`);
      }
    });

    it("evaluation under noGrad in scopes too", () => {
      const step = trainer();
      const x = ones([20]);
      const { liveBytes } = memory();
      for (let i = 0; i < 100; i++) scope(() => noGrad(() => x.mul(2).exp().sum()).item());
      void step;
      expect(memory().liveBytes).toBe(liveBytes);
    });

    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

    it("without a scope the collector gives everything back when the event loop turns", async () => {
      const step = trainer();
      scope(step);
      const { liveBytes } = memory();
      for (let i = 0; i < 100; i++) step();
      expect(memory().liveBytes).toBeGreaterThan(liveBytes + 100 * 200);
      for (let i = 0; i < 20 && memory().liveBytes > liveBytes; i++) {
        collectGarbage();
        await turn();
      }
      expect(memory().liveBytes).toBeLessThanOrEqual(liveBytes);
    });

    it("and is told of the bytes it cannot see, so that large tensors are collected in time", async () => {
      // 16 MiB a step and 1.9 GiB in all; a quarter of it where arithmetic is slow.
      const elements = backend === "wasm" ? 2 ** 20 : 2 ** 18;
      const x = ones([elements], { requiresGrad: true });
      const { liveBytes } = memory();
      let most = 0;
      for (let i = 0; i < 120; i++) {
        x.mul(x).add(x).mul(2).neg();
        await turn();
        most = Math.max(most, memory().liveBytes - liveBytes);
      }
      expect(most).toBeLessThan(1024 * elements);
    });

    /** The most that is held while 120 steps leave 16 MiB each, 1.9 GiB in all, and nobody keeps it. */
    async function mostHeld(step: () => unknown): Promise<number> {
      const { liveBytes } = memory();
      let most = 0;
      for (let i = 0; i < 120; i++) {
        step();
        await turn();
        most = Math.max(most, memory().liveBytes - liveBytes);
      }
      return most;
    }

    // The arrays of the reference heap are the engine's own: it sees them.
    describe.runIf(backend === "wasm")("and of what leaves a scope:", () => {
      it("what it returns", async () => {
        expect(await mostHeld(() => scope(() => zeros([2 ** 22])))).toBeLessThan(2 ** 30);
      });

      it("what the tape behind a small result has saved", async () => {
        const x = ones([2 ** 22], { requiresGrad: true });
        expect(await mostHeld(() => scope(() => x.mul(2).relu().sigmoid().sum()))).toBeLessThan(2 ** 30);
      });

      it("the parameters of a module", async () => {
        expect(await mostHeld(() => scope(() => new Parameter(zeros([2 ** 22]))))).toBeLessThan(2 ** 30);
      });
    });
  });
});
