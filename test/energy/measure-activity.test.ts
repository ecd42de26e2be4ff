import { beforeAll, describe, expect, it } from "vitest";
import { compareWithRelu } from "../../src/energy/compare-with-relu.js";
import { countOperations } from "../../src/energy/count-operations.js";
import { estimateEnergy } from "../../src/energy/estimate-energy.js";
import { measureActivity } from "../../src/energy/measure-activity.js";
import { init } from "../../src/kernels/select.js";
import { defineLayer } from "../../src/layers/table.js";
import { Linear } from "../../src/layers/linear.js";
import { StatelessLayer } from "../../src/layers/stateless-layer.js";
import { SpikingModel } from "../../src/models/spiking-model.js";
import { IFNode } from "../../src/neurons/if-node.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { memory } from "../../src/tensor/memory.js";
import { evaluate } from "../../src/training/evaluate.js";
import { stripes, tinySCNN } from "../training/tiny.js";
import { network, samples } from "./networks.js";

const T = 4;
const neuron = (name: string, vThreshold: number, kind = "IFNode") => ({
  name,
  kind,
  options: kind === "ATIF" ? { vthInitL: vThreshold, vthInitH: vThreshold } : { vThreshold },
});

describe("measureActivity", () => {
  beforeAll(() => init({ backend: "reference" }));

  it("counts by hand: numbers, spikes, nothing", () => {
    const model = network([2], [2], T, [neuron("neuron", 1), { name: "flatten", kind: "Flatten" }]);
    // Over four steps: 0.5 fires twice, 0.25 once, 0 never, 1 always.
    const { timesteps, layers } = measureActivity(model, samples([2], [0.5, 0.25, 0, 1]));
    expect(timesteps).toBe(T);
    expect(layers.neuron).toEqual({
      input: { rate: 12 / 16, count: 6, isBinary: false, nonzeros: 12, sum: 7, elements: 16, samples: 8 },
      output: { rate: 7 / 16, count: 3.5, isBinary: true, nonzeros: 7, sum: 7, elements: 16, samples: 8 },
    });
    expect(layers.flatten.input).toEqual(layers.neuron.output);
    expect(Object.keys(layers)).toEqual(["neuron", "flatten"]);
  });

  it("takes spikes as high as the threshold for spikes", () => {
    const given = samples([2], [0.5, 0.25, 0, 1]);
    const atif = network([2], [2], T, [neuron("neuron", 0.5, "ATIF"), { name: "flatten", kind: "Flatten" }]);
    const { layers, reference } = measureActivity(atif, given);
    // 0.5 always fires, 0.25 every second time; 1 in every step.
    expect(layers.neuron.output).toMatchObject({ rate: 10 / 16, isBinary: true, nonzeros: 10, sum: 5 });
    expect(layers.flatten).toMatchObject({ input: { isBinary: true }, output: { isBinary: true } });
    expect(reference?.layers.neuron.output.isBinary).toBe(false);
  });

  const branches = (kind: string, thetas: readonly [number, number]) =>
    network([2], [2], T, [
      { ...neuron("a", thetas[0], kind), inputs: ["input"] },
      { ...neuron("b", thetas[1], kind), inputs: ["input"] },
      { name: "add", kind: "Add", inputs: ["a", "b"] },
      { name: "fc", kind: "Linear", options: { inFeatures: 2, outFeatures: 2 } },
    ]);

  it("counts the spikes of branches that meet one by one", () => {
    // Twice the same: 0.5 and 1 give 2 and 4 spikes on each branch.
    const { layers } = measureActivity(branches("IFNode", [1, 1]), samples([2], [0.5, 1]));
    expect(layers.add.output).toMatchObject({
      rate: 12 / 8,
      count: 12,
      isBinary: true,
      nonzeros: 6,
      sum: 12,
    });
    expect(layers.fc.input).toEqual(layers.add.output);
    expect(layers.add.input).toMatchObject({ rate: 12 / 16, elements: 16, isBinary: true });
  });

  it("takes a sum of spikes of two heights for numbers", () => {
    const { layers } = measureActivity(branches("ATIF", [0.5, 1]), samples([2], [0.5, 1]));
    expect([layers.add.input.isBinary, layers.add.output.isBinary, layers.fc.input.isBinary]).toEqual([
      false,
      false,
      false,
    ]);
    const same = measureActivity(branches("ATIF", [0.5, 0.5]), samples([2], [0.5, 1]));
    // 0.5 and 1 fire in every step, twice.
    expect(same.layers.fc.input).toMatchObject({ rate: 2, isBinary: true, sum: 8 });
  });

  it("of the reference: a sum of spikes is spikes where all that its reader reads is", () => {
    const model = network([2], [2], T, [
      { ...neuron("a", 1), inputs: ["input"] },
      { ...neuron("b", 1), inputs: ["input"] },
      { name: "inner", kind: "Add", inputs: ["a", "b"] },
      { name: "mixed", kind: "Add", inputs: ["inner", "input"] },
      { name: "pure", kind: "Add", inputs: ["inner", "a"] },
      { name: "outer", kind: "Add", inputs: ["mixed", "pure"] },
    ]);
    const layers = measureActivity(model, samples([2], [0.5, 1])).reference?.layers ?? {};
    // Per inference 6 spikes of a, 6 of b: 12 behind inner, 18 into pure and out of it.
    expect(layers.inner.output).toMatchObject({ count: 12, isBinary: true });
    expect(layers.pure).toMatchObject({
      input: { count: 18, isBinary: true },
      output: { count: 18, isBinary: true },
    });
    // Six places of inner are not 0, nor are all eight of the input.
    expect(layers.mixed).toMatchObject({
      input: { count: 14, isBinary: false },
      output: { isBinary: false },
    });
    expect(layers.outer.input.isBinary).toBe(false);
  });

  it("counts what a mean is taken over", () => {
    const pooled = network([4, 1], [1], 1, [
      neuron("neuron", 1),
      { name: "pool", kind: "AvgPool1d", options: { kernelSize: 4 } },
      { name: "flatten", kind: "Flatten" },
    ]);
    const { layers } = measureActivity(pooled, samples([4, 1], [1, 0, 1, 1]));
    expect(layers.flatten.input).toMatchObject({ rate: 3, count: 3, isBinary: true, sum: 0.75 });
  });

  it("knows an image of zeros and ones for spikes, and one of greys for numbers", () => {
    const model = network([2], [2], T, [neuron("neuron", 1)]);
    expect(measureActivity(model, samples([2], [1, 0])).layers.neuron.input.isBinary).toBe(true);
    expect(measureActivity(model, samples([2], [1, 0.5])).layers.neuron.input.isBinary).toBe(false);
    const silent = measureActivity(model, samples([2], [0, 0])).layers.neuron;
    expect([silent.input.isBinary, silent.output.isBinary, silent.output.rate]).toEqual([true, true, 0]);
  });

  it("gives the same in both step modes, for every batch size, as evaluation counts", async () => {
    await init({ backend: "reference" });
    const data = stripes(7);
    const single = measureActivity(tinySCNN(1, "s"), data);
    const { layers } = measureActivity(tinySCNN(1, "m"), data, { batchSize: 3 });
    for (const [name, { input, output }] of Object.entries(layers)) {
      expect(input.rate, name).toBeCloseTo(single.layers[name].input.rate, 12);
      expect(output.count, name).toBeCloseTo(single.layers[name].output.count, 9);
      expect(output.isBinary, name).toBe(single.layers[name].output.isBinary);
    }
    const evaluation = await evaluate(tinySCNN(1, "m"), data);
    const spiking = evaluation.layers.map(({ name, firingRate }) => [name, firingRate]);
    expect(spiking.map(([name]) => [name, layers[String(name)].output.rate])).toEqual(spiking);
    expect(layers["layers.fc1"].input.isBinary).toBe(true);
  });

  it("takes any name of a layer", () => {
    const names = ["constructor", "toString", "valueOf"];
    const model = network(
      [2],
      [2],
      T,
      names.map((name) => neuron(name, 1)),
    );
    const measured = measureActivity(model, samples([2], [1, 0]));
    expect(Object.keys(measured.layers).sort()).toEqual([...names].sort());
    const { rows, total } = estimateEnergy(model, measured, { memWidth: 8, fifoSize: 10 });
    expect(rows.map(({ name }) => name)).toEqual(names);
    expect(total.outputRate).toBe(0.5);
    expect(compareWithRelu(model, measured, { memWidth: 8, fifoSize: 10 }).rate).toBe(0.5);
    // Names are looked for in what was given, and in nothing that every object has.
    const nothing = { timesteps: T, layers: {} };
    expect(() => countOperations(model, nothing)).toThrow('activity has no layer "constructor"');
  });

  it("gives modes back, forgets the state and leaves no memory", () => {
    const model = tinySCNN(1, "s").train();
    const data = stripes(4);
    measureActivity(model, data);
    const before = memory().liveBytes;
    const first = model.run;
    measureActivity(model, data, { batchSize: 2 });
    expect(memory().liveBytes).toBe(before);
    expect(model.training).toBe(true);
    expect(model.neurons().map(({ v }) => v.shape)).toEqual(model.neurons().map(() => [1]));
    expect(model.run).toBe(first);
  });

  it("sees a class of one's own, and a sum between its layers", () => {
    class Mine extends SpikingModel {
      readonly first: IFNode;
      readonly second: IFNode;
      readonly fc: Linear;
      constructor() {
        super([2], [2], T, "s");
        this.first = this.registerChild("first", new IFNode());
        this.second = this.registerChild("second", new IFNode());
        this.fc = this.registerChild("fc", new Linear(2, 2));
      }
      override forward(x: Tensor): Tensor {
        return this.fc.forward(this.first.forward(x).add(this.second.forward(x)));
      }
    }
    const { layers } = measureActivity(new Mine(), samples([2], [0.5, 1]));
    expect(layers.fc.input).toMatchObject({ rate: 12 / 8, isBinary: true });
    expect(countOperations(new Mine(), measureActivity(new Mine(), samples([2], [0.5, 1]))).rows.length).toBe(
      4,
    );
  });
});

