import { describe, expect, it, beforeAll } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { inspectLayers } from "../../src/inspection/inspect-layers.js";
import { recordActivity } from "../../src/inspection/activity.js";
import { init } from "../../src/kernels/select.js";
import { inputOf, showBatch } from "../../src/measuring/batch-input.js";
import { measureActivity } from "../../src/energy/measure-activity.js";
import { SMLP } from "../../src/models/smlp.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { tensor } from "../../src/tensor/tensor.js";
import { evaluate } from "../../src/training/evaluate.js";
import { Trainer } from "../../src/training/trainer.js";
import { describeBackends } from "../backends.js";
import { expectSameModel, tinySCNN } from "./tiny.js";

/** A bright row that moves down or up over three steps of [4, 4, 1]: only the order of the steps tells the classes apart. */
function movingRows(length: number, seed = 1): Dataset {
  const generator = new Generator(seed);
  const labels = Int32Array.from({ length }, () => generator.integer(2));
  const x = new Float32Array(length * 48);
  labels.forEach((label, sample) => {
    for (let t = 0; t < 3; t++) {
      const lit = label === 0 ? t : 3 - t;
      for (let i = 0; i < 16; i++)
        x[sample * 48 + t * 16 + i] = (Math.floor(i / 4) === lit ? 0.9 : 0.1) + generator.uniform(-0.1, 0.1);
    }
  });
  return new Dataset({ name: "rows", x, labels, sampleShape: [3, 4, 4, 1], time: true, classes: 3 });
}

/** One input, one neuron with threshold 0.5 that passes x on; outputs [2 y, 0]. */
function oneNeuron(stepMode: "s" | "m", timesteps = 4): SMLP {
  const model = new SMLP({
    inputShape: [1], outputShape: [2], units: [1], timesteps, neuron: { kind: "ATIF" }, stepMode,
  }); // prettier-ignore
  model.loadStateDict({
    "layers.fc1.weight": { shape: [1, 1], data: [1] },
    "layers.fc1.bias": { shape: [1], data: [0] },
    "layers.neuron1.v_threshold": { shape: [1], data: [0.5] },
    "layers.fc2.weight": { shape: [2, 1], data: [2, 0] },
    "layers.fc2.bias": { shape: [2], data: [0, 0] },
  });
  return model;
}

/** By hand, theta 0.5: 1 0 0 0 fires at steps 1 and 2 (v 0.5 is left); 0 0 0 1 at step 4 alone. */
const impulses = new Dataset({
  name: "impulses",
  x: Float32Array.of(1, 0, 0, 0, 0, 0, 0, 1),
  labels: [0, 0],
  sampleShape: [4, 1],
  time: true,
  classes: 2,
});

