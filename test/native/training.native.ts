/** Networks on native kernels, whole: a training run and an inference have the bits of WebAssembly. */

import "../../src/ops/install.js";

import { describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { init } from "../../src/autograd/init.js";
import type { Backend } from "../../src/kernels/backend.js";
import { setCurrentBackend } from "../../src/kernels/current.js";
import { createNativeBackend } from "../../src/kernels/native/backend.js";
import { findAddon } from "../../src/kernels/native/find-addon.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { SCNN } from "../../src/models/scnn.js";
import { SResNet } from "../../src/models/sresnet.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { Adam } from "../../src/optimizers/adam.js";
import { manualSeed } from "../../src/random/generator.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor } from "../../src/tensor/tensor.js";

const { addon, tried } = findAddon();
if (addon === null) throw new Error(`the native kernels: ${tried}`);
await init({ backend: "wasm" });

const STEPS = 24;
const [N, SIDE] = [33, 20];

const networks: Readonly<Record<string, () => SpikingModel>> = {
  "a convolutional network, all time steps at once": () =>
    new SCNN({
      inputShape: [SIDE, SIDE, 1],
      outputShape: [10],
      filters: [16, 40],
      kernelSizes: [3, 3],
      paddings: [1, 1],
      strides: [1, 1],
      poolSizes: [2, 2],
      fcUnits: [70],
      batchNorm: true,
      timesteps: 3,
      stepMode: "m",
      neuron: { kind: "ATIF", params: { alpha: 1 } },
    }),
  "a residual network, step by step": () =>
    new SResNet({
      inputShape: [SIDE, SIDE, 1],
      outputShape: [10],
      filters: [8, 12],
      kernelSizes: [3, 3],
      paddings: [1, 1],
      strides: [1, 2],
      numBlocks: [1],
      timesteps: 2,
      stepMode: "s",
      neuron: { kind: "ATIF", params: { alpha: 1 } },
    }),
};

function train(backend: Backend, make: () => SpikingModel): { losses: number[]; bits: string[] } {
  setCurrentBackend(backend);
  manualSeed(11);
  const network = make();
  const optimizer = new Adam(network.parameters(), { lr: 5e-3 });
  const pixels = Float32Array.from({ length: N * SIDE * SIDE }, (_, i) => 1 + Math.sin(i * i));
  const labels = Int32Array.from({ length: N }, (_, i) => (i * 7) % 10);
  const shape = [N, SIDE, SIDE, 1];
  const losses = Array.from({ length: STEPS }, () =>
    scope(() => {
      optimizer.zeroGrad();
      const loss = crossEntropy(network.run(tensor(pixels, shape)), labels);
      loss.backward();
      optimizer.step();
      return loss.item();
    }),
  );
  network.eval();
  const arrays = scope(() => [
    noGrad(() => network.run(tensor(pixels, shape)).toArray()),
    ...network.parameters().map((parameter) => parameter.toArray()),
  ]);
  return {
    losses,
    bits: arrays.map((array) => Buffer.from(new Float32Array(array).buffer).toString("base64")),
  };
}

describe.each(Object.entries(networks))("%s", (_, make) => {
  it("is trained to the same bits on every set and number of threads", async () => {
    const expected = train(await createWasmBackend(2), make);
    expect(expected.losses.at(-1)).toBeLessThan(expected.losses[0]);
    for (const set of addon.sets)
      for (const threads of [1, 2, 3, 8]) {
        const native = await createNativeBackend(addon, set, threads);
        expect(native.threads).toBe(threads);
        expect(train(native, make), `${set}, ${threads} threads`).toEqual(expected);
        await native.setThreads(1);
      }
  });
});
