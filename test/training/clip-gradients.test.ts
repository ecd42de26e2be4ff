import { beforeAll, expect, it } from "vitest";
import { enableGrad, noGrad } from "../../src/autograd/grad-mode.js";
import { init } from "../../src/kernels/select.js";
import { tensor } from "../../src/tensor/tensor.js";
import { clipGradNorm, clipGradValue } from "../../src/training/clip-gradients.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";
import { torchTraining } from "../golden/torch-training.js";
import { leaf } from "../optimizers/leaves.js";

const { gradients, cases } = torchTraining.clipping;

describeBackends("clipping", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });
  const parameters = (): ReturnType<typeof leaf>[] =>
    gradients.map((gradient) => {
      const parameter = leaf(gradient.map(() => 0));
      parameter.grad = tensor(gradient);
      return parameter;
    });

  it.each(cases)("is PyTorch's: $clip $limit", ({ clip, limit, norm, gradients: expected }) => {
    const all = [...parameters(), leaf([1])];
    const result = clip === "norm" ? clipGradNorm(all, limit) : clipGradValue(all, limit);
    if (norm !== null) expectClose([result ?? NaN], [norm], 1e-6);
    expected.forEach((each, i) => expectClose(all[i].grad?.toArray() ?? [], each, 1e-6));
    expect(all.at(-1)?.grad).toBeNull();
  });

  it("leaves gradients that are not finite for the step to find", () => {
    const [p] = parameters();
    p.grad = tensor([Infinity, 1]);
    expect(clipGradNorm([p], 1)).toBe(Infinity);
    expect(Array.from(p.grad.data)).toEqual([Infinity, 1]);
  });

  it("refuses limits and parameters that are none", () => {
    expect(() => clipGradNorm(parameters(), 0)).toThrow("clipGradNorm: maxNorm is 0;");
    expect(() => clipGradValue([3] as never, 1)).toThrow("clipGradValue: the parameters are");
  });

  it("enableGrad records within noGrad, and gives the mode back", () => {
    const p = leaf([2]);
    const [inside, after] = noGrad(() => [enableGrad(() => p.mul(p)), p.mul(p)]);
    expect([inside.requiresGrad, after.requiresGrad]).toEqual([true, false]);
    expect(() => enableGrad(3 as never)).toThrow("enableGrad: the argument is 3");
  });
});
