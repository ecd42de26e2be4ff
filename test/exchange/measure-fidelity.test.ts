import { beforeAll, describe, expect, it } from "vitest";
import { Dataset, GraphModel, init, measureFidelity } from "../../src/index.js";

beforeAll(() => init());

/** Two neurons with a threshold each on inputs as they are; what they give is the output. */
function model(thresholds: readonly [number, number], stepMode: "s" | "m" = "s"): GraphModel {
  const made = new GraphModel({
    inputShape: [2],
    outputShape: [2],
    timesteps: 4,
    stepMode,
    layers: [{ name: "n", kind: "CurrentIF", options: { reset: "subtract", compare: ">=", shape: [2] } }],
  });
  const ones = { shape: [2], data: [1, 1] };
  made.loadStateDict({ "n.r": ones, "n.v_threshold": { shape: [2], data: thresholds }, "n.v_reset": ones });
  return made;
}

const data = new Dataset({
  name: "two",
  x: Float32Array.of(0.5, 0.25, 1, 0.75),
  labels: [0, 1],
  sampleShape: [2],
  classes: 2,
});

describe("measureFidelity", () => {
  it("finds nothing between a model and its copy, in either step mode", () => {
    for (const mode of ["s", "m"] as const) {
      const measured = measureFidelity(model([1, 1]), model([1, 1], mode), data);
      expect(measured).toEqual({
        ...{
          samples: 2,
          timesteps: 4,
          spikes: 16,
          differing: 0,
          differingShare: 0,
          logitDrift: 0,
          otherClass: 0,
        },
      });
    }
  });

  it("counts spikes, logits and classes that differ", () => {
    // Of 0.5 and 1, a threshold of 2 gives 1 and 2 spikes in 4 steps in the place of 2 and 4; where they come differs.
    const measured = measureFidelity(model([1, 1]), model([2, 1]), data);
    // 0.5: at steps 2, 4, and at 4. 1: at 1, 2, 3, 4, and at 2, 4.
    expect(measured).toMatchObject({ spikes: 16, differing: 3, differingShare: 3 / 16, logitDrift: 0.5 });
    // The second sample: 4 and 3 spikes, and 2 and 3.
    expect(measured.otherClass).toBe(1);
  });

  it("shows as many samples as are asked for, and leaves the time steps as they were", () => {
    const other = model([1, 1]);
    other.timesteps = 7;
    expect(measureFidelity(model([1, 1]), other, data, { samples: 1 })).toMatchObject({
      samples: 1,
      spikes: 8,
      timesteps: 4,
    });
    expect(other.timesteps).toBe(7);
  });

  it("knows a layer by the end of its name where what is around it was renamed", () => {
    const inside = (name: string, own: string): GraphModel =>
      new GraphModel({
        ...{ inputShape: [2], outputShape: [2], timesteps: 4 },
        layers: [{ name: `${name}.${own}`, kind: "CurrentIF", options: { reset: "subtract", shape: [2] } }],
      });
    expect(measureFidelity(inside("a", "n"), inside("b", "n"), data)).toMatchObject({
      spikes: 16,
      differing: 0,
    });
    expect(measureFidelity(inside("a", "n"), inside("b", "m"), data)).toMatchObject({ spikes: 0 });
  });

  it("refuses models that do not give the same", () => {
    const other = new GraphModel({
      inputShape: [2],
      outputShape: [3],
      timesteps: 1,
      layers: [{ name: "fc", kind: "Linear", options: { inFeatures: 2, outFeatures: 3 } }],
    });
    expect(() => measureFidelity(model([1, 1]), other, data)).toThrow(
      "measureFidelity: the models are [2] to [2] and [2] to [3]; expected two that take and give the same.",
    );
  });
});
