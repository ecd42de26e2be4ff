import { describe, expect, it } from "vitest";
import { thresholdHealth, type HealthFacts } from "../../src/inspection/threshold-health.js";

const well: HealthFacts = {
  name: "layers.neuron1",
  theta: 1,
  firingRate: 0.2,
  neurons: 100,
  silentNeurons: 10,
};

describe("thresholdHealth", () => {
  it("says nothing of layers that are well", () => {
    expect(
      thresholdHealth([well, { ...well, firingRate: 0.001 }, { ...well, firingRate: 0.9, theta: 0.01 }]),
    ).toEqual([]);
  });

  it("names a silent layer, with the figure and what to try", () => {
    const [finding, ...rest] = thresholdHealth([
      well,
      { ...well, name: "layers.neuron2", firingRate: 0.0004, theta: 3 },
    ]);
    expect(rest).toEqual([]);
    expect([finding.layer, finding.problem]).toEqual(["layers.neuron2", "silent"]);
    expect(finding.sentence).toContain("0.04 %");
    expect(finding.advice).toContain("theta = 3.00. Start with a lower theta");
  });

  it("names silent neurons, saturation and a theta near zero", () => {
    const problems = (changes: Partial<HealthFacts>): string[] =>
      thresholdHealth([{ ...well, ...changes }]).map(({ problem }) => problem);
    expect(problems({ silentNeurons: 51 })).toEqual(["mostly silent"]);
    expect(problems({ silentNeurons: 100, firingRate: 0 })).toEqual(["silent"]);
    expect(problems({ firingRate: 0.95 })).toEqual(["saturated"]);
    expect(problems({ theta: 0.001, firingRate: 1 })).toEqual(["saturated", "theta near zero"]);
    expect(thresholdHealth([{ ...well, silentNeurons: 51 }])[0].sentence).toBe(
      "51 of its 100 neurons never fire.",
    );
  });

  it("refuses anything but layers", () => {
    expect(() => thresholdHealth({} as HealthFacts[])).toThrow(
      "thresholdHealth: layers is an object; expected the layers",
    );
  });
});
