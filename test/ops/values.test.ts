/** What the operations compute: by hand, and against plain loops in float64. Gradients are in gradients.test.ts. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { batchNorm, batchStatistics } from "../../src/ops/batch-norm.js";
import { conv1d, conv2d, type Convolution2dOptions } from "../../src/ops/convolution.js";
import { checkPair } from "../../src/windows.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import "../../src/ops/install.js";
import { linear } from "../../src/ops/matmul.js";
import { avgPool1d, avgPool2d, maxPool1d, maxPool2d } from "../../src/ops/pooling.js";
import { countNonZero } from "../../src/ops/reduce.js";
import { repeat, stack } from "../../src/ops/slice.js";
import { heaviside } from "../../src/ops/unary.js";
import { Generator } from "../../src/random/generator.js";
import { sizeOf, stridesOf } from "../../src/shapes.js";
import { tensor, zeros, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";

const { fround } = Math;

/** Every index of a shape, row-major. */
function* indices(shape: readonly number[]): Iterable<number[]> {
  const size = sizeOf(shape);
  const strides = stridesOf(shape);
  for (let flat = 0; flat < size; flat++) {
    yield shape.map((dimension, axis) => Math.floor(flat / strides[axis]) % dimension);
  }
}

/** The element of t that a broadcast index names. */
function broadcastElement(t: Tensor, values: Float32Array, index: readonly number[]): number {
  const strides = stridesOf(t.shape);
  const own = index.slice(index.length - t.rank);
  return values[own.reduce((at, i, axis) => at + (t.shape[axis] === 1 ? 0 : i * strides[axis]), 0)];
}

