/** An AutogradFunction whose forward returns a list: one operation on the tape with several outputs. */

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AutogradFunction, type FunctionContext } from "../../src/autograd/function.js";
import { gradcheck } from "../../src/autograd/gradcheck.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { memory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { ones, tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

type Gradient = Tensor | null;

const plus = (a: Gradient, b: Gradient): Gradient => (a === null ? b : b === null ? a : a.add(b));

/** s = a + b and p = n a b. */
class SumAndProduct extends AutogradFunction {
  static seen: (number[] | null)[][] = [];

  static forward(
    ctx: FunctionContext & { n?: number },
    a: Tensor,
    b: Tensor,
    n: number,
  ): readonly [s: Tensor, p: Tensor] {
    ctx.saveForBackward(a, b);
    ctx.n = n;
    return [a.add(b), a.mul(b).mul(n)];
  }

  static backward(
    ctx: FunctionContext & { n?: number },
    gradSum: Gradient,
    gradProduct: Gradient,
  ): readonly Gradient[] {
    SumAndProduct.seen.push([gradSum, gradProduct].map((g) => g && [...g.toArray()]));
    const [a, b] = ctx.savedTensors;
    const scaled = gradProduct?.mul(ctx.n ?? 0) ?? null;
    return [plus(gradSum, scaled?.mul(b) ?? null), plus(gradSum, scaled?.mul(a) ?? null), null];
  }
}

/** The first row of x, and the sum of all: outputs of different shapes, in a list of any length. */
class RowAndTotal extends AutogradFunction {
  static forward(ctx: FunctionContext & { shape?: readonly number[] }, x: Tensor): Tensor[] {
    ctx.shape = x.shape;
    return [x.at(0), x.sum()];
  }

  static backward(ctx: FunctionContext & { shape?: readonly number[] }, ...grads: Gradient[]): Tensor[] {
    const [rows, columns] = ctx.shape ?? [];
    const [row, total] = grads.map((g) => g?.toArray());
    return [
      tensor(
        Array.from(
          { length: rows * columns },
          (_, i) => (total?.[0] ?? 0) + (i < columns ? (row?.[i] ?? 0) : 0),
        ),
        [rows, columns],
      ),
    ];
  }
}

const leaf = (...values: number[]): Tensor => tensor(values, [values.length], { requiresGrad: true });
const listOf = (t: Gradient): number[] => [...(t?.toArray() ?? [])];

