/** The backward pass: what reaches the leaves, how often, and when it refuses. */

import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { record } from "../../src/autograd/node.js";
import { ShapeError, StateError } from "../../src/errors.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { stack } from "../../src/ops/slice.js";
import { Parameter } from "../../src/module/parameter.js";
import { memory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { ones, tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

const leaf = (...values: number[]): Tensor => tensor(values, [values.length], { requiresGrad: true });
const gradOf = (t: Tensor): number[] | null => (t.grad === null ? null : [...t.grad.toArray()]);

describeBackends("backward", (backend) => {
  beforeAll(() => init({ backend }));

  describe("paths", () => {
    it("adds what arrives over several uses of one tensor", () => {
      const x = leaf(3);
      x.mul(x).backward();
      expect(gradOf(x)).toEqual([6]);
    });

    it("a diamond: both sides, once each", () => {
      const x = leaf(2, 5);
      const shared = x.mul(3);
      const [left, right] = [shared.mul(shared), shared.add(1)];
      left.add(right).sum().backward();
      // d(9 x^2 + 3 x + 1) = 18 x + 3
      expect(gradOf(x)).toEqual([39, 93]);
    });

    it("a ladder of diamonds takes a step per node, not per path", () => {
      const x = leaf(1);
      let y: Tensor = x;
      for (let i = 0; i < 60; i++) y = y.add(y).mul(0.5);
      y.backward();
      expect(gradOf(x)).toEqual([1]);
    });

    it("the same tensor in both places of an operation, in either order of creation", () => {
      const x = leaf(2);
      const a = x.mul(1);
      const b = x.mul(10);
      b.add(a).add(a).sum().backward();
      expect(gradOf(x)).toEqual([12]);
    });

    it("leaves that do not take part keep no gradient", () => {
      const [x, other, constant] = [leaf(1), leaf(2), tensor([3], [1])];
      x.mul(constant).backward();
      expect([gradOf(x), gradOf(other), gradOf(constant)]).toEqual([[3], null, null]);
    });

    it("starts from the gradient given", () => {
      const x = leaf(1, 2, 3);
      x.mul(x).backward(tensor([1, 10, 100], [3]));
      expect(gradOf(x)).toEqual([2, 40, 600]);
    });

    it("of a leaf is one, or the gradient given", () => {
      const x = leaf(4);
      x.backward();
      x.backward(tensor([2], [1]));
      expect(gradOf(x)).toEqual([3]);
    });

    it("an operation with two outputs gets both gradients, or null for what was not used", () => {
      const x = leaf(1, 2);
      const seen: (number[] | null)[][] = [];
      const twins = (input: Tensor): [Tensor, Tensor] => {
        const outputs: [Tensor, Tensor] = [
          tensor(
            [...input.toArray()].map((v) => 2 * v),
            [2],
          ),
          tensor(
            [...input.toArray()].map((v) => 3 * v),
            [2],
          ),
        ];
        record("twins", [input], outputs, [], ([a, b]) => {
          seen.push([a, b].map((g) => (g === null ? null : [...g.toArray()])));
          const total = [0, 1].map((i) => 2 * (a?.data[i] ?? 0) + 3 * (b?.data[i] ?? 0));
          return [tensor(total, [2])];
        });
        return outputs;
      };
      const [a, b] = twins(x);
      a.mul(b).sum().backward();
      // d(6 x^2) = 12 x
      expect(gradOf(x)).toEqual([12, 24]);
      x.grad = null;
      twins(x)[1].sum().backward();
      expect(gradOf(x)).toEqual([3, 3]);
      expect(seen).toEqual([
        [[3, 6], [2, 4]],
        [null, [1, 1]],
      ]); // prettier-ignore
    });

    it("20,000 operations in a chain do not exhaust the stack", () => {
      const x = leaf(1);
      scope(() => {
        let y: Tensor = x;
        for (let i = 0; i < 20_000; i++) y = y.add(1);
        expect(y.item()).toBe(20_001);
        y.backward();
      });
      expect(gradOf(x)).toEqual([1]);
    });

    it("20,000 operations that are never walked do not either, when their scope ends", () => {
      const x = leaf(1);
      const before = memory().liveBytes;
      scope(() => {
        let y: Tensor = x;
        for (let i = 0; i < 20_000; i++) y = y.sigmoid();
      });
      expect(memory().liveBytes).toBe(before);
    });
  });

  describe("accumulation", () => {
    it("adds to the gradient of an earlier backward, until it is set to null", () => {
      const x = leaf(1, 2);
      x.mul(3).sum().backward();
      const first = x.grad;
      x.mul(4).sum().backward();
      expect(gradOf(x)).toEqual([7, 7]);
      expect(x.grad).toBe(first);
      x.grad = null;
      expect(first?.disposed).toBe(true);
      x.mul(4).sum().backward();
      expect(gradOf(x)).toEqual([4, 4]);
    });

    it("leaves do not share a gradient that reached both", () => {
      const [x, y] = [leaf(1), leaf(2)];
      x.add(y).backward();
      y.add(0).backward();
      expect([gradOf(x), gradOf(y)]).toEqual([[1], [2]]);
    });

    it("does not keep or change the gradient that it was given", () => {
      const x = leaf(1, 2);
      const given = ones([2]);
      x.backward(given);
      x.backward(given);
      expect([...given.toArray()]).toEqual([1, 1]);
      expect(gradOf(x)).toEqual([2, 2]);
      given.dispose();
      expect(gradOf(x)).toEqual([2, 2]);
    });

    it("a gradient that was set by hand is added to", () => {
      const x = leaf(1, 2);
      scope(() => {
        // made inside, owned by x from here on
        x.grad = tensor([10, 20], [2]);
      });
      x.sum().backward();
      expect(gradOf(x)).toEqual([11, 21]);
    });

    it("a view of a larger gradient is copied: a leaf's gradient has its own memory", () => {
      const x = leaf(1, 2);
      const before = memory().liveBytes;
      scope(() =>
        stack([x, leaf(5, 6), leaf(7, 8)])
          .sum()
          .backward(),
      );
      expect(memory().liveBytes - before).toBe(8);
    });
  });

  describe("the graph is used once", () => {
    const freed = (name: string): string =>
      `backward through ${name} a second time: its graph was freed by the first backward() or by the end of a scope. ` +
      "Run the forward pass again; if a neuron carries state from before, call reset() or detach() on it first.";

    it("a second backward is a StateError", () => {
      const x = leaf(2);
      const y = x.mul(x);
      y.backward();
      expect(() => y.backward()).toThrow(StateError);
      expect(() => y.backward()).toThrow(freed("mul"));
      expect(gradOf(x)).toEqual([4]);
    });

    it("also from another end, through the part that was walked", () => {
      const x = leaf(2);
      const shared = x.mul(x);
      const [a, b] = [shared.neg(), shared.exp()];
      a.backward();
      expect(() => b.backward()).toThrow(freed("mul"));
    });

    it("and after a scope that the tensor left alone", () => {
      const x = leaf(2);
      const kept = x.mul(x);
      const y = scope(() => kept.mul(3));
      y.backward();
      expect(gradOf(x)).toEqual([12]);
      expect(() => kept.backward()).toThrow(freed("mul"));
    });

    it("disposing of what was computed on the way is fine", () => {
      const x = leaf(2);
      const squared = x.mul(x);
      const y = squared.mul(squared);
      squared.dispose();
      y.backward();
      expect(gradOf(x)).toEqual([32]);
    });

    it("backward of a disposed tensor says so", () => {
      const y = leaf(2).mul(2);
      y.dispose();
      expect(() => y.backward()).toThrow("this tensor of shape [1] was disposed of");
    });

    it("when the last tensor that could ask is gone, what was saved is given back", () => {
      const x = ones([1000], { requiresGrad: true });
      const before = memory().liveBytes;
      const squared = x.mul(x);
      const y = squared.sigmoid();
      squared.dispose();
      // y, and sigmoid's input
      expect(memory().liveBytes - before).toBe(8000);
      y.dispose();
      expect(memory().liveBytes).toBe(before);
    });
  });

  describe("changes in place between forward and backward", () => {
    it("of a value that backward needs are a StateError", () => {
      const w = new Parameter(tensor([3], [1]));
      const x = leaf(2);
      const y = w.mul(x);
      w.data[0] = 5;
      w.touched();
      expect(() => y.backward()).toThrow(StateError);
      const again = w.mul(x);
      w.touched();
      expect(() => again.backward()).toThrow(
        "backward of mul: a tensor it needs was changed in place after the forward pass " +
          "(by an optimizer step, setCoeffs or loadStateDict); call backward() before changing it.",
      );
    });

    it("of a value that backward does not need are fine", () => {
      const w = new Parameter(tensor([3], [1]));
      const y = w.add(2);
      w.data[0] = 5;
      w.touched();
      y.backward();
      expect(gradOf(w)).toEqual([1]);
    });

    it("are seen through views", () => {
      const w = new Parameter(tensor([1, 2, 3, 4], [2, 2]));
      const row = w.at(1);
      const y = row.mul(row).sum();
      w.touched();
      expect(() => y.backward()).toThrow("was changed in place");
    });
  });

  describe("what may be walked", () => {
    it("a tensor of several elements needs a gradient", () => {
      const y = leaf(1, 2).mul(2);
      expect(() => y.backward()).toThrow(ShapeError);
      expect(() => y.backward()).toThrow(
        "backward: the tensor has shape [2]; expected one element, or a gradient of that shape as argument. Call sum() or mean() first.",
      );
    });

    it("the gradient given must be a tensor of that shape and backend", () => {
      const y = leaf(1, 2).mul(2);
      expect(() => y.backward(ones([1]))).toThrow("backward: the gradient has shape [1]; expected [2].");
      expect(() => y.backward(1 as unknown as Tensor)).toThrow(
        "backward: the gradient is 1; expected a Tensor.",
      );
    });

    it("a tensor without history is refused", () => {
      const y = tensor([1], [1]).mul(2);
      expect(() => y.backward()).toThrow(StateError);
      expect(() => y.backward()).toThrow(
        "backward: the tensor does not depend on anything that requires a gradient; expected a result computed from a parameter, outside noGrad().",
      );
    });

    it("an operation whose backward gives a wrong shape is named", () => {
      const x = leaf(1, 2);
      const y = tensor([1, 2], [2]);
      record("broken", [x], [y], [], () => [ones([3])]);
      expect(() => y.sum().backward()).toThrow(
        "backward of broken: the gradient of input 0 has shape [3]; expected [2].",
      );
    });

    it("a backward that throws leaves no memory behind", () => {
      const x = ones([500], { requiresGrad: true });
      const before = memory().liveBytes;
      scope(() => {
        const y = x.mul(1);
        const z = tensor(y.toArray(), [500]);
        record("failing", [y], [z], [], () => {
          throw new Error("no gradient today");
        });
        expect(() => z.mul(3).add(y).sum().backward()).toThrow("no gradient today");
      });
      expect(memory().liveBytes).toBe(before);
    });
  });

  describe("requiresGrad and noGrad", () => {
    it("is true of leaves that ask for it, and of everything computed from them", () => {
      const [x, c] = [leaf(1), tensor([1], [1])];
      expect([x.requiresGrad, c.requiresGrad, x.add(c).requiresGrad, c.add(c).requiresGrad]).toEqual([
        true, false, true, false,
      ]); // prettier-ignore
      expect([x.isLeaf, c.isLeaf, x.add(c).isLeaf]).toEqual([true, true, false]);
      expect(x.add(c).detach().requiresGrad).toBe(false);
      expect(x.add(c).detach().isLeaf).toBe(true);
    });

    it("can be switched on a leaf, and not switched off on a result", () => {
      const c = tensor([2], [1]);
      c.requiresGrad = true;
      c.mul(c).backward();
      expect(gradOf(c)).toEqual([4]);
      c.requiresGrad = false;
      expect(c.mul(c).requiresGrad).toBe(false);
      const y = leaf(1).mul(2);
      expect(() => (y.requiresGrad = false)).toThrow(StateError);
      expect(() => (y.requiresGrad = false)).toThrow(
        "requiresGrad of a computed tensor cannot be turned off; use detach().",
      );
    });

    it("noGrad records nothing, keeps leaves as they are, returns what its function does, and nests", () => {
      const x = leaf(2);
      const y = noGrad(() => {
        noGrad(() => x.mul(x));
        return x.mul(x);
      });
      expect([y.requiresGrad, x.requiresGrad, y.item()]).toEqual([false, true, 4]);
      expect(x.mul(x).requiresGrad).toBe(true);
    });

    it("noGrad ends when its function throws", () => {
      expect(() =>
        noGrad(() => {
          throw new Error("stop");
        }),
      ).toThrow("stop");
      expect(leaf(1).mul(2).requiresGrad).toBe(true);
    });

    it("noGrad refuses a promise", () => {
      expect(() => noGrad(() => Promise.resolve(1))).toThrow(
        "noGrad: the function returned a promise; expected a synchronous function. Await outside of it.",
      );
      expect(leaf(1).mul(2).requiresGrad).toBe(true);
    });

    it("a detached tensor shares its elements and stops the gradient", () => {
      const x = leaf(2, 3);
      const y = x.mul(2);
      const cut = y.detach();
      expect([...cut.toArray()]).toEqual([4, 6]);
      y.mul(cut).sum().backward();
      expect(gradOf(x)).toEqual([8, 12]);
    });

    it("no gradient of a gradient: what backward computes has no history", () => {
      const x = leaf(3);
      x.mul(x).mul(x).backward();
      expect(x.grad?.requiresGrad).toBe(false);
    });
  });

  it("a gradient that overflows arrives as infinity, not as an error", () => {
    const x = leaf(1e30);
    x.mul(1e30)
      .mul(1e-30)
      .backward(tensor([1e30], [1]));
    expect(gradOf(x)?.[0]).toBeGreaterThan(9e29);
    const y = leaf(1);
    y.mul(3e38).backward(tensor([10], [1]));
    expect(gradOf(y)).toEqual([Infinity]);
  });
});
