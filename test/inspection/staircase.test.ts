import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { histogram, quantizationError, staircase, staircaseCorners } from "../../src/inspection/staircase.js";
import { init } from "../../src/kernels/select.js";
import { MultiStepATIF } from "../../src/neurons/atif.js";
import { repeat } from "../../src/ops/slice.js";
import "../../src/ops/install.js";
import { Generator } from "../../src/random/generator.js";
import { tensor } from "../../src/tensor/tensor.js";

describe("staircase", () => {
  beforeAll(() => init({ backend: "reference" }));

  it("has T + 1 levels, by hand", () => {
    const quantizer = { theta: 2, timesteps: 4 };
    expect([-1, 0, 0.49, 0.5, 0.99, 1, 1.5, 1.99, 2, 9].map((x) => staircase(x, quantizer))).toEqual([
      0, 0, 0, 0.5, 0.5, 1, 1.5, 1.5, 2, 2,
    ]);
  });

  it.each([1, 2, 3, 4, 8])("is what a neuron gives for a constant input, T = %i", (timesteps) => {
    const generator = new Generator(timesteps);
    // Thresholds and inputs with few bits, so that sums are exact and ties are ties.
    const inputs = Float32Array.from({ length: 500 }, () => Math.round(generator.uniform(-1, 3) * 256) / 256);
    const neuron = new MultiStepATIF();
    neuron.setCoeffs(1.25);
    const mean = noGrad(() => neuron.forward(repeat(tensor(inputs), timesteps)).sum(0)).toArray();
    inputs.forEach((x, i) =>
      expect(staircase(x, { theta: 1.25, timesteps }) * timesteps, `x = ${x}`).toBe(mean[i]),
    );
  });
});

describe("staircaseCorners", () => {
  it("are where the staircase rises, by hand and by the staircase itself", () => {
    expect(staircaseCorners({ theta: 3, timesteps: 2 })).toEqual([
      [0, 0],
      [1.5, 0],
      [1.5, 1.5],
      [3, 1.5],
      [3, 3],
    ]);
    const quantizer = { theta: 1.25, timesteps: 8 };
    const corners = staircaseCorners(quantizer);
    for (let i = 2; i < corners.length; i += 2) {
      const [x, y] = corners[i];
      expect([staircase(x - 1e-6, quantizer), staircase(x, quantizer)]).toEqual([corners[i - 1][1], y]);
    }
  });
});

describe("quantizationError", () => {
  it("tells rounding from clipping, by hand", () => {
    // theta 1, T 2: -3 gives nothing to lose, 0.25 vanishes, 0.75 is rounded to 0.5, 1 is exact, 3 is clipped to 1
    expect(quantizationError(Float32Array.of(-3, 0.25, 0.75, 1, 3), { theta: 1, timesteps: 2 })).toEqual({
      rounding: (0.0625 + 0.0625) / 5,
      clipping: 4 / 5,
      total: 4.125 / 5,
      clipped: 0.2,
      vanished: 0.2,
    });
  });

  it("is theta²/3T² for a uniform input in range, as docs/neuron.md has it", () => {
    const inputs = Float32Array.from({ length: 100_000 }, (_, i) => (0.8 * (i + 0.5)) / 100_000);
    const { rounding, clipping } = quantizationError(inputs, { theta: 0.8, timesteps: 4 });
    expect(rounding).toBeCloseTo(0.8 ** 2 / (3 * 16), 5);
    expect(clipping).toBe(0);
  });

  it("is nothing for nothing", () => {
    expect(quantizationError(new Float32Array(0), { theta: 1, timesteps: 1 }).total).toBe(0);
  });

  it("refuses what makes no staircase", () => {
    expect(() => staircase(1, { theta: 0, timesteps: 4 })).toThrow("staircase: theta is 0");
    expect(() => staircase(1, { theta: 1, timesteps: 1.5 })).toThrow("staircase: timesteps is 1.5");
    expect(() => quantizationError([1] as unknown as Float32Array, { theta: 1, timesteps: 1 })).toThrow(
      "quantizationError: the inputs are [1]; expected a Float32Array.",
    );
  });
});

describe("histogram", () => {
  it("counts, by hand; the last interval includes its end", () => {
    const values = Float32Array.of(-1, 0, 0.49, 0.5, 0.99, 1, 1.01);
    const { counts, below, above } = histogram(values, { low: 0, high: 1, bins: 2 });
    expect([[...counts], below, above]).toEqual([[2, 3], 1, 1]);
  });

  it("refuses an empty range", () => {
    expect(() => histogram(new Float32Array(1), { low: 1, high: 1, bins: 2 })).toThrow(
      "histogram: low is 1 and high 1; expected low < high.",
    );
    expect(() => histogram(new Float32Array(1), { low: 0, high: 1, bins: 0 })).toThrow(
      "histogram: bins is 0",
    );
  });
});