describeBackends("several outputs", (backend) => {
  beforeAll(() => init({ backend }));
  beforeEach(() => (SumAndProduct.seen = []));

  it("are those of forward, as one operation on the tape, which gets the gradients of all of them at once", () => {
    const [a, b] = [leaf(2, 3), leaf(5, -1)];
    const outputs: [Tensor, Tensor] = SumAndProduct.apply(a, b, 2);
    const [s, p] = outputs;
    expect(outputs.map(listOf)).toEqual([
      [7, 2],
      [20, -6],
    ]);
    expect([s.isLeaf, s.outputIndex, p.outputIndex]).toEqual([false, 0, 1]);
    expect(s.node).toBe(p.node);
    // L = sum(3 s + p): dL/da = 3 + 2 b, dL/db = 3 + 2 a
    s.mul(3).add(p).sum().backward();
    expect(SumAndProduct.seen).toEqual([[[3, 3], [1, 1]]]); // prettier-ignore
    expect(listOf(a.grad)).toEqual([13, 1]);
    expect(listOf(b.grad)).toEqual([7, 9]);
  });

  it("agree with finite differences, both, each alone, and in the middle of a graph", () => {
    const inputs = (): Tensor[] => [leaf(0.5, 1.5), leaf(1, -0.75)];
    const both = (a: Tensor, b: Tensor): Tensor => {
      const [s, p] = SumAndProduct.apply(a.add(1), b.mul(a), -1.5);
      return s.sigmoid().mul(p);
    };
    expect(gradcheck(both, inputs()).ok).toBe(true);
    for (const i of [0, 1])
      expect(gradcheck((a, b) => SumAndProduct.apply(a, b, 3)[i], inputs()).ok).toBe(true);
    const x = tensor([1, 2, 3, 4, 5, 6], [3, 2], { requiresGrad: true });
    expect(
      gradcheck(
        (t) => {
          const [row, total] = RowAndTotal.apply(t);
          return row.mul(total.mul(0.1)).sigmoid();
        },
        [x],
      ).ok,
    ).toBe(true);
  });

  it("a gradient through one output alone: the other's is null, whether or not that output is still there", () => {
    const [a, b] = [leaf(2), leaf(5)];
    SumAndProduct.apply(a, b, 1)[0].backward();
    const [s, p] = SumAndProduct.apply(a, b, 1);
    s.dispose();
    p.backward();
    expect(SumAndProduct.seen).toEqual([
      [[1], null],
      [null, [1]],
    ]);
    expect([listOf(a.grad), listOf(b.grad)]).toEqual([[6], [3]]);
  });

  it("an output that is used twice gets the sum of both", () => {
    const a = leaf(2);
    const [s] = SumAndProduct.apply(a, tensor([1], [1]), 1);
    s.mul(s).add(s).backward();
    expect(SumAndProduct.seen).toEqual([[[7], null]]);
    expect(listOf(a.grad)).toEqual([7]);
  });

  it("a list of one is a list", () => {
    class Listed extends AutogradFunction {
      static forward(_: FunctionContext, x: Tensor): [Tensor] {
        return [x.mul(2)];
      }

      static backward(_: FunctionContext, g: Gradient): Gradient[] {
        return [g?.mul(20) ?? null];
      }
    }
    const x = leaf(3);
    const outputs: [Tensor] = Listed.apply(x);
    expect(outputs.map(listOf)).toEqual([[6]]);
    outputs[0].backward();
    expect(listOf(x.grad)).toEqual([20]);
  });

  it("what is handed through becomes a tensor of its own, beside the others", () => {
    class WithSquare extends AutogradFunction {
      static forward(_: FunctionContext, x: Tensor): [Tensor, Tensor] {
        return [x, x.mul(x)];
      }

      static backward(_: FunctionContext, g: Gradient, _square: Gradient): Gradient[] {
        return [g?.mul(10) ?? null];
      }
    }
    const x = leaf(1, 2);
    const [same, square] = WithSquare.apply(x);
    expect(same).not.toBe(x);
    expect([x.isLeaf, same.isLeaf, listOf(square)]).toEqual([true, false, [1, 4]]);
    same.sum().backward();
    expect(listOf(x.grad)).toEqual([10, 10]);
  });

  it("records nothing under noGrad or without an input that requires a gradient", () => {
    const [a, constant] = [leaf(2), tensor([1], [1])];
    const without = [
      ...noGrad(() => SumAndProduct.apply(a, a, 1)),
      ...SumAndProduct.apply(constant, constant, 1),
    ];
    expect(without.map(({ requiresGrad }) => requiresGrad)).toEqual([false, false, false, false]);
  });

  it("takes the memory of its outputs alone, and gives all of it back", () => {
    const x = ones([1000], { requiresGrad: true });
    const before = memory().liveBytes;
    const [s, p] = SumAndProduct.apply(x, x, 2);
    expect(memory().liveBytes - before).toBe(8000);
    s.dispose();
    expect(memory().liveBytes - before).toBe(4000);
    p.dispose();
    expect(memory().liveBytes).toBe(before);
    x.grad = ones([1000]);
    const flat = memory().liveBytes;
    for (let step = 0; step < 50; step++) {
      scope(() => {
        const [sum, product] = SumAndProduct.apply(x, x.mul(2), 2);
        if (step % 2 === 0) sum.sum().backward();
        else product.add(sum).sum().backward();
      });
      expect(memory().liveBytes).toBe(flat);
    }
  });

  it("a saved tensor that is changed in place is noticed, and backward twice is refused", () => {
    const a = leaf(2);
    const [s, p] = SumAndProduct.apply(a, a, 1);
    s.backward();
    expect(() => p.backward()).toThrow("backward through SumAndProduct a second time");
    const changed = SumAndProduct.apply(a, a, 1);
    a.storage.version++;
    expect(() => changed[1].backward()).toThrow(
      "backward of SumAndProduct: a tensor it needs was changed in place after the forward pass",
    );
  });

  describe("refuses", () => {
    const returning = (forward: (x: Tensor) => unknown) =>
      class Broken extends AutogradFunction {
        static forward(_: FunctionContext, x: Tensor): Tensor[] {
          return forward(x) as Tensor[];
        }

        static backward(): null[] {
          return [null, null];
        }
      };

    it.each<[string, (x: Tensor) => unknown, ErrorConstructor, string]>([
      ["an empty list", () => [], RangeError, "Broken.forward returned an empty list; expected a Tensor, or a list of at least one."],
      ["a number in the list", (x) => [x.mul(2), 3], TypeError, "Broken.forward returned 3 in place 1 of its list; expected a Tensor. Keep other values as properties of ctx."],
      ["a list in the list", (x) => [[x.mul(2)]], TypeError, "in place 0 of its list; expected a Tensor."],
      ["a hole in the list", (x) => [x.mul(2), , x.mul(3)], TypeError, "Broken.forward returned undefined in place 1 of its list; expected a Tensor."],
      ["the same tensor twice", (x) => { const y = x.mul(2); return [x, y, y]; }, RangeError, "Broken.forward returned the same tensor in places 1 and 2; expected another for each output. Return it once, and use that output twice."],
      ["an argument twice", (x) => [x, x], RangeError, "Broken.forward returned the same tensor in places 0 and 1;"],
      ["an object of tensors", (x) => ({ y: x.mul(2) }), TypeError, "Broken.forward returned an object; expected a Tensor."],
    ])("%s", (_, forward, error, message) => {
      const before = memory().liveBytes;
      const x = leaf(1, 2);
      scope(() => expect(() => returning(forward).apply(x)).toThrow(error));
      scope(() => expect(() => returning(forward).apply(x)).toThrow(message));
      x.dispose();
      expect(memory().liveBytes).toBe(before);
    }); // prettier-ignore

    it("a gradient per output instead of one per argument", () => {
      const [y] = returning((x) => [x.mul(2), x.mul(3)]).apply(leaf(1));
      expect(() => y.backward()).toThrow(
        "Broken.backward returned 2 gradients; expected an array with one gradient per argument of apply: 1.",
      );
    });
  });

  it("has the types of forward's list, and of backward's gradients, which may be null", () => {
    class Careless extends AutogradFunction {
      static forward(_: FunctionContext, x: Tensor): [Tensor, Tensor] {
        return [x.mul(2), x.mul(3)];
      }

      static backward(_: FunctionContext, g: Tensor, h: Tensor): Tensor[] {
        return [g.add(h)];
      }
    }
    const x = leaf(1);
    // @ts-expect-error the first gradient may be null
    expect(Careless.apply(x)).toHaveLength(2);
    const several: Tensor[] = RowAndTotal.apply(tensor([1, 2], [1, 2]));
    // @ts-expect-error a list is no tensor
    const single: Tensor = SumAndProduct.apply(x, x, 1);
    // @ts-expect-error the third argument is a number
    expect(() => SumAndProduct.apply(x, x, "n")).toThrow(TypeError);
    expect([several.length, (single as unknown as Tensor[]).length]).toEqual([2, 2]);
  });
});
