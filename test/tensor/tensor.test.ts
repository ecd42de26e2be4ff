/** Tensors: factories, elements, views, disposal, printing. */

import { inspect } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { ShapeError, StateError } from "../../src/errors.js";
import { currentBackend } from "../../src/kernels/current.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { memory, resetPeakMemory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { ones, Tensor, tensor, zeros } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectSameBits } from "../closeness.js";

describeBackends("tensor", (backend) => {
  beforeAll(() => init({ backend }));

  describe("factories", () => {
    it("tensor takes numbers row-major, from any array, rounded to float32", () => {
      const t = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
      expect([t.shape, t.rank, t.size]).toEqual([[2, 3], 2, 6]);
      expect([...t.at(1).toArray()]).toEqual([4, 5, 6]);
      expect(tensor([1, 2, 3]).shape).toEqual([3]);
      expect(tensor([0.1], []).item()).toBe(Math.fround(0.1));
      expect([...tensor(Float64Array.of(0.1, 1e39)).toArray()]).toEqual([Math.fround(0.1), Infinity]);
      expect([...tensor(Int8Array.of(-1, 2)).toArray()]).toEqual([-1, 2]);
      expect([...tensor({ length: 2, 0: 5, 1: 6 }).toArray()]).toEqual([5, 6]);
      expectSameBits(tensor([NaN, -0, Infinity]).toArray(), [NaN, -0, Infinity]);
      expect(t.backend).toBe(currentBackend());
    });

    it("copies what it is given, and gives copies", () => {
      const values = Float32Array.of(1, 2);
      const t = tensor(values);
      values[0] = 9;
      t.toArray()[1] = 9;
      expect([...t.toArray()]).toEqual([1, 2]);
    });

    it("zeros and ones fill; nothing is left of what was in the memory", () => {
      tensor(new Float32Array(1000).fill(7)).dispose();
      expect(
        zeros([10, 100])
          .toArray()
          .every((value) => value === 0),
      ).toBe(true);
      expect(
        ones([10, 100])
          .toArray()
          .every((value) => value === 1),
      ).toBe(true);
      expect([...Tensor.full([3], -2.5).toArray()]).toEqual([-2.5, -2.5, -2.5]);
    });

    it("empty tensors and scalars", () => {
      expect([zeros([0]).size, zeros([3, 0, 2]).size, zeros([]).size]).toEqual([0, 0, 1]);
      expect([...zeros([0]).toArray()]).toEqual([]);
      expect(tensor([], [0, 5]).shape).toEqual([0, 5]);
    });

    it("requiresGrad is off unless asked for", () => {
      expect([tensor([1]).requiresGrad, zeros([1]).requiresGrad, ones([1]).requiresGrad]).toEqual([
        false,
        false,
        false,
      ]);
      const options = { requiresGrad: true };
      expect(
        [tensor([1], [1], options), zeros([1], options), ones([1], options)].map((t) => t.requiresGrad),
      ).toEqual([true, true, true]);
    });

    it.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
      ["too few numbers", () => tensor([1, 2], [3]), ShapeError, "tensor: 2 numbers for the shape [3]; expected 3."],
      ["too many numbers", () => tensor([1, 2], []), ShapeError, "tensor: 2 numbers for the shape []; expected 1."],
      ["a negative dimension", () => zeros([2, -1]), ShapeError, "shape [2, -1] has the dimension -1; expected whole numbers of at least 0."],
      ["half a dimension", () => ones([1.5]), ShapeError, "shape [1.5] has the dimension 1.5; expected whole numbers of at least 0."],
      ["a dimension NaN", () => zeros([NaN]), ShapeError, "shape [NaN] has the dimension NaN; expected whole numbers of at least 0."],
      ["more elements than can be counted", () => zeros([2 ** 40, 2 ** 40]), ShapeError, "shape [1099511627776, 1099511627776] has "],
      ["a number as shape", () => zeros(3 as unknown as number[]), TypeError, "a shape is 3; expected an array of dimensions like [2, 3]."],
      ["a string as shape", () => tensor([1], "1" as unknown as number[]), TypeError, "a shape is \"1\"; expected an array of dimensions like [2, 3]."],
      ["nested arrays", () => tensor([[1, 2], [3, 4]] as unknown as number[]), TypeError, "tensor: element 0 is an array; expected a number. Give all numbers in one flat array, row-major, and the shape as the second argument."],
      ["a number as data", () => tensor(5 as unknown as number[]), TypeError, "tensor: data is 5; expected an array of numbers. A single number is tensor([x], [])."],
      ["nothing as data", () => tensor(undefined as unknown as number[]), TypeError, "tensor: data is undefined; expected an array of numbers."],
      ["null as data", () => tensor(null as unknown as number[]), TypeError, "tensor: data is null; expected an array of numbers."],
      ["a string as data", () => tensor("12" as unknown as number[]), TypeError, 'tensor: data is "12"; expected an array of numbers.'],
      ["strings in the data", () => tensor([1, "2"] as number[]), TypeError, 'tensor: element 1 is "2"; expected a number.'],
      ["a hole in the data", () => tensor([1, undefined] as number[]), TypeError, "tensor: element 1 is undefined; expected a number."],
      ["big integers", () => tensor(BigInt64Array.of(1n) as unknown as number[]), TypeError, "tensor: element 0 is 1n; expected a number."],
      ["an unknown option", () => tensor([1], [1], { requires_grad: true } as object), TypeError, 'tensor: unknown option "requires_grad"; known options are requiresGrad. Did you mean "requiresGrad"?'],
      ["an unknown option of zeros", () => zeros([1], { grad: true } as object), TypeError, 'zeros: unknown option "grad"; known options are requiresGrad.'],
    ])("refuses %s", (_, make, kind, message) => {
      expect(make).toThrow(kind);
      expect(make).toThrow(message);
    }); // prettier-ignore

    it("a tensor larger than the memory is an OutOfMemoryError", () => {
      expect(() => zeros([2 ** 31])).toThrow(expect.objectContaining({ name: "OutOfMemoryError" }));
      expect(() => zeros([2 ** 31])).toThrow(/8589934592 bytes.*scope\(\)/);
      // and leaves the library working
      expect(zeros([2]).size).toBe(2);
    });
  });

  describe("elements", () => {
    it("item gives the only element, whatever the rank", () => {
      expect([tensor([3], []).item(), tensor([3], [1]).item(), tensor([3], [1, 1, 1]).item()]).toEqual([
        3, 3, 3,
      ]);
      expect(() => tensor([1, 2]).item()).toThrow(
        "item: the tensor has shape [2]; expected exactly one element. Use toArray().",
      );
      expect(() => zeros([0]).item()).toThrow(ShapeError);
    });

    it("argmax gives the place of the largest in each row", () => {
      expect([...tensor([1, 3, 2, 9, 8, 9], [2, 3]).argmax()]).toEqual([1, 0]);
      expect([...tensor([1, 3], [2]).argmax()]).toEqual([1]);
      expect(() => tensor([1], []).argmax()).toThrow(
        "argmax: the tensor has shape []; expected a last axis of at least 1.",
      );
      expect(() => zeros([2, 0]).argmax()).toThrow(
        "argmax: the tensor has shape [2, 0]; expected a last axis of at least 1.",
      );
    });
  });

  describe("views and disposal", () => {
    it("reshape, at and detach share memory; operations do not", () => {
      const t = tensor([1, 2, 3, 4], [2, 2]);
      const views = [t.reshape([4]), t.detach(), t.at(0)];
      for (const view of views) expect(view.storage).toBe(t.storage);
      t.data[0] = 9;
      expect(views.map((view) => view.data[0])).toEqual([9, 9, 9]);
      expect(t.add(0).storage).not.toBe(t.storage);
    });

    it("the memory goes with the last of them", () => {
      const before = memory().liveBytes;
      const t = tensor(new Float32Array(100));
      const view = t.reshape([10, 10]).at(3);
      t.dispose();
      expect(memory().liveBytes - before).toBe(400);
      expect([...view.toArray()]).toEqual(new Array(10).fill(0));
      view.dispose();
      // the reshaped tensor in between has not been disposed of
      expect(memory().liveBytes - before).toBe(400);
    });

    it("disposing twice is fine, and frees once", () => {
      const before = memory().liveBytes;
      const t = zeros([100]);
      const other = t.detach();
      t.dispose();
      t.dispose();
      expect(other.item.length).toBe(0);
      expect([...other.toArray()].length).toBe(100);
      other.dispose();
      expect(memory().liveBytes).toBe(before);
    });

    it("after dispose every use says what happened", () => {
      const t = zeros([2, 3]);
      t.dispose();
      const message =
        "this tensor of shape [2, 3] was disposed of (by dispose() or the end of a scope); return it from the scope to use it outside.";
      const other = zeros([2, 3]);
      const uses: (() => unknown)[] = [
        () => t.data, () => t.toArray(), () => t.at(0), () => t.reshape([6]), () => t.detach(), () => t.add(1),
        () => other.add(t), () => t.matmul(other.reshape([3, 2])), () => t.sum(), () => t.mean(0), () => t.neg(), () => t.permute([1, 0]),
        () => t.argmax(),
      ]; // prettier-ignore
      for (const use of uses) {
        expect(use).toThrow(StateError);
        expect(use).toThrow(message);
      }
      expect([t.disposed, t.shape, other.disposed]).toEqual([true, [2, 3], false]);
    });

    it("takes its gradient along", () => {
      const before = memory().liveBytes;
      const t = ones([50], { requiresGrad: true });
      scope(() => t.mul(2).sum().backward());
      const { grad } = t;
      expect(memory().liveBytes - before).toBe(400);
      t.dispose();
      expect([grad?.disposed, t.grad]).toEqual([true, null]);
      expect(memory().liveBytes).toBe(before);
    });
  });

  describe("grad", () => {
    it("can be set to a tensor of that shape, or null", () => {
      const t = ones([2], { requiresGrad: true });
      const [first, second] = [ones([2]), zeros([2])];
      t.grad = first;
      t.grad = first;
      expect(first.disposed).toBe(false);
      t.grad = second;
      expect([first.disposed, t.grad]).toEqual([true, second]);
      t.grad = null;
      expect(second.disposed).toBe(true);
    });

    it("refuses anything else", () => {
      const t = ones([2]);
      expect(() => (t.grad = ones([3]))).toThrow("grad: the gradient has shape [3]; expected [2].");
      expect(() => (t.grad = 1 as unknown as Tensor)).toThrow("grad: the gradient is 1; expected a Tensor.");
      expect(() => (t.grad = undefined as unknown as Tensor)).toThrow(
        "grad: the gradient is undefined; expected a Tensor.",
      );
    });
  });

  it("prints its shape, a few elements and its state", () => {
    expect(String(tensor([1, 2], [2]))).toBe("Tensor([2], [1, 2])");
    expect(String(zeros([3, 3]))).toBe("Tensor([3, 3])");
    const leaf = tensor([1], [], { requiresGrad: true });
    expect(inspect(leaf)).toBe("Tensor([], [1], requiresGrad)");
    leaf.dispose();
    expect(String(leaf)).toBe("Tensor([], disposed)");
  });

  it("memory() tells live and peak bytes, and resetPeakMemory starts a new peak", () => {
    const before = memory().liveBytes;
    const t = zeros([1000]);
    expect(memory().liveBytes - before).toBe(4000);
    t.dispose();
    expect(memory().liveBytes).toBe(before);
    expect(memory().peakBytes).toBeGreaterThanOrEqual(before + 4000);
    resetPeakMemory();
    expect(memory().peakBytes).toBe(before);
  });
});

describe("two backends", () => {
  it("do not mix: a sentence, not garbage", async () => {
    await init({ backend: "reference" });
    const ours = ones([2], { requiresGrad: true });
    await init({ backend: "wasm" });
    const theirs = ones([2]);
    const message =
      "add: one tensor lives in the reference backend and one in the wasm backend; expected one backend. Make both after the same init().";
    expect(() => ours.add(theirs)).toThrow(StateError);
    expect(() => ours.add(theirs)).toThrow(message);
    expect(() => theirs.matmul(ours)).toThrow("matmul: one tensor lives in the wasm backend");
    expect(() => ours.mul(2).backward(theirs)).toThrow(
      "backward: the gradient lives in the wasm backend and the tensor in the reference backend; expected one backend.",
    );
    expect(() => (ours.grad = theirs)).toThrow("grad: the gradient lives in the wasm backend");
    // each goes on in its own
    expect([...ours.add(1).toArray(), ...theirs.add(1).toArray()]).toEqual([2, 2, 2, 2]);
  });
});
