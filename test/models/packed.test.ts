/** A network whose spikes travel as bits, against the same network computed step by step from dense tensors. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { SCNN } from "../../src/models/scnn.js";
import { spikesOf } from "../../src/tensor/packed-spikes.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";

/** Channels that fill a word, and that do not; a last pixel row that no window covers; strides. */
function network(stepMode: StepMode): SCNN {
  manualSeed(5);
  return new SCNN({
    inputShape: [13, 13, 1],
    outputShape: [4],
    filters: [32, 40, 33],
    kernelSizes: [3, 3, 3],
    paddings: [1, 1, 0],
    strides: [1, 1, 2],
    poolSizes: [2, 2, 0],
    fcUnits: [35],
    batchNorm: true,
    timesteps: 3,
    neuron: { kind: "ATIF", params: { vThreshold: 0.7 } },
    stepMode,
  });
}

function input(): Tensor {
  const generator = new Generator(2);
  return tensor(
    Array.from({ length: 4 * 169 }, () => generator.uniform()),
    [4, 13, 13, 1],
  );
}

function step(model: SCNN): { y: Float32Array; grads: [string, Float32Array][] } {
  const y = model.run(input());
  y.mul(
    tensor(
      [...Array(16).keys()].map((i) => Math.cos(3 * i)),
      [4, 4],
    ),
  )
    .sum()
    .backward();
  return {
    y: y.toArray(),
    grads: [...model.namedParameters()].map(([name, p]) => [name, p.grad?.toArray() ?? new Float32Array()]),
  };
}

describeBackends("packed spikes in a network", (backend) => {
  beforeAll(() => init({ backend }));

  describe.each<StepMode>(["s", "m"])("step mode %s", (stepMode) => {
    it("change neither outputs nor gradients", () => {
      const dense = network(stepMode);
      for (const [, neuron] of dense.spikingLayers()) neuron.backend = "eager";
      const [a, b] = [step(network(stepMode)), step(dense)];
      expectClose(a.y, b.y, 2e-5, { floor: 0.1 });
      a.grads.forEach(([name, grad], i) => {
        expect(
          grad.some((value) => value !== 0),
          name,
        ).toBe(true);
        expectClose(grad, b.grads[i][1], 1e-4, { floor: 0.1, what: name });
      });
    });
  });

  it("are what the spiking layers hand on", () => {
    const [[, neuron]] = network("s").spikingLayers();
    const x = tensor(Array<number>(2 * 9 * 32).fill(0.8), [2, 3, 3, 32]);
    expect(spikesOf(neuron.forward(x))).toMatchObject({ rows: 18, channels: 32 });
    // Too few channels to be worth it.
    neuron.reset();
    expect(spikesOf(neuron.forward(tensor([1, 0.2, 3], [1, 3])))).toBeNull();
  });
});
