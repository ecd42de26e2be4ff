import { describe, expect, it } from "vitest";
import { fidelityReport, formatFidelity, type FidelityNote } from "../../src/exchange/fidelity-report.js";

const note = (verdict: FidelityNote["verdict"], layer: string | null = "neuron1"): FidelityNote => ({
  layer,
  what: "soft reset written as hard reset",
  why: "IF of NIR sets the potential to v_reset.",
  verdict,
});

describe("fidelityReport", () => {
  it("is as bad as the worst note", () => {
    expect(fidelityReport([]).verdict).toBe("exact");
    expect(fidelityReport([note("exact")]).verdict).toBe("exact");
    expect(fidelityReport([note("exact"), note("approximate")]).verdict).toBe("approximate");
    expect(fidelityReport([note("unsupported"), note("approximate")]).verdict).toBe("unsupported");
  });
});

it("is not exact where a spike or a class was seen to differ", () => {
  const same = {
    samples: 1,
    timesteps: 4,
    spikes: 40,
    differing: 0,
    differingShare: 0,
    logitDrift: 0,
    otherClass: 0,
  };
  expect(fidelityReport([note("exact")], same).verdict).toBe("exact");
  expect(fidelityReport([], { ...same, differing: 1, differingShare: 1 / 40 }).verdict).toBe("approximate");
  expect(fidelityReport([], { ...same, otherClass: 1 }).verdict).toBe("approximate");
});

describe("formatFidelity", () => {
  it("has the verdict, what was measured, and a line for each note", () => {
    const measured = {
      samples: 20,
      timesteps: 4,
      spikes: 1000,
      differing: 5,
      differingShare: 0.005,
      logitDrift: 0.25,
      otherClass: 1,
    };
    expect(formatFidelity(fidelityReport([note("approximate"), note("exact", null)], measured))).toEqual([
      "verdict: approximate",
      "measured on 20 samples x 4 steps: 5 of 1000 spikes differ (0.500 %), logits by at most 2.5e-1, 1 other classes",
      "  neuron1: soft reset written as hard reset: IF of NIR sets the potential to v_reset.",
      "  soft reset written as hard reset: IF of NIR sets the potential to v_reset.",
    ]);
  });
});
