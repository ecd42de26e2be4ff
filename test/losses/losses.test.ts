import { beforeAll, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { mse } from "../../src/losses/mse.js";
import { lossNames, lossTable } from "../../src/losses/table.js";
import "../../src/ops/install.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";

describeBackends("losses", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it("mse is the mean of the squares over all elements, with its gradient", () => {
    const output = tensor([1, 2, -1, 0.5], [2, 2], { requiresGrad: true });
    const loss = mse(output, tensor([0, 2, 1, 0], [2, 2]));
    expect(loss.shape).toEqual([]);
    expect(loss.item()).toBe((1 + 0 + 4 + 0.25) / 4);
    loss.backward();
    // 2 (output - target) / 4
    expect(output.grad?.toArray()).toEqual(Float32Array.of(0.5, 0, -1, 0.25));
  });

  it("mse by labels measures against one-hot rows", () => {
    const output = tensor([1, 2, -1, 0.5, 0, 0.25], [2, 3], { requiresGrad: true });
    const loss = lossTable.mse(output, [1, 2]);
    // rows minus targets: (1, 1, -1) and (0.5, 0, -0.75)
    expect(loss.item()).toBeCloseTo((1 + 1 + 1 + 0.25 + 0 + 0.5625) / 6, 6);
    loss.backward();
    expectClose(output.grad?.toArray() ?? [], [1 / 3, 1 / 3, -1 / 3, 1 / 6, 0, -0.25], 1e-6);
  });

  it("cross-entropy by labels is the mean of -ln softmax, with its gradient", () => {
    const output = tensor([0, 0, Math.log(2), 0], [2, 2], { requiresGrad: true });
    const loss = lossTable.crossentropy(output, Int32Array.of(0, 1));
    // softmax: (1/2, 1/2) and (2/3, 1/3)
    expect(loss.item()).toBeCloseTo((Math.log(2) + Math.log(3)) / 2, 6);
    loss.backward();
    expectClose(output.grad?.toArray() ?? [], [-1 / 4, 1 / 4, 1 / 3, -1 / 3], 1e-6);
  });

  it("are known by two names", () => {
    expect(lossNames).toEqual(["crossentropy", "mse"]);
  });

  it.each<[string, () => unknown]>([
    [
      "mse: output is [2, 2] and target [2]; expected equal shapes.",
      () => mse(tensor([1, 2, 3, 4], [2, 2]), tensor([1, 2])),
    ],
    [
      "mse: label 1 is 2; expected a whole number from 0 to 1.",
      () => lossTable.mse(tensor([1, 2, 3, 4], [2, 2]), [0, 2]),
    ],
    [
      "mse: label 0 is -1; expected a whole number from 0 to 1.",
      () => lossTable.mse(tensor([1, 2], [1, 2]), [-1]),
    ],
    ["mse: label 0 is 0.5; expected a whole number", () => lossTable.mse(tensor([1, 2], [1, 2]), [0.5])],
    [
      "mse: output is [2, 2] and target [1, 2]; expected equal shapes.",
      () => lossTable.mse(tensor([1, 2, 3, 4], [2, 2]), [0]),
    ],
    [
      "crossEntropy: 1 labels for logits [2, 2]; expected 2, one per row.",
      () => lossTable.crossentropy(tensor([1, 2, 3, 4], [2, 2]), [0]),
    ],
    [
      "crossEntropy: label 0 is 2; expected a whole number from 0 to 1.",
      () => lossTable.crossentropy(tensor([1, 2], [1, 2]), [2]),
    ],
  ])("refuse with: %s", (sentence, work) => {
    expect(work).toThrow(sentence);
  });
});
