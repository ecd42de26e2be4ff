/** heaviside and SpikeFunctionSigmoid against the PyTorch reference. */

import { beforeAll, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { heaviside } from "../../src/ops/unary.js";
import { SpikeFunctionSigmoid } from "../../src/surrogates/sigmoid.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";
import { readGolden } from "./read-golden.js";

describeBackends("golden surrogates", (backend) => {
  beforeAll(() => init({ backend }));

  it("heaviside, to the bit", () => {
    const { x, y } = readGolden("heaviside");
    expectSameBits(heaviside(tensor(x.data, x.shape)).toArray(), y.data);
  });

  it("SpikeFunctionSigmoid: y to the bit, dx within 1e-5 of its size", () => {
    const { cases } = readGolden("spike_function_sigmoid");
    expect(cases.map(({ alpha }) => alpha)).toEqual([0.5, 1, 2, 4, 25]);
    for (const golden of cases) {
      const what = (name: string): string => `alpha ${golden.alpha}: ${name}`;
      const x = tensor(golden.x.data, golden.x.shape, { requiresGrad: true });
      const y = SpikeFunctionSigmoid.apply(x, tensor([golden.alpha], [1]));
      expectSameBits(y.toArray(), golden.y.data, what("y"));
      y.backward(tensor(golden.grad_output.data, golden.grad_output.shape));
      expectClose(x.grad?.data ?? [], golden.grad_x.data, 1e-5, { floor: 1e-6, what: what("dx") });
    }
  });
});
