import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { init } from "../../src/kernels/select.js";
import { SMLP } from "../../src/models/smlp.js";
import type { SMLPOptions } from "../../src/models/smlp-options.js";
import "../../src/ops/install.js";
import { manualSeed } from "../../src/random/generator.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";
import { fromChannelsLast } from "../layers/channels-first.js";
import { exactInput, makeExact } from "./exact.js";
import { plainNetwork } from "./plain-network.js";

const base: SMLPOptions = {
  inputShape: [3, 2, 4],
  outputShape: [5],
  units: [7, 6],
  timesteps: 4,
  neuron: { kind: "ATIF" },
};
const shapesOf = (model: SMLP): Record<string, number[]> =>
  Object.fromEntries(Object.entries(model.stateDict()).map(([name, { shape }]) => [name, shape]));
/** A batch of images [N, 3, 2, 4]. */
const batch = (N: number, seed = 3): Tensor => tensor(exactInput(seed, N * 24), [N, 3, 2, 4]);

describeBackends("SMLP", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it.each(["s", "m"] as const)(
    "computes what plain loops compute, to the bit, in step mode %s",
    (stepMode) => {
      const model = makeExact(new SMLP({ ...base, stepMode }));
      const x = exactInput(5, 3 * 24);
      const y = model.run(tensor(x, [3, 3, 2, 4])).toArray();
      const dict = model.stateDict();
      const expected = [0, 1, 2].flatMap((n) =>
        plainNetwork(
          dict,
          { hidden: 2, timesteps: 4 },
          fromChannelsLast(3, 2, 4, x.slice(n * 24, (n + 1) * 24)),
        ),
      );
      expectSameBits(y, Float32Array.from(expected));
      // It is no trivial network: outputs differ from its biases.
      expect(new Set(expected).size).toBeGreaterThan(8);
    },
  );

  it("run() is the mean over stream(), and starts from rest each time", () => {
    const model = makeExact(new SMLP(base));
    const x = batch(2);
    const y = noGrad(() => model.run(x)).toArray();
    expectSameBits(noGrad(() => model.run(x)).toArray(), y);
    model.reset();
    const steps = noGrad(() => [0, 1, 2, 3].map(() => model.stream(x)));
    const total = steps.slice(1).reduce((sum, step) => sum.add(step), steps[0]);
    expectSameBits(total.div(4).toArray(), y);
    // The state went on from step to step.
    expect(new Set(steps.map((step) => step.toArray().join())).size).toBeGreaterThan(1);
    // forward() in step mode 's' is one more step.
    expect(model.forward(x).shape).toEqual([2, 5]);
  });

  it("gives the same outputs in both step modes: the same bits, but for how a backend rounds the sum over time", () => {
    manualSeed(2);
    const single = new SMLP(base);
    const multi = new SMLP({ ...base, stepMode: "m" });
    multi.loadStateDict(single.stateDict());
    const x = batch(5);
    const [actual, expected] = [multi.run(x).toArray(), single.run(x).toArray()];
    if (backend === "reference") expectSameBits(actual, expected);
    else expectClose(actual, expected, 1e-6, { floor: 1 });
  });

  it("gives a sample the same outputs alone and in a batch", () => {
    const model = makeExact(new SMLP(base));
    const x = batch(5);
    const y = model.run(x);
    for (let n = 0; n < 5; n++) {
      const alone = model.run(x.at(n).reshape([1, 3, 2, 4]));
      expectSameBits(alone.toArray(), y.at(n).toArray());
    }
  });

  it("is differentiable from outputs to every parameter, alike in both step modes", () => {
    manualSeed(3);
    const single = new SMLP(base);
    const multi = new SMLP({ ...base, stepMode: "m" });
    multi.loadStateDict(single.stateDict());
    for (const model of [single, multi]) {
      const y = model.run(batch(3));
      y.mul(y).sum().backward();
    }
    const others = new Map(multi.namedParameters());
    for (const [name, { grad }] of single.namedParameters()) {
      const values = grad?.toArray() ?? new Float32Array();
      expect(
        values.some((value) => value !== 0),
        name,
      ).toBe(true);
      const other = others.get(name)?.grad?.toArray() ?? new Float32Array();
      values.forEach((value, i) => expect(other[i], `${name}[${i}]`).toBeCloseTo(value, 4));
    }
  });
});

