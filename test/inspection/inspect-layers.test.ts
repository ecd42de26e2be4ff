import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { recordActivity } from "../../src/inspection/activity.js";
import { inspectLayers } from "../../src/inspection/inspect-layers.js";
import { networkLayers } from "../../src/inspection/network-layers.js";
import { init } from "../../src/kernels/select.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { SpikingModel } from "../../src/models/spiking-model.js";
import { MultiStepATIF } from "../../src/neurons/atif.js";
import type { BaseNode } from "../../src/neurons/base-node.js";
import { IFNode } from "../../src/neurons/if-node.js";
import type { NeuronTraits } from "../../src/neurons/traits.js";
import type { Unrolled } from "../../src/neurons/unrolled.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { evaluate } from "../../src/training/evaluate.js";
import { describeBackends } from "../backends.js";
import { convolutional, images, single } from "./networks.js";

const set = (count: number): Dataset =>
  new Dataset({
    name: "noise",
    x: images(count).toArray(),
    labels: Array.from({ length: count }, (_, i) => i % 3),
    sampleShape: [6, 6, 1],
  });

describeBackends("inspectLayers", (backend) => {
  beforeAll(() => init({ backend, threads: 1 }));

  it("counts what single records hold, whatever the batch size", async () => {
    const model = convolutional();
    const data = set(7);
    const [layers, again] = [
      await inspectLayers(model, data),
      await inspectLayers(model, data, { batchSize: 2 }),
    ];
    expect(again).toEqual(layers);
    const records = Array.from(
      { length: 7 },
      (_, i) => recordActivity(model, tensor(data.batch([i]).x, [1, 6, 6, 1])).layers,
    );
    layers.forEach((layer, l) => {
      const spikes = Array.from({ length: layer.neurons }, (_, n) =>
        records.reduce((sum, record) => {
          for (let t = 0; t < 5; t++) sum += record[l].spikes[t * layer.neurons + n];
          return sum;
        }, 0),
      );
      expect(layer.spikesPerInference).toBe(spikes.reduce((a, b) => a + b) / 7);
      expect(layer.silentNeurons).toBe(spikes.filter((count) => count === 0).length);
      expect(layer.saturatedNeurons).toBe(spikes.filter((count) => count === 35).length);
      expect(layer.meanInputs).toHaveLength(7 * layer.neurons);
    });
    expect(layers[0].meanInputs[5]).toBeCloseTo(records[0][0].input[5], 6);
  });

  it("agrees with evaluate", async () => {
    const model = convolutional();
    const { layers } = await evaluate(model, set(5));
    const inspected = await inspectLayers(model, set(5));
    expect(inspected).toMatchObject(layers);
  });

  it("keeps an even selection of the mean inputs, of every neuron", async () => {
    const [first] = await inspectLayers(convolutional(), set(20), { maxInputs: 300 });
    const [all] = await inspectLayers(convolutional(), set(20));
    expect(first.meanInputs.length).toBeLessThanOrEqual(300);
    expect(first.meanInputs.length).toBeGreaterThan(200);
    // 144 neurons, 2880 values, every 11th (10 and 144 have a divisor in common)
    expect(first.meanInputs).toEqual(all.meanInputs.filter((_, i) => i % 11 === 0));
  });

  it("finds no unevenness where the input is constant, and says where neurons are no staircase", async () => {
    const data = new Dataset({
      name: "d",
      x: Float32Array.of(0.25, 0.5, -1, 3),
      labels: [0, 0, 0, 0],
      sampleShape: [1],
    });
    const [layer] = await inspectLayers(single(1, 4), data);
    expect(layer).toMatchObject({
      unevenness: 0,
      spikeHeight: 1,
      silentNeurons: 0,
      saturatedNeurons: 0,
      neurons: 1,
    });
    expect([...layer.meanInputs]).toEqual([0.25, 0.5, -1, 3]);
    // 1, 2, 0 and 4 spikes in 4 steps
    expect(layer.firingRate).toBe(7 / 16);
    const kinds = await Promise.all(
      ([{ kind: "LIFNode" }, { kind: "IFNode" }, { kind: "IFSRL" }] as const).map((neuron) =>
        inspectLayers(convolutional("m", neuron), set(2)),
      ),
    );
    expect(kinds.map(([{ unevenness }]) => unevenness === null)).toEqual([true, true, false]);
  });
});

/** A user's own model of one hidden layer. */
class Model extends SpikingModel {
  constructor(neuron: BaseNode) {
    super(
      [1],
      [1],
      4,
      "m",
      new Sequential({ fc1: new Linear(1, 1), neuron1: neuron, fc2: new Linear(1, 1) }),
    );
  }
}

describe("inspectLayers and networkLayers", () => {
  beforeAll(() => init({ backend: "reference" }));

  it("claim nothing of a user's own neuron that it does not say", async () => {
    class Leaky extends IFNode {
      protected override step(x: Tensor, v: Tensor | null): Unrolled {
        return super.step(x, v === null ? null : v.mul(0.5));
      }
    }
    class Stated extends MultiStepATIF {
      protected override get ownTraits(): NeuronTraits {
        return { ...super.ownTraits, kind: "Stated" };
      }
    }
    const data = new Dataset({ name: "d", x: Float32Array.of(0.5, 2), labels: [0, 0], sampleShape: [1] });
    const look = async (neuron: BaseNode): Promise<unknown[]> => {
      const model = new Model(neuron);
      const [{ kind, spikeHeight, unevenness }] = await inspectLayers(model, data);
      const [{ kind: recorded }] = recordActivity(model, tensor([0.5], [1, 1])).layers;
      const listed = networkLayers(model)[1];
      expect([recorded, listed.kind]).toEqual([kind, kind]);
      expect(listed.neuron?.levelStep).toBe(spikeHeight / 4);
      return [kind, spikeHeight, unevenness === null, listed.neuron?.learned];
    };
    expect(await look(new Leaky({ vReset: null, backend: "eager" }))).toEqual(["Leaky", 1, true, false]);
    expect(await look(new IFNode({ vReset: null }))).toEqual(["IFNode", 1, false, false]);
    const stated = new Stated({ vthInitL: 1, vThreshold: 0.5 });
    expect(await look(stated)).toEqual(["Stated", 0.5, false, true]);
  });

  it("stops when it is told to", async () => {
    await expect(
      inspectLayers(convolutional(), set(3), { signal: AbortSignal.abort("enough") }),
    ).rejects.toBe("enough");
  });

  it("refuses data that do not fit", async () => {
    const data = new Dataset({ name: "d", x: new Float32Array(2), labels: [0, 1], sampleShape: [1] });
    await expect(inspectLayers(convolutional(), data)).rejects.toThrow(
      "inspectLayers: x is [2, 1]; expected [N, 6, 6, 1].",
    );
    await expect(inspectLayers(convolutional(), set(3), { maxInputs: 0 })).rejects.toThrow(
      "inspectLayers: maxInputs is 0",
    );
  });

  it("lists the layers with their shapes and levels", () => {
    const layers = networkLayers(convolutional());
    expect(layers.map(({ name, outputShape }) => [name, ...outputShape])).toEqual([
      ["conv1", 6, 6, 4],
      ["bn1", 6, 6, 4],
      ["neuron1", 6, 6, 4],
      ["maxpool1", 3, 3, 4],
      ["flatten", 36],
      ["fc1", 5],
      ["neuron2", 5],
      ["fc2", 3],
    ]);
    expect(layers[2].neuron).toMatchObject({ learned: true, neurons: 144, levels: 6 });
  });
});
