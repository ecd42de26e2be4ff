/** Dilated and rare layers as PyTorch computes them, with their gradients, from golden numbers channels first; what they refuse. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Concat } from "../../src/layers/rare/concat.js";
import { ConvTranspose2d } from "../../src/layers/rare/conv-transpose-2d.js";
import "../../src/layers/rare/kinds.js";
import { LayerNorm } from "../../src/layers/rare/layer-norm.js";
import { Upsample } from "../../src/layers/rare/upsample.js";
import { layerOf } from "../../src/layers/table.js";
import "../../src/ops/install.js";
import { tensor, zeros, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";
import { torchOperations, type TorchArray } from "../golden/torch-operations.js";
import { camelCased } from "../golden/torch-training.js";

/** [N, C, ...] as [N, ..., C] */
function channelsLast({ shape, data }: TorchArray): Tensor {
  const [N, C, ...map] = shape;
  const size = map.reduce((product, length) => product * length, 1);
  const values = data.map((_, i) => {
    const [n, place, c] = [Math.floor(i / size / C), Math.floor(i / C) % size, i % C];
    return data[(n * C + c) * size + place];
  });
  return tensor(values, [N, ...map, C], { requiresGrad: true });
}

/** Arguments of PyTorch as options here: shapes channels last. */
function optionsOf(kind: string, name: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const options = camelCased(name);
  if (kind !== "LayerNorm") return options;
  const [first, ...rest] = options.normalizedShape as number[];
  return { ...options, normalizedShape: rest.length > 1 ? [...rest, first] : [first, ...rest] };
}

/** A norm of [C] sees the last axis in PyTorch, too. */
function ofTorch(kind: string, name: Readonly<Record<string, unknown>>, array: TorchArray): Tensor {
  const isLast = kind === "LayerNorm" && (name.normalized_shape as number[]).length === 1;
  return isLast ? tensor(array.data, array.shape, { requiresGrad: true }) : channelsLast(array);
}

const cases = Object.entries(torchOperations.layers).flatMap(([kind, list]) =>
  list.map((each) => [kind, JSON.stringify(each.name), each] as const),
);

describeBackends("PyTorch's layers", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  describe.each(cases)("%s %s", (kind, _, { name, arrays, x, y, slope, dx, grads }) => {
    it.each(["s", "m"] as const)("gives its numbers and its gradients, in step mode '%s'", (stepMode) => {
      const row = layerOf("test", kind);
      const options = row.resolve("test", optionsOf(kind, name));
      const layer = row.create(options, stepMode);
      layer.loadStateDict(arrays);
      const input = ofTorch(kind, name, x);
      const timed = stepMode === "m";
      const made = layer.forward(timed ? input.reshape([1, ...input.shape]) : input);
      const expected = ofTorch(kind, name, y);
      const output = timed ? made.at(0) : made;
      expect(output.shape).toEqual(expected.shape);
      expect(row.outputShape(options, [input.shape.slice(1)], "test")).toEqual(expected.shape.slice(1));
      expectClose(output.toArray(), expected.toArray(), 2e-6, { floor: 1 });
      output.backward(ofTorch(kind, name, slope));
      expectClose(input.grad?.toArray() ?? [], ofTorch(kind, name, dx).toArray(), 3e-6, { floor: 1 });
      const state = layer.stateDict();
      for (const [key, parameter] of layer.namedParameters()) {
        // The gradient in PyTorch's layout: that of the parameter whose elements it has.
        parameter.data.set(parameter.grad?.data ?? []);
        expect(state[key].shape, key).toEqual(grads[key].shape);
        expectClose(layer.stateDict()[key].data, grads[key].data, 5e-6, { floor: 1, what: key });
      }
      expect(Object.keys(state)).toEqual(Object.keys(grads));
    });
  });

  it("Concat joins in either step mode, and hands back to each what is its own", () => {
    const [a, b] = [tensor([1, 2, 3, 4], [1, 2, 2], { requiresGrad: true }), tensor([5, 6], [1, 2, 1])];
    const layer = new Concat();
    const y = layer.forward(a, b);
    expect(Array.from(y.data)).toEqual([1, 2, 5, 3, 4, 6]);
    y.mul(tensor([1, 2, 3, 4, 5, 6], [1, 2, 3]))
      .sum()
      .backward();
    expect(Array.from(a.grad?.data ?? [])).toEqual([1, 2, 4, 5]);
    const timed = new Concat({ axis: 0 });
    timed.stepMode = "m";
    expect(timed.forward(zeros([3, 2, 4, 5]), zeros([3, 2, 1, 5])).shape).toEqual([3, 2, 5, 5]);
  });

  it("LayerNorm by hand", () => {
    const norm = new LayerNorm(2, { eps: 3 });
    norm.weight?.data.set([1, 10]);
    norm.bias?.data.set([0.5, 0]);
    // Means 3 and 0, variances 1 and 0: (2 - 3) / sqrt(1 + 3)
    expect(Array.from(norm.forward(tensor([2, 4, 0, 0], [2, 2])).data)).toEqual([0, 5, 0.5, 0]);
  });

  it("LayerNorm keeps small variances beside large means", () => {
    const y = new LayerNorm(2, { eps: 1e-12 }).forward(tensor([10000, 10001], [1, 2]));
    expectClose(y.data, [-1, 1], 1e-6);
  });
});

describe("what makes no layer", () => {
  beforeAll(() => init({ backend: "reference" }));
  const not = <T>(value: unknown): T => value as T;
  it.each<[string, () => unknown]>([
    ["Concat: axis is 0.5; expected a whole number", () => new Concat({ axis: 0.5 })],
    ["Concat gets [2, 3]; expected two or more that differ in axis -1 of a sample alone.", () => new Concat().forward(zeros([1, 2, 3]))],
    ["Concat gets [1, 3] and [2, 3]; expected two or more that differ in axis -1", () => new Concat().forward(zeros([1, 3]), zeros([2, 3]))],
    ["Upsample: scaleFactor is 1.5; expected a whole number of at least 1", () => new Upsample({ scaleFactor: 1.5 })],
    ['Upsample: mode is "bilinear"; expected one of "nearest".', () => new Upsample({ scaleFactor: 2, mode: not("bilinear") })],
    ["Upsample gets [4]; expected [H, W, C] or [S, C], channels last.", () => new Upsample({ scaleFactor: 2 }).forward(zeros([1, 4]))],
    ["LayerNorm: normalizedShape is undefined; expected a number.", () => new LayerNorm(not(undefined))],
    ["LayerNorm: normalizedShape[0] is 0; expected a whole number of at least 1", () => new LayerNorm(0)],
    ["LayerNorm: eps is 0; expected a number above 0", () => new LayerNorm(2, { eps: 0 })],
    ["ConvTranspose2d: outputPadding is [2, 2] with the stride [2, 2]; expected less than the stride.", () => new ConvTranspose2d(1, 1, 3, { stride: 2, outputPadding: 2 })],
    ["ConvTranspose2d: 2 groups of 3 in and 2 out channels", () => new ConvTranspose2d(3, 2, 3, { groups: 2 })],
    ["convTranspose2d: x is [1, 2, 2, 3] and the weight [1, 1, 1, 2] with 1 groups", () => new ConvTranspose2d(2, 1, 1).forward(zeros([1, 2, 2, 3]))],
    ["which leaves nothing; expected less padding.", () => new ConvTranspose2d(1, 1, 1, { padding: 1 }).forward(zeros([1, 2, 2, 1]))],
  ])("%s", (message, run) => {
    expect(run).toThrow(message);
  }); // prettier-ignore
});
