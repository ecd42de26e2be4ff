import { beforeAll, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { Dataset } from "../../src/datasets/dataset.js";
import { init } from "../../src/kernels/select.js";
import { inputOf } from "../../src/measuring/batch-input.js";
import { SMLP } from "../../src/models/smlp.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { memory, resetPeakMemory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor } from "../../src/tensor/tensor.js";
import { gradientsOf } from "../../src/training/gradients.js";
import { Trainer } from "../../src/training/trainer.js";
import { describeBackends } from "../backends.js";
import { tinySCNN } from "./tiny.js";

function noise(T: number, shape: readonly number[] = [3], samples = 4): Dataset {
  const generator = new Generator(T);
  const size = samples * T * shape.reduce((product, dimension) => product * dimension, 1);
  return new Dataset({
    name: "noise",
    x: Float32Array.from({ length: size }, () => generator.uniform()),
    labels: Array.from({ length: samples }, (_, i) => i % 2),
    sampleShape: [T, ...shape],
    time: true,
    classes: 3,
  });
}

function network(T: number, stepMode: "s" | "m" = "s"): SMLP {
  manualSeed(4);
  const options = { inputShape: [3], outputShape: [3], units: [5, 4], timesteps: T, stepMode };
  return new SMLP({ ...options, neuron: { kind: "LIFNode" } });
}

const gradients = (model: SMLP): number[] =>
  model.parameters().flatMap(({ grad }) => (grad === null ? [] : [...grad.toArray()]));

describeBackends("truncated backpropagation", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it.each([
    ["s", 2],
    ["m", 2],
    ["s", 3],
    ["m", 1],
  ] as const)("mode %s, every %d steps: as detach() between the steps of one graph", (stepMode, k) => {
    const T = 7;
    const batch = noise(T).batch([0, 1, 2, 3]);
    const expected = network(T);
    scope(() => {
      const xs = inputOf(expected, batch);
      let total = expected.forward(xs.at(0));
      for (let t = 1; t < T; t++) {
        if (t % k === 0) expected.detach();
        total = total.add(expected.forward(xs.at(t)));
      }
      crossEntropy(total.div(T), batch.labels).backward();
    });
    const model = network(T, stepMode);
    const { loss } = gradientsOf(model, batch, crossEntropy, { detachEvery: k });
    const whole = network(T, stepMode);
    expect(gradientsOf(whole, batch, crossEntropy).loss).toBe(loss);
    const [a, b] = [gradients(model), gradients(expected)];
    expect(a.length).toBe(b.length);
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i], 5));
    // It does cut something off.
    const distance = gradients(whole).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
    expect(distance).toBeGreaterThan(1e-4);
  });

  it("changes nothing where there are no more steps than that", () => {
    const batch = noise(5).batch([0, 1]);
    const [a, b] = [network(5), network(5)];
    gradientsOf(a, batch, crossEntropy, { detachEvery: 5 });
    gradientsOf(b, batch, crossEntropy);
    expect(gradients(a)).toEqual(gradients(b));
  });

  it("leaves running statistics and dropout as one pass does, and counts spikes once", async () => {
    const data = noise(3, [4, 4, 1], 8);
    const run = async (detachEvery: number | null) => {
      const model = tinySCNN(1, "s");
      const options = { optimizer: { kind: "SGD" as const, params: { lr: 0 } }, epochs: 1, batchSize: 8 };
      const { history } = await new Trainer(model, data, { ...options, detachEvery }).fit();
      return { layers: history[0].layers, trainLoss: history[0].trainLoss, state: model.stateDict() };
    };
    expect(await run(1)).toEqual(await run(null));
  });

  it("keeps no more steps in memory than that", () => {
    const batch = noise(240, [3], 32).batch(Array.from({ length: 32 }, (_, i) => i));
    const peak = (detachEvery: number | null): number => {
      const model = network(240, "m");
      resetPeakMemory();
      const before = memory().liveBytes;
      gradientsOf(model, batch, crossEntropy, { detachEvery });
      return memory().peakBytes - before;
    };
    const whole = peak(null);
    expect(peak(4)).toBeLessThan(whole);
  });

  it("refuses what is no number of steps", () => {
    expect(() => gradientsOf(network(2), noise(2).batch([0]), crossEntropy, { detachEvery: 0 })).toThrow(
      /gradientsOf: detachEvery is 0; expected a whole number of at least 1/,
    );
  });

  it("streams in constant memory", () => {
    const model = network(1);
    const step = (): void => noGrad(() => scope(() => void model.stream(tensor([0.5, 1, 0.2], [1, 3]))));
    for (let t = 0; t < 3; t++) step();
    const before = memory();
    for (let t = 0; t < 2000; t++) step();
    expect(memory()).toEqual(before);
  });

  it("streams in constant memory while it learns, if the state is detached", () => {
    const model = network(1);
    const step = (): void => {
      scope(() => crossEntropy(model.stream(tensor([0.5, 1, 0.2], [1, 3])), [1]).backward());
      model.detach();
      model.zeroGrad();
    };
    for (let t = 0; t < 3; t++) step();
    const before = memory();
    for (let t = 0; t < 300; t++) step();
    expect(memory()).toEqual(before);
  });
});
