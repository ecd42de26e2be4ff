/** heaviside and the sigmoid surrogate. */

import { beforeAll, describe, expect, it } from "vitest";
import type { FunctionContext } from "../../src/autograd/function.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { heaviside } from "../../src/ops/unary.js";
import { Generator } from "../../src/random/generator.js";
import type { Node } from "../../src/autograd/node.js";
import { sigmoidSurrogate, SpikeFunctionSigmoid } from "../../src/surrogates/sigmoid.js";
import { memory } from "../../src/tensor/memory.js";
import { ones, tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";

const leaf = (...values: number[]): Tensor => tensor(values, [values.length], { requiresGrad: true });
const gradOf = (t: Tensor): Float32Array => t.grad?.toArray() ?? new Float32Array();

/** A context that only writes down what is done to it. */
class SpyContext implements FunctionContext {
  saved: Tensor[] = [];
  needsInputGrad: boolean[];

  constructor(...needsInputGrad: boolean[]) {
    this.needsInputGrad = needsInputGrad;
  }

  get savedTensors(): Tensor[] {
    return this.saved;
  }

  saveForBackward(...tensors: Tensor[]): void {
    this.saved = tensors;
  }
}

describeBackends("surrogates", (backend) => {
  beforeAll(() => init({ backend }));

  describe("heaviside", () => {
    it("fires at 0 and -0, not at NaN", () => {
      const x = [0, -0, 1e-45, -1e-45, 3, -3, Infinity, -Infinity, NaN];
      expect([...heaviside(tensor(x)).toArray()]).toEqual([1, 1, 1, 0, 1, 0, 1, 0, 0]);
    });

    it("has the shape of x and no gradient", () => {
      const y = heaviside(ones([2, 0, 3], { requiresGrad: true }));
      expect([y.shape, y.requiresGrad]).toEqual([[2, 0, 3], false]);
    });
  });

  describe("SpikeFunctionSigmoid.forward", () => {
    it("is heaviside, and saves x and alpha if x requires a gradient", () => {
      const ctx = new SpyContext(true, false);
      const [x, alpha] = [leaf(0.3, -0.2, 0), tensor([4])];
      expect([...SpikeFunctionSigmoid.forward(ctx, x, alpha).toArray()]).toEqual([1, 0, 1]);
      expect(ctx.saved).toEqual([x, alpha]);
    });

    it("saves nothing if x requires none", () => {
      const ctx = new SpyContext(false, true);
      SpikeFunctionSigmoid.forward(ctx, tensor([0.3]), tensor([4], [1], { requiresGrad: true }));
      expect(ctx.saved).toEqual([]);
    });

    it("takes a number for alpha, rounded to float32", () => {
      const ctx = new SpyContext(true, false);
      SpikeFunctionSigmoid.forward(ctx, leaf(0), 0.1);
      expect(ctx.saved[1].item()).toBe(Math.fround(0.1));
    });
  });

  describe("SpikeFunctionSigmoid.backward", () => {
    const backwardOf = (x: number[], alpha: number, g: number[]): Float32Array => {
      const ctx = new SpyContext(true, false);
      ctx.saved = [tensor(x), tensor([alpha])];
      const [dx, dalpha] = SpikeFunctionSigmoid.backward(ctx, tensor(g));
      expect(dalpha).toBeNull();
      return dx?.toArray() ?? new Float32Array();
    };

    it("x = [.3, -.2], alpha = 4: [0.7116, 0.8556]", () => {
      expectClose(backwardOf([0.3, -0.2], 4, [1, 1]), [0.7116, 0.8556], 1e-4);
    });

    it("is null for x where x needs no gradient, and always null for alpha", () => {
      const ctx = new SpyContext(false, true);
      expect(SpikeFunctionSigmoid.backward(ctx, tensor([1]))).toEqual([null, null]);
    });

    it("multiplies in the order ((g (1 - s)) s) alpha, to the bit", () => {
      const random = new Generator(61);
      const draw = (n: number): number[] => Array.from({ length: n }, () => Math.fround(2 * random.normal()));
      const [x, g] = [draw(500), draw(500)];
      const { fround } = Math;
      for (const alpha of [1, 0.1, 4, 25]) {
        const a = fround(alpha);
        const s = tensor(x.map((value) => fround(a * value))).sigmoid().toArray(); // prettier-ignore
        const expected = g.map((value, i) => fround(fround(fround(value * fround(1 - s[i])) * s[i]) * a));
        expectSameBits(backwardOf(x, alpha, g), expected, `alpha ${alpha}`);
        // the order matters: another one gives other bits
        const other = g.map((value, i) => fround(value * fround(fround(fround(1 - s[i]) * s[i]) * a)));
        expect(other.some((value, i) => value !== expected[i])).toBe(true);
      }
    });

    it("is at most alpha / 4, at 0, and vanishes far away", () => {
      for (const alpha of [0.5, 1, 4]) {
        expect(backwardOf([0], alpha, [1])[0]).toBe(alpha / 4);
        const near = backwardOf([0.1, -0.1], alpha, [1, 1]);
        expect(Math.max(...near)).toBeLessThan(alpha / 4);
        expectClose([near[0]], [near[1]], 1e-6);
      }
      expectClose(backwardOf([1000, -1000, Infinity, -Infinity], 1, [1, 1, 1, 1]), [0, 0, 0, 0], 1e-30, {
        floor: 1,
      });
    });
  });

  describe("SpikeFunctionSigmoid.apply", () => {
    it("puts both together", () => {
      const x = leaf(0.3, -0.2);
      const y = SpikeFunctionSigmoid.apply(x, tensor([4]));
      expect([...y.toArray()]).toEqual([1, 0]);
      y.backward(tensor([1, 2]));
      expectClose(gradOf(x), [0.7116, 1.7112], 1e-4);
    });

    it("alpha is never learned", () => {
      const [x, alpha] = [leaf(0.3), leaf(4)];
      SpikeFunctionSigmoid.apply(x, alpha).backward();
      expect(alpha.grad).toBeNull();
      expect(x.grad).not.toBeNull();
      // alone it makes a result that can be walked, to no effect
      const y = SpikeFunctionSigmoid.apply(tensor([0.3]), alpha);
      y.backward();
      expect(alpha.grad).toBeNull();
    });

    it("has no gradient of a gradient", () => {
      const x = leaf(0.3);
      SpikeFunctionSigmoid.apply(x, 1).backward();
      expect(x.grad?.requiresGrad).toBe(false);
    });

    it("keeps no memory under noGrad, or of an x that requires no gradient", () => {
      const x = ones([1000], { requiresGrad: true });
      const constant = ones([1000]);
      const alpha = tensor([1]);
      const before = memory().liveBytes;
      const results = [
        noGrad(() => SpikeFunctionSigmoid.apply(x, alpha)),
        SpikeFunctionSigmoid.apply(constant, alpha),
      ];
      expect(memory().liveBytes - before).toBe(8000);
      expect(results.map((y) => y.requiresGrad)).toEqual([false, false]);
      // with a gradient x is held: disposing of it gives nothing back yet
      const y = SpikeFunctionSigmoid.apply(x, alpha);
      x.dispose();
      expect(memory().liveBytes - before).toBe(12000);
      y.dispose();
      expect(memory().liveBytes - before).toBe(8000 - 4000);
      expect(results.length).toBe(2);
    });

    it.each<[string, unknown, string]>([
      ["none", undefined, "SpikeFunctionSigmoid: alpha is undefined; expected a number."],
      ["NaN", NaN, "SpikeFunctionSigmoid: alpha is NaN; expected a finite number."],
      ["text", "4", 'SpikeFunctionSigmoid: alpha is "4"; expected a number.'],
    ])("refuses an alpha that is %s", (_, alpha, message) => {
      expect(() => SpikeFunctionSigmoid.apply(leaf(1), alpha as number)).toThrow(message);
    });

    it("refuses an alpha of two elements", () => {
      expect(() => SpikeFunctionSigmoid.apply(leaf(1), tensor([1, 2]))).toThrow(
        "SpikeFunctionSigmoid: alpha has shape [2]; expected one element, or a number.",
      );
    });
  });

  describe("sigmoidSurrogate", () => {
    it("is the same with a fixed alpha, as a function of one argument", () => {
      const spike = sigmoidSurrogate(4);
      expect(spike.sigmoidAlpha).toBe(4);
      const x = leaf(0.3, -0.2);
      const y = spike(x);
      expect([...y.toArray()]).toEqual([1, 0]);
      y.sum().backward();
      expectClose(gradOf(x), [0.7116, 0.8556], 1e-4);
    });

    it("is the operation SpikeFunctionSigmoid on the tape, to the bit", () => {
      const random = new Generator(7);
      const values = Array.from({ length: 300 }, () => 2 * random.normal());
      const [own, other] = [leaf(...values), leaf(...values)];
      const [y, z] = [sigmoidSurrogate(0.3)(own), SpikeFunctionSigmoid.apply(other, 0.3)];
      expect((y.node as Node).name).toBe((z.node as Node).name);
      expectSameBits(y.toArray(), z.toArray());
      y.mul(y).sum().backward();
      z.mul(z).sum().backward();
      expectSameBits(gradOf(own), gradOf(other));
      expect(sigmoidSurrogate(0.3)(tensor(values)).node).toBeNull();
    });

    it.each([
      [0, "sigmoidSurrogate: alpha is 0; expected a number above 0."],
      [NaN, "sigmoidSurrogate: alpha is NaN; expected a finite number."],
      [1e39, "sigmoidSurrogate: alpha is 1e+39; expected a number that float32 can hold"],
    ])("refuses %f", (alpha, message) => {
      expect(() => sigmoidSurrogate(alpha)).toThrow(message);
    });
  });
});
