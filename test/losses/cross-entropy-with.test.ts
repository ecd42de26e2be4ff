/** Class weights and label smoothing: PyTorch's numbers, finite differences, what is refused. */

import { beforeAll, expect, it } from "vitest";
import { gradcheck } from "../../src/autograd/gradcheck.js";
import { init } from "../../src/kernels/select.js";
import { crossEntropyWith } from "../../src/losses/cross-entropy-with.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import "../../src/ops/install.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";
import { torchTraining } from "../golden/torch-training.js";

const { logits, labels, cases } = torchTraining.losses;

describeBackends("crossEntropyWith", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });
  const leaf = (): Tensor => tensor(logits, [5, 4], { requiresGrad: true });

  it.each(cases)(
    "is PyTorch's: weight $weight, smoothing $labelSmoothing",
    ({ weight, labelSmoothing, loss, grad }) => {
      const compute = crossEntropyWith({ labelSmoothing, ...(weight === null ? {} : { weight }) });
      const x = leaf();
      const y = compute(x, labels);
      expectClose([y.item()], [loss], 1e-6);
      y.mul(2).backward();
      expectClose(x.grad?.toArray() ?? [], grad.map((each) => 2 * each), 1e-6, { floor: 1 }); // prettier-ignore
      expect(gradcheck((input) => compute(input, labels), [leaf()], { tolerance: 3e-3 }).ok).toBe(true);
    },
  );

  it("is crossEntropy without options", () => {
    expectClose([crossEntropyWith({})(leaf(), labels).item()], [crossEntropy(leaf(), labels).item()], 1e-6);
  });

  it.each<[string, () => unknown]>([
    [
      "crossEntropyWith: labelSmoothing is 2; expected a number from 0 to 1.",
      () => crossEntropyWith({ labelSmoothing: 2 }),
    ],
    [
      "crossEntropyWith: there are 1 weights for 4 classes; expected one per class.",
      () => crossEntropyWith({ weight: [1] })(leaf(), labels),
    ],
    [
      "crossEntropyWith: label 0 is 4; expected a whole number from 0 to 3.",
      () => crossEntropyWith({})(leaf(), [4, 0, 0, 0, 0]),
    ],
    ["crossEntropyWith: logits are [5, 4] with 1 labels;", () => crossEntropyWith({})(leaf(), [0])],
    [
      "crossEntropyWith: the weights of all labels are 0;",
      () => crossEntropyWith({ weight: [0, 1, 1, 1] })(leaf(), [0, 0, 0, 0, 0]),
    ],
  ])("refuses with: %s", (sentence, make) => {
    expect(make).toThrow(sentence);
  });
});
