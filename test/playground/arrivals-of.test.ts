/** What a neuron receives, taken apart: inputs times weights, as the weights of the network have them. */

import { beforeAll, describe, expect, it } from "vitest";
import { arrivalsOf } from "../../playground/worker/arrivals-of.js";
import { flowOf } from "../../playground/worker/spiking-layers.js";
import { init, manualSeed, recordActivity, SCNN, SMLP, tensor, type SpikingModel } from "atif";

describe("what a neuron receives", () => {
  beforeAll(() => init({ threads: 1 }));

  const image = Float32Array.from({ length: 64 }, (_, i) => ((i * 7) % 11) / 10);

  function look(model: SpikingModel) {
    const activity = recordActivity(model, tensor(image, [1, ...model.inputShape]), { timesteps: 4 });
    return { model, activity, image };
  }

  it("of a dense layer is each spike times its weight, and the bias", () => {
    manualSeed(3);
    const model = new SMLP({
      inputShape: [64],
      outputShape: [10],
      units: [12, 6],
      timesteps: 4,
      neuron: { kind: "ATIF", params: { vThreshold: 0.3 } },
    }).eval();
    const looked = look(model);
    const [first, second] = looked.activity.layers;
    const weights = model.stateDict()["layers.fc2.weight"];
    const step = 3;
    const found = arrivalsOf(looked, { layer: 1, neuron: 4 }, step);
    if (found === null) throw new Error("it was not taken apart");
    expect(found.input).toBe(second.input[(step - 1) * 6 + 4]);
    const fired = [...first.spikes.subarray((step - 1) * 12, step * 12)];
    expect(found.arrived).toBe(fired.filter((spike) => spike === 1).length);
    expect(found.count).toBe(12);
    for (const { source, neuron, value, weight } of found.arrivals) {
      expect([source, fired[neuron]]).toEqual([0, 1]);
      expect(value).toBeCloseTo(first.theta, 6);
      // PyTorch's layout, [out, in].
      expect(weight).toBeCloseTo(weights.data[4 * 12 + neuron], 6);
    }
    expect(found.constant).toBeCloseTo(model.stateDict()["layers.fc2.bias"].data[4], 5);
  });

  it("of a convolution behind a pooling and a normalisation adds up to its input, and leaves the gradients alone", () => {
    manualSeed(5);
    const model = new SCNN({
      inputShape: [8, 8, 1],
      outputShape: [10],
      filters: [3, 4],
      kernelSizes: [3, 3],
      paddings: [1, 1],
      strides: [1, 1],
      poolSizes: [2, 2],
      fcUnits: [5],
      batchNorm: true,
      timesteps: 4,
      neuron: { kind: "ATIF", params: { vThreshold: 0.2 } },
    }).eval();
    const looked = look(model);
    expect(flowOf(model).layers.map(({ name, sources }) => [name, sources])).toEqual([
      ["Convolution 1", [-1]],
      ["Convolution 2", [0]],
      ["Hidden", [1]],
    ]);
    looked.activity.layers.forEach(({ neurons, input }, layer) => {
      for (const neuron of [0, Math.floor(neurons / 2), neurons - 1]) {
        const found = arrivalsOf(looked, { layer, neuron }, 2);
        if (found === null) throw new Error("it was not taken apart");
        const sum = found.arrivals.reduce((total, { value, weight }) => total + value * weight, 0);
        expect(sum + found.others + found.constant).toBeCloseTo(input[neurons + neuron], 4);
      }
    });
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  it("of a network that learns is by the weights with which it looked", () => {
    manualSeed(7);
    const options = {
      inputShape: [64],
      outputShape: [4],
      units: [6],
      timesteps: 4,
      neuron: { kind: "ATIF" },
    } as const;
    const model = new SMLP(options).eval();
    const looked = { ...look(model), state: model.stateDict() };
    const before = arrivalsOf(looked, { layer: 0, neuron: 2 }, 1);
    expect(before?.count).toBe(64);
    model.loadStateDict(new SMLP(options).stateDict());
    expect(arrivalsOf(looked, { layer: 0, neuron: 2 }, 1)).toEqual(before);
    expect(arrivalsOf({ ...looked, state: undefined }, { layer: 0, neuron: 2 }, 1)).toBe(null);
  });
});