describeBackends("operations", (backend) => {
  beforeAll(() => init({ backend }));
  const random = new Generator(51);
  const normal = (...shape: number[]): Tensor =>
    tensor(Array.from({ length: sizeOf(shape) }, () => random.normal()), shape); // prettier-ignore

  describe("arithmetic", () => {
    const operations = {
      add: (a: number, b: number): number => a + b,
      sub: (a: number, b: number): number => a - b,
      mul: (a: number, b: number): number => a * b,
      div: (a: number, b: number): number => a / b,
    };

    it.each(Object.entries(operations))("%s of numbers, one rounding each", (name, apply) => {
      const a = tensor([1, -2.5, 0.1, 3e38, 0, -0, NaN, Infinity]);
      const b = tensor([3, 0.7, 0.2, 3e38, 0, 1, 1, Infinity]);
      const y = a[name as "add"](b);
      expectSameBits(
        y.toArray(),
        Array.from(a.toArray(), (value, i) => fround(apply(value, b.toArray()[i]))),
      );
      const byNumber = a[name as "add"](0.3);
      expectSameBits(
        byNumber.toArray(),
        Array.from(a.toArray(), (value) => fround(apply(value, fround(0.3)))),
      );
    });

    const shapes: [number[], number[], number[]][] = [
      [[2, 3], [2, 3], [2, 3]],
      [[2, 3], [3], [2, 3]],
      [[3], [2, 3], [2, 3]],
      [[2, 3], [2, 1], [2, 3]],
      [[2, 1, 4], [3, 1], [2, 3, 4]],
      [[], [2, 2], [2, 2]],
      [[1], [], [1]],
      [[1, 1, 1], [2], [1, 1, 2]],
      [[5, 1, 7, 1], [1, 6, 1, 8], [5, 6, 7, 8]],
      [[0, 3], [3], [0, 3]],
      [[2, 0], [1], [2, 0]],
      [[2, 1, 2, 1, 2, 1, 2, 1], [1, 2, 1, 2, 1, 2, 1, 2], [2, 2, 2, 2, 2, 2, 2, 2]],
    ]; // prettier-ignore

    it.each(shapes)("%j and %j broadcast to %j", (left, right, shape) => {
      const [a, b] = [normal(...left), normal(...right)];
      const [av, bv] = [a.toArray(), b.toArray()];
      for (const [name, apply] of Object.entries(operations)) {
        const y = a[name as "add"](b);
        expect(y.shape).toEqual(shape);
        const expected = [...indices(shape)].map((index) =>
          fround(apply(broadcastElement(a, av, index), broadcastElement(b, bv, index))),
        );
        expectSameBits(y.toArray(), expected, name);
      }
    });
  });

  describe("functions of one tensor", () => {
    const x = [0, -0, 1, -1, 0.5, -2.25, 20, -20, Infinity, -Infinity, NaN];

    it.each<[string, (t: Tensor) => Tensor, (value: number) => number, number]>([
      ["neg", (t) => t.neg(), (v) => -v, 0],
      ["relu", (t) => t.relu(), (v) => (v > 0 || Number.isNaN(v) ? v : 0), 0],
      ["heaviside", heaviside, (v) => (v >= 0 ? 1 : 0), 0],
      ["sqrt", (t) => t.sqrt(), Math.sqrt, 0],
      ["exp", (t) => t.exp(), Math.exp, 3e-7],
      ["log", (t) => t.log(), Math.log, 3e-7],
      ["sigmoid", (t) => t.sigmoid(), (v) => 1 / (1 + Math.exp(-v)), 3e-7],
    ])("%s", (_, apply, value, tolerance) => {
      const y = apply(tensor(x)).toArray();
      const expected = x.map(value);
      if (tolerance === 0) return expectSameBits(y, expected.map(fround));
      expected.forEach((each, i) => {
        if (Number.isFinite(each)) expectClose([y[i]], [each], tolerance, { floor: 1e-30 });
        else expectSameBits([y[i]], [each]);
      });
    });
  });

  describe("products", () => {
    it("matmul and linear against loops", () => {
      for (const [m, k, n] of [[1, 1, 1], [2, 3, 4], [7, 5, 3], [17, 33, 9], [0, 3, 2], [2, 0, 3], [2, 3, 0]]) {
        const [a, b, bias] = [normal(m, k), normal(k, n), normal(n)];
        const [av, bv, biases] = [a.toArray(), b.toArray(), bias.toArray()];
        const expected = [...indices([m, n])].map(([i, j]) => {
          let total = 0;
          for (let l = 0; l < k; l++) total += av[i * k + l] * bv[l * n + j];
          return total;
        });
        expect(a.matmul(b).shape).toEqual([m, n]);
        expectClose(a.matmul(b).toArray(), expected, 1e-6, { floor: 10, what: "matmul" });
        const y = linear(a, b, bias);
        expectClose(y.toArray(), expected.map((value, at) => value + biases[at % n]), 1e-6, { floor: 10, what: "linear" });
      }
    }); // prettier-ignore

    it("linear works on the last axis of any rank", () => {
      const [x, w, bias] = [normal(2, 3, 4), normal(4, 5), normal(5)];
      const y = linear(x, w, bias);
      expect(y.shape).toEqual([2, 3, 5]);
      expectSameBits(linear(x.reshape([6, 4]), w, bias).toArray(), y.toArray());
      const vector = linear(x.at(0).at(0), w, bias);
      expect(vector.shape).toEqual([5]);
      expectClose(vector.toArray(), y.at(0).at(0).toArray(), 1e-6, { floor: 1 });
    });
  });

  describe("reductions", () => {
    it("sum and mean over each axis, and over all", () => {
      const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 3, 2]);
      const values = (t: Tensor): [readonly number[], number[]] => [t.shape, [...t.toArray()]];
      expect(values(x.sum())).toEqual([[], [78]]);
      expect(values(x.sum(0))).toEqual([[3, 2], [8, 10, 12, 14, 16, 18]]);
      expect(values(x.sum(1))).toEqual([[2, 2], [9, 12, 27, 30]]);
      expect(values(x.sum(-1))).toEqual([[2, 3], [3, 7, 11, 15, 19, 23]]);
      expect(values(x.mean())).toEqual([[], [6.5]]);
      expect(values(x.mean(1))).toEqual([[2, 2], [3, 4, 9, 10]]);
    }); // prettier-ignore

    it("a mean is the sum divided, not multiplied by a rounded 1 / n", () => {
      for (let n = 1; n < 100; n++) expect(tensor(new Float32Array(n).fill(1)).mean().item()).toBe(1);
    });

    it("a sum over nothing is 0, a mean over nothing is refused", () => {
      expect([...zeros([2, 0]).sum(1).toArray()]).toEqual([0, 0]);
      expect(zeros([0]).sum().item()).toBe(0);
      expect(zeros([0, 2]).sum(1).shape).toEqual([0]);
      expect(() => zeros([2, 0]).mean(1)).toThrow(
        "mean: the tensor has shape [2, 0]; expected at least one element to average.",
      );
      expect(() => zeros([0]).mean()).toThrow(
        "mean: the tensor has shape [0]; expected at least one element to average.",
      );
    });

    it("a long sum keeps its digits", () => {
      // the reference adds one after the other, so its digits go sooner
      const n = 2 ** 18;
      expectClose(
        [tensor(new Float32Array(n).fill(0.1)).sum().item()],
        [n * fround(0.1)],
        backend === "wasm" ? 1e-6 : 5e-3,
      );
    });

    it("countNonZero counts what is not 0, -0 being 0 and NaN not", () => {
      expect(countNonZero(tensor([0, -0, 1, -1, NaN, 1e-45, 0]))).toBe(4);
      expect(countNonZero(zeros([0]))).toBe(0);
    });
  });

  describe("shapes", () => {
    it("reshape keeps the order, and works out one dimension", () => {
      const x = normal(2, 3, 4);
      for (const shape of [[24], [6, 4], [4, 3, 2], [2, 3, 4], [1, 24, 1]]) {
        expectSameBits(x.reshape(shape).toArray(), x.toArray());
        expect(x.reshape(shape).shape).toEqual(shape);
      }
      expect(x.reshape([-1]).shape).toEqual([24]);
      expect(x.reshape([4, -1]).shape).toEqual([4, 6]);
      expect(x.reshape([2, -1, 6]).shape).toEqual([2, 2, 6]);
      expect(zeros([0, 3]).reshape([-1, 3]).shape).toEqual([0, 3]);
      expect(tensor([5]).reshape([]).item()).toBe(5);
    });

    it("permute moves axes, against loops", () => {
      const x = normal(2, 3, 4, 5);
      const values = x.toArray();
      const strides = stridesOf(x.shape);
      for (const axes of [[0, 1, 2, 3], [3, 2, 1, 0], [0, 3, 1, 2], [0, 2, 3, 1], [1, 0, 3, 2]]) {
        const y = x.permute(axes);
        expect(y.shape).toEqual(axes.map((axis) => x.shape[axis]));
        const expected = [...indices(y.shape)].map(
          (index) => values[index.reduce((at, i, axis) => at + i * strides[axes[axis]], 0)],
        );
        expectSameBits(y.toArray(), expected, axes.join());
      }
      expect(tensor([5], []).permute([]).item()).toBe(5);
      expect(zeros([0, 2]).permute([1, 0]).shape).toEqual([2, 0]);
    }); // prettier-ignore

    it("permute takes as many axes as the kernels do, not one more", () => {
      const turned = (rank: number): Tensor => {
        const shape = new Array<number>(rank).fill(2);
        const x = tensor(Array.from({ length: 2 ** rank }, (_, i) => i), shape); // prettier-ignore
        return x.permute(shape.map((_, axis) => rank - 1 - axis));
      };
      // The axes of 2^8 elements the other way round: the bits of an index the other way round.
      expect([...turned(8).toArray()]).toEqual(
        Array.from({ length: 256 }, (_, i) => parseInt([...i.toString(2).padStart(8, "0")].reverse().join(""), 2)),
      ); // prettier-ignore
      expect(() => turned(9)).toThrow(
        "a tensor operation over 9 axes; expected at most 8. Reshape it first.",
      );
    });

    it("at, stack and repeat", () => {
      const x = tensor([1, 2, 3, 4, 5, 6], [3, 2]);
      expect([0, 1, 2, -1, -3].map((i) => [...x.at(i).toArray()])).toEqual([[1, 2], [3, 4], [5, 6], [5, 6], [1, 2]]);
      expect(stack([x.at(2), x.at(0)]).shape).toEqual([2, 2]);
      expect([...stack([x.at(2), x.at(0)]).toArray()]).toEqual([5, 6, 1, 2]);
      expect(stack([zeros([0]), zeros([0])]).shape).toEqual([2, 0]);
      expect([...stack([tensor([1], []), tensor([2], [])]).toArray()]).toEqual([1, 2]);
      expect(repeat(x, 2).shape).toEqual([2, 3, 2]);
      expect([...repeat(x.at(0), 3).toArray()]).toEqual([1, 2, 1, 2, 1, 2]);
      expect(repeat(x, 0).shape).toEqual([0, 3, 2]);
    }); // prettier-ignore
  });

  describe("convolution against loops", () => {
    type Row = [string, number[], number[], Convolution2dOptions];
    it.each<Row>([
      ["3 x 3", [2, 5, 6, 3], [3, 3, 3, 4], {}],
      ["same padding", [1, 5, 5, 2], [3, 3, 2, 3], { padding: 1 }],
      ["stride 2", [1, 7, 8, 2], [3, 3, 2, 5], { stride: 2, padding: 1 }],
      ["[height, width]", [1, 6, 5, 1], [2, 4, 1, 2], { stride: [1, 3], padding: [0, 2] }],
      ["groups", [2, 4, 4, 6], [2, 2, 3, 4], { groups: 2 }],
      ["depthwise", [1, 6, 6, 5], [3, 3, 1, 5], { groups: 5, padding: 1 }],
      ["1 x 1", [1, 3, 3, 9], [1, 1, 9, 7], {}],
      ["an empty batch", [0, 4, 4, 2], [3, 3, 2, 2], {}],
    ])("conv2d, %s", (_, xShape, wShape, options) => {
      const [x, w, bias] = [normal(...xShape), normal(...wShape), normal(wShape[3])];
      const [xv, wv, bv] = [x.toArray(), w.toArray(), bias.toArray()];
      const [, H, W, Cin] = xShape;
      const [KH, KW, perGroup, Cout] = wShape;
      const [[SH, SW], [PH, PW]] = [checkPair("stride", options.stride ?? 1, 1), checkPair("padding", options.padding ?? 0, 0)];
      const groups = options.groups ?? 1;
      const y = conv2d(x, w, bias, options);
      const shape = [xShape[0], Math.floor((H + 2 * PH - KH) / SH) + 1, Math.floor((W + 2 * PW - KW) / SW) + 1, Cout];
      expect(y.shape).toEqual(shape);
      const expected = [...indices(shape)].map(([n, oh, ow, co]) => {
        const group = Math.floor(co / (Cout / groups));
        let total = bv[co];
        for (const [kh, kw, ci] of indices([KH, KW, perGroup])) {
          const [h, v] = [oh * SH + kh - PH, ow * SW + kw - PW];
          if (h < 0 || h >= H || v < 0 || v >= W) continue;
          const channel = group * perGroup + ci;
          total += xv[((n * H + h) * W + v) * Cin + channel] * wv[((kh * KW + kw) * perGroup + ci) * Cout + co];
        }
        return total;
      });
      expectClose(y.toArray(), expected, 1e-6, { floor: 10 });
      const without = conv2d(x, w, null, options).toArray();
      expectClose(without, expected.map((value, at) => value - bv[at % Cout]), 1e-6, { floor: 10, what: "no bias" });
    }); // prettier-ignore

    it("conv1d is conv2d with a height of 1", () => {
      const [x, w, bias] = [normal(2, 9, 4), normal(3, 2, 6), normal(6)];
      const y = conv1d(x, w, bias, { stride: 2, padding: 1, groups: 2 });
      expect(y.shape).toEqual([2, 5, 6]);
      const flat = conv2d(x.reshape([2, 1, 9, 4]), w.reshape([1, 3, 2, 6]), bias, {
        stride: [1, 2],
        padding: [0, 1],
        groups: 2,
      });
      expectSameBits(y.toArray(), flat.toArray());
    });
  });

  describe("pooling", () => {
    const square = (): Tensor => tensor([1, 5, 3, 2, 8, 4, 7, 6, 9], [1, 3, 3, 1]);

    it("takes the largest and the mean of windows, dropping those that do not fit", () => {
      expect([...maxPool2d(square(), 2).toArray()]).toEqual([8]);
      expect([...avgPool2d(square(), 2).toArray()]).toEqual([4]);
      expect([...maxPool2d(square(), 2, { stride: 1 }).toArray()]).toEqual([8, 8, 8, 9]);
      expect([...avgPool2d(square(), 2, { stride: 1 }).toArray()]).toEqual([4, 5, 5.75, 6.75]);
      expect([...maxPool2d(square(), [1, 3]).toArray()]).toEqual([5, 8, 9]);
      expect([...maxPool2d(square(), [3, 1], { stride: [1, 1] }).toArray()]).toEqual([7, 8, 9]);
    });

    it("padding never wins a maximum, and counts as 0 in a mean", () => {
      const negative = square().neg();
      expect([...maxPool2d(negative, 2, { padding: 1 }).toArray()]).toEqual([-1, -3, -2, -4]);
      expect([...avgPool2d(square(), 2, { padding: 1 }).toArray()]).toEqual([0.25, 2, 2.25, 6.75]);
    });

    it("in one dimension", () => {
      const line = tensor([1, 10, 5, 20, 3, 30, 9, 9], [1, 4, 2]);
      expect([...maxPool1d(line, 2).toArray()]).toEqual([5, 20, 9, 30]);
      expect([...avgPool1d(line, 2).toArray()]).toEqual([3, 15, 6, 19.5]);
      expect(maxPool1d(line, 3, { stride: 1, padding: 1 }).shape).toEqual([1, 4, 2]);
    });

    it("a tie sends the gradient to the first, in row-major order", () => {
      const tied = tensor([1, 1, 1, 1], [1, 2, 2, 1], { requiresGrad: true });
      maxPool2d(tied, 2).sum().backward();
      expect([...(tied.grad?.toArray() ?? [])]).toEqual([1, 0, 0, 0]);
    });

    it("channels do not mix", () => {
      const many = normal(2, 4, 6, 3);
      const pooled = maxPool2d(many, 2);
      const channel = (t: Tensor, c: number): number[] => [...t.toArray()].filter((_, at) => at % 3 === c);
      for (let c = 0; c < 3; c++) {
        const alone = maxPool2d(tensor(channel(many, c), [2, 4, 6, 1]), 2);
        expectSameBits(channel(pooled, c), alone.toArray());
      }
    });
  });

  describe("batch norm", () => {
    it("statistics are the mean and the biased variance per channel", () => {
      const x = tensor([1, 10, 3, 30, 5, 50], [3, 2]);
      const { mean, variance } = batchStatistics(x);
      expect([...mean.toArray()]).toEqual([3, 30]);
      expectClose(variance.toArray(), [8 / 3, 800 / 3], 1e-6);
    });

    it("makes mean 0 and deviation 1, then scales and shifts", () => {
      const x = normal(50, 3);
      const y = batchNorm(x, batchStatistics(x), tensor([2, 1, 0.5]), tensor([-1, 0, 3]), 1e-5, true);
      const statistics = batchStatistics(y);
      expectClose(statistics.mean.toArray(), [-1, 0, 3], 1e-5, { floor: 1 });
      expectClose(statistics.variance.toArray(), [4, 1, 0.25], 1e-4);
    });

    it("uses the statistics it is given", () => {
      const given = { mean: tensor([1]), variance: tensor([4]) };
      const y = batchNorm(tensor([1, 3, 5], [3, 1]), given, tensor([10]), tensor([1]), 0, false);
      expect([...y.toArray()]).toEqual([1, 11, 21]);
    });
  });

  describe("cross entropy", () => {
    it("of equal logits is ln(classes)", () => {
      expectClose([crossEntropy(zeros([3, 5]), [0, 4, 2]).item()], [Math.log(5)], 1e-6);
    });

    it("is the mean over rows, against float64", () => {
      const logits = normal(6, 4);
      const labels = [0, 3, 1, 1, 2, 0];
      const values = logits.toArray();
      const expected =
        labels
          .map((label, row) => {
            const line = [...values.subarray(4 * row, 4 * row + 4)];
            return Math.log(line.reduce((sum, value) => sum + Math.exp(value), 0)) - line[label];
          })
          .reduce((a, b) => a + b) / 6;
      expectClose([crossEntropy(logits, labels).item()], [expected], 1e-6);
      expect(crossEntropy(logits, labels).shape).toEqual([]);
      expect(crossEntropy(logits, Int32Array.from(labels)).item()).toBe(crossEntropy(logits, labels).item());
    });

    it("stays finite where exp would overflow", () => {
      expect(crossEntropy(tensor([1000, -1000], [1, 2]), [0]).item()).toBe(0);
      expect(crossEntropy(tensor([1000, -1000], [1, 2]), [1]).item()).toBe(2000);
    });
  });
});
