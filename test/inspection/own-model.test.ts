/** Models of somebody's own class: every neuron is seen, wherever it is, and what is seen is what happens. */

import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { recordActivity } from "../../src/inspection/activity.js";
import { inspectLayers } from "../../src/inspection/inspect-layers.js";
import { networkLayers } from "../../src/inspection/network-layers.js";
import { init } from "../../src/kernels/select.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { networkGraph } from "../../src/models/network-graph.js";
import { ATIF } from "../../src/neurons/atif.js";
import "../../src/ops/install.js";
import { manualSeed } from "../../src/random/generator.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { inOwnForward, OwnResidual, OwnResidualBlock } from "../models/own-models.js";

beforeAll(async () => {
  await init({ backend: "wasm", threads: 1 });
  manualSeed(1);
  x = tensor([0.9, -0.3, 0.7, 1.4], [1, 4]);
});

let x: Tensor;

describe.each(["s", "m"] as const)("a residual model of one's own, in step mode '%s'", (stepMode) => {
  it("is a graph with the names of its state dict and the sum between them", () => {
    const { nodes, input, output } = networkGraph(new OwnResidual(stepMode));
    expect(
      nodes.map(({ name, kind, inputs, shape }) => [name, kind, inputs.map((node) => node.name), shape]),
    ).toEqual([
      ["input", "Input", [], [4]],
      ["layers.block.fc", "Linear", ["input"], [4]],
      ["layers.block.neuron", "ATIF", ["layers.block.fc"], [4]],
      ["add", "Add", ["layers.block.neuron", "input"], [4]],
      ["layers.inner.fc", "Linear", ["add"], [3]],
      ["layers.inner.neuron", "ATIF", ["layers.inner.fc"], [3]],
      ["layers.last", "Linear", ["layers.inner.neuron"], [2]],
    ]);
    expect(input).toBe(nodes[0]);
    expect(output).toBe(nodes[6]);
  });

  it("shows the neurons inside its blocks, and what they give adds up to the answer", () => {
    const model = new OwnResidual(stepMode).eval();
    const activity = recordActivity(model, x);
    expect(activity.layers.map(({ name, kind }) => [name, kind])).toEqual([
      ["layers.block.neuron", "ATIF"],
      ["layers.inner.neuron", "ATIF"],
    ]);
    const T = model.timesteps;
    expect([...activity.scores.slice(-2)]).toEqual([...model.run(x).toArray()]);
    // The block's current is the same at every step; its spikes follow from it by hand.
    const [block] = activity.layers;
    const theta = Math.fround(block.theta);
    for (let i = 0; i < 4; i++) {
      let v = 0;
      for (let t = 0; t < T; t++) {
        const u = Math.fround(v + block.input[4 * t + i]);
        expect(block.charged[4 * t + i]).toBe(u);
        expect(block.spikes[4 * t + i]).toBe(u >= theta ? 1 : 0);
        v = u >= theta ? Math.fround(u - theta) : u;
        expect(block.potential[4 * t + i]).toBe(v);
      }
    }
  });

  it("is inspected over a data set, and its layers are listed", async () => {
    const model = new OwnResidual(stepMode);
    const labels = Int32Array.of(0, 1, 1);
    const data = new Dataset({
      name: "three", classes: 2, sampleShape: [4], labels,
      x: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
    }); // prettier-ignore
    const [block, inner] = await inspectLayers(model, data);
    expect([block.name, block.neurons, inner.name, inner.neurons]).toEqual([
      "layers.block.neuron", 4, "layers.inner.neuron", 3,
    ]); // prettier-ignore
    expect(block.unevenness).not.toBeNull();
    expect(networkLayers(model).map(({ name, kind, parameters }) => [name, kind, parameters])).toEqual([
      ["block.fc", "Linear", 20],
      ["block.neuron", "ATIF", 1],
      ["add", "Add", 0],
      ["inner.fc", "Linear", 15],
      ["inner.neuron", "ATIF", 1],
      ["last", "Linear", 8],
    ]);
  });
});

describe("a model with a forward() of its own", () => {
  it("is run, traced and watched through it", () => {
    const model = inOwnForward(new Sequential({ fc: new Linear(4, 2), neuron: new ATIF() }));
    expect(networkGraph(model).nodes.map(({ kind }) => kind)).toEqual(["Input", "Linear", "ATIF", "mul"]);
    const activity = recordActivity(model, x);
    expect([...activity.scores.slice(-2)]).toEqual([...model.run(x).toArray()]);
    expect(activity.layers.map(({ name }) => name)).toEqual(["body.neuron"]);
  });

  it("must call every neuron once in a time step", () => {
    const twice = new OwnResidualBlock("s");
    const model = inOwnForward(new Sequential({ a: twice, neuron: new ATIF() }), (body, input) =>
      twice.forward(body.forward(input)),
    );
    expect(() => recordActivity(model, x)).toThrow(
      "recordActivity: the neuron body.a.neuron was called 8 times in 4 time steps; expected once in each.",
    );
  });
});
