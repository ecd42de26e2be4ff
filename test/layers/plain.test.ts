/** Layers without weights: pooling, flatten, dropout, and Sequential. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Dropout } from "../../src/layers/dropout.js";
import { Flatten } from "../../src/layers/flatten.js";
import { Linear } from "../../src/layers/linear.js";
import { GlobalSumPool } from "../../src/layers/global-sum-pool.js";
import { AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d } from "../../src/layers/pooling.js";
import { Sequential } from "../../src/layers/sequential.js";
import { ATIF } from "../../src/neurons/atif.js";
import "../../src/ops/install.js";
import { manualSeed } from "../../src/random/generator.js";
import { memory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { ones, tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

const range = (shape: number[]): Tensor =>
  tensor(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i),
    shape,
  );
const list = (x: Tensor): number[] => Array.from(x.toArray());

describeBackends("layers without weights", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  describe("pooling", () => {
    it("has the kernel as stride, and drops what does not fit", () => {
      const x = range([1, 3, 5, 1]);
      expect(list(new MaxPool2d(2).forward(x))).toEqual([6, 8]);
      expect(list(new AvgPool2d([1, 2]).forward(x))).toEqual([0.5, 2.5, 5.5, 7.5, 10.5, 12.5]);
      expect(list(new MaxPool1d(2).forward(range([1, 5, 1])))).toEqual([1, 3]);
      expect(list(new AvgPool1d(2).forward(range([1, 5, 1])))).toEqual([0.5, 2.5]);
    });

    it("takes another stride and padding", () => {
      const x = range([1, 1, 4, 1]);
      expect(list(new MaxPool2d([1, 2], { stride: 1 }).forward(x))).toEqual([1, 2, 3]);
      expect(list(new AvgPool2d([1, 2], { stride: 2, padding: [0, 1] }).forward(x))).toEqual([0, 1.5, 1.5]);
    });

    it("sums over space and keeps channels", () => {
      expect(list(new GlobalSumPool().forward(range([2, 2, 1, 2])))).toEqual([2, 4, 10, 12]);
      expect(list(new GlobalSumPool().forward(range([1, 3, 2])))).toEqual([6, 9]);
    });

    it("works on all time steps at once in step mode 'm'", () => {
      const layer = new MaxPool2d(2);
      layer.stepMode = "m";
      const y = layer.forward(range([3, 2, 2, 2, 1]));
      expect(y.shape).toEqual([3, 2, 1, 1, 1]);
      expect(list(y)).toEqual([3, 7, 11, 15, 19, 23]);
    });
  });

  describe("Flatten", () => {
    it("orders features channels first, as PyTorch, or leaves them as they lie", () => {
      const x = range([1, 2, 2, 3]);
      expect(list(new Flatten().forward(x))).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
      expect(list(new Flatten({ order: "memory" }).forward(x))).toEqual(list(x));
      expect(new Flatten().forward(x).shape).toEqual([1, 12]);
      expect(list(new Flatten().forward(range([2, 3, 2])))).toEqual([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]);
    });

    it("keeps time and batch apart in step mode 'm'", () => {
      const layer = new Flatten();
      layer.stepMode = "m";
      expect(layer.forward(range([2, 3, 2, 1])).shape).toEqual([2, 3, 2]);
    });

    it("refuses what has no features", () => {
      expect(() => new Flatten().forward(range([3]))).toThrow("Flatten: x is [3]; expected [N, ...].");
      expect(() => new Flatten({ order: "rows" as never })).toThrow(
        'Flatten: order is "rows"; expected one of "channelsFirst", "memory".',
      );
    });
  });

  describe("Dropout", () => {
    it("drops p of the elements and scales the others, by the same mask at every time step", () => {
      manualSeed(1);
      const layer = new Dropout(0.25);
      const first = list(layer.forward(ones([1, 4000])));
      expect(new Set(first)).toEqual(new Set([0, Math.fround(4 / 3)]));
      const dropped = first.filter((value) => value === 0).length;
      expect(dropped / 4000).toBeCloseTo(0.25, 1);
      expect(list(layer.forward(ones([1, 4000])))).toEqual(first);
      layer.reset();
      expect(list(layer.forward(ones([1, 4000])))).not.toEqual(first);
    });

    it("has one mask for all steps in step mode 'm', the one that 's' draws", () => {
      const [single, multi] = [new Dropout(0.5), new Dropout(0.5)];
      manualSeed(4);
      const expected = list(single.forward(ones([3, 5])));
      multi.stepMode = "m";
      manualSeed(4);
      const y = multi.forward(ones([4, 3, 5]));
      expect(y.shape).toEqual([4, 3, 5]);
      for (let t = 0; t < 4; t++) expect(list(y.at(t))).toEqual(expected);
    });

    it("passes gradients through the mask", () => {
      manualSeed(2);
      const layer = new Dropout(0.5);
      const x = tensor([1, 1, 1, 1, 1, 1], [6], { requiresGrad: true });
      const y = layer.forward(x);
      const values = list(y);
      y.sum().backward();
      expect(x.grad?.toArray()).toEqual(Float32Array.from(values));
    });

    it("does nothing in evaluation, or with p = 0", () => {
      const x = ones([5]);
      expect(new Dropout().eval().forward(x)).toBe(x);
      expect(new Dropout(0).forward(x)).toBe(x);
    });

    it("refuses another shape without a reset, and gives its memory back with one", () => {
      const layer = new Dropout(0.5);
      const before = memory().liveBytes;
      scope(() => {
        layer.forward(ones([2, 3]));
        expect(() => layer.forward(ones([4, 3]))).toThrow(
          "Dropout: x is [4, 3] per time step but the mask is [2, 3], from another input; call reset() on the layer or the model before a new batch.",
        );
      });
      expect(memory().liveBytes).toBeGreaterThan(before);
      scope(() => layer.reset());
      expect(memory().liveBytes).toBe(before);
      expect(layer.forward(ones([4, 3])).shape).toEqual([4, 3]);
    });

    it.each<[string, number]>([
      ["Dropout: p is 1; expected less: nothing would be left.", 1],
      ["Dropout: p is -0.1; expected a number from 0 to 1.", -0.1],
      ["Dropout: p is NaN; expected a finite number.", NaN],
    ])("refuses with: %s", (sentence, p) => {
      expect(() => new Dropout(p)).toThrow(sentence);
    });
  });

  describe("Sequential", () => {
    it("runs its layers in order, and names them by number or as told", () => {
      const [a, b] = [new Linear(2, 2), new ATIF()];
      const numbered = new Sequential(a, new Flatten(), b);
      const x = tensor([1, 2], [1, 2]);
      const y = numbered.forward(x);
      b.reset();
      expect(list(y)).toEqual(list(b.forward(a.forward(x))));
      expect(Object.keys(numbered.stateDict())).toEqual(["0.weight", "0.bias", "2.v_threshold"]);
      const named = new Sequential({ fc1: new Linear(2, 2), neuron1: new ATIF() });
      expect(Object.keys(named.stateDict())).toEqual(["fc1.weight", "fc1.bias", "neuron1.v_threshold"]);
    });

    it("passes on modes, resets and gradients", () => {
      const [linear, dropout, neuron] = [new Linear(2, 2), new Dropout(0.5), new ATIF()];
      const all = new Sequential(linear, dropout, neuron);
      all.eval();
      expect([linear, dropout, neuron].map(({ training }) => training)).toEqual([false, false, false]);
      all
        .forward(tensor([1, 2], [1, 2]))
        .sum()
        .backward();
      expect(linear.weight.grad).not.toBeNull();
      all.zeroGrad();
      expect(linear.weight.grad).toBeNull();
      expect(neuron.v.shape).toEqual([1, 2]);
      all.reset();
      expect(neuron.v.shape).toEqual([1]);
      expect(all.forward(tensor([1, 2, 3, 4], [2, 2])).shape).toEqual([2, 2]);
    });

    it("with nothing in it returns its input", () => {
      const x = ones([2]);
      expect(new Sequential().forward(x)).toBe(x);
    });

    it("refuses what is no layer", () => {
      expect(() => new Sequential(new Flatten(), 3 as never)).toThrow(
        "Sequential: layer 1 is 3; expected a Module with a forward method, such as new Linear(64, 10).",
      );
      expect(() => new Sequential(null as never)).toThrow(
        "Sequential: got null; expected layers, as in new Sequential(new Linear(64, 10), new ATIF()).",
      );
    });
  });
});
