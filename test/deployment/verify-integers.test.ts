/** What a quantized network gives, times 2^q, is compared with the integers of a device: all of them, and a difference is found. */

import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { IntegerModel } from "../../src/deployment/integer/integer-model.js";
import { verifyIntegers } from "../../src/deployment/integer/verify-integers.js";
import { measureQuantization } from "../../src/experiment/quantized/measure-quantization.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import "../../src/ops/install.js";
import { evaluate } from "../../src/training/evaluate.js";
import { calibrate } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { manualSeed } from "../../src/random/generator.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";

const SAMPLES = 3;

function network(stepMode: "s" | "m", timesteps = 4): SpikingModel {
  manualSeed(3);
  return new GraphModel({
    inputShape: [4, 4, 1],
    outputShape: [3],
    timesteps,
    stepMode,
    layers: [
      { name: "conv", kind: "Conv2d", options: { inChannels: 1, outChannels: 2, kernelSize: 3, padding: 1 } },
      { name: "first", kind: "ATIF" },
      { name: "flatten", kind: "Flatten" },
      { name: "fc", kind: "Linear", options: { inFeatures: 32, outFeatures: 3 } },
      { name: "last", kind: "IFNode" },
    ],
  });
}

function data(time: boolean): Dataset {
  const shape = time ? [4, 4, 4, 1] : [4, 4, 1];
  const size = shape.reduce((product, n) => product * n, 1);
  return new Dataset({
    name: "waves",
    x: Float32Array.from({ length: SAMPLES * size }, (_, i) => 1 + Math.sin(i)),
    labels: [0, 1, 2],
    sampleShape: shape,
    time,
  });
}

function quantized(stepMode: "s" | "m", samples: Dataset): SpikingModel {
  const model = quantizeModel(network(stepMode), { bits: 6 }).eval();
  calibrate(model, samples);
  return model;
}

describe("verifyIntegers", () => {
  beforeAll(() => init({ backend: "reference" }));

  it.each([
    ["s", false],
    ["m", false],
    ["s", true],
    ["m", true],
  ] as const)("compares every integer of every step, in step mode %s, time: %s", async (stepMode, time) => {
    const samples = data(time);
    const model = quantized(stepMode, samples);
    const told: string[] = [];
    const found = await verifyIntegers(model, samples, {
      onSample: (done, all) => told.push(`${done}/${all}`),
    });
    // By hand: 2 maps of 16 from the convolution, the neurons and the flattening, 3 sums, 3 neurons.
    const each = 32 + 32 + 32 + 3 + 3;
    expect(found).toMatchObject({
      samples: 3,
      timesteps: 4,
      integers: 3 * 4 * each,
      differing: 0,
      first: null,
    });
    expect(found.layers).toBe(5);
    expect(told).toEqual(["1/3", "2/3", "3/3"]);
    const { accuracy } = await evaluate(model, samples);
    expect(found.right / SAMPLES).toBeCloseTo(accuracy, 12);
    expect(model.training).toBe(false);
  });

  it("finds a layer that computes something else", async () => {
    const samples = data(false);
    const model = quantized("s", samples);
    const maps = Object.getOwnPropertyDescriptor(IntegerModel.prototype, "maps") as PropertyDescriptor;
    const get = maps.get as () => Record<string, Int32Array>;
    let calls = 0;
    Object.defineProperty(IntegerModel.prototype, "maps", {
      ...maps,
      get(this: IntegerModel) {
        const own = get.call(this);
        if (++calls === 6) own["fc"][1] += 1;
        return own;
      },
    });
    try {
      const { differing, first } = await verifyIntegers(model, samples, { samples: 2 });
      expect({ differing, first }).toEqual({ differing: 1, first: { sample: 1, step: 1, layer: "fc" } });
    } finally {
      Object.defineProperty(IntegerModel.prototype, "maps", maps);
    }
  });

  it("refuses a network that is not quantized, and counts that are none", async () => {
    await expect(verifyIntegers(network("s"), data(false))).rejects.toThrow(/quantizeModel/);
    const model = quantized("s", data(false));
    await expect(verifyIntegers(model, data(false), { samples: 0 })).rejects.toThrow(/samples is 0/);
    await expect(verifyIntegers(model, data(false), { sample: 1 } as never)).rejects.toThrow(/sample/);
  });
});

describe("measureQuantization", () => {
  beforeAll(() => init({ backend: "reference" }));

  it("is an evaluation, with what quantizers of layers do", async () => {
    const samples = data(false);
    const model = quantized("s", samples);
    const { evaluation, layers } = await measureQuantization(model, samples);
    expect(evaluation.accuracy).toBe((await evaluate(model, samples)).accuracy);
    expect(layers.map(({ name }) => name)).toEqual(["conv", "first", "fc", "last"]);
    expect(layers[0]).toMatchObject({ theta: null, silence: null });
    expect(layers[0].saturation).toBeGreaterThanOrEqual(0);
    expect(layers[1].theta).toBeGreaterThan(0);
    const float = await measureQuantization(network("s"), samples);
    expect(float.layers.map(({ name, saturation }) => [name, saturation])).toEqual([["first", null], ["last", null]]);
    await expect(measureQuantization(model, samples, { batchSize: 0 })).rejects.toThrow(/batchSize is 0/);
  });
}); // prettier-ignore
