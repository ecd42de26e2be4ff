import { beforeAll, describe, expect, it, vi } from "vitest";
import { recordActivity } from "../../src/inspection/activity.js";
import { init } from "../../src/kernels/select.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import type { SMLP } from "../../src/models/smlp.js";
import { neuronKinds, type NeuronSpec } from "../../src/neurons/table.js";
import { memory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { Tensor, tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { convolutional, images, single } from "./networks.js";

describeBackends("recordActivity", (backend) => {
  beforeAll(() => init({ backend, threads: 1 }));

  it.each(["m", "s"] as const)("records charge, spike and reset, by hand, in step mode '%s'", (stepMode) => {
    const activity = recordActivity(single(1, 4, stepMode), tensor([0.75], [1, 1]));
    const [layer] = activity.layers;
    expect([layer.name, layer.kind, layer.theta, layer.shape, layer.neurons]).toEqual([
      "layers.neuron1", "ATIF", 1, [1], 1,
    ]); // prettier-ignore
    expect([...layer.input]).toEqual([0.75, 0.75, 0.75, 0.75]);
    expect([...layer.charged]).toEqual([0.75, 1.5, 1.25, 1]);
    expect([...layer.spikes]).toEqual([0, 1, 1, 1]);
    expect([...layer.potential]).toEqual([0.75, 0.5, 0.25, 0]);
    expect([...activity.outputs]).toEqual([0, 1, 1, 1]);
    expect([...activity.scores]).toEqual([0, 0.5, Math.fround(2 / 3), 0.75]);
    expect([...activity.answers]).toEqual([0, 0, 0, 0]);
  });

  it.each(["m", "s"] as const)(
    "scores after t steps are what a model of t steps gives, to the bit ('%s')",
    (stepMode) => {
      const model = convolutional(stepMode).eval();
      const x = images(1);
      const { scores, answers } = recordActivity(model, x, { timesteps: 9 });
      for (const t of [1, 2, 4, 5, 8, 9]) {
        model.timesteps = t;
        const expected = noGrad(() => model.run(x));
        expect(scores.subarray(3 * (t - 1), 3 * t)).toEqual(expected.toArray());
        expect(answers[t - 1]).toBe(expected.argmax()[0]);
      }
    },
  );

  it("takes memory in proportion to the time steps", () => {
    const took = (timesteps: number): number => {
      const before = memory().liveBytes;
      let most = 0;
      const { div } = Tensor.prototype;
      const counting = vi.spyOn(Tensor.prototype, "div").mockImplementation(function (this: Tensor, other) {
        most = Math.max(most, memory().liveBytes - before);
        return div.call(this, other);
      });
      recordActivity(single(1, 4, "s"), tensor([0.75], [1, 1]), { timesteps });
      counting.mockRestore();
      return most;
    };
    expect(took(80)).toBeLessThan(2.5 * took(40));
  });

  it("is the same in both step modes", () => {
    const [m, s] = (["m", "s"] as const).map((mode) => recordActivity(convolutional(mode), images(1)).layers);
    // A product of one row and of five may round differently, in the kernels that are fast.
    if (backend === "reference") expect(m).toEqual(s);
    expect(m.map(({ spikes }) => spikes)).toEqual(s.map(({ spikes }) => spikes));
    expect(m.map(({ shape }) => shape)).toEqual([[6, 6, 4], [5]]);
    expect([m[0].spikes.includes(0), m[0].spikes.includes(1)]).toEqual([true, true]);
  });

  const specs: NeuronSpec[] = [
    ...neuronKinds.map((kind): NeuronSpec => ({ kind })),
    { kind: "LIFNode", params: { tau: 3, vReset: -0.25, vThreshold: 0.4 } },
    { kind: "ParametricLIFNode", params: { decayInput: false, vReset: null, vThreshold: 0.4 } },
  ];

  it.each(specs)("fires exactly where the charged potential reaches theta: $kind $params", (neuron) => {
    for (const { charged, spikes, potential, theta, neurons, input } of recordActivity(
      convolutional("m", neuron),
      images(1),
    ).layers) {
      expect([...spikes]).toEqual(Array.from(charged, (u) => (u >= theta ? 1 : 0)));
      for (let i = 0; i < spikes.length; i++) if (spikes[i] === 0) expect(potential[i]).toBe(charged[i]);
      expect(input.length).toBe(5 * neurons);
    }
  });

  it("leaves the model as it was: mode, state, storeVSeq, weights, memory", () => {
    const model = convolutional().train();
    const [, neuron] = model.spikingLayers()[0];
    const x = images(1);
    const before = JSON.stringify(model.stateDict());
    scope(() => recordActivity(model, x));
    const { liveBytes } = memory();
    scope(() => recordActivity(model, x));
    expect(memory().liveBytes).toBe(liveBytes);
    expect([model.training, neuron.storeVSeq, neuron.v.shape]).toEqual([true, false, [1]]);
    expect(JSON.stringify(model.stateDict())).toBe(before);
  });
});

describe("recordActivity refuses", () => {
  beforeAll(() => init({ backend: "reference" }));

  it("more than one sample, other shapes, no model", () => {
    const model = convolutional();
    expect(() => recordActivity(model, images(2))).toThrow(
      "recordActivity: x is [2, 6, 6, 1]; expected one sample, [1, ...].",
    );
    expect(() => recordActivity(model, tensor([1], [1, 1]))).toThrow(
      "recordActivity: x is [1, 1]; expected [N, 6, 6, 1]. One sample is a batch of one.",
    );
    expect(() => recordActivity({} as SMLP, images(1))).toThrow("model is an object; expected a model");
    expect(() => recordActivity(model, images(1), { timesteps: 0 })).toThrow(
      "recordActivity: timesteps is 0",
    );
    expect(() => recordActivity(model, tensor(new Array(36).fill(NaN), [1, 6, 6, 1]))).toThrow(
      "recordActivity: x holds NaN at element 0 of [1, 6, 6, 1]; expected finite numbers.",
    );
  });
});
