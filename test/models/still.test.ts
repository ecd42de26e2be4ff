/** run() computes what comes before the first neuron once: nothing but time and memory may show it. */

import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { init } from "../../src/kernels/select.js";
import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { repeat } from "../../src/ops/slice.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";

const T = 5;

const models: { readonly [name: string]: (stepMode: StepMode) => SpikingModel } = {
  "convolution, batch norm, dropout": (stepMode) =>
    new SCNN({
      inputShape: [8, 8, 2],
      outputShape: [4],
      filters: [33, 6],
      kernelSizes: [3, 3],
      paddings: [1, 1],
      strides: [1, 1],
      poolSizes: [2, 2],
      dropouts: [0.25, 0, 0],
      fcUnits: [12],
      batchNorm: true,
      timesteps: T,
      neuron: { kind: "ATIF" },
      stepMode,
    }),
  "average pooling first, leaky neurons": (stepMode) =>
    new SCNN({
      inputShape: [8, 8, 2],
      outputShape: [4],
      filters: [5],
      kernelSizes: [3],
      paddings: [1],
      strides: [1],
      poolSizes: [2],
      fcUnits: [],
      prepool: 2,
      timesteps: T,
      neuron: { kind: "LIFNode" },
      stepMode,
    }),
  "linear layers": (stepMode) =>
    new SMLP({
      inputShape: [8, 8, 2],
      outputShape: [4],
      units: [40, 7],
      timesteps: T,
      neuron: { kind: "IFSRL" },
      stepMode,
    }),
};

function input(): Tensor {
  const generator = new Generator(3);
  return tensor(
    Array.from({ length: 32 * 128 }, () => 2 * generator.uniform()),
    [32, 8, 8, 2],
  );
}

/** Every layer at every step, as run() is defined. */
function runRepeating(model: SpikingModel, x: Tensor): Tensor {
  model.reset();
  if (model.stepMode === "m") return model.forward(repeat(x, T)).sum(0).div(T);
  let total = model.forward(x);
  for (let t = 1; t < T; t++) total = total.add(model.forward(x));
  return total.div(T);
}

interface Traces {
  readonly y: Float32Array;
  readonly grads: ReadonlyMap<string, Float32Array>;
  readonly state: ReadonlyMap<string, Float32Array>;
}

function train(model: SpikingModel, run: (model: SpikingModel, x: Tensor) => Tensor): Traces {
  manualSeed(11);
  model.train();
  const y = run(model, input());
  const weights = tensor(
    Array.from({ length: y.size }, (_, i) => Math.sin(i + 1)),
    y.shape,
  );
  y.mul(weights).sum().backward();
  return {
    y: y.toArray(),
    grads: new Map(
      [...model.namedParameters()].map(([name, p]) => [name, p.grad?.toArray() ?? new Float32Array()]),
    ),
    state: new Map(Object.entries(model.stateDict()).map(([name, { data }]) => [name, data])),
  };
}

describeBackends("a still input", (backend) => {
  beforeAll(() => init({ backend }));

  describe.each(Object.entries(models))("%s", (_, make) => {
    describe.each<StepMode>(["s", "m"])("step mode %s", (stepMode) => {
      function twins(): [SpikingModel, SpikingModel] {
        manualSeed(7);
        const first = make(stepMode);
        manualSeed(7);
        return [first, make(stepMode)];
      }

      it("gives the same outputs, gradients and running statistics as showing it T times", () => {
        const [once, often] = twins();
        const [a, b] = [train(once, (model, x) => model.run(x)), train(often, runRepeating)];
        expectSameBits(a.y, b.y);
        for (const [name, grad] of b.grads) {
          expect(grad.length, name).toBeGreaterThan(0);
          expectClose(a.grads.get(name) ?? [], grad, 2e-5, { floor: 0.05, what: name });
        }
        for (const [name, values] of b.state)
          expectClose(a.state.get(name) ?? [], values, 1e-6, { floor: 0.1, what: name });
      });

      it("gives the same bits in evaluation, under noGrad and not", () => {
        const [once, often] = twins();
        const expected = runRepeating(often.eval(), input()).toArray();
        expectSameBits(once.eval().run(input()).toArray(), expected);
        expectSameBits(noGrad(() => once.run(input())).toArray(), expected);
      });
    });
  });
});