describe("what cannot be measured", () => {
  beforeAll(() => init({ backend: "reference" }));
  const model = () => network([2], [2], T, [neuron("neuron", 1)]);

  it("says so", () => {
    const data = samples([2], [0, 1]);
    expect(() => measureActivity({} as never, data)).toThrow("measureActivity: model is");
    expect(() => measureActivity(model(), [] as never)).toThrow("expected a Dataset");
    expect(() => measureActivity(model(), data, { batchSize: 0 })).toThrow("batchSize is 0");
    expect(() => measureActivity(model(), data, { batch: 2 } as never)).toThrow("unknown option");
    expect(() => measureActivity(model(), samples([3], [0, 1, 2]))).toThrow(
      'samples of "by hand" are [3]; expected [2], as the model takes them.',
    );
    // A set without a sample is refused where it is made.
    expect(() => samples([2], [])).toThrow("expected at least one sample");
  });

  it("an operation between layers, and a kind without a formula", () => {
    class Scaled extends SpikingModel {
      readonly neuron: IFNode;
      constructor() {
        super([2], [2], T, "s");
        this.neuron = this.registerChild("neuron", new IFNode());
      }
      override forward(x: Tensor): Tensor {
        return this.neuron.forward(x).mul(2);
      }
    }
    const data = samples([2], [0, 1]);
    expect(() => measureActivity(new Scaled(), data)).toThrow(
      "has the operation mul, which cannot be counted",
    );

    class Twice extends StatelessLayer {
      protected apply(x: Tensor): Tensor {
        return x.add(x);
      }
    }
    defineLayer("Twice", {
      layer: Twice,
      create: () => new Twice(),
      outputShape: (_options, [input]) => input,
      weights: () => 0,
      operations: () => ({ macs: 0, adds: 0 }),
    });
    const custom = network([2], [2], T, [neuron("neuron", 1), { name: "twice", kind: "Twice" }]);
    const measured = measureActivity(custom, data);
    expect(measured.layers.twice.output).toMatchObject({ sum: 8, isBinary: false });
    expect(() => countOperations(custom, measured)).toThrow(
      "countOperations: twice is of the kind Twice, for which there is no formula; expected convolutions",
    );
    // The reference gives such layers a row without work.
    expect(countOperations(custom, measured, { compat: "qualia" }).rows.at(-1)?.totalAcc).toBe(0);
  });
});