describeBackends("samples that change over time", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it.each(["s", "m"] as const)("are shown step by step in mode %s: figures by hand", async (stepMode) => {
    const model = oneNeuron(stepMode);
    const batch = impulses.batch([0, 1]);
    expect(batch).toMatchObject({ time: true, shape: [2, 4, 1] });
    expect([...inputOf(model, batch).toArray()]).toEqual([1, 0, 0, 0, 0, 0, 0, 1]);
    // 2 theta spikes / 4: 2 spikes and 1 spike
    expect([...noGrad(() => showBatch(model, batch)).toArray()]).toEqual([0.5, 0, 0.25, 0]);
    const measured = await evaluate(model, impulses);
    expect(measured.spikesPerInference).toBe(1.5);
    expect(measured.layers[0]).toMatchObject({ firingRate: 3 / 8, neurons: 1 });
    const [layer] = await inspectLayers(model, impulses, { batchSize: 1 });
    expect(layer).toMatchObject({ timesteps: 4, spikesPerInference: 1.5, neurons: 1 });
    expect([...layer.meanInputs]).toEqual([0.25, 0.25]);
    const activity = recordActivity(model, tensor([1, 0, 0, 0], [4, 1, 1]), { time: true });
    expect([...activity.layers[0].spikes]).toEqual([1, 1, 0, 0]);
    const traffic = measureActivity(model, impulses);
    expect(traffic.layers["layers.neuron1"] ?? traffic.layers.neuron1).toMatchObject({
      output: { samples: 8, nonzeros: 3 },
    });
  });

  it("prepares every time step by itself", () => {
    const model = oneNeuron("m");
    model.preprocessing = [{ kind: "Normalize", options: { mean: 1, std: 0.5 } }];
    expect([...inputOf(model, impulses.batch([1])).toArray()]).toEqual([-2, -2, -2, 0]);
  });

  it("give the same numbers in step modes s and m, batch norm included", async () => {
    const data = movingRows(24);
    const trained = tinySCNN(3, "m");
    await new Trainer(trained, data, {
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
      epochs: 10,
      batchSize: 8,
    }).fit();
    const single = tinySCNN(3, "s");
    single.loadStateDict(trained.stateDict());
    const [a, b] = [await evaluate(single, data), await evaluate(trained, data)];
    expect(a.spikesPerInference).toBeGreaterThan(0);
    expect(a.confusion).toEqual(b.confusion);
    expect(a.layers).toEqual(b.layers);
    expect(a.loss).toBeCloseTo(b.loss, 6);
  });

  it("train a network without batch norm to the same weights in both modes, and tell order apart", async () => {
    const data = movingRows(48);
    const run = async (stepMode: "s" | "m") => {
      manualSeed(5);
      const model = new SMLP({
        inputShape: [4, 4, 1], outputShape: [3], units: [16], timesteps: 3, neuron: { kind: "ATIF" }, stepMode,
      }); // prettier-ignore
      const options = {
        optimizer: { kind: "Adam" as const, params: { lr: 0.02 } },
        epochs: 12,
        batchSize: 8,
      };
      await new Trainer(model, data, options).fit();
      return model;
    };
    const [s, m] = [await run("s"), await run("m")];
    const [a, b] = [s, m].map((model) => noGrad(() => showBatch(model, data.batch([0, 1, 2, 3]))).toArray());
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i], 3));
    expect((await evaluate(m, movingRows(40, 9))).accuracy).toBeGreaterThan(0.9);
  });

  it("continue after an interruption to the bits of one run", async () => {
    const data = movingRows(16);
    const options = { optimizer: { kind: "Adam" as const, params: { lr: 0.02 } }, epochs: 2, batchSize: 8 };
    const whole = tinySCNN(2);
    await new Trainer(whole, data, options).fit();
    const first = tinySCNN(2);
    const half = new Trainer(first, data, { ...options, epochs: 1 });
    await half.fit();
    const second = tinySCNN(4);
    const rest = new Trainer(second, data, options);
    rest.loadState(half.state());
    await rest.fit();
    expectSameModel(second, whole);
    const still = data.with({ time: false, sampleShape: [12, 4, 1] });
    expect(() => new Trainer(tinySCNN(2), still, options).loadState(half.state())).toThrow(/training set/);
  });

  it("must have as many steps as the model counts with", async () => {
    await expect(evaluate(oneNeuron("m", 5), impulses)).rejects.toThrow(
      /"impulses" has samples of 4 time steps but the model has timesteps 5; expected the same\. Set model\.timesteps = 4/,
    );
    expect(() => inputOf(oneNeuron("m", 5), impulses.batch([0]))).toThrow(/4 time steps/);
  });

  it("say that they have time", async () => {
    const still = impulses.with({ time: false });
    expect(still.batch([0]).time).toBeUndefined();
    await expect(evaluate(oneNeuron("m"), still)).rejects.toThrow(/Make the data set with time: true/);
  });
});

describe("Dataset with time", () => {
  it("keeps it through subsets, splits and changes", () => {
    expect(impulses.subset([1]).time).toBe(true);
    expect(impulses.with({ name: "other" }).time).toBe(true);
    expect(impulses.frameShape).toEqual([1]);
    expect(impulses.with({ time: false }).frameShape).toEqual([4, 1]);
    expect(
      movingRows(10)
        .split(0.5, new Generator(1))
        .map(({ time }) => time),
    ).toEqual([true, true]);
  });

  it("needs a shape with time in it", () => {
    expect(() => impulses.with({ x: Float32Array.of(1, 2), sampleShape: [1] })).toThrow(
      /sampleShape is \[1\] with time: true; expected \[T, …\]/,
    );
    expect(() => impulses.with({ time: 1 as never })).toThrow(/time is 1/);
  });
});
