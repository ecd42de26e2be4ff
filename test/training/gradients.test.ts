/** Passes and steps: accumulation is the step of the whole batch, and what fails leaves nothing behind. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { SpikingModel } from "../../src/models/spiking-model.js";
import { Module } from "../../src/module/module.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import "../../src/ops/install.js";
import { SGD } from "../../src/optimizers/sgd.js";
import { manualSeed } from "../../src/random/generator.js";
import { Tensor, tensor } from "../../src/tensor/tensor.js";
import { applyGradients, gradientsOf } from "../../src/training/gradients.js";
import { expectClose } from "../closeness.js";
import { stripes, tinySCNN, tinySMLP } from "./tiny.js";

beforeAll(() => init({ backend: "wasm", threads: 1 }));

const weightsOf = (model: SpikingModel): number[] => model.parameters().flatMap((each) => [...each.data]);

describe("gradientsOf and applyGradients", () => {
  it("accumulate: two halves of a batch, by their share, take the step of the whole", () => {
    const data = stripes(12);
    const [whole, halves] = [7, 7].map((seed) => {
      manualSeed(seed);
      return tinySMLP();
    });
    const all = Array.from({ length: 12 }, (_, i) => i);
    const optimizers = [whole, halves].map(
      (model) => new SGD(model.parameters(), { lr: 0.5, momentum: 0.9 }),
    );
    for (let step = 0; step < 3; step++) {
      for (const optimizer of optimizers) optimizer.zeroGrad();
      applyGradients(whole, optimizers[0], [gradientsOf(whole, data.batch(all), crossEntropy)]);
      const parts = [all.slice(0, 4), all.slice(4)];
      const passes = parts.map((part) =>
        gradientsOf(halves, data.batch(part), crossEntropy, { weight: part.length / 12 }),
      );
      expect(passes.map(({ samples }) => samples)).toEqual([4, 8]);
      applyGradients(halves, optimizers[1], passes);
    }
    expectClose(weightsOf(halves), weightsOf(whole), 1e-5);
  });

  it("restore every buffer of every module when the step fails, and leave no gradients", () => {
    /** Counts its calls in a buffer, as a layer of somebody's own may. */
    class Counter extends Module {
      readonly calls = this.registerBuffer("calls", Tensor.full([1], 0));
      forward(x: Tensor): Tensor {
        if (this.training) this.calls.data[0]++;
        return x;
      }
    }
    class Counting extends SpikingModel {
      constructor() {
        super([2], [2], 1, "s", new Sequential({ counter: new Counter(), fc: new Linear(2, 2) }));
      }
    }
    const model = new Counting();
    const [[, calls]] = model.namedBuffers();
    const optimizer = new SGD(model.parameters(), { lr: 1e38 });
    const batch = { x: Float32Array.of(1, 2), shape: [1, 2], labels: Int32Array.of(0) };
    const pass = gradientsOf(model, batch, crossEntropy);
    expect(calls.item()).toBe(1);
    model.parameters()[0].grad = tensor([Infinity, 0, 0, 0], [2, 2]);
    expect(() => applyGradients(model, optimizer, [pass])).toThrow(
      "the gradient of layers.fc.weight is not finite",
    );
    expect(calls.item()).toBe(0);
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
    const failing = (): never => {
      throw new Error("no loss");
    };
    expect(() => gradientsOf(model, batch, failing)).toThrow("no loss");
    expect(calls.item()).toBe(0);
  });

  it("restore the statistics of batch norm over several passes, in reverse", () => {
    const model = tinySCNN();
    const before = JSON.stringify(model.stateDict());
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const data = stripes(8);
    optimizer.zeroGrad();
    const passes = [0, 4].map((first) =>
      gradientsOf(model, data.batch([first, first + 1, first + 2]), crossEntropy),
    );
    expect(JSON.stringify(model.stateDict())).not.toBe(before);
    const [parameter] = model.parameters();
    parameter.grad = Tensor.full(parameter.shape, NaN);
    expect(() => applyGradients(model, optimizer, passes)).toThrow("is not finite");
    expect(JSON.stringify(model.stateDict())).toBe(before);
  });

  it("refuse a module that is no model, with a sentence that says how to make it one", () => {
    expect(() => gradientsOf(new Linear(2, 2) as never, stripes(1).batch([0]), crossEntropy)).toThrow(
      "gradientsOf: model is a Linear; expected a model such as new SMLP(...). It is a Module: let its class extend SpikingModel",
    );
  });
});