describe("SMLP", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("has the names and shapes of the reference template", () => {
    expect(shapesOf(new SMLP(base))).toEqual({
      "layers.fc1.weight": [7, 24],
      "layers.fc1.bias": [7],
      "layers.neuron1.v_threshold": [1],
      "layers.fc2.weight": [6, 7],
      "layers.fc2.bias": [6],
      "layers.neuron2.v_threshold": [1],
      "layers.fc3.weight": [5, 6],
      "layers.fc3.bias": [5],
    });
    const model = new SMLP(base);
    expect(Object.keys(shapesOf(model))).toEqual(Object.keys(new SMLP(base).stateDict()));
    expect(model.spikingLayers().map(([name]) => name)).toEqual(["layers.neuron1", "layers.neuron2"]);
  });

  it("works with one hidden layer, where the reference template does not, and with none", () => {
    expect(shapesOf(new SMLP({ ...base, units: [7] }))["layers.fc2.weight"]).toEqual([5, 7]);
    expect(new SMLP({ ...base, units: [7] }).run(batch(2)).shape).toEqual([2, 5]);
    const linear = new SMLP({ ...base, units: [] });
    expect(shapesOf(linear)).toEqual({ "layers.fc1.weight": [5, 24], "layers.fc1.bias": [5] });
    expect(linear.run(batch(1)).toArray()).toEqual(linear.forward(batch(1)).toArray());
  });

  it("draws a threshold for each layer from U(0.8, 1), and holds no state of neurons in its dict", () => {
    manualSeed(4);
    const model = new SMLP(base);
    const thetas = model.spikingLayers().map(([, neuron]) => neuron.theta);
    expect(new Set(thetas).size).toBe(2);
    for (const theta of thetas) expect(theta >= 0.8 && theta <= 1).toBe(true);
    model.run(batch(2));
    expect(Object.keys(model.stateDict())).toHaveLength(8);
  });

  it("takes flat features where flattening leaves their order as it is", () => {
    const model = new SMLP({ ...base, inputShape: [2, 3, 1] });
    const x = exactInput(1, 12);
    expectSameBits(model.run(tensor(x, [2, 6])).toArray(), model.run(tensor(x, [2, 2, 3, 1])).toArray());
    expect(() => new SMLP(base).run(tensor(exactInput(1, 24), [1, 24]))).toThrow(
      "SMLP.run: x is [1, 24]; expected [N, 3, 2, 4], channels last.",
    );
  });

  it("takes another batch size without a reset in run(), but not in stream()", () => {
    const model = new SMLP(base);
    expect(model.run(batch(3)).shape).toEqual([3, 5]);
    expect(model.run(batch(1)).shape).toEqual([1, 5]);
    expect(() => model.stream(batch(2))).toThrow(
      /Call reset\(\) on the layer or the model before a new batch/,
    );
    model.reset();
    expect(model.stream(batch(2)).shape).toEqual([2, 5]);
  });

  it("describes itself as plain data that the caller no longer holds", () => {
    const units = [7, 6];
    const model = new SMLP({ ...base, units });
    units[0] = 99;
    const { architecture } = model;
    expect(architecture).toEqual({ kind: "SMLP", options: { ...base, units: [7, 6], stepMode: "s" } });
    expect(
      () =>
        new SMLP({ ...base, neuron: { kind: "IFNode", params: { surrogateFunction: (x) => x } } })
          .architecture,
    ).toThrow(
      "IFNode: surrogateFunction is a function that no option names, so that it cannot be described as data; expected the sigmoid.",
    );
  });

  it.each<[string, () => unknown]>([
    [
      "SMLP: inputShape[0] is 0; expected a whole number of at least 1.",
      () => new SMLP({ ...base, inputShape: [0] }),
    ],
    [
      "SMLP: inputShape is []; expected an array such as [8, 8, 1].",
      () => new SMLP({ ...base, inputShape: [] }),
    ],
    ["SMLP: outputShape is [5, 2]; expected [classes]", () => new SMLP({ ...base, outputShape: [5, 2] })],
    ["SMLP: units is 7; expected an array.", () => new SMLP({ ...base, units: 7 as never })],
    [
      "SMLP: units[1] is 0; expected a whole number of at least 1.",
      () => new SMLP({ ...base, units: [3, 0] }),
    ],
    [
      "SMLP: timesteps is 0; expected a whole number of at least 1.",
      () => new SMLP({ ...base, timesteps: 0 }),
    ],
    [
      "neuron is undefined; expected { kind, params }",
      () => new SMLP({ ...base, neuron: undefined as never }),
    ],
    [
      'neuron.kind is "QIFNode"; expected one of "ATIF"',
      () => new SMLP({ ...base, neuron: { kind: "QIFNode" as never } }),
    ],
    [
      "stream: the model is in step mode 'm'; expected 's'. Make it with stepMode: 's', the weights are the same.",
      () => new SMLP({ ...base, stepMode: "m" }).stream(batch(1)),
    ],
    [
      "SMLP.run: x is [2, 3, 2, 3]; expected [N, 3, 2, 4], channels last.",
      () => new SMLP(base).run(tensor(exactInput(1, 36), [2, 3, 2, 3])),
    ],
    [
      "SMLP.forward: x is [1, 3, 2, 4]; expected [T, N, 3, 2, 4], channels last.",
      () => new SMLP({ ...base, stepMode: "m" }).forward(batch(1)),
    ],
  ])("refuses with: %s", (sentence, work) => {
    expect(work).toThrow(sentence);
  });
});
