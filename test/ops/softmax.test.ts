/** softmax and logSoftmax: PyTorch's numbers, finite differences, large numbers, what is refused. */

import { beforeAll, expect, it } from "vitest";
import { gradcheck } from "../../src/autograd/gradcheck.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { logSoftmax, softmax } from "../../src/ops/softmax.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";
import { torchTraining } from "../golden/torch-training.js";

const { x: values, shape, operations } = torchTraining.operations;

describeBackends("over the last axis", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it.each(Object.entries({ softmax, logSoftmax }))("%s is PyTorch's, with its gradient", (name, fn) => {
    const leaf = (): Tensor => tensor(values, shape, { requiresGrad: true });
    const { y, grad } = operations[name];
    const x = leaf();
    const out = fn(x);
    expectClose(out.toArray(), y, 1e-6, { floor: 1 });
    out.backward(tensor(Array.from({ length: out.size }, (_, i) => i + 1), shape)); // prettier-ignore
    expectClose(x.grad?.toArray() ?? [], grad, 3e-6, { floor: 1 });
    expect(gradcheck(fn, [leaf()], { tolerance: 3e-3 }).ok).toBe(true);
  });

  it("take large numbers", () => {
    expect(Array.from(softmax(tensor([1e30, 1e30, -1e30])).data)).toEqual([0.5, 0.5, 0]);
    expectClose(logSoftmax(tensor([1000, 1000])).toArray(), [-Math.LN2, -Math.LN2], 1e-6);
  });

  it("refuse what has no row", () => {
    expect(() => softmax(tensor([1], []))).toThrow("softmax: x is []; expected a last axis of at least 1.");
    expect(() => logSoftmax(tensor([], [2, 0]))).toThrow(
      "logSoftmax: x is [2, 0]; expected a last axis of at least 1.",
    );
  });
});
