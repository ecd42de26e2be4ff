/** ATIF whose theta stays at 1 is IFNode with soft reset: the same spikes to the bit, the same gradients but for their rounding. */

import { beforeAll, describe, expect, it } from "vitest";
import { createNeuron, Generator, init, tensor, type NeuronSpec } from "../../src/index.js";

beforeAll(() => init({ threads: 1 }));

describe.each([1, 2, 4])("with alpha %i", (alpha) => {
  const specs: readonly NeuronSpec[] = [
    { kind: "ATIF", params: { vthInitL: 1, vthInitH: 1, alpha } },
    { kind: "IFNode", params: { vReset: null, alpha } },
  ];

  it("fires alike to the bit, and learns alike", () => {
    const generator = new Generator(7);
    const [T, N] = [6, 50];
    const draw = (): Float32Array => Float32Array.from({ length: T * N }, () => generator.normal());
    const [values, weights] = [draw(), draw()];
    const [learned, fixed] = specs.map((spec) => {
      const neuron = createNeuron(spec, "m");
      const x = tensor(values, [T, N], { requiresGrad: true });
      const y = neuron.forward(x);
      y.mul(tensor(weights, [T, N]))
        .sum()
        .backward();
      return { y: [...y.toArray()], v: [...neuron.v.toArray()], dx: [...(x.grad?.toArray() ?? [])] };
    });
    expect(learned.y).toEqual(fixed.y);
    expect(learned.v).toEqual(fixed.v);
    expect(new Set(learned.y)).toEqual(new Set([0, 1]));
    expect(learned.dx).toHaveLength(T * N);
    learned.dx.forEach((dx, i) => expect(Math.abs(dx - fixed.dx[i])).toBeLessThan(1e-6));
  });
});
