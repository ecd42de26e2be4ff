import { beforeAll, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { BatchNorm1d, BatchNorm2d } from "../../src/layers/batch-norm.js";
import "../../src/ops/install.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";

describeBackends("batch norm", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it("normalizes by the batch in training and remembers the unbiased variance", () => {
    const layer = new BatchNorm1d(2, { eps: 1e-5, momentum: 0.1 });
    // channel 0: 1, 3, 5, 7 (mean 4, variance 5, unbiased 20/3); channel 1: 0, 0, 4, 4 (2, 4, 16/3)
    const y = layer.forward(tensor([1, 0, 3, 0, 5, 4, 7, 4], [4, 2]));
    const a = Math.sqrt(5 + 1e-5);
    const b = Math.sqrt(4 + 1e-5);
    expectClose(y.toArray(), [-3 / a, -2 / b, -1 / a, -2 / b, 1 / a, 2 / b, 3 / a, 2 / b], 1e-5);
    expectClose(layer.runningMean.toArray(), [0.4, 0.2], 1e-6);
    expectClose(layer.runningVar.toArray(), [0.9 + 0.1 * (20 / 3), 0.9 + 0.1 * (16 / 3)], 1e-6);
  });

  it("normalizes by what it remembers in evaluation, and leaves that alone", () => {
    const layer = new BatchNorm1d(1).eval();
    layer.loadStateDict({
      weight: { shape: [1], data: [2] },
      bias: { shape: [1], data: [0.5] },
      running_mean: { shape: [1], data: [10] },
      running_var: { shape: [1], data: [4] },
      num_batches_tracked: { shape: [], data: [17] },
    });
    const y = layer.forward(tensor([12], [1, 1]));
    expectClose(y.toArray(), [(2 * 2) / Math.sqrt(4 + 1e-5) + 0.5], 1e-6);
    expect([layer.runningMean.item(), layer.runningVar.item()]).toEqual([10, 4]);
  });

  it("updates once per time step in step mode 's' and once in all in 'm', where statistics are over both", () => {
    const steps = [tensor([1, 3], [2, 1]), tensor([5, 7], [2, 1])];
    const [single, multi] = [new BatchNorm1d(1), new BatchNorm1d(1)];
    for (const x of steps) single.forward(x);
    multi.stepMode = "m";
    const y = multi.forward(tensor([1, 3, 5, 7], [2, 2, 1]));
    expectClose([single.runningMean.item()], [0.9 * 0.2 + 0.6], 1e-6);
    expectClose([multi.runningMean.item()], [0.4], 1e-6);
    const a = Math.sqrt(5 + 1e-5);
    expectClose(y.toArray(), [-3 / a, -1 / a, 1 / a, 3 / a], 1e-5);
  });

  it("treats every position of a map as a sample of its channel", () => {
    const [flat, map, signal] = [new BatchNorm1d(2), new BatchNorm2d(2), new BatchNorm1d(2)];
    const values = Array.from({ length: 24 }, (_, i) => Math.sin(i));
    const expected = flat.forward(tensor(values, [12, 2])).toArray();
    expect(map.forward(tensor(values, [2, 3, 2, 2])).toArray()).toEqual(expected);
    expect(signal.forward(tensor(values, [3, 4, 2])).toArray()).toEqual(expected);
    expect(map.runningVar.toArray()).toEqual(flat.runningVar.toArray());
  });

  it("has PyTorch's names, learned scale and shift, and gradients through the statistics", () => {
    const layer = new BatchNorm2d(3);
    expect(Object.keys(layer.stateDict())).toEqual(["weight", "bias", "running_mean", "running_var"]);
    expect(layer.namedParameters().map(([name]) => name)).toEqual(["weight", "bias"]);
    const one = new BatchNorm1d(1);
    const x = tensor([1, 2, 4], [3, 1], { requiresGrad: true });
    one.forward(x).sum().backward();
    // A sum does not change when a normalized batch moves or widens.
    expectClose(x.grad?.toArray() ?? [], [0, 0, 0], 1e-5, { floor: 1 });
    expectClose(one.bias.grad?.toArray() ?? [], [3], 1e-6);
  });

  it.each<[string, () => unknown]>([
    [
      "BatchNorm1d: x is [1, 4] in training; expected more than one value per channel. Use a larger batch, or eval().",
      () => new BatchNorm1d(4).forward(tensor([1, 2, 3, 4], [1, 4])),
    ],
    [
      "BatchNorm1d: x is [2, 3]; expected [N, 4] or [N, H, 4], channels last.",
      () => new BatchNorm1d(4).forward(tensor([1, 2, 3, 4, 5, 6], [2, 3])),
    ],
    [
      "BatchNorm2d: x is [1, 2, 2]; expected [N, H, W, 2], channels last.",
      () => new BatchNorm2d(2).forward(tensor([1, 2, 3, 4], [1, 2, 2])),
    ],
    ["BatchNorm2d: numFeatures is 0; expected a whole number of at least 1.", () => new BatchNorm2d(0)],
    ["BatchNorm1d: eps is 0; expected a number above 0.", () => new BatchNorm1d(1, { eps: 0 })],
    ["BatchNorm1d: momentum is 2; expected a number from 0 to 1.", () => new BatchNorm1d(1, { momentum: 2 })],
    [
      "running_var holds -1 at element 0; expected variances of at least 0.",
      () => new BatchNorm1d(1).loadStateDict({ running_var: { shape: [1], data: [-1] } }, { strict: false }),
    ],
  ])("refuses with: %s", (sentence, work) => {
    expect(work).toThrow(sentence);
  });
});
