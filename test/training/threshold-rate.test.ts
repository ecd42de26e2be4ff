/** A learning rate of their own reaches the learned thresholds of every kind that has some. */

import { beforeAll, describe, expect, it } from "vitest";
import { Dataset, init, manualSeed, SMLP, Trainer, type NeuronSpec } from "../../src/index.js";

beforeAll(() => init({ threads: 1 }));

describe.each<NeuronSpec>([{ kind: "ATIF" }, { kind: "IFSRL" }, { kind: "QuantReLU" }])(
  "thresholdLr of $kind",
  (neuron) => {
    it("moves theta by it, and weights by the other", async () => {
      manualSeed(3);
      const x = Float32Array.from({ length: 64 }, (_, i) => 2 * Math.sin(i * i));
      const labels = Int32Array.from({ length: 16 }, (_, i) => i % 2);
      const data = new Dataset({ name: "signs", x, labels, sampleShape: [4] });
      const model = new SMLP({ inputShape: [4], outputShape: [2], units: [8], timesteps: 2, neuron });
      const before = model.neurons()[0].theta;
      const weights = model.stateDict()["layers.fc1.weight"].data.slice();
      // Nothing but thresholds has a rate above 0.
      const optimizer = { kind: "SGD", params: { lr: 0 }, thresholdLr: 0.5 } as const;
      await new Trainer(model, data, { optimizer, epochs: 1, batchSize: 8 }).fit();
      expect(model.neurons()[0].theta).not.toBe(before);
      expect([...model.stateDict()["layers.fc1.weight"].data]).toEqual([...weights]);
    });
  },
);
