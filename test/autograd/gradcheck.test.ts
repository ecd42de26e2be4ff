/** The finite-difference check itself: it must fail what is wrong. */

import { beforeAll, expect, it } from "vitest";
import { gradcheck } from "../../src/autograd/gradcheck.js";
import { record } from "../../src/autograd/node.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

/** y = 2 x with the backward given. */
function doubled(x: Tensor, slope: (i: number) => number): Tensor {
  const y = tensor(
    [...x.toArray()].map((value) => 2 * value),
    x.shape,
  );
  record("doubled", [x], [y], [], ([g]) => [
    g === null ? null : tensor([...g.toArray()].map((value, i) => value * slope(i)), x.shape),
  ]); // prettier-ignore
  return y;
}

describeBackends("gradcheck", (backend) => {
  beforeAll(() => init({ backend }));
  const leaf = (): Tensor => tensor([0.3, -0.7, 1.1], [3], { requiresGrad: true });

  it("passes what is right, and leaves the inputs as they were", () => {
    const x = leaf();
    expect(gradcheck((input) => doubled(input, () => 2), [x]).ok).toBe(true);
    expect([...x.toArray()]).toEqual([...leaf().toArray()]);
  });

  it("fails one wrong element among right ones, and names it", () => {
    const { ok, worst } = gradcheck((x) => doubled(x, (i) => (i === 1 ? 2.1 : 2)), [leaf()]);
    expect(ok).toBe(false);
    expect([worst.input, worst.element]).toEqual([0, 1]);
    expect(worst.numeric / worst.analytic).toBeCloseTo(2 / 2.1, 3);
  });

  it("fails a gradient that is missing, and one that is not a number, wherever it stands", () => {
    expect(gradcheck((x) => doubled(x, () => 0), [leaf()]).ok).toBe(false);
    for (const bad of [0, 1, 2]) {
      expect(gradcheck((x) => doubled(x, (i) => (i === bad ? NaN : 2)), [leaf()]).ok).toBe(false);
    }
  });

  it("checks only the inputs that require a gradient, each from scratch", () => {
    const [x, c] = [leaf(), tensor([1, 2, 3], [3])];
    expect(gradcheck((a, b) => a.mul(b), [x, c]).ok).toBe(true);
    expect(gradcheck((a, b) => a.mul(b), [x, c]).ok).toBe(true);
    expect(c.grad).toBeNull();
  });
});
