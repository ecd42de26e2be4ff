/** AutogradFunction: operations that a user writes. */

import { beforeAll, describe, expect, it } from "vitest";
import { AutogradFunction, type FunctionContext } from "../../src/autograd/function.js";
import { gradcheck } from "../../src/autograd/gradcheck.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { StateError } from "../../src/errors.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { memory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { ones, tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

/** y = a b^2 by hand. */
class ProductWithSquare extends AutogradFunction {
  static needs: readonly boolean[] = [];

  static forward(ctx: FunctionContext, a: Tensor, b: Tensor): Tensor {
    ctx.saveForBackward(a, b);
    return a.mul(b).mul(b);
  }

  static backward(ctx: FunctionContext, g: Tensor): (Tensor | null)[] {
    const [a, b] = ctx.savedTensors;
    ProductWithSquare.needs = ctx.needsInputGrad;
    return [
      ctx.needsInputGrad[0] ? g.mul(b).mul(b) : null,
      ctx.needsInputGrad[1] ? g.mul(a).mul(b).mul(2) : null,
    ];
  }
}

/** y = x^n; n is no tensor. */
class Power extends AutogradFunction {
  static forward(ctx: FunctionContext & { n?: number }, x: Tensor, n: number): Tensor {
    ctx.saveForBackward(x);
    ctx.n = n;
    return power(x, n);
  }

  static backward(ctx: FunctionContext & { n?: number }, g: Tensor): (Tensor | null)[] {
    const n = ctx.n ?? 0;
    return [g.mul(power(ctx.savedTensors[0], n - 1)).mul(n), null];
  }
}

function power(x: Tensor, n: number): Tensor {
  return tensor([...x.toArray()].map((value) => value ** n), x.shape);
} // prettier-ignore

const leaf = (...values: number[]): Tensor => tensor(values, [values.length], { requiresGrad: true });
const gradOf = (t: Tensor): number[] => [...(t.grad?.toArray() ?? [])];

describeBackends("AutogradFunction", (backend) => {
  beforeAll(() => init({ backend }));

  it("works like a built-in operation", () => {
    const [a, b] = [leaf(2, 3), leaf(5, -1)];
    const y = ProductWithSquare.apply(a, b);
    expect([...y.toArray()]).toEqual([50, 3]);
    y.sum().backward();
    expect(gradOf(a)).toEqual([25, 1]);
    expect(gradOf(b)).toEqual([20, -6]);
    expect(gradcheck((p, q) => ProductWithSquare.apply(p, q), [leaf(0.5, 1.5), leaf(1, -0.75)]).ok).toBe(
      true,
    );
  });

  it("in the middle of a graph", () => {
    expect(
      gradcheck((p) => ProductWithSquare.apply(p.add(1), p.mul(p)).sigmoid(), [leaf(0.5, -0.25)]).ok,
    ).toBe(true);
  });

  it("needsInputGrad says whose gradient is wanted", () => {
    const [a, constant] = [leaf(2), tensor([3], [1])];
    ProductWithSquare.apply(a, constant).backward();
    expect(ProductWithSquare.needs).toEqual([true, false]);
    ProductWithSquare.apply(constant, a).backward();
    expect(ProductWithSquare.needs).toEqual([false, true]);
    expect(constant.grad).toBeNull();
  });

  it("takes arguments that are no tensors, and forward may leave notes on ctx", () => {
    const x = leaf(2, 3);
    const [cubes, squares] = [Power.apply(x, 3), Power.apply(x, 2)];
    expect([...cubes.toArray()]).toEqual([8, 27]);
    cubes.sum().backward();
    expect(gradOf(x)).toEqual([12, 27]);
    x.grad = null;
    squares.sum().backward();
    expect(gradOf(x)).toEqual([4, 6]);
  });

  it("records nothing under noGrad or without an input that requires a gradient", () => {
    const x = leaf(2);
    expect(noGrad(() => Power.apply(x, 2)).requiresGrad).toBe(false);
    expect(Power.apply(tensor([2], [1]), 2).requiresGrad).toBe(false);
  });

  it("forward runs without recording, and its temporaries are freed", () => {
    const x = ones([1000], { requiresGrad: true });
    const before = memory().liveBytes;
    const y = ProductWithSquare.apply(x, x);
    // y alone: x was saved, not copied, and a b is gone
    expect(memory().liveBytes - before).toBe(4000);
    y.dispose();
    expect(memory().liveBytes).toBe(before);
    noGrad(() => scope(() => void ProductWithSquare.apply(x, x)));
    expect(memory().liveBytes).toBe(before);
  });

  it("an argument that is handed through becomes a tensor of its own", () => {
    class Identity extends AutogradFunction {
      static forward(_: FunctionContext, x: Tensor): Tensor {
        return x;
      }

      static backward(_: FunctionContext, g: Tensor): Tensor[] {
        return [g.mul(10)];
      }
    }
    const x = leaf(1, 2);
    const y = Identity.apply(x);
    expect(y).not.toBe(x);
    expect([x.isLeaf, y.isLeaf]).toEqual([true, false]);
    y.sum().backward();
    expect(gradOf(x)).toEqual([10, 10]);
  });

  it("a tensor from elsewhere that forward returns stays what it was", () => {
    const constant = tensor([7], [1]);
    class Constant extends AutogradFunction {
      static forward(_: FunctionContext, _x: Tensor): Tensor {
        return constant;
      }

      static backward(_: FunctionContext, g: Tensor): Tensor[] {
        return [g];
      }
    }
    const x = leaf(1);
    const y = Constant.apply(x);
    expect([y.requiresGrad, constant.requiresGrad]).toEqual([true, false]);
    y.dispose();
    expect(constant.item()).toBe(7);
  });

  it("a saved tensor that is changed in place is noticed", () => {
    const x = leaf(2);
    const y = Power.apply(x, 2);
    x.storage.version++;
    expect(() => y.backward()).toThrow(
      "backward of Power: a tensor it needs was changed in place after the forward pass",
    );
  });

  it("backward within a backward is refused, and the next pass is as ever", () => {
    class Inner extends AutogradFunction {
      static forward(_: FunctionContext, x: Tensor): Tensor {
        return x.mul(2);
      }

      static backward(_: FunctionContext, g: Tensor): Tensor[] {
        const x = leaf(3);
        x.mul(x).sum().backward();
        return [g];
      }
    }
    expect(() => Inner.apply(leaf(2)).backward()).toThrow(
      new StateError(
        "backward: it was called within the backward of an operation, where nothing is recorded; expected gradients " +
          "computed by operations alone. Write the derivative out, or call backward() after this pass.",
      ),
    );
    const x = leaf(2);
    Power.apply(x, 2).backward();
    expect(x.grad?.item()).toBe(4);
  });

  it("backward twice is refused by name", () => {
    const y = Power.apply(leaf(2), 2);
    y.backward();
    expect(() => y.backward()).toThrow("backward through Power a second time");
  });

  describe("refuses", () => {
    /** A function with a forward or backward that is not as it should be. */
    const broken = (parts: {
      forward?: (ctx: FunctionContext, x: Tensor) => unknown;
      backward?: (ctx: FunctionContext, g: Tensor) => unknown;
    }) =>
      class Broken extends AutogradFunction {
        static forward(ctx: FunctionContext, x: Tensor, ..._rest: unknown[]): Tensor {
          return (parts.forward?.(ctx, x) ?? x.mul(1)) as Tensor;
        }

        static backward(ctx: FunctionContext, g: Tensor): Tensor[] {
          return (parts.backward === undefined ? [g] : parts.backward(ctx, g)) as Tensor[];
        }
      };

    it.each<[string, unknown, string]>([
      ["two gradients for one argument", [null, null], "Broken.backward returned 2 gradients; expected an array with one gradient per argument of apply: 1."],
      ["none", [], "Broken.backward returned 0 gradients; expected an array with one gradient per argument of apply: 1."],
      ["no array", undefined, "Broken.backward returned undefined; expected an array with one gradient per argument of apply: 1."],
    ])("%s", (_, gradients, message) => {
      const y = broken({ backward: () => gradients }).apply(leaf(1));
      expect(() => y.backward()).toThrow(message);
    }); // prettier-ignore

    it("too few gradients, counting arguments that are no tensors", () => {
      const y = broken({}).apply(leaf(1), 3, "x");
      expect(() => y.backward()).toThrow(StateError);
      const again = broken({}).apply(leaf(1), 3, "x");
      expect(() => again.backward()).toThrow(
        "Broken.backward returned 1 gradients; expected an array with one gradient per argument of apply: 3.",
      );
    });

    it("a gradient that is no tensor", () => {
      const y = broken({ backward: () => [2] }).apply(leaf(1));
      expect(() => y.backward()).toThrow(
        "Broken.backward returned 2 for argument 0; expected a Tensor or null.",
      );
    });

    it("a gradient of another shape", () => {
      const y = broken({ backward: () => [ones([2])] }).apply(leaf(1));
      expect(() => y.backward()).toThrow(
        "backward of Broken: the gradient of input 0 has shape [2]; expected [1].",
      );
    });

    it("a forward that returns no tensor", () => {
      expect(() => broken({ forward: () => 3 }).apply(leaf(1))).toThrow(TypeError);
      expect(() => broken({ forward: () => 3 }).apply(leaf(1))).toThrow(
        "Broken.forward returned 3; expected a Tensor.",
      );
    });

    it("saveForBackward in backward, twice, or with something else", () => {
      const late = broken({
        backward: (ctx, g) => {
          ctx.saveForBackward(g);
          return [g];
        },
      }).apply(leaf(1));
      expect(() => late.backward()).toThrow(
        "Broken: saveForBackward was called in backward; call it in forward.",
      );
      const twice = broken({
        forward: (ctx, x) => {
          ctx.saveForBackward(x);
          ctx.saveForBackward(x);
        },
      });
      expect(() => twice.apply(leaf(1))).toThrow(
        "Broken: saveForBackward was called twice; give it all tensors at once.",
      );
      const number = broken({ forward: (ctx) => ctx.saveForBackward(3 as unknown as Tensor) });
      expect(() => number.apply(leaf(1))).toThrow(
        "Broken: saveForBackward got 3 in place 0; expected tensors. Keep other values as properties of ctx.",
      );
    });

    it("and an error of its own comes through, with nothing left behind", () => {
      const before = memory().liveBytes;
      const failing = broken({
        forward: (_, x) => {
          x.mul(2);
          throw new Error("mine");
        },
      });
      scope(() => expect(() => failing.apply(leaf(1))).toThrow("mine"));
      expect(memory().liveBytes).toBe(before);
    });
  });
});
