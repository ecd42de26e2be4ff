/** Operations that are no methods of tensors: PyTorch's numbers and gradients, values by hand, laws, what is refused. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { cat } from "../../src/ops/cat.js";
import { max, maximum, min, minimum } from "../../src/ops/extremes.js";
import { abs, clamp, exp2, tanh } from "../../src/ops/functions.js";
import "../../src/ops/install.js";
import { slice, split } from "../../src/ops/parts.js";
import { pow } from "../../src/ops/pow.js";
import { heaviside } from "../../src/ops/unary.js";
import { variance } from "../../src/ops/variance.js";
import { where } from "../../src/ops/where.js";
import { tensor, zeros, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { torchOperations } from "../golden/torch-operations.js";

const here: Readonly<Record<string, (...inputs: Tensor[]) => Tensor | Tensor[]>> = {
  "cat 0": (a, b) => cat([a, b]),
  "cat -1": (a, b) => cat([a, b, a], -1),
  "split 2": (a) => split(a, 2, 1),
  "split 1,4": (a) => split(a, [1, 4], -1),
  slice: (a) => slice(a, 1, -1, 1),
  max: (a) => max(a),
  min: (a) => min(a),
  "max 0": (a) => max(a, 0),
  "max 1": (a) => max(a, 1),
  "min 0": (a) => min(a, 0),
  "min 1": (a) => min(a, -1),
  maximum: (a, b) => maximum(a, b),
  minimum: (a, b) => minimum(a, b),
  pow: (a, b) => pow(a, b),
  "pow 2": (a) => pow(a, 2),
  "pow 0": (a) => pow(a, 0),
  "pow -1": (a) => pow(a, -1),
  abs,
  tanh,
  exp2,
  clamp: (a) => clamp(a, { min: -1, max: 1 }),
  "clamp min": (a) => clamp(a, { min: 0.5 }),
  "clamp max": (a) => clamp(a, { max: 0.5 }),
  "clamp crossed": (a) => clamp(a, { min: 1, max: -1 }),
  where: (a, b) => where(tensor([1, 0, -2], [1, 3]), a, b),
  var: (a) => variance(a),
  "var 0": (a) => variance(a, undefined, { correction: 0 }),
  "var dim 0": (a) => variance(a, 0),
  "var dim 1": (a) => variance(a, 1, { correction: 2 }),
};

/** Within a few roundings of float32; what is not finite exactly. */
function expectLike(actual: Tensor | null, { shape, data }: { shape: number[]; data: number[] }): void {
  expect(actual?.shape).toEqual(shape);
  const values = actual?.toArray() ?? [];
  data.forEach((value, i) => {
    if (!Number.isFinite(value)) expect(values[i]).toBe(value);
    else expect(Math.abs(values[i] - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
  });
}

describeBackends("operations of PyTorch", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it("are all here", () => {
    expect(torchOperations.operations.map(({ name }) => name)).toEqual(Object.keys(here));
  });

  it.each(torchOperations.operations.map((each) => [each.name, each] as const))(
    "%s gives its numbers and its gradient",
    (name, { inputs, outputs, grads }) => {
      const leaves = inputs.map(({ shape, data }) => tensor(data, shape, { requiresGrad: true }));
      const made = [here[name](...leaves)].flat();
      expect(made).toHaveLength(outputs.length);
      made.forEach((y, i) => {
        expectLike(y, outputs[i]);
      });
      const total = made
        .map((y) => y.mul(tensor(Array.from({ length: y.size }, (_, i) => i + 1), y.shape)).sum())
        .reduce((sum, each) => sum.add(each)); // prettier-ignore
      // Where y is infinite, so is the sum, and the gradient of it that the sum hands back is right all the same.
      total.backward();
      leaves.forEach(({ grad }, i) => {
        expectLike(grad, grads[i]);
      });
    },
  );

  it("split and cat undo each other, and slice is a part of them", () => {
    const x = tensor(Float32Array.from({ length: 30 }, (_, i) => i), [2, 5, 3]); // prettier-ignore
    for (const axis of [0, 1, 2, -1]) {
      const parts = split(x, 2, axis);
      expect(cat(parts, axis).toArray()).toEqual(x.toArray());
      expect(slice(x, 0, 2, axis).toArray()).toEqual(parts[0].toArray());
    }
    expect(slice(x, 3, 1).shape).toEqual([0, 5, 3]);
    expect(slice(x, -9, 99).toArray()).toEqual(x.toArray());
    expect(cat([slice(x, 2), x]).toArray()).toEqual(x.toArray());
    expect(split(zeros([0, 2]), 3).map(({ shape }) => shape)).toEqual([[0, 2]]);
  });

  it("a part of a split that nobody uses counts as 0", () => {
    const x = tensor([1, 2, 3, 4, 5], [5], { requiresGrad: true });
    const [, second] = split(x, [1, 2, 2]);
    second.mul(3).sum().backward();
    expect(x.grad?.toArray()).toEqual(Float32Array.of(0, 3, 3, 0, 0));
  });

  it("NaN is the largest and the smallest, and stays when it is clamped", () => {
    const x = tensor([1, NaN, 2]);
    for (const y of [max(x), min(x), max(x, 0), min(x, 0)]) expect(y.item()).toBeNaN();
    expect(maximum(x, 1.5).toArray()).toEqual(Float32Array.of(1.5, NaN, 2));
    expect(minimum(tensor([1.5]), x).toArray()).toEqual(Float32Array.of(1, NaN, 1.5));
    expect(clamp(x, { min: 1.5 }).toArray()).toEqual(Float32Array.of(1.5, NaN, 2));
  });

  it("where keeps the gradient of what was not chosen away, also of what is not finite", () => {
    const x = tensor([0, 4], [2], { requiresGrad: true });
    where(heaviside(x.sub(1)), x.sqrt(), 0)
      .sum()
      .backward();
    expect(where(tensor([0, 1]), tensor([NaN, 1]), 2).toArray()).toEqual(Float32Array.of(2, 1));
    expect(x.grad?.toArray()[1]).toBe(0.25);
  });

  it("by hand", () => {
    expect(variance(tensor([1, 2, 3, 6], [2, 2])).item()).toBeCloseTo(14 / 3, 6);
    expect(variance(tensor([1e4, 1e4 + 1, 1e4 + 2])).item()).toBe(1);
    expect(exp2(tensor([-1, 0, 10])).toArray()).toEqual(Float32Array.of(0.5, 1, 1024));
    expect(pow(tensor([1, -8]), tensor([NaN, 1 / 3])).toArray()).toEqual(Float32Array.of(1, NaN));
    expect(max(tensor([-0, 3, -4, 9, 9, 2], [2, 3]), 1).toArray()).toEqual(Float32Array.of(3, 9));
  });

  describe("refuse what makes no sense", () => {
    const x = (): Tensor => zeros([2, 3]);
    const not = <T>(value: unknown): T => value as T;
    it.each<[string, () => unknown]>([
      ["cat: got no tensors; expected an array of at least one tensor.", () => cat([])],
      ["cat: got 3; expected an array", () => cat(not(3))],
      ["cat: tensor 1 has shape [3, 3]; expected [2, 3], as tensor 0, but for axis 1. Reshape one of them.", () => cat([x(), zeros([3, 3])], 1)],
      ["cat: tensor 1 has shape [2]; expected [2, 3], as tensor 0, but for axis 0.", () => cat([x(), zeros([2])])],
      ["cat: axis 2 of a tensor with 2 axes; expected -2 to 1", () => cat([x()], 2)],
      ["cat: axis 0 of a tensor with 0 axes", () => cat([zeros([])])],
      ["slice: start is 0.5; expected a whole number", () => slice(x(), 0.5)],
      ["slice: axis 5 of a tensor with 2 axes; expected -2 to 1", () => slice(x(), 0, 1, 5)],
      ["split: the sizes are [1, 1], 2 together, and axis 1 of [2, 3] has 3; expected sizes that make it.", () => split(x(), [1, 1], 1)],
      ["split: sizes is 0; expected a whole number of at least 1", () => split(x(), 0)],
      ["split: sizes[1] is -1; expected a whole number of at least 0", () => split(x(), [3, -1])],
      ['split: sizes is "two"; expected a whole number, or a list of them.', () => split(x(), not("two"))],
      ["max: the tensor has shape [2, 0]; expected at least one element.", () => max(zeros([2, 0]), 0)],
      ["min: axis 2 of a tensor with 2 axes", () => min(x(), 2)],
      ["maximum: [2, 3] and [2] do not broadcast", () => maximum(x(), zeros([2]))],
      ['minimum: the operand is "1"; expected a Tensor or a number.', () => minimum(x(), not("1"))],
      ["pow: [2, 3] and [2] do not broadcast", () => pow(x(), zeros([2]))],
      ["pow: the operand is null; expected a Tensor or a number.", () => pow(x(), not(null))],
      ["clamp: there is no bound; expected min, max, or both", () => clamp(x(), {})],
      ['clamp: min is "0"; expected a number.', () => clamp(x(), { min: not("0") })],
      ["clamp: max is NaN; expected a number. Leave it out for no bound.", () => clamp(x(), { max: NaN })],
      ["clamp: ", () => clamp(x(), not({ low: 1 }))],
      ["where: [2, 3] and [2] do not broadcast", () => where(x(), zeros([2]), 0)],
      ["where: the operand is true; expected a Tensor or a number.", () => where(x(), not(true), 0)],
      ["variance: 1 values of a tensor of shape [1] with the correction 1; expected more values.", () => variance(zeros([1]))],
      ["variance: correction is -1; expected a number of at least 0.", () => variance(x(), 0, { correction: -1 })],
      ["abs: ", () => abs(not([1]))],
    ])("%s", (message, run) => {
      expect(run).toThrow(message);
    }); // prettier-ignore
  });
});
