/** What lies at the limits of quantizers is counted, and only while it is asked for; calibration can be watched and stopped. */

import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import "../../src/ops/install.js";
import { calibrate, quantizersIn } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { Quantizer } from "../../src/quantization/quantizer.js";
import { countingSaturation } from "../../src/quantization/saturation.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";

beforeAll(() => init({ backend: "reference" }));

const values = (...each: number[]): Tensor => tensor(each);

describe("saturation", () => {
  it("counts the smallest and the largest integer, not those beside them", () => {
    // 4 bits with 2 behind the point: -2 to 1.75 in quarters
    const quantizer = new Quantizer({ bits: 4, forceQ: 2 }).eval();
    const count = { atLimits: 0, values: 0 };
    quantizer.saturationCount = count;
    quantizer.forward(values(-9, -2, -1.75, 0, 1.5, 1.75, 1.7, 30));
    expect(count).toEqual({ atLimits: 5, values: 8 });
    quantizer.forward(values(0), values(2));
    expect(count).toEqual({ atLimits: 6, values: 10 });
    quantizer.saturationCount = null;
    quantizer.forward(values(9));
    expect(count.values).toBe(10);
  });

  it("counts at a learned step, too", () => {
    const quantizer = new Quantizer({ bits: 2, LSQ: true });
    // 2 mean / sqrt(1) = 2: integers -2 to 1 are -4 to 2
    quantizer.forward(values(1, 1, 1, 1));
    const count = { atLimits: 0, values: 0 };
    quantizer.saturationCount = count;
    quantizer.eval().forward(values(-8, -2, 0, 2));
    expect(count).toEqual({ atLimits: 2, values: 4 });
  });

  it("is counted for every quantizer of a model while the work goes on, and no longer", async () => {
    const model = small();
    const { counts, result } = await countingSaturation(model, async () => {
      await Promise.resolve();
      return quantizersIn(model).every(({ saturationCount }) => saturationCount !== null);
    });
    expect(result).toBe(true);
    expect([...counts.keys()]).toEqual(quantizersIn(model));
    await expect(countingSaturation(model, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(quantizersIn(model).map(({ saturationCount }) => saturationCount)).toEqual(
      quantizersIn(model).map(() => null),
    );
  });
});

function small() {
  return quantizeModel(
    new GraphModel({
      inputShape: [2],
      outputShape: [2],
      layers: [{ name: "neuron", kind: "IFNode", options: { vReset: null } }],
      timesteps: 2,
    }),
    { bits: 8 },
  );
}

describe("calibrate", () => {
  const data = new Dataset({
    name: "five",
    x: new Float32Array(10).fill(0.5),
    labels: [0, 1, 0, 1, 0],
    sampleShape: [2],
  });

  it("tells of every batch", () => {
    const told: number[][] = [];
    calibrate(small(), data, { batchSize: 2, onBatch: (...each) => told.push(each) });
    expect(told).toEqual([[1, 3], [2, 3], [3, 3]]); // prettier-ignore
  });

  it("stops before the next batch when it is aborted, with the reason, and leaves modes as they were", () => {
    const [model, controller, reason] = [small().eval(), new AbortController(), new Error("enough")];
    let batches = 0;
    const onBatch = (): void => {
      if (++batches === 2) controller.abort(reason);
    };
    expect(() => calibrate(model, data, { batchSize: 1, signal: controller.signal, onBatch })).toThrow(
      reason,
    );
    expect(batches).toBe(2);
    expect(quantizersIn(model).some(({ training }) => training)).toBe(false);
    expect(() => calibrate(model, data, { signal: 3 as never })).toThrow("calibrate: signal is 3");
    expect(() => calibrate(model, data, { onBatch: 3 as never })).toThrow("calibrate: onBatch is 3");
  });
});
